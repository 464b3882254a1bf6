"The contract of a router's parts: seeds, knobs, and experts that come and go. Every registered router is asked."

import math
import pickle

import pytest
import torch

from moe_lab.routing.decision import Context, check
from moe_lab.routing.parts import Part
from moe_lab.routing.router import ROUTERS, composed_differently

D, E, T = 16, 4, 24
every_router = pytest.mark.parametrize("name", composed_differently(ROUTERS))
X, IDS = torch.randn(T, D, generator=torch.Generator().manual_seed(0)), torch.arange(T)


def made(name: str, seed: int = 0):
    torch.manual_seed(seed)
    return ROUTERS[name](D, E, 2)


@every_router
def test_the_same_seed_gives_the_same_router(name):
    one, other = made(name).state_dict(), made(name).state_dict()
    assert one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@every_router
def test_experts_that_come_and_go_leave_the_others_as_they_were(name):
    router = made(name).eval()
    if not router.can_resize:
        pytest.skip("its tensors join all experts")
    before = router(X, Context(token_ids=IDS)).logits
    for part in router.parts():
        part.resize(torch.arange(E), 3)
    grown = check(router(X, Context(token_ids=IDS)))
    assert grown.n_experts == E + 3 == grown.logits.shape[1]
    if not router.needs:  # a hash deals ids anew when there are more experts
        assert torch.allclose(grown.logits[:, :E], before, atol=1e-6)
    for part in router.parts():
        part.resize(torch.arange(E), 0)
    again = check(router(X, Context(token_ids=IDS)))
    assert again.n_experts == E and torch.allclose(again.logits, before, atol=1e-6)


def numbers(part: Part) -> dict[str, float]:
    "The knobs of a part that are numbers, with their values."
    values = {knob: getattr(part, knob) for knob in part.knobs}
    return {knob: value for knob, value in values.items() if isinstance(value, int | float)}


@every_router
def test_every_knob_refuses_what_cannot_be_and_keeps_its_value(name):
    router = made(name)
    for part in (module for module in router.modules() if isinstance(module, Part)):
        for knob, value in numbers(part).items():
            with pytest.raises(ValueError, match=f"{knob}=nan"):
                part.set(**{knob: math.nan})
            assert getattr(part, knob) == value
        with pytest.raises(ValueError, match="no knob"):
            part.set(strenght=1.0)


@every_router
def test_newborn_parts_have_the_settings_of_the_old_ones(name):
    for part in made(name).parts():
        if part.can_resize:
            born = part.fresh(3)
            assert born.n_experts == 3 and type(born) is type(part)
            assert numbers(born) == numbers(part)
            shapes = {key: kept.shape[1:] for key, kept in part.state_dict().items()}
            assert {key: kept.shape[1:] for key, kept in born.state_dict().items()} == shapes


@every_router
def test_a_decision_can_go_to_another_process(name):
    routing = made(name)(X, Context(token_ids=IDS)).detach()
    again = pickle.loads(pickle.dumps(routing))
    assert torch.equal(again.gate, routing.gate) and torch.equal(again.weight, routing.weight)
