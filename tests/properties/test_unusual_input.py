"What every router makes of input that is not as it should be, or of which there is next to nothing."

import re
from collections.abc import Callable

import pytest
import torch
from properties.composed import ROUTERS, WITHOUT_K, D, every_router, seed

from moe_lab.routing.capacity import Capacity, ExpertChoice, Quota
from moe_lab.routing.decision import Context, Routing, check
from moe_lab.routing.presets import expert_choice, gshard, switch
from moe_lab.routing.selection import TopK


def outcome(ask: Callable[[], Routing]) -> Routing | str:
    "The checked routing, or the message of the one error that is allowed."
    try:
        return check(ask())
    except ValueError as error:
        return str(error)


def ask(name: str, n_experts: int = 4, k: int = 2, n: int = 6, **change) -> Routing | str:
    "What a fresh router of float32 makes of `n` tokens, some of it changed."
    seed(0)
    given = {"x": torch.randn(n, D), "token_ids": torch.arange(n)} | change
    return outcome(lambda: ROUTERS[name](D, n_experts, k)(given.pop("x"), Context(**given)))


@every_router
@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_numbers_that_are_none_are_refused_by_name(name, bad):
    x = torch.randn(6, D)
    x[3, 1] = bad
    said = ask(name, x=x)
    blind = isinstance(said, Routing) and said.logits is not None and said.logits.isfinite().all()
    assert blind or re.search(r"\bx\b.*(token|row) 3", str(said)), said


@every_router
def test_more_choices_than_experts_are_refused(name):
    said = ask(name, k=5)
    if name in WITHOUT_K:
        assert isinstance(said, Routing), said
    else:
        assert re.search(r"k=5.*n_experts=4", str(said)), said


@every_router
def test_no_choices_at_all_are_refused(name):
    if name not in WITHOUT_K or name == "expert_choice":
        assert re.search(r"(k|capacity_factor)=0", str(ask(name, k=0)))


@pytest.mark.parametrize("room", [0, -1, torch.nan, torch.inf])
@pytest.mark.parametrize(
    "make",
    [
        lambda room: Capacity(TopK(1), room),
        lambda room: ExpertChoice(room),
        lambda room: Quota(1, room),
        lambda room: switch(D, 4, capacity_factor=room),
        lambda room: gshard(D, 4, capacity_factor=room),
        lambda room: expert_choice(D, 4, room),
    ],
)
def test_experts_without_room_are_refused(make, room):
    with pytest.raises(ValueError, match=rf"(capacity_factor|alpha)={room}: needs a finite number above 0"):
        make(room)


@every_router
def test_whole_numbers_are_refused_as_tokens(name):
    assert re.search(r"x: .*int64.*floating-point", str(ask(name, x=torch.ones(6, D, dtype=torch.long))))


@every_router
@pytest.mark.parametrize("train", [True, False])
def test_nobody_there_is_a_decision_too(name, train):
    for said in (ask(name, n=0), ask(name, mask=torch.zeros(6, dtype=torch.bool))):
        assert isinstance(said, Routing), said
        assert len(said.token) == 0
        assert said.counts.tolist() == [0] * 4


@every_router
def test_one_expert_takes_everybody(name):
    said = ask(name, n_experts=1, k=1)
    assert isinstance(said, Routing), said
    assert said.weight.isfinite().all()
    visits = said.token.bincount(minlength=6).tolist()
    assert visits == [1] * 6 or name in ("threshold", "remoe"), visits  # these two may send nobody


@every_router
def test_one_token_alone_routes_sensibly_at_inference(name):
    seed(0)
    said = check(ROUTERS[name](D, 8, 2).eval()(torch.randn(1, D), Context(token_ids=torch.tensor([3]))))
    assert 1 <= len(said.token) <= 8
    assert said.weight.isfinite().all()
    assert said.weight.sum() > 0


@every_router
def test_all_experts_chosen_is_allowed(name):
    said = ask(name, n_experts=3, k=3)
    assert isinstance(said, Routing), said


@every_router
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_either_precision_gives_finite_weights_and_gradients(name, dtype):
    seed(0)
    router = ROUTERS[name](D, 8, 2).to(dtype)
    said = check(router(torch.randn(20, D).to(dtype), Context(token_ids=torch.arange(20))))
    assert said.weight.isfinite().all()
    if said.weight.requires_grad:
        said.weight.square().sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in router.parameters())
