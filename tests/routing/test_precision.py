"A router decides in 32 bits or more, whatever its model is cast to and whatever autocast is on."

from copy import deepcopy

import pytest
import torch

from moe_lab import Bottleneck, Context, MoE, loss_free, observe, srnn, top_k
from moe_lab.routing.adjustments import Feedback
from moe_lab.routing.losses import AUX_LOSSES
from moe_lab.routing.router import ROUTERS, composed_differently


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("strength", [0.001, 0.01])
def test_a_bias_goes_on_moving_in_any_precision(strength, dtype):
    router = loss_free(8, 4, 2, strength=strength).to(dtype)
    for _ in range(3000):
        router.after_step(Feedback(torch.tensor([9.0, 0, 0, 0]), torch.zeros(4)))
    (bias,) = (part for part in router.adjustments if hasattr(part, "bias"))
    assert float(bias.bias[0]) == pytest.approx(-3000 * strength, rel=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_small_gradients_are_remembered(dtype):
    "Mean gradients of 1e-7 are nothing in float16."
    router, told = srnn(8, 4, 2).to(dtype), torch.tensor([1e-7, 2e-7, 4e-7, 8e-7])
    for _ in range(500):
        router.after_step(Feedback(torch.ones(4), told))
    torch.testing.assert_close(router.adjustments[0].saturation, told, rtol=1e-3, atol=0)


@pytest.mark.parametrize(("n_experts", "k", "d"), [(8, 2, 64), (128, 8, 256)])
def test_autocast_changes_no_choice(n_experts, k, d):
    torch.manual_seed(0)
    layer, x = MoE(top_k(d, n_experts, k), Bottleneck(d, 32, n_experts)).eval(), torch.randn(512, d)
    with torch.no_grad(), observe(layer) as seen:
        layer(x)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            layer(x)
    (_, plain), (_, cast) = seen
    assert cast.logits.dtype == cast.weight.dtype == torch.float32
    assert torch.equal(plain.visits, cast.visits) and torch.equal(plain.logits, cast.logits)


@pytest.mark.parametrize("name", composed_differently(ROUTERS))
@pytest.mark.parametrize("trains", [True, False], ids=["training", "evaluation"])
def test_no_router_nor_its_loss_is_narrow_under_autocast(name, trains):
    "In a layer whose experts compute in bfloat16; the decision is the same to the bit."
    torch.manual_seed(0)
    layer = MoE(ROUTERS[name](16, 4, 2), Bottleneck(16, 8, 4)).train(trains)
    x, seen = torch.randn(12, 16), []
    for low in (False, True):
        torch.manual_seed(1)
        again = deepcopy(layer)
        with torch.autocast("cpu", torch.bfloat16, enabled=low), observe(again) as routings:
            again(x, Context(token_ids=torch.arange(12)))
            routing = routings[0][1]
            losses = {n: loss(routing) for n, loss in AUX_LOSSES.items() if loss.fits(routing)}
        seen.append((routing, losses))
    (plain, wanted), (cast, found) = seen
    for part in ("logits", "scores", "weight", "gate"):
        if (table := getattr(cast, part)) is not None:
            assert table.dtype == torch.float32 and torch.equal(table, getattr(plain, part)), part
    assert torch.equal(plain.visits, cast.visits)
    for n, loss in found.items():
        assert loss.dtype == torch.float32 and torch.equal(loss, wanted[n]), n


@pytest.mark.parametrize("name", composed_differently(ROUTERS))
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_every_router_of_a_narrow_model_is_wide(name, dtype):
    torch.manual_seed(0)
    layer = MoE(ROUTERS[name](16, 4, 2), Bottleneck(16, 8, 4)).to(dtype)
    x, context = torch.randn(12, 16, dtype=dtype), Context(token_ids=torch.arange(12))
    with observe(layer) as seen:
        y = layer(x, context)
    assert y.dtype == dtype and {p.dtype for p in layer.experts.parameters()} == {dtype}
    narrow = [
        n for n, t in layer.router.state_dict().items() if t.is_floating_point() and t.element_size() < 4
    ]
    assert not narrow
    assert seen[0][1].weight.dtype == torch.float32
    y.float().sum().backward()
