"Activation checkpointing computes layers twice: gradients stay what they were, and nobody counts a decision twice."

import pytest
import torch
from torch.utils.checkpoint import checkpoint

from moe_lab import Bottleneck, Context, MoE, observe
from moe_lab.models.language import DecoderSettings, decoder
from moe_lab.models.language.reading import token_losses
from moe_lab.routing.router import ROUTERS
from moe_lab.routing.spectra_parts import DepthGRU

WORDS = torch.randint(0, 50, (4, 16), generator=torch.Generator().manual_seed(1))


def gradients(router: str, blocks: tuple[int, ...]) -> tuple[dict, int]:
    "Of a language model with some blocks checkpointed; and how many decisions were observed."
    torch.manual_seed(0)
    shape = DecoderSettings(
        vocabulary=50, d=16, heads=2, layers=4, length=16, hidden=16, n_experts=4, k=2, router=router
    )
    model = decoder(shape).train()
    for i in blocks:
        whole = model.blocks[i].forward
        model.blocks[i].forward = lambda *a, f=whole, **k: checkpoint(f, *a, use_reentrant=False, **k)
    with observe(model) as routings:
        token_losses(model, WORDS).nanmean().backward()
    return {n: p.grad for n, p in model.named_parameters() if p.grad is not None}, len(routings)


@pytest.mark.parametrize("blocks", [(2,), (1, 2, 3), (0, 1, 2, 3)])
@pytest.mark.parametrize(
    "router", ["spectra", "spectra_without_gru", "loss_free", "noisy_topk", "expert_choice"]
)
def test_gradients_and_decisions_are_those_without(router, blocks):
    (plain, n), (again, n_again) = gradients(router, ()), gradients(router, blocks)
    assert n == n_again > 1
    assert plain.keys() == again.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(again[name], gradient, rtol=1e-5, atol=1e-8)


def test_layers_that_share_a_state_get_their_own_again():
    "One GRU for three layers, some of them together in one checkpoint."
    gru, x = DepthGRU(16, 4, r=4), torch.randn(6, 16, requires_grad=True)

    def run(wrap):
        context, h = Context(), x
        gru.zero_grad()

        def two(h):
            for _ in range(2):
                h = gru(h, context).flatten(1).tanh()
            return h

        h = wrap(two, h)
        wrap(two, h).sum().backward()
        return gru.cell.weight_hh.grad.clone()

    again = run(lambda f, h: checkpoint(f, h, use_reentrant=False))
    torch.testing.assert_close(again, run(lambda f, h: f(h)), rtol=1e-5, atol=1e-8)


def test_a_state_without_a_graph_is_refused():
    "Reentrant checkpointing runs the first pass without a graph: layers below would learn nothing from those above."
    gru, x, context = DepthGRU(16, 4, r=4), torch.randn(6, 16, requires_grad=True), Context()
    first = checkpoint(lambda h: gru(h, context).flatten(1), x, use_reentrant=True)
    second = checkpoint(lambda h: gru(h, context).flatten(1), first, use_reentrant=True)
    with pytest.raises(ValueError, match="use_reentrant=False"):
        second.sum().backward()


def test_a_whole_model_in_one_checkpoint_has_a_state_of_its_own():
    "The context is made inside, so the recomputation makes it again."
    torch.manual_seed(0)
    layers = [MoE(ROUTERS["spectra"](16, 4), Bottleneck(16, 8, 4)) for _ in range(3)]
    x = torch.randn(6, 16, requires_grad=True)

    def model(x):
        context = Context()
        for layer in layers:
            x = x + layer(x, context)
        return x.square().mean()

    (plain,) = torch.autograd.grad(model(x), x)
    (again,) = torch.autograd.grad(checkpoint(model, x, use_reentrant=False), x)
    torch.testing.assert_close(again, plain, rtol=1e-5, atol=1e-9)
