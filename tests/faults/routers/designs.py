"Mistakes with routers of other designs."

import torch
from faults.table import Bad

from moe_lab.routing.adjustments import Feedback
from moe_lab.routing.decision import Context
from moe_lab.routing.designs.centroids import Centroids, online_kmeans
from moe_lab.routing.designs.pools import DocumentPool, document_pools
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
]
