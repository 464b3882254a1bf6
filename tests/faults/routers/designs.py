"Mistakes with routers of other designs."

import torch
from faults.table import Bad

from moe_lab.experts.designs.blocks import DepthLayer
from moe_lab.experts.designs.cheap import Constants, Copies, SideBySide, Zeros
from moe_lab.experts.experts import SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.routing.adjustments import Feedback
from moe_lab.routing.decision import Context
from moe_lab.routing.designs.centroids import Centroids, online_kmeans
from moe_lab.routing.designs.depths import Foretelling, TopTokens, foretelling_loss, mixture_of_depths
from moe_lab.routing.designs.free import GatingResidual, Prices, heterogeneous_balance, moe_plus_plus
from moe_lab.routing.designs.pools import DocumentPool, document_pools
from moe_lab.routing.presets import top_k
from moe_lab.routing.selection import Threshold

X, NAN = torch.randn(6, 8), float("nan")
ONES = torch.ones(4)

ROWS = [
    Bad("averages of no experts", lambda: Centroids(8, 0), ("n_experts=0", "at least 1")),
    Bad("averages that never move", lambda: online_kmeans(8, 4, ema=1.0), ("ema=1.0", "[0, 1)")),
    Bad("cosines over nothing", lambda: online_kmeans(8, 4, temperature=0), ("temperature=0", "above 0")),
    Bad("more averages chosen than there are", lambda: online_kmeans(8, 4, 5), ("k=5", "n_experts=4")),
    Bad("averages of another width", lambda: online_kmeans(7, 4)(X), ("x: shape (6, 8)", "(T, 7)")),
    Bad(
        "sums of too few experts",
        lambda: online_kmeans(8, 4).after_step(Feedback(ONES, ONES, sums=torch.ones(3, 8))),
        ("feedback.sums", "4 experts"),
    ),
    Bad(
        "sums that are no numbers",
        lambda: online_kmeans(8, 4).after_step(Feedback(ONES, ONES, sums=torch.full((4, 8), NAN))),
        ("feedback.sums", "finite"),
    ),
    Bad("pools before no top-k", lambda: DocumentPool(Threshold()), ("select", "TopK")),
    Bad("pools of nobody", lambda: document_pools(8, 4, least=0), ("least=0", "at least 1")),
    Bad("pools that shrink as they grow", lambda: document_pools(8, 4, most=1), ("most=1", "least=2")),
    Bad("pools of half an expert", lambda: document_pools(8, 4, at_rest=0.5), ("at_rest=0.5", "at least 1")),
    Bad(
        "documents that are not together",
        lambda: document_pools(8, 4)(X, Context(document=torch.tensor([0, 0, 1, 1, 0, 0]))),
        ("context.document is decreasing", "together"),
    ),
    Bad(
        "documents by name",
        lambda: document_pools(8, 4)(X, Context(document=torch.rand(6))),
        ("context.document", "float32", "int64"),
    ),
    Bad("depths without room", lambda: mixture_of_depths(8, 1, 0.0), ("capacity_factor=0.0", "above 0")),
    Bad("depths weighed by nothing", lambda: TopTokens(0.5, None), ("gate=None", "function")),
    Bad("foretelling by no units", lambda: Foretelling(8, 1, 0), ("hidden=0", "at least 1")),
    Bad(
        "a loss of what nobody foretold",
        lambda: foretelling_loss(top_k(8, 4)(X)),
        ("routing.notes has []", "'foretold'", "TopTokens"),
    ),
    Bad(
        "a block for two experts",
        lambda: DepthLayer(mixture_of_depths(8, 2), torch.nn.Identity()),
        ("router is for 2 experts", "needs 1"),
    ),
    Bad("a block that is none", lambda: DepthLayer(mixture_of_depths(8, 1), abs), ("block=", "(B, C, d)")),
    Bad("depths without a router", lambda: DepthLayer(None, torch.nn.Identity()), ("router=None", "Router")),
    Bad(
        "tokens without sequences",
        lambda: DepthLayer(mixture_of_depths(8, 1), torch.nn.Identity())(X),
        ("x: shape (6, 8)", "(B, S, d)"),
    ),
    Bad("copies of nothing", lambda: Copies((8,), 0), ("n_experts=0", "at least 1")),
    Bad("constants of no width", lambda: Constants(0, 2), ("d=0", "at least 1")),
    Bad("nobody side by side", lambda: SideBySide([]), ("sets is empty", "Copies")),
    Bad("a module side by side", lambda: SideBySide([torch.nn.ReLU()]), ("sets[0]", "ReLU", "experts")),
    Bad(
        "rows of two shapes",
        lambda: SideBySide([SwiGLU(8, 4, 2), Zeros((7,), 1)]),
        ("sets[1] takes rows (7,)", "(8,)"),
    ),
    Bad(
        "free experts that grow",
        lambda: MoE(top_k(8, 3), SideBySide([SwiGLU(8, 4, 2), Copies((8,), 1)])).grow(1),
        ("SideBySide", "cannot grow"),
    ),
    Bad(
        "an expert that is not there",
        lambda: SideBySide([Copies((8,), 2)]).weights_of(2),
        ("expert", "[0, 2)"),
    ),
    Bad("nothing but free experts", lambda: moe_plus_plus(8, 4, n_free=4), ("n_identities=4", "n_experts=4")),
    Bad("a price of nothing", lambda: Prices(4, 2, price=0), ("price=0", "(0, 1]")),
    Bad(
        "a residual that grows",
        lambda: GatingResidual(4).resize(torch.arange(4), 1),
        ("GatingResidual", "cannot grow"),
    ),
    Bad(
        "a residual from a layer of another size",
        lambda: moe_plus_plus(8, 4)(X, Context(state={"gates": torch.ones(6, 3)})),
        ("context.state['gates']", "(6, 3)", "(6, 4)"),
    ),
    Bad("a loss without prices", lambda: heterogeneous_balance(top_k(8, 4)(X)), ("'prices'", "Prices")),
]
