"Language models with every router: nothing looks ahead, padding is nobody, a cache changes nothing, and all train."

import pytest
import torch
from properties.coverings import covering
from torch import Tensor

from moe_lab.experts.moe import moe_layers, observe
from moe_lab.models.language.attention import Cache
from moe_lab.models.language.generation import generate, why_not_cached, with_expert_thresholds
from moe_lab.models.language.language_model import (
    POSITIONS,
    DecoderSettings,
    LanguageModel,
    decoder,
    dense_equal,
)
from moe_lab.models.language.reading import (
    active_parameters,
    at_rest,
    batch_of,
    forward_flops,
    next_token,
    token_losses,
)
from moe_lab.models.language.recurrent import RECURRENT
from moe_lab.routing.decision import check
from moe_lab.routing.losses import switch_loss
from moe_lab.routing.presets import expert_choice
from moe_lab.routing.router import ROUTERS
from moe_lab.training.aux_losses import AuxLoss
from moe_lab.training.callbacks import Checkpoints, MetricsLog, resume
from moe_lab.training.runs import Run
from moe_lab.training.schedules import aux_loss_coef
from moe_lab.training.trainer import Trainer

SMALL = DecoderSettings(
    vocabulary=30,
    d=16,
    heads=2,
    layers=3,
    length=24,
    hidden=8,
    n_experts=4,
    shared=1,
    first_k_dense_replace=1,
)
every_router = pytest.mark.parametrize("router", ROUTERS)
every_position = pytest.mark.parametrize("positions", POSITIONS)
every_seed = pytest.mark.parametrize("seed", range(3))
each_router_with_a_seed = covering(router=ROUTERS, seed=range(3))


def shape(**changes) -> DecoderSettings:
    return DecoderSettings(**{**vars(SMALL), **changes})


def made(settings: DecoderSettings, seed: int = 0, make=decoder) -> LanguageModel:
    "A model in double precision, at rest; its routers are decided enough for rounding not to decide."
    torch.manual_seed(seed)
    model = make(settings).double().eval()
    with torch.no_grad():
        for layer in moe_layers(model).values():
            for weight in layer.router.parameters():
                weight.add_(torch.randn_like(weight), alpha=0.5)
    return model


def some(n_texts: int, n: int, seed: int = 0) -> Tensor:
    return torch.randint(30, (n_texts, n), generator=torch.Generator().manual_seed(seed))


def looks_ahead(model: LanguageModel, tokens: Tensor, upto: int) -> bool:
    other = torch.cat([tokens[:, :upto], (tokens[:, upto:] + 1) % 30], 1)
    with torch.no_grad():
        early = [model(texts)[:, :upto] for texts in (tokens, other, tokens[:, :upto])]
    return not all(torch.allclose(early[0], again, rtol=0, atol=1e-9) for again in early)


@each_router_with_a_seed
def test_where_routers_promise_it_no_logit_depends_on_a_later_token(router, seed):
    model = made(shape(router=router), seed)
    promised = all(layer.router.promises.causal for layer in moe_layers(model).values())
    if promised:
        assert not looks_ahead(model, some(3, 12, seed), upto=5)


@pytest.mark.parametrize("router", ["expert_choice", "switch"])
def test_where_they_do_not_it_does(router):
    models = [made(shape(router=router), seed) for seed in range(3)]
    assert any(looks_ahead(model, some(3, 12, seed), upto=5) for seed, model in enumerate(models))


@each_router_with_a_seed
def test_padding_before_and_after_changes_nothing(router, seed):
    model, tokens = made(shape(router=router), seed), some(3, 8, seed)
    padded, real = some(3, 14, seed + 9), torch.zeros(3, 14, dtype=torch.bool)
    for text, begin in enumerate((0, 2, 6)):
        padded[text, begin : begin + 8], real[text, begin : begin + 8] = tokens[text], True
    with torch.no_grad(), observe(model) as routings:
        expected, found = model(tokens), model(padded, real)[real].view(3, 8, -1)
    assert torch.allclose(expected, found, rtol=0, atol=1e-9)
    assert all(check(routing).n_tokens in (24, 42) for _, routing in routings)


@every_position
def test_padding_moves_no_position(positions):
    model, tokens = made(shape(positions=positions)), some(2, 6)
    padded = torch.cat([some(2, 5, 1), tokens], 1)
    with torch.no_grad():
        found = model(padded, torch.arange(11).expand(2, -1) >= 5)[:, 5:]
        assert torch.allclose(model(tokens), found, rtol=0, atol=1e-9)


def test_positions_matter_where_there_are_any():
    def order_matters(positions: str) -> bool:
        "Whether the last token of a model of one layer notices the order of the ones before it."
        model, tokens = made(shape(positions=positions, layers=1)), some(1, 6)
        swapped = tokens[:, [1, 0, 2, 3, 4, 5]]
        with torch.no_grad():
            return not torch.allclose(model(tokens)[:, -1], model(swapped)[:, -1], atol=1e-9)

    assert {name: order_matters(name) for name in POSITIONS} == {
        "rotary": True,
        "learned": True,
        "none": False,
    }


def by_parts(model: LanguageModel, tokens: Tensor, sizes: list[int], real: Tensor | None = None) -> Tensor:
    cache, masks = Cache(), len(sizes) * [None] if real is None else real.split(sizes, 1)
    with torch.no_grad():
        parts = [model(part, mask, cache) for part, mask in zip(tokens.split(sizes, 1), masks)]
    return torch.cat(parts, 1)


CACHED = [name for name in ROUTERS if not why_not_cached(decoder(shape(router=name)))]


def test_most_routers_allow_a_cache():
    assert {"top_k", "loss_free", "hash_router", "top_p", "threshold", "cosine", "srnn", "dense"} <= set(
        CACHED
    )
    assert not {"expert_choice", "switch", "gshard", "base", "s_base", "spectra"} & set(CACHED)


@covering(router=CACHED, sizes=[[12], [1] * 12, [5, 1, 6], [1, 11]])
def test_a_cache_changes_nothing(router, sizes):
    model, tokens = made(shape(router=router)), some(3, 12)
    with torch.no_grad():
        assert torch.allclose(by_parts(model, tokens, sizes), model(tokens), rtol=0, atol=1e-9)


@every_position
@pytest.mark.parametrize("make", [decoder, *RECURRENT.values()])
def test_a_cache_knows_padding_places_and_depths(positions, make):
    model = made(shape(positions=positions, first_k_dense_replace=0), make=make)
    tokens, real = some(3, 10), torch.ones(3, 10, dtype=torch.bool)
    real[0, :4], real[1, 6:8] = False, False
    with torch.no_grad():
        whole = model(tokens, real)[real]
    assert torch.allclose(by_parts(model, tokens, [3, 4, 1, 2], real)[real], whole, rtol=0, atol=1e-9)


@pytest.mark.parametrize("router", CACHED)
def test_what_is_written_with_a_cache_is_what_would_be_written_without(router):
    model, tokens = made(shape(router=router)), some(2, 4)
    written = generate(model, tokens, 8, temperature=0)
    for _ in range(8):
        with torch.no_grad():
            tokens = torch.cat([tokens, model(tokens)[:, -1:].argmax(-1)], 1)
    assert written.cached and torch.equal(written.tokens, tokens)


@every_seed
def test_cut_offs_close_the_leak_of_experts_that_choose(seed):
    settings = shape(router="expert_choice", shared=0, first_k_dense_replace=0)
    model, batches = made(settings, seed), some(32, 16, seed).split(8)
    causal = with_expert_thresholds(model, batches)
    assert looks_ahead(model, batches[0], upto=8)
    assert not looks_ahead(causal, batches[0], upto=8)
    assert not why_not_cached(causal)
    whole = by_parts(causal, batches[0], [3, 5, 8])
    with torch.no_grad(), observe(causal) as routings:
        assert torch.allclose(whole, causal(torch.cat(batches))[:8], rtol=0, atol=1e-9)
    for _, routing in routings:
        assert len(routing.token) / routing.n_tokens == pytest.approx(settings.k, rel=0.03)


def test_a_model_that_reads_again_says_so():
    with pytest.warns(UserWarning, match="without a cache: the router of blocks.1.feed is not causal"):
        written = generate(made(shape(router="expert_choice", shared=0)), some(1, 4), 2)
    assert list(written.reread) == ["blocks.1.feed", "blocks.2.feed"]


@pytest.mark.parametrize("experts, k, shared", [(4, 1, 0), (4, 2, 1), (6, 3, 2)])
def test_parameters_and_flops_are_those_counted_by_hand(experts, k, shared):
    s = shape(n_experts=experts, k=k, shared=shared)
    model, texts = made(s), some(4, 10)

    def network(h: int) -> int:
        return s.d * h + h + h * s.d + s.d

    attention, norms = 4 * s.d**2 + 4 * s.d, 4 * s.d
    sparse = s.d * experts + experts * network(s.hidden) + (network(shared * s.hidden) if shared else 0)
    both_ends = 2 * s.vocabulary * s.d + 2 * s.d
    parameters = both_ends + 3 * (attention + norms) + network(s.dense_hidden) + 2 * sparse
    assert sum(p.numel() for p in model.parameters()) == parameters
    assert active_parameters(model, texts) == pytest.approx(
        parameters - 2 * (experts - k) * network(s.hidden)
    )
    one_layer = 4 * s.d**2 + 11 * s.d + 2 * s.d * s.dense_hidden  # 11: the mean of 1 to 10 keys, twice
    assert forward_flops(model, texts) == pytest.approx(2 * (3 * one_layer + s.vocabulary * s.d))
    assert forward_flops(made(dense_equal(s)), texts) == pytest.approx(forward_flops(model, texts))


def test_losses_are_paired_by_token():
    model, tokens = made(SMALL), some(4, 9)
    real = torch.arange(9) < torch.tensor([[9], [5], [2], [1]])
    batch = batch_of(tokens, real)
    with at_rest(model):
        losses, alone = token_losses(model, batch), token_losses(model, tokens[1:2, :5])
    assert losses.isfinite().sum(1).tolist() == [8, 4, 1, 0]
    assert torch.allclose(losses[1, :4], alone[0], atol=1e-9)
    assert float(next_token(model, batch)) == pytest.approx(float(losses[losses.isfinite()].mean()))


def trained(model: LanguageModel, steps: int, out=None) -> Trainer:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    coefficient = aux_loss_coef(0.05, 0.01, 0.05, 0.3, 20)
    aux_losses = {"switch": AuxLoss(switch_loss, coefficient)} if out else {}
    callbacks = [MetricsLog(out, every=1), Checkpoints(out, every=2)] if out else []
    return Trainer(
        model,
        optimizer,
        lambda step: some(4, 10, step),
        next_token,
        steps,
        aux_losses=aux_losses,
        callbacks=callbacks,
    )


@every_router
def test_every_router_trains_in_a_decoder(router):
    torch.manual_seed(0)
    model = decoder(shape(router=router, layers=2))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    report = trained(model, 2).step()
    assert torch.isfinite(report.loss) and report.routings
    still = {name for name, p in model.named_parameters() if torch.equal(p, before[name])}
    assert not {name for name in still if "router" not in name}


@pytest.mark.parametrize("variant", RECURRENT)
def test_a_recurrent_model_resumes_in_mid_schedule_as_if_nothing_had_happened(variant, tmp_path):
    settings = shape(router="loss_free", layers=3, first_k_dense_replace=0, shared=0)

    def made_anew() -> LanguageModel:
        torch.manual_seed(0)
        return RECURRENT[variant](settings)

    whole = Run.open(tmp_path / "whole", "run", settings)
    uninterrupted = trained(made_anew(), 6, whole)
    uninterrupted.fit()
    run = Run.open(tmp_path / "parts", "run", settings)
    trained(made_anew(), 6, run).fit(until=3)
    run = Run.resume(run.folder, settings)
    second = trained(made_anew(), 6, run)
    assert resume(second, run) and second.done == 3
    second.fit()
    for a, b in zip(uninterrupted.model.state_dict().values(), second.model.state_dict().values()):
        assert torch.equal(a, b)
    blocks = second.model.blocks
    assert blocks[2].attention.qkv.weight is blocks[0].attention.qkv.weight
    table, expected = run.metrics.frame(), whole.metrics.frame()
    assert table.equals(expected)
    assert not table.duplicated(["step", "split", "layer", "metric"]).any()
    coefficients = table[table["metric"] == "switch coefficient"]["value"].tolist()
    assert coefficients == [aux_loss_coef(0.05, 0.01, 0.05, 0.3, 20)(step) for step in range(6)]


def test_experts_of_a_batch_see_other_texts_where_they_choose():
    torch.manual_seed(0)
    model = decoder(shape(shared=0), lambda layer: expert_choice(16, 4)).double().eval()
    tokens = some(6, 10)
    with torch.no_grad():
        assert not torch.allclose(model(tokens)[:2], model(tokens[:2]), atol=1e-6)
