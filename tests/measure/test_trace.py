"""The trace: what is recorded of the kit's models is what their routers decided, and it survives."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE, observe
from moe_lab.measure.trace.trace import Trace, join, record, rescue
from moe_lab.measure.transformers.hooks import listen
from moe_lab.measure.transformers.interventions import ablate, force
from moe_lab.models.language.attention import Cache
from moe_lab.models.language.language_model import DecoderSettings, decoder
from moe_lab.models.vision.autoencoder import MoEAutoencoder
from moe_lab.models.vision.classifier import MoEClassifier
from moe_lab.routing.router import ROUTERS
from moe_lab.training.trainer import Callback, Trainer

D, EXPERTS = 16, 4


def sparse(router: str = "top_k") -> MoE:
    return MoE(ROUTERS[router](D, EXPERTS, 2), Bottleneck(D, 8, EXPERTS))


def as_told(routing, per_text: int, first: int) -> list[tuple]:
    "(sequence, position, expert, rank, weight) of each visit of a decision about texts of one length."
    places = [divmod(int(token), per_text) for token in routing.token]
    rank, weight = routing.rank.tolist(), routing.weight.detach().tolist()
    return sorted(
        (first + s, p, *rest) for (s, p), *rest in zip(places, routing.expert.tolist(), rank, weight)
    )


def as_traced(trace: Trace, layer: str) -> list[tuple]:
    "The same of a recorded layer."
    visits = trace.assignments(layer)
    return sorted(zip(*(visits[name] for name in ("sequence", "position", "expert", "rank", "weight"))))


@pytest.mark.parametrize("router", ROUTERS)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_every_router_of_the_kit_is_traced_as_it_decided(router, training):
    torch.manual_seed(0)
    model = MoEClassifier(lambda i: sparse(router), 2, 3, size=16, patch=4, d=D).train(training)
    with observe(model) as routings, record(model) as trace:
        for _ in range(2):
            model(torch.rand(5, 3, 16, 16))
    for layer in trace.layers:
        own = [routing for name, routing in routings if name == layer]
        told = [visit for i, routing in enumerate(own) for visit in as_told(routing, 16, 5 * i)]
        assert as_traced(trace, layer) == told
        refused = sum(0 if r.dropped is None else len(r.dropped.token) for r in own)
        assert sum(map(len, trace.of_layer(layer)["dropped"].to_pylist())) == refused
    assert trace.rows.num_rows == len(trace) == 2 * 5 * 16 * len(trace.layers)


def test_patches_photographs_and_kinds():
    torch.manual_seed(0)
    model = MoEAutoencoder(sparse(), size=8, latent=D, widths=(4, 8))
    with observe(model) as routings, record(model) as trace:
        model(torch.rand(6, 3, 8, 8))
    photograph, kind = list("aabbcc"), ["fur"] * 2 + ["sky"] * 4
    visits = join(trace.assignments(0), photograph=photograph, kind=kind)
    own = routings[0][1]
    by_hand = [(photograph[token], expert) for token, expert in zip(own.token, own.expert.tolist())]
    assert sorted(zip(visits.photograph, visits.expert)) == sorted(by_hand)


def test_a_decoder_with_padding_and_with_a_cache():
    torch.manual_seed(0)
    model = decoder(
        DecoderSettings(vocabulary=50, d=D, heads=2, layers=2, hidden=8, n_experts=EXPERTS)
    ).eval()
    tokens, real = torch.randint(1, 50, (3, 6)), torch.ones(3, 6, dtype=torch.bool)
    real[1, :2] = False
    cache = Cache()
    with torch.no_grad(), record(model) as trace:
        for part in ((0, 4), (4, 5), (5, 6)):
            model(tokens[:, slice(*part)], real[:, slice(*part)], cache)
        model(tokens)
    for layer in trace.layers:
        rows = trace.tokens(layer)
        written = rows[rows.sequence < 3].sort_values(["sequence", "position"])
        assert written.sequence.tolist() == real.nonzero()[:, 0].tolist()
        assert written.position.tolist() == (real.cumsum(1) - 1)[real].tolist()  # padding is no token
        assert written.token.tolist() == tokens[real].tolist()
        assert sorted(set(rows.sequence)) == list(range(6))


def test_a_callback_tells_the_step():
    class Step(Callback):
        def before_step(self, trainer):
            trace.step = trainer.done

    torch.manual_seed(0)
    model = MoEClassifier(lambda i: sparse(), 1, 3, size=8, patch=4, d=D)
    trainer = Trainer(
        model,
        torch.optim.Adam(model.parameters()),
        batch=lambda step: torch.rand(4, 3, 8, 8),
        task=lambda model, images: model(images).square().mean(),
        steps=3,
        callbacks=[Step()],
    )
    with record(model) as trace:
        trainer.fit()
    assert np.bincount(trace.tokens(0).step).tolist() == [16, 16, 16]


def test_listening_sees_what_is_carried_out_whatever_came_first():
    layer, x = sparse(), torch.randn(8, D)
    usual = layer.router(x, None).counts
    with listen(layer) as before, ablate(layer, 0, 1), listen(layer) as after:
        layer(x)
    for heard in (before, after):
        routing = heard[0][1]
        assert int(routing.counts[1]) == 0
        assert routing.counts[[0, 2, 3]].tolist() == usual[[0, 2, 3]].tolist()
        assert len(routing.dropped.token) == int(usual[1])
    with force(layer, "", 2), listen(layer) as heard:
        layer(x)
    assert heard[0][1].counts.tolist() == [0, 0, 8, 0]


def test_the_gradient_flows_through_a_forced_choice():
    layer, x = sparse(), torch.randn(8, D)
    with force(layer, 0, 2):
        layer(x).square().sum().backward()
    own = [w.grad.flatten(1).abs().sum(1) for w in layer.experts.weights()]
    assert all(bool(g[2] > 0) and not g[[0, 1, 3]].any() for g in own)
    assert layer.router.score.weight.grad.abs().sum() > 0


def test_errors_name_what_is_wrong(tmp_path):
    layer = sparse()
    with pytest.raises(FileNotFoundError, match=r"no trace\.json"):
        Trace.load(tmp_path / "nowhere")
    with pytest.warns(UserWarning, match="nothing was recorded"), record(layer, tmp_path / "empty") as trace:
        pass
    assert len(trace) == 0 and len(trace.assignments(0)) == 0 and trace.choices().shape[:2] == (0, 1)
    assert len(Trace.load(tmp_path / "empty").rows) == 0
    with (
        pytest.raises(FileExistsError, match="there is a recording already"),
        record(layer, tmp_path / "empty"),
    ):
        pass
    (tmp_path / "empty" / "rows.arrow").unlink()
    with pytest.raises(FileNotFoundError, match=r"rows\.arrow is missing"):
        Trace.load(tmp_path / "empty")
    with pytest.raises(ValueError, match="layer='nose'"):
        trace.assignments("nose")


def test_a_temporary_folder_is_named_and_goes_with_the_trace():
    layer = sparse()
    with record(layer) as trace:
        layer(torch.randn(4, D))
    folder = trace.folder
    assert folder.exists() and str(folder) in repr(trace) and "temporary" in repr(trace)
    del trace
    assert not folder.exists()


def test_an_exception_ends_the_recording_and_keeps_it(tmp_path):
    layer = sparse()
    with pytest.raises(ZeroDivisionError), record(layer, tmp_path / "trace"):
        layer(torch.randn(4, D))
        1 / 0  # noqa: B018
    assert len(Trace.load(tmp_path / "trace")) == 4
    assert not layer.router._forward_hooks


KILLED = """
    import os, signal, sys, torch
    from moe_lab.experts.moe import MoE
    from moe_lab.experts.experts import Bottleneck
    from moe_lab.measure.trace.trace import record
    from moe_lab.routing.presets import top_k
    layer = MoE(top_k(8, 4), Bottleneck(8, 4, 4))
    with record(layer, sys.argv[1]):
        for _ in range(40):
            layer(torch.randn(4096, 8))
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_what_was_written_can_be_rescued(tmp_path):
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / "trace")])
    assert ended.returncode == -signal.SIGKILL
    with pytest.raises(ValueError, match=r"cut off; rescue\("):
        Trace.load(tmp_path / "trace")
    trace = rescue(tmp_path / "trace")
    assert len(trace) == 2 * 65_536  # whole batches; the rest was still held
    assert trace.tokens(0).sequence.tolist() == list(range(len(trace)))


MILLION = """
    import resource, sys, torch
    from torch import nn
    from moe_lab.experts.moe import MoE
    from moe_lab.experts.experts import Bottleneck
    from moe_lab.measure.trace.trace import Trace, record
    from moe_lab.routing.decision import Context
    from moe_lab.routing.presets import top_k

    class Layers(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(MoE(top_k(16, 8), Bottleneck(16, 8, 8)) for _ in range(4))

        def forward(self, tokens):
            sequence = torch.arange(len(tokens)).repeat_interleave(tokens.shape[1])
            context = Context(token_ids=tokens.flatten(), sequence=sequence)
            x = torch.randn(tokens.numel(), 16)
            for layer in self.layers:
                x = x + layer(x, context)
            return x

    torch.set_num_threads(1)
    model = Layers()
    with torch.no_grad(), record(model, sys.argv[1]) as trace:
        for _ in range(125):
            model(torch.randint(4096, (64, 125)))
    trace = Trace.load(sys.argv[1])
    assert len(trace.rows) == len(trace) == 4_000_000
    assert all(len(trace.assignments(layer)) == 2_000_000 for layer in trace.layers)
    assert trace.choices().shape == (1_000_000, 4, 2)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


@pytest.mark.slow
def test_a_million_tokens_through_four_layers_fit_into_two_gigabytes(tmp_path):
    code = textwrap.dedent(MILLION)
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True
    )
    print(
        f"peak {float(ended.stdout):.2f} GB, {os.path.getsize(tmp_path / 'rows.arrow') / 2**20:.0f} MB on disk"
    )
    assert float(ended.stdout) < 2
