"Every registered router, all parts that none of them has, and how a test is asked of each."

from collections.abc import Callable

import pytest
import torch

from moe_lab.routing.adjustments import Jitter, Standardise
from moe_lab.routing.router import ROUTERS as REGISTERED
from moe_lab.routing.router import Router, composed_differently
from moe_lab.routing.scores import Hash, Linear, TimeGRU, modulo, multiplicative
from moe_lab.routing.selection import TopK

seed = torch.default_generator.manual_seed  # torch.manual_seed also asks for devices that are not there
Make = Callable[[int, int, int], Router]  # d, n_experts, k -> a router

D = 4
ROUTERS: dict[str, Make] = composed_differently(REGISTERED) | {
    "Hash modulo": lambda d, n_experts, k: Router(Hash(n_experts, modulo), [], TopK(k)),
    "Hash multiplicative": lambda d, n_experts, k: Router(Hash(n_experts, multiplicative), [], TopK(k)),
    "TimeGRU": lambda d, n_experts, k: Router(TimeGRU(d, n_experts), [], TopK(k)),
    "Jitter": lambda d, n_experts, k: Router(Linear(d, n_experts), [Jitter(0.1)], TopK(k)),
    "Standardise": lambda d, n_experts, k: Router(Linear(d, n_experts), [Standardise()], TopK(k)),
}
WITHOUT_K = [name for name, entry in REGISTERED.items() if entry.k_name != "k"]  # not theirs to set
every_router = pytest.mark.parametrize("name", ROUTERS)
