"A layer that holds its connections alone does what a masked one does: outputs, gradients, training, evolution."

from contextlib import nullcontext
from copy import deepcopy

import pytest
import torch
from torch import nn

from moe_lab.experts.experts import FFN
from moe_lab.sparse.evolution import EVOLUTIONS, dense_gradients, evolve, sparse_weights
from moe_lab.sparse.experts import sparse_experts
from moe_lab.sparse.masks import masks_of, put_masks, random_mask
from moe_lab.sparse.storage import SparseLinear, stored_linear
from moe_lab.training.sparse.evolution import dice_of


def both(
    out: int, into: int, density: float, dtype=torch.float32
) -> tuple[SparseLinear, nn.Linear, torch.Tensor]:
    "The same layer, stored and masked."
    torch.manual_seed(0)
    mask = random_mask((out, into), density)
    masked = nn.Linear(into, out, dtype=dtype)
    stored = stored_linear(masked, mask)
    put_masks(masked, {"weight": mask})
    return stored, masked, mask


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "out, into, density", [(1000, 1000, 0.05), (10, 1000, 0.3), (1, 7, 0.2), (50, 3, 1.0)]
)
def test_outputs_and_gradients_are_those_of_a_masked_layer(out, into, density, dtype):
    stored, masked, _ = both(out, into, density, dtype)
    x, pull = torch.randn(100, into, dtype=dtype), torch.randn(100, out, dtype=dtype) / 100
    found = {}
    for name, layer in {"stored": stored, "masked": masked}.items():
        own = x.clone().requires_grad_()
        (layer(own) * pull).sum().backward()
        weight = sparse_weights(layer)["weight"]
        found[name] = layer(x), own.grad, weight.spread(weight.parameter.grad), layer.bias.grad
    for a, b in zip(found["stored"], found["masked"]):
        assert (a - b).abs().max() <= 1e-6 * b.abs().max().clamp_min(1)


def test_a_training_with_evolution_goes_the_same_way():
    stored, masked, _ = both(16, 12, 0.3, torch.float64)
    x, y = torch.randn(64, 12).double(), torch.randn(64, 16).double()
    for rule in EVOLUTIONS.values():
        trained = {}
        for name, layer in {"stored": deepcopy(stored), "masked": deepcopy(masked)}.items():
            optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
            for step in range(30):
                optimizer.zero_grad()
                with dense_gradients(layer) as gradients:
                    (layer(x) - y).square().mean().backward()
                optimizer.step()
                if step % 10 == 9:
                    evolve(layer, rule, 0.3, dice_of(0, step), optimizer, gradients)
            trained[name] = masks_of(layer)["weight"], layer(x)
        assert torch.equal(trained["stored"][0], trained["masked"][0])
        assert torch.allclose(trained["stored"][1], trained["masked"][1])


def test_rows_in_any_shape_and_order():
    stored, masked, _ = both(6, 8, 0.3)
    for x in (
        torch.randn(8),
        torch.randn(0, 8),
        torch.randn(2, 0, 8),
        torch.randn(3, 4, 8),
        torch.randn(8, 5).T,
    ):
        assert torch.allclose(stored(x), masked(x), atol=1e-6) and stored(x).shape == masked(x).shape


def test_masks_travel_with_the_state():
    stored, _, _ = both(6, 8, 0.3)
    optimizer = torch.optim.SGD(stored.parameters(), lr=0.1)
    evolve(stored, EVOLUTIONS["set"], 0.7, dice_of(0, 1), optimizer)
    other = both(6, 8, 0.3)[0]
    assert not torch.equal(other.mask, stored.mask)
    other.load_state_dict(stored.state_dict())
    x = torch.randn(4, 8)
    assert torch.equal(other.mask, stored.mask) and torch.equal(other(x), stored(x))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_in_half_precision_it_gives_what_a_masked_layer_gives(kind):
    "Under autocast, and in a network of halves; computed in full, it is at least as near to the truth."
    stored, masked, _ = both(6, 8, 0.3)
    x, pull = torch.randn(4, 8), torch.randn(4, 6)
    whole = masked(x).detach()
    for layers, given, context in (
        ((stored, masked), x, torch.autocast("cpu", kind)),
        ((deepcopy(stored).to(kind), deepcopy(masked).to(kind)), x.to(kind), nullcontext()),
    ):
        found = {}
        for layer in layers:
            own = given.clone().requires_grad_()
            with context:
                y = layer(own)
            y.backward(pull.to(y.dtype))
            weight = sparse_weights(layer)["weight"]
            found[layer] = y, own.grad, weight.spread(weight.parameter.grad), layer.bias.grad
        for a, b in zip(*found.values()):
            assert a.dtype == b.dtype and torch.allclose(a.float(), b.float(), atol=0.05, rtol=0.02)
        errors = [float((y.detach().float() - whole).abs().max()) for y, *_ in found.values()]
        assert errors[0] <= errors[1] + 0.01


def test_a_penalty_on_gradients_is_a_masked_layers():
    "Gradients of gradients, as WGAN-GP's penalty takes them (1704.00028)."
    found = {}
    for layer in both(20, 30, 0.2, torch.float64)[:2]:
        torch.manual_seed(0)
        x = torch.randn(5, 30, dtype=torch.float64, requires_grad=True)
        (pull,) = torch.autograd.grad(layer(x).tanh().sum(), x, create_graph=True)
        weight = sparse_weights(layer)["weight"]
        (more,) = torch.autograd.grad(layer(x).tanh().sum(), weight.parameter, create_graph=True)
        ((pull.norm(dim=1) - 1).square().mean() + more.sum()).backward()
        found[layer] = x.grad, weight.spread(weight.parameter.grad), layer.bias.grad
    for a, b in zip(*found.values()):
        assert torch.allclose(a, b, atol=1e-12) and a.abs().max() > 1e-6


@pytest.mark.parametrize("parts", [1, 2])
def test_a_state_of_another_density_is_one_error(parts):
    models = [nn.Sequential(*(both(6, 8, density)[0] for _ in range(parts))) for density in (0.3, 0.5)]
    before = [p.clone() for p in models[1].parameters()]
    with pytest.raises(RuntimeError) as refused:
        models[1].load_state_dict(models[0].state_dict())
    told = str(refused.value).splitlines()[1:]
    assert len(told) == parts and "0.weight_values: 14 connections in the state, 24 in the layer" in told[0]
    assert all(torch.equal(a, b) for a, b in zip(models[1].parameters(), before))


def test_sparse_experts_state_of_another_density_is_one_error_a_weight():
    few, many = (sparse_experts(FFN, 8, 4, 2, density) for density in (0.25, 0.5))
    with pytest.raises(RuntimeError) as refused:
        many.load_state_dict(few.state_dict())
    told = str(refused.value).splitlines()[1:]
    assert [line.split(";")[0].strip() for line in told] == [
        f"{name}: 8 connections in the state, 16 in the layer" for name in ("w1", "w2")
    ]


def test_new_connections_have_no_past():
    "Adam's and SGD's memory of connections that stay is kept where they are now, that of new ones is 0."
    for make in (lambda p: torch.optim.Adam(p, 0.01), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)):
        for layer in both(20, 30, 0.2)[:2]:
            optimizer = make(layer.parameters())
            layer(torch.randn(9, 30)).square().sum().backward()
            optimizer.step()
            before = sparse_weights(layer)["weight"]
            seen = {n: before.spread(v) for n, v in optimizer.state[before.parameter].items() if v.ndim}
            mask, values = before.mask.clone(), before.spread(before.parameter.detach())
            evolve(layer, EVOLUTIONS["set"], 0.5, dice_of(0, 0), optimizer)
            after = sparse_weights(layer)["weight"]
            new = after.mask & ~mask
            moved = after.spread(after.parameter.detach())
            kept = after.mask & (moved != 0)
            assert new.any() and not moved[new].any() and torch.equal(moved[kept], values[kept])
            for name, was in seen.items():
                now = after.spread(optimizer.state[after.parameter][name])
                assert not now[new].any() and torch.equal(now[kept], was[kept])
