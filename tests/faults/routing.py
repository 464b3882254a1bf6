"Mistakes with routers."

import torch
from faults.table import Bad

from moe_lab import top_k

ROWS = [
    Bad(
        "tokens in whole numbers",
        lambda: top_k(8, 4, 2)(torch.ones(3, 8, dtype=torch.long)),
        ("x", "int64", "float"),
    ),
]
