"What routers promise, held to by experiment."

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from unittest import mock

import pytest
import torch
from properties.composed import ROUTERS, D, Make, every_router, seed
from properties.coverings import covering
from torch import Tensor, nn

from moe_lab.routing.adjustments import NOTED, Feedback
from moe_lab.routing.decision import Context, Promises, Routing
from moe_lab.routing.router import Router
from moe_lab.routing.scores import Linear
from moe_lab.routing.selection import TopK


@dataclass(frozen=True)
class Case:
    "A batch of sequences for a router of some size."

    seed: int
    lengths: tuple[int, ...]
    n_experts: int
    k: int

    @classmethod
    def of(cls, number: int) -> "Case":
        rng = random.Random(number)
        n_experts = rng.randint(2, 6)
        lengths = tuple(rng.randint(1, 9) for _ in range(rng.randint(2, 4)))
        return cls(number, lengths, n_experts, rng.randint(1, max(1, n_experts // 2)))

    def batch(self) -> tuple[Tensor, Context]:
        seed(self.seed)
        n = sum(self.lengths)
        sequence = torch.arange(len(self.lengths)).repeat_interleave(torch.tensor(self.lengths))
        x = torch.randn(n, D, dtype=torch.float64)
        return x, Context(token_ids=torch.randint(50, (n,)), sequence=sequence)

    def router(self, make: Make) -> Router:
        "In the middle of its life, in training mode."
        seed(self.seed)
        router = make(D, self.n_experts, self.k).double().train()
        with torch.no_grad():
            for weight in router.parameters():
                weight.add_(torch.randn_like(weight), alpha=0.3)
        x, context = replace(self, seed=self.seed + 1).batch()
        for _ in range(2):
            notes = router(x, context).notes
            noted = {name: notes[name].detach() for name in NOTED if name in notes}
            counts, pull = torch.randint(9, (self.n_experts,)).float(), torch.rand(self.n_experts)
            moments = torch.rand(self.n_experts, 2) + torch.tensor([0.0, 1.0])  # squares above those of means
            router.after_step(Feedback(counts, pull, moments=moments, **noted, tokens=len(x)))
        return router


def some_cases(name: str, n: int = 6) -> list[Case]:
    "Cases of a router's own, the same in every run."
    rng = random.Random(name)
    return [Case.of(rng.randrange(2**20)) for _ in range(n)]


def rows(context: Context, keep: Tensor) -> Context:
    "What a context says of the tokens `keep` (T,), in a pass of its own."
    part = {name: getattr(context, name) for name in ("mask", "token_ids", "sequence")}
    return Context(**{name: None if value is None else value[keep] for name, value in part.items()})


def decide(router: Router, x: Tensor, context: Context) -> Tensor:
    "(T, E, 2) combine weights in two layers that share one memory; NaN where a token does not visit an expert."
    context = rows(context, torch.ones(len(x), dtype=torch.bool))
    return torch.stack([table(router(x, context)) for _ in range(2)], -1)


def table(r: Routing) -> Tensor:
    empty = torch.full((r.n_tokens, r.n_experts), torch.nan, dtype=torch.float64)
    return empty.index_put((r.token, r.expert), r.weight.detach().double())


def differ(a: Tensor, b: Tensor) -> bool:
    return not torch.allclose(a, b, rtol=1e-6, atol=1e-6, equal_nan=True)


@contextmanager
def still() -> Iterator[None]:
    "Noise that is the same for every token, so that decisions can be compared row by row."

    def one_row(draw):
        def like(x: Tensor) -> Tensor:
            return draw(x.shape[-1], generator=torch.Generator().manual_seed(0), dtype=x.dtype).expand_as(x)

        return like

    with (
        mock.patch.object(torch, "randn_like", one_row(torch.randn)),
        mock.patch.object(torch, "rand_like", one_row(torch.rand)),
    ):
        yield


def later_tokens_matter(router: Router, case: Case) -> bool:
    x, context = case.batch()
    context = replace(context, sequence=torch.zeros_like(context.sequence))
    early = torch.arange(len(x)) < case.lengths[0]
    with still():
        return differ(decide(router, x, context)[early], decide(router, x[early], rows(context, early)))


def other_sequences_matter(router: Router, case: Case) -> bool:
    x, context = case.batch()
    with still():
        together = decide(router, x, context)
        each = [context.sequence == s for s in range(len(case.lengths))]
        return any(differ(together[own], decide(router, x[own], rows(context, own))) for own in each)


def inference_differs(router: Router, case: Case) -> bool:
    x, context = case.batch()
    seed(0)
    trained = decide(router.train(), x, context)
    seed(0)
    return differ(trained, decide(router.eval(), x, context))


def chance_decides(router: Router, case: Case) -> bool:
    x, context = case.batch()
    seed(0)
    once = decide(router, x, context)
    seed(1)
    return differ(once, decide(router, x, context))


# the promise -> the value of it that an experiment can refute, and the experiment
EXPERIMENTS = {
    "causal": (True, later_tokens_matter),
    "batch_dependent": (False, other_sequences_matter),
    "same_at_inference": (True, inference_differs),
    "deterministic": (True, chance_decides),
}
every_promise = pytest.mark.parametrize("promise", EXPERIMENTS)


def kept(promise: str, make: Make, case: Case):
    "Fail if the router promises what the experiment refutes."
    best, refuted = EXPERIMENTS[promise]
    router = case.router(make)
    if getattr(router.promises, promise) is best:
        assert not refuted(router, case), f"promises {promise}={best}: refuted by {case}"


def needed(promise: str, make: Make, tries: int = 60):
    "Fail if the router promises less than it could: no experiment refutes the better promise."
    best, refuted = EXPERIMENTS[promise]
    every = list(map(Case.of, range(tries)))
    if getattr(every[0].router(make).promises, promise) is not best:
        assert any(refuted(case.router(make), case) for case in every), (
            f"promises {promise}={not best}: never seen in {tries} tries"
        )


@every_router
def test_what_is_promised_holds(name):
    for promise, case in product(EXPERIMENTS, some_cases(name)):
        kept(promise, ROUTERS[name], case)


@every_router
def test_what_is_not_promised_does_happen(name):
    for promise in EXPERIMENTS:
        needed(promise, ROUTERS[name])


class Odd(nn.Module):
    "A score that does what it should not, and says what it is told to say."

    def __init__(self, d: int, n_experts: int, habit: Callable, promises: Promises):
        super().__init__()
        self.linear, self.habit, self.promises = Linear(d, n_experts), habit, promises

    def forward(self, x: Tensor, context: Context) -> Tensor:
        return self.habit(self, self.linear(x, context), context)


def centred(self, logits, context):
    "Each sequence less its mean: the future shows, other sequences do not."
    same = (context.sequence[:, None] == context.sequence).to(logits)
    return logits - same @ logits / same.sum(-1, keepdim=True)


def of_the_first(self, logits, context):
    "Everybody looks at the batch's first token: causal, and not one's own business."
    return logits + 3 * logits[:1]


def still_at_inference(self, logits, context):
    return logits.cumsum(-1) if self.training else logits


def noisy(self, logits, context):
    return logits + torch.randn_like(logits)


HABITS = {
    "causal": (centred, Promises(causal=False)),
    "batch_dependent": (of_the_first, Promises(batch_dependent=True)),
    "same_at_inference": (still_at_inference, Promises(same_at_inference=False)),
    "deterministic": (noisy, Promises(deterministic=False)),
}


def odd(habit: Callable, promises: Promises) -> Make:
    return lambda d, n_experts, k: Router(Odd(d, n_experts, habit, promises), [], TopK(k))


@every_promise
def test_each_experiment_catches_its_own_offence_and_no_other(promise):
    habit, honest = HABITS[promise]
    for other in EXPERIMENTS:
        needed(other, odd(habit, honest))
        for case in map(Case.of, range(8)):
            kept(other, odd(habit, honest), case)
    with pytest.raises(AssertionError, match=f"promises {promise}="):
        for case in map(Case.of, range(8)):
            kept(promise, odd(habit, Promises()), case)


@every_promise
def test_a_router_that_promises_too_little_is_caught(promise):
    _, modest = HABITS[promise]
    with pytest.raises(AssertionError, match=f"promises {promise}=.*never seen"):
        needed(promise, odd(lambda self, logits, context: logits, modest), tries=10)


@covering(name=ROUTERS, promise=EXPERIMENTS)
def test_a_false_declaration_of_any_router_is_caught(name, promise):
    "The opposite of what each router declares fails, whichever way round it is."

    def lying(d: int, n_experts: int, k: int) -> Router:
        router = ROUTERS[name](d, n_experts, k)
        lie = replace(router.promises, **{promise: not getattr(router.promises, promise)})
        router.__class__ = type("Lying", (Router,), {"promises": lie})
        return router

    with pytest.raises(AssertionError, match=f"promises {promise}="):
        needed(promise, lying, tries=3)
        for case in map(Case.of, range(60)):
            kept(promise, lying, case)


@every_router
def test_padding_influences_nobody(name):
    "Other padding changes nothing, and neither does no padding at all."
    for case in some_cases(name):
        router, (x, context) = case.router(ROUTERS[name]), case.batch()
        real = torch.rand(len(x)) < random.Random(case.seed).random()
        garbage = torch.where(real[:, None], x, 1e3 * torch.randn_like(x))
        spoken = context.token_ids.where(real, -100)
        with still():
            padded = decide(router, x, replace(context, mask=real))
            other = decide(router, garbage, replace(context, mask=real, token_ids=spoken))
            without = decide(router, x[real], rows(context, real))
        assert padded[~real].isnan().all(), case
        assert not differ(padded, other), case
        assert not differ(padded[real], without), case


@every_router
def test_deciding_changes_nothing_that_is_saved(name):
    for case in some_cases(name, 3):
        router, (x, context) = case.router(ROUTERS[name]), case.batch()
        before = {key: value.clone() for key, value in router.state_dict().items()}
        decide(router, x, context)
        for key, value in router.state_dict().items():
            assert torch.equal(value, before[key]), f"{key} moved without a step: {case}"
