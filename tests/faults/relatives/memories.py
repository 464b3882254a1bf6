"Mistakes with memories: slots, keys, reads, writes."

import torch
from faults.table import Bad

from moe_lab.experts.moe import observe
from moe_lab.measure.transformers.interventions import ablate
from moe_lab.memory.attention import LearnedContents, MemoryAttention
from moe_lab.memory.heads import ManyHeads, peer
from moe_lab.memory.key_value import Contents, SlotMemory, Slots, TopFilled
from moe_lab.memory.product_keys import ProductRouter, best_pairs, sides
from moe_lab.memory.reads import Reads, routing_of_reads
from moe_lab.memory.writes import LeastUsedMemory, Store, least_used, write
from moe_lab.routing.decision import Context
from moe_lab.routing.presets import top_k

X = torch.randn(2, 3, 8)
NAN = torch.tensor([[float("nan"), 1.0]])


def heard(weights, n_slots=4):
    reads = Reads(n_slots)
    with observe(reads):
        reads(weights)


def attend(**changes):
    return MemoryAttention(**{"d": 8, "n_slots": 5, "heads": 2, "k": 3} | changes)


def lesion(slot):
    with ablate(attend(), 0, slot):
        pass


ROWS = [
    Bad(
        "more values than keys",
        lambda: Contents(torch.ones(2, 4, 3), *[torch.ones(2, 5)] * 3),
        ("values", "(2, 5)", "(2, 4)", "one key"),
    ),
    Bad(
        "more slots than the router has keys",
        lambda: SlotMemory(top_k(8, 16), Slots(8, 20)),
        ("for 16 experts", "holds 20"),
    ),
    Bad(
        "more slots than product keys",
        lambda: SlotMemory(ProductRouter(8, 16, 2), Slots(8, 20)),
        ("for 16 experts", "holds 20"),
    ),
    Bad("a read of more slots than there are", lambda: attend(k=6), ("k=6", "n_slots=5")),
    Bad(
        "more product keys than pairs",
        lambda: best_pairs(torch.ones(2, 3), torch.ones(2, 3), 10),
        ("k=10", "9"),
    ),
    Bad("a product router for more slots than there are", lambda: ProductRouter(8, 9, 10), ("k=10", "9")),
    Bad("a question that has no half", lambda: ProductRouter(7, 9, 2), ("d=7", "even")),
    Bad(
        "product keys that are to grow",
        lambda: SlotMemory(ProductRouter(8, 9, 2), Slots(8, 9)).grow(3),
        ("ProductKeys cannot grow", "9 slots"),
    ),
    Bad(
        "product keys of which some are to go",
        lambda: SlotMemory(ProductRouter(8, 9, 2), Slots(8, 9)).prune([0, 1]),
        ("ProductKeys cannot grow", "top_k"),
    ),
    Bad("no slots to split", lambda: sides(0), ("n=0", "at least 1")),
    Bad("a memory without slots", lambda: attend(n_slots=0), ("n_slots=0", "at least 1")),
    Bad("heads that do not share evenly", lambda: attend(heads=3), ("d=8", "heads=3")),
    Bad("no heads", lambda: attend(heads=0), ("heads=0", "at least 1")),
    Bad("no reads", lambda: TopFilled(0), ("k=0", "at least 1")),
    Bad("half a slot to read", lambda: TopFilled(1.5), ("k=1.5", "whole number")),
    Bad(
        "experts that cannot be looked up",
        lambda: SlotMemory(top_k(8, 4), torch.nn.Linear(8, 8)),
        ("slots", "Linear", "Slots("),
    ),
    Bad(
        "one question without its batch",
        lambda: attend()(X[0], attend().blank(2)),
        ("x", "(3, 8)", "(B, L, 8)"),
    ),
    Bad(
        "questions of another width",
        lambda: attend()(X[..., :6], attend().blank(2)),
        ("x", "(2, 3, 6)", "(B, L, 8)"),
    ),
    Bad(
        "memories of other episodes",
        lambda: attend()(X, attend().blank(3)),
        ("contents", "(3, 5, 8)", "2 or 1"),
    ),
    Bad(
        "a memory of another size",
        lambda: attend()(X, LearnedContents(6, 8)()),
        ("contents", "(1, 6, 8)", "5"),
    ),
    Bad("a tensor for a memory", lambda: attend()(X, torch.ones(2, 5, 8)), ("contents", "Tensor", "blank")),
    Bad("a list of questions", lambda: attend()([1.0], attend().blank(2)), ("x=[1.0]", "list", "tensor")),
    Bad(
        "keys of another width",
        lambda: write(Contents.empty(2, 5, 4), X, X),
        ("keys", "(2, 3, 8)", "(2, 3, 4)"),
    ),
    Bad(
        "fewer values than keys",
        lambda: write(Contents.empty(2, 5, 8), X, X[:, :2]),
        ("values", "(2, 2, 8)", "(2, 3, 8)"),
    ),
    Bad(
        "usage that never fades",
        lambda: write(Contents.empty(2, 5, 8), X, X, decay=1.0),
        ("decay=1.0", "[0, 1)"),
    ),
    Bad(
        "a mask of another length",
        lambda: write(Contents.empty(2, 5, 8), X, X, torch.ones(2, 4).bool()),
        ("mask", "(2, 4)", "(2, 3)"),
    ),
    Bad(
        "a mask of numbers",
        lambda: write(Contents.empty(2, 5, 8), X, X, torch.ones(2, 3)),
        ("mask", "float32", "bool"),
    ),
    Bad("pairs for a store in a batch", lambda: Store(5, 8).add(X, X), ("keys", "(1, 2, 3, 8)")),
    Bad("a store without slots", lambda: Store(0, 8), ("n_slots=0", "at least 1")),
    Bad("more heads than slots", lambda: LeastUsedMemory(2, 4, heads=3), ("n=3", "1 to 2")),
    Bad("a decay above one", lambda: LeastUsedMemory(4, 4, decay=1.5), ("decay=1.5", "[0, 1)")),
    Bad("no slot to find", lambda: least_used(torch.ones(1, 3), 0), ("n=0", "1 to 3")),
    Bad("weights of other slots", lambda: heard(torch.rand(2, 3, 5)), ("weights", "(2, 3, 5)", "4")),
    Bad("weights below nothing", lambda: heard(-torch.rand(2, 4)), ("weights", "at least 0")),
    Bad("weights that are no numbers", lambda: routing_of_reads(NAN, 1), ("weights", "nan", "finite")),
    Bad("whole numbers for weights", lambda: heard(torch.ones(2, 4).long()), ("weights", "int64", "floats")),
    Bad("more slots to list than there are", lambda: Reads(4, k=5), ("k=5", "4")),
    Bad("a lesion of no slot", lambda: lesion(5), ("expert=5", "0 to 4")),
    Bad(
        "places with a fraction",
        lambda: top_k(8, 4)(X[0], Context(position=torch.rand(3))),
        ("context.position", "float32", "int64"),
    ),
    Bad("units without heads", lambda: peer(8, 16, heads=0), ("heads=0", "at least 1")),
    Bad("more units than there are", lambda: peer(8, 9, k=10), ("k=10", "9")),
    Bad("questions that have no half", lambda: peer(8, 16, k=2, r=5), ("d=5", "even")),
    Bad(
        "heads that ask no table", lambda: ManyHeads(top_k(8, 9), Slots(8, 9), 2), ("router", "ProductRouter")
    ),
    Bad("questions normed by nothing", lambda: peer(8, 16, k=2, norm=abs), ("norm=", "module")),
    Bad(
        "tokens of another width for heads", lambda: peer(8, 16, k=2)(torch.randn(3, 7)), ("(3, 7)", "(…, 8)")
    ),
]
