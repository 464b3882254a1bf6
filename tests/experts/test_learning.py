"Every learned router solves a task whose best routing is known; and two set-ups in which none of them can learn."

from dataclasses import dataclass

import pytest
import torch
from properties.coverings import representatives
from torch import Tensor

from moe_lab.experts.experts import Bottleneck, Experts, uniform_parameter
from moe_lab.experts.moe import MoE, observe
from moe_lab.experts.upcycling import upcycle
from moe_lab.routing.decision import Context
from moe_lab.routing.losses import AUX_LOSSES
from moe_lab.routing.presets import top_k
from moe_lab.routing.router import ROUTERS as REGISTERED
from moe_lab.routing.router import Router, composed_differently
from moe_lab.routing.scores import TimeGRU
from moe_lab.routing.selection import TopK, softmax_all, softmax_chosen

D, KINDS, E = 8, 4, 8  # more experts than kinds of token, so that one may idle
ROUTERS = composed_differently(REGISTERED) | {
    "TimeGRU": lambda d, n_experts, k: Router(TimeGRU(d, n_experts), [], TopK(k)),
}


def kinds(name: str) -> tuple[type, ...]:
    "What a router is made of, without its settings."
    return tuple(type(part) for part in ROUTERS[name](D, E, 2).modules())


OF_MODELS = [name for name in ROUTERS if getattr(ROUTERS[name], "model", "")]
KNOWN = {kinds(name) for name in ROUTERS if name not in OF_MODELS}
LEARNED = [  # of models those alone that have a part of their own; the others learn as Transformers' modules do
    name
    for name, make in ROUTERS.items()
    if list(make(D, E, 2).parameters()) and not (name in OF_MODELS and kinds(name) in KNOWN)
]


class Maps(Experts):
    "Experts that are one linear map each: none of them can do two kinds of token."

    def __init__(self, d: int, n_experts: int):
        super().__init__()
        self.d, self.n_experts = d, n_experts
        self.w, self.b = uniform_parameter(n_experts, d, d, d), uniform_parameter(n_experts, d, d)

    @staticmethod
    def expert(rows, linear, w, b):  # type: ignore[override]
        return linear(rows, w, b)

    def fresh(self, n: int) -> "Maps":
        return Maps(self.d, n)


@dataclass
class Task:
    "Tokens of four kinds, each kind around a centre of its own and with a linear map of its own to learn."

    centres: Tensor
    maps: Tensor
    length: int = 8  # tokens a sequence

    @classmethod
    def of(cls, seed: int, length: int = 8) -> "Task":
        torch.manual_seed(seed)
        return cls(2 * torch.eye(D)[:KINDS], torch.randn(KINDS, D, D) / D**0.5, length)

    def batch(self, n: int = 64) -> tuple[Tensor, Tensor, Tensor]:
        kind = torch.randint(KINDS, (n,))
        x = self.centres[kind] + 0.5 * torch.randn(n, D)
        return x, torch.einsum("nd,ndh->nh", x, self.maps[kind]), kind

    def alone(self) -> float:
        "The error of the best single linear map."
        x, y, _ = self.batch(5000)
        x = torch.cat([x, torch.ones(len(x), 1)], 1)
        return float((x @ torch.linalg.lstsq(x, y).solution - y).square().mean())


def context(kind: Tensor, length: int = 8) -> Context:
    "Sequences of some length; a token's id says its kind."
    return Context(token_ids=kind, sequence=torch.arange(len(kind)) // length)


def predict(moe: MoE, x: Tensor, kind: Tensor, length: int = 8) -> Tensor:
    "What the layer makes of x; what it makes of it a second time, if its router remembers the first."
    whole = context(kind, length)
    y = moe(x, whole)
    return moe(x, whole) if whole.state else y


def learn(router: Router, task: Task, steps: int = 120) -> tuple[MoE, dict[str, float]]:
    "The trained layer, and how much gradient of the task reached each part of its router on the way."
    moe = MoE(router, Maps(D, E))
    optimizer = torch.optim.Adam(moe.parameters(), lr=0.05)
    reached = {name: 0.0 for name, _ in router.named_parameters()}
    for _ in range(steps):
        x, y, kind = task.batch()
        with observe(moe) as seen:
            loss = (predict(moe, x, kind, task.length) - y).square().mean()
        for loss_of_its_own in router.brings:
            loss = loss + sum(AUX_LOSSES[loss_of_its_own](routing) for _, routing in seen)
        optimizer.zero_grad()
        loss.backward()
        for name, part in router.named_parameters():
            reached[name] += 0.0 if part.grad is None else float(part.grad.abs().sum())
        optimizer.step()
        router.after_step(moe.feedback([routing for _, routing in seen]))
    return moe.eval(), reached


@torch.no_grad()
def error(moe: MoE, task: Task) -> float:
    x, y, kind = task.batch(1024)
    return float((predict(moe, x, kind, task.length) - y).square().mean())


# In `make test` each part once; that models' routers learn, too, is for `make test-slow`.
EACH_PART = representatives(LEARNED, lambda name: () if name in OF_MODELS else kinds(name))


@pytest.mark.parametrize("name", EACH_PART)
def test_a_learned_router_solves_what_one_expert_cannot(name):
    "From one of five starts: nothing here balances the load, and two kinds may come to share an expert."
    length = (
        64 if name == "mixture_of_depths" else 8
    )  # its experts take their share of each: all kinds are there
    task, reached, errors = Task.of(0, length), {}, [torch.inf]
    for start in range(1, 6):
        torch.manual_seed(start)
        moe, reached = learn(ROUTERS[name](D, E, 2), task)
        errors.append(error(moe, task))
        if errors[-1] < 0.3 * task.alone():
            break
    assert min(errors) < 0.3 * task.alone(), errors
    assert all(amount > 0 for amount in reached.values()), reached


def pull(moe: MoE, task: Task) -> Tensor:
    "The largest gradient that the task sends to any part of the router."
    x, y, kind = task.batch()
    moe.double()(x.double(), context(kind)).sub(y).square().mean().backward()
    return torch.stack(
        [part.grad.abs().max() for part in moe.router.parameters() if part.grad is not None]
    ).max()


@pytest.mark.parametrize("name", LEARNED)
def test_with_one_choice_the_router_learns_unless_every_weight_is_the_same(name):
    "Renormalised top-1: whatever the logits are, the weight is 1 times a scale, and no gradient comes back."
    torch.manual_seed(0)
    moe, task = MoE(ROUTERS[name](D, E, 1), Maps(D, E)), Task.of(0)
    with observe(moe) as seen:
        felt = pull(moe, task)
    weight = seen[0][1].weight
    assert (felt < 1e-15) == torch.allclose(weight, weight[:1], rtol=1e-12), felt


def test_renormalised_top_1_never_moves_its_router():
    torch.manual_seed(0)
    stuck, free = top_k(D, E, 1, softmax_chosen), top_k(D, E, 1, softmax_all)
    for router, moves in ((stuck, False), (free, True)):
        before = router.score.weight.detach().clone()
        learn(router, Task.of(0), steps=5)
        assert torch.equal(router.score.weight, before) is not moves


def upcycled(gate) -> MoE:
    torch.manual_seed(0)
    return upcycle(Bottleneck(D, 16, 1), top_k(D, E, 2, gate), E)


def test_identical_experts_with_renormalised_weights_give_no_gradient():
    "However two equal outputs are mixed, the mixture is the same; all that is left is rounding."
    assert pull(upcycled(softmax_chosen), Task.of(0)) < 1e-14
    assert pull(upcycled(softmax_all), Task.of(0)) > 1e-4


def test_a_little_noise_on_the_copies_frees_the_router():
    moe = upcycled(softmax_chosen)
    with torch.no_grad():
        for weight in moe.experts.weights():
            weight.add_(torch.randn_like(weight), alpha=0.01)
    assert pull(moe, Task.of(0)) > 1e-6


@pytest.mark.parametrize("change", [lambda moe: moe.grow(2), lambda moe: moe.prune([0, 1])])
def test_a_layer_whose_router_cannot_be_resized_stays_as_it_is(change):
    moe = MoE(REGISTERED["spectra"](D, E), Bottleneck(D, 16, E))
    before = {name: value.clone() for name, value in moe.state_dict().items()}
    with pytest.raises(ValueError, match="DepthGRU cannot grow or shrink"):
        change(moe)
    assert moe.n_experts == moe.experts.n_experts == E
    assert all(torch.equal(value, before[name]) for name, value in moe.state_dict().items())
