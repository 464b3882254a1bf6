"Mistakes with `GateLab` and what it replays."

import numpy as np
from faults.table import Bad

from moe_lab import GateLab
from moe_lab.experiments.studies.curves import Curve
from moe_lab.explore.gates.replays import GateState, replayed

ALONE = {"aux 0.01": Curve("aux 0.01", np.arange(2), np.arange(2), {"loss": np.ones((2, 2))})}
ROWS = [
    Bad("a gate line without its beginning", lambda: GateLab("gain=0.1"), ("gain=0.1", "gates?")),
    Bad("a gate of another name", lambda: GateLab("gates?gate=luck"), ("gate='luck'", "stages", "Wilcoxon")),
    Bad("a gain of a nat", lambda: GateLab("gates?gain=1"), ("gain=1.0", "0.0 to 0.1")),
    Bad("to wait for nothing", lambda: GateState(times=0), ("times=0", "1 to 8")),
    Bad("a row that is not there", lambda: GateLab("gates?arm=nobody"), ("arm='nobody'", "aux 0.01")),
    Bad("a race of one", lambda: replayed(GateState(), ALONE), ("curves: 1", "at least 2")),
]
