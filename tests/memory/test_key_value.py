"""Key-value memories against loops that are plainly right: what is read, what is learned, and what does not leak."""

import pytest
import torch
from torch import nn

from moe_lab.experts.dispatch import oracle
from moe_lab.experts.moe import choosing_layers, moe_layers, observe
from moe_lab.measure.load.health import check_ups
from moe_lab.measure.transformers.interventions import ablate, force
from moe_lab.memory.attention import LearnedContents, MemoryAttention
from moe_lab.memory.key_value import Contents, SlotMemory, Slots
from moe_lab.memory.product_keys import Neurons, ProductRouter, best_pairs
from moe_lab.routing.decision import Context, check
from moe_lab.routing.presets import top_k

B, N, D, H, K = 3, 6, 8, 2, 2


def filled_memory(attend: MemoryAttention, lengths=(4, 6, 1)) -> Contents:
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    rows = torch.randn(B, max(lengths), D, dtype=torch.float64)
    return attend.write(attend.blank(B), rows, mask=mask)


@pytest.fixture
def attend():
    torch.manual_seed(0)
    return MemoryAttention(D, N, H, K).double()


def by_loops(attend: MemoryAttention, x, contents: Contents):
    "Episode by episode, question by question, head by head, slot by slot."
    out, d = torch.zeros_like(x), D // H
    for b in range(len(x)):
        for place in range(x.shape[1]):
            asked, brought = attend.ask(x[b, place]), []
            for h in range(H):
                mine = slice(h * d, (h + 1) * d)
                slots = [n for n in range(N) if contents.filled[b, n]]
                score = {n: (asked[mine] @ contents.keys[b, n, mine]) / d**0.5 for n in slots}
                best = sorted(slots, key=lambda n: -score[n].item())[:K]
                share = torch.stack([score[n] for n in best]).softmax(0)
                brought.append(sum(w * contents.values[b, n, mine] for w, n in zip(share, best)))
            out[b, place] = attend.out(torch.cat(brought))
    return out


def test_a_read_is_what_loops_over_slots_find(attend):
    contents, x = filled_memory(attend), torch.randn(B, 5, D, dtype=torch.float64)
    assert torch.allclose(attend(x, contents), by_loops(attend, x, contents))


def test_gradients_reach_questions_keys_values_and_what_was_written(attend):
    x, rows = (torch.randn(B, 4, D, dtype=torch.float64, requires_grad=True) for _ in range(2))

    def remembered(x, rows):
        return attend(x, attend.write(attend.blank(B), rows))

    assert torch.autograd.gradcheck(remembered, (x, rows), eps=1e-7)


def test_nothing_leaks_from_episode_to_episode(attend):
    x, rows = (torch.randn(B, 4, D, dtype=torch.float64, requires_grad=True) for _ in range(2))
    attend(x, attend.write(attend.blank(B), rows))[1].sum().backward()
    for given in (x, rows):
        touched = given.grad.flatten(1).abs().sum(1) > 0
        assert touched.tolist() == [False, True, False]


def test_padding_is_neither_written_nor_asked(attend):
    contents, x = filled_memory(attend), torch.randn(B, 5, D, dtype=torch.float64)
    real = torch.tensor([[True] * 5, [True] * 2 + [False] * 3, [False] * 5])
    y, routing = attend.recall(x, contents, real)
    check(routing)
    assert torch.allclose(y[real], attend(x, contents)[real]) and (y[~real] == 0).all()
    assert routing.n_tokens == B * 5 * H and int(routing.mask.sum()) == 7 * H


def test_fewer_are_read_where_fewer_are_filled(attend):
    _, routing = attend.recall(torch.randn(B, 5, D, dtype=torch.float64), filled_memory(attend))
    per_read = torch.bincount(routing.token, minlength=routing.n_tokens).view(B, 5 * H)
    assert per_read.unique(dim=1).flatten().tolist() == [K, K, 1]


def test_the_instruments_of_experts_see_and_change_reads(attend):
    model, contents = nn.ModuleDict({"memory": attend}), filled_memory(attend)
    x = torch.randn(B, 5, D, dtype=torch.float64)
    assert [*choosing_layers(model)] == ["memory"] and not moe_layers(model)
    with check_ups(model) as found, observe(model) as seen:
        y = attend(x, contents)
    assert (
        found["memory"].load.n_experts == N and seen[0][1].counts.sum() == found["memory"].load.counts.sum()
    )
    with ablate(attend, "", 0):
        lesioned = attend(x, contents)
    assert (lesioned[2] == 0).all() and not torch.equal(lesioned[0], y[0])  # episode 2 had nothing else
    with force(attend, "", 1):
        forced = attend(x, contents)
    assert torch.allclose(forced[0], attend.out(contents.values[0, 1]).expand(5, D))


def test_learned_contents_are_one_memory_for_all(attend):
    learned = LearnedContents(N, D).double()
    x = torch.randn(B, 5, D, dtype=torch.float64)
    shared = learned()
    own = Contents(*(part.expand(B, *part.shape[1:]) for part in vars(shared).values()))
    assert torch.allclose(attend(x, shared), attend(x, own))
    assert torch.allclose(attend(x, shared), by_loops(attend, x, own))


@pytest.mark.parametrize("experts", [Slots, Neurons])
@pytest.mark.parametrize("router", [lambda: top_k(D, 12, 3), lambda: ProductRouter(D, 12, 3)])
def test_experts_that_are_looked_up_are_what_the_loop_computes(experts, router):
    torch.manual_seed(0)
    memory = SlotMemory(router(), experts(D, 12)).double()
    x = torch.randn(2, 7, D, dtype=torch.float64, requires_grad=True)
    with observe(memory) as seen:
        y = memory(x)
    expected = oracle(x.view(-1, D), seen[0][1], memory.experts).view_as(x)
    assert torch.allclose(y, expected)
    own = [*memory.parameters()]
    got, wanted = (torch.autograd.grad(out.square().sum(), own, retain_graph=True) for out in (y, expected))
    assert all(map(torch.allclose, got, wanted))


@pytest.mark.parametrize(("a", "b", "k"), [(1, 1, 1), (1, 7, 3), (5, 4, 20), (16, 16, 9), (32, 8, 40)])
def test_the_best_pairs_are_the_best_of_all(a, b, k):
    torch.manual_seed(a + b)
    first, second = torch.randn(30, a), torch.randn(30, b)
    found, number = best_pairs(first, second, k)
    every = (first[:, :, None] + second[:, None]).flatten(1)
    assert torch.equal(found, every.topk(k, -1).values) and torch.equal(every.gather(1, number), found)


def test_product_routers_look_at_each_token_alone():
    torch.manual_seed(0)
    router, x = ProductRouter(D, 30, 4), torch.randn(9, D)
    whole = check(router(x))
    for token in range(9):
        alone = check(router(x[token : token + 1]))
        assert alone.expert.tolist() == whole.expert[whole.token == token].tolist()
    masked = router(x, Context(mask=torch.arange(9) % 2 == 0))
    assert set(masked.token.tolist()) == {0, 2, 4, 6, 8}
