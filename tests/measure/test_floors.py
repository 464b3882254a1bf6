"Floors against simulated random routers with a capacity."

import pytest
import torch

from moe_lab.measure.load.metrics import Load, cv
from moe_lab.routing.capacity import Capacity
from moe_lab.routing.decision import Context
from moe_lab.routing.selection import TopK


@pytest.mark.parametrize("n_tokens, n_experts, k", [(64, 2, 1), (256, 4, 1), (512, 16, 2), (1024, 64, 4)])
@pytest.mark.parametrize("factor", [0.6, 0.9, 1.0])
def test_the_floor_of_cv_knows_capacity(n_tokens, n_experts, k, factor):
    torch.manual_seed(0)
    select = Capacity(TopK(k), factor)
    wishes = torch.rand(150, n_tokens, n_experts)
    rolls = [Load.of([select(z, z, Context())]) for z in wishes]
    turned_away = [roll for roll in rolls if roll.n_dropped]
    seen = (sum(cv(roll).value ** 2 for roll in rolls) / len(rolls)) ** 0.5
    without = ((n_experts - k) / (n_tokens * k)) ** 0.5
    assert abs(cv(turned_away[0]).floor - seen) < 0.12 * without
    assert seen < 0.9 * without
    both = turned_away[0] + turned_away[1] + Load(torch.zeros(n_experts), 0)
    assert cv(both).floor == pytest.approx(cv(turned_away[0]).floor / 2**0.5) and len(both.limits) == 2
