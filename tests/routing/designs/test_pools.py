"Pools of experts for documents against loops over documents, as the authors' public code does it (2605.06663)."

import math

import torch

from moe_lab.models.language.language_model import DecoderSettings, decoder
from moe_lab.routing.decision import Context
from moe_lab.routing.designs.pools import document_pools
from moe_lab.routing.losses import switch_loss
from moe_lab.training.aux_losses import joined


def softmax(row: list[float]) -> list[float]:
    up = [math.exp(v) for v in row]
    return [u / sum(up) for u in up]


def by_loop(logits: list[list[float]], documents: list[int], size: int, k: int) -> list[dict[int, float]]:
    "For each token its experts and their weights: a softmax over the pool, then the k largest."
    found: list[dict[int, float]] = []
    for number in sorted(set(documents)):
        rows = [row for row, own in zip(logits, documents) if own == number]
        worth = [sum(column) for column in zip(*map(softmax, rows))]
        pool = sorted(range(len(worth)), key=lambda e: -worth[e])[:size]
        for row in rows:
            shares = dict(zip(pool, softmax([row[e] for e in pool])))
            best = sorted(pool, key=lambda e: -row[e])[:k]
            found.append({e: shares[e] for e in sorted(best)})
    return found


def visits(routing) -> list[dict[int, float]]:
    found: list[dict[int, float]] = [{} for _ in range(routing.n_tokens)]
    for token, expert, weight in zip(
        routing.token.tolist(), routing.expert.tolist(), routing.weight.tolist()
    ):
        found[token][expert] = weight
    return found


DOCUMENTS = [0] * 5 + [1] * 3 + [2] * 9


def test_pools_are_those_of_the_loop():
    torch.manual_seed(0)
    x, told = torch.randn(17, 6, dtype=torch.float64), Context(document=torch.tensor(DOCUMENTS))
    for size, k in ((2, 2), (3, 1), (5, 2), (7, 3)):
        router = document_pools(6, 7, k, least=size, most=size).double()
        with torch.no_grad():
            expected = by_loop(router.score(x, told).tolist(), DOCUMENTS, size, k)
        for mine, loops in zip(visits(router(x, told)), expected):
            assert mine.keys() == loops.keys()
            torch.testing.assert_close([*mine.values()], [*loops.values()], rtol=1e-6, atol=0)
        whole = router.eval()(x, told)
        with torch.no_grad():
            assert [*map(dict.keys, visits(whole))] == [
                d.keys() for d in by_loop(router.score(x, told).tolist(), DOCUMENTS, 7, k)
            ]


def test_sizes_are_drawn_for_each_document_and_cover_the_range():
    torch.manual_seed(0)
    router, numbers = document_pools(4, 9, k=1, least=2, most=5), torch.arange(400)
    shut = router.select.outside(torch.randn(400, 9), Context(document=numbers))
    sizes = (~shut).sum(1).bincount(minlength=10).tolist()
    assert sizes[:2] == [0, 0] and sizes[6:] == [0] * 4 and min(sizes[2:6]) > 60


def test_losses_see_the_pool_and_other_batches_as_they_are():
    torch.manual_seed(0)
    router = document_pools(4, 6, k=1, least=2, most=2)
    routings = [router(torch.randn(8, 4), Context(sequence=torch.arange(8) // 4)) for _ in range(2)]
    for routing in routings:
        assert ((routing.gate > 0).sum(-1) == 2).all()
    share = torch.cat([r.gate for r in routings]).mean(0)
    used = torch.cat([r.expert for r in routings]).bincount(minlength=6) / 16
    torch.testing.assert_close(switch_loss(joined(routings)), 6 * (used * share).sum())


def test_a_model_of_packed_documents_tells_its_routers_which_are_which():
    torch.manual_seed(0)
    model = decoder(
        DecoderSettings(vocabulary=20, d=8, heads=2, layers=1, length=12, n_experts=6, separator=0),
        lambda _: document_pools(8, 6, k=2, least=2, most=2),
    )
    seen = []
    layer = model.blocks[0].feed
    layer.router.register_forward_hook(lambda _m, args, routing: seen.append((args[1], routing)))
    tokens = torch.randint(1, 20, (2, 12))
    tokens[0, 4] = 0
    model(tokens)
    context, routing = seen[0]
    assert context.document.unique_consecutive(return_counts=True)[1].tolist() == [5, 7, 12]
    for number in context.document.unique():
        assert len(routing.expert[(context.document == number)[routing.token]].unique()) == 2
