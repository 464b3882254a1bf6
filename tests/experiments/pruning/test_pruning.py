"Pruned experts are gone: what is left is the model whose router never offers them; a run that is stopped ends alike."

from pathlib import Path

import numpy as np
import pytest
import torch
from training.stops import StopAt

from moe_lab.experiments.systems.language.training import surprise, text_of, train_to_end
from moe_lab.experiments.systems.pruning.measurements import (
    PruningSettings,
    heard_on,
    pruning_work,
    scores_by,
    without,
)
from moe_lab.experts.moe import moe_layers
from moe_lab.measure.transformers.loudness import worst_first
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Callback

SMALL = PruningSettings(
    "scripture+dialogue", limit=20_000, vocabulary=512, length=32, d=32, hidden=16, n_experts=8, steps=8,
    repair_steps=2, calibration=4, tested=4, draws=1,
)  # fmt: skip


def go_on(out: Path, *callbacks: Callback) -> list[dict]:
    "Train and prune, from wherever `out` stands."
    run = Run.open(out, "prune", SMALL, resume=True)
    try:
        return pruning_work(SMALL, run, callbacks)
    finally:
        run.release()


@pytest.mark.slow
def test_stopped_it_prunes_the_same_model(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        go_on(tmp_path / "parts", StopAt(5))
    assert go_on(tmp_path / "parts") == go_on(tmp_path / "whole")


def test_a_smaller_model_is_one_whose_router_never_offers_the_others(tmp_path):
    texts, held_out = text_of(SMALL)
    run = Run.open(tmp_path / "run", "prune", SMALL)
    model = train_to_end(SMALL, run).model
    run.release()
    some = held_out.take(slice(0, 4))
    gone = worst_first(scores_by("importance", heard_on(model, texts.take(slice(0, 4)))), 0.5)
    hooks = [
        layer.router.score.register_forward_hook(lambda _m, _x, z, out=gone[name]: z.masked_fill(out, -1e9))
        for name, layer in moe_layers(model).items()
    ]
    barred = surprise(model, some)
    for hook in hooks:
        hook.remove()
    torch.testing.assert_close(surprise(without(model, gone), some), barred, equal_nan=True)
    assert (surprise(model, some) - barred).abs().nanmean() > 1e-4


def test_importance_is_a_loop_over_tokens(tmp_path):
    "REAP (2510.13999): the mean over the tokens that an expert is chosen for of gate times length of its output."
    torch.manual_seed(0)
    texts, _ = text_of(SMALL)
    run = Run.open(tmp_path / "run", "prune", SMALL)
    model = train_to_end(SMALL, run).model.eval()
    run.release()
    name, layer = [*moe_layers(model).items()][1]
    given: list[torch.Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _m, arguments: given.append(arguments[0].detach()))
    some = texts.take(slice(0, 2))
    heard = heard_on(model, some)[name]
    hook.remove()
    told = {expert: [] for expert in range(layer.n_experts)}
    with torch.no_grad():
        for row in torch.cat(given).flatten(0, -2)[some.mask.flatten()]:
            shares = (layer.router.score.weight @ row).softmax(0)
            for expert in shares.topk(SMALL.k).indices.tolist():
                told[expert].append(float(shares[expert] * layer.experts.each()[expert](row[None]).norm()))
    means = [np.mean(own) if own else 0.0 for own in told.values()]
    np.testing.assert_allclose(heard.importance, means, rtol=1e-4)
