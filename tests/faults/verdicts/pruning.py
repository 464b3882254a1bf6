"Mistakes with pruning: settings, rules and tables."

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from faults.table import Bad

from moe_lab.data.language.tokens import TokenSet
from moe_lab.experiments.systems.pruning.experiment import pruning_jobs
from moe_lab.experiments.systems.pruning.measurements import PruningSettings, texts_of_kind
from moe_lab.experiments.systems.pruning.tables import loss_of, rise
from moe_lab.measure.transformers.loudness import worst_first

USUAL, SCORES = PruningSettings(), {"mlp": np.array([3.0, 1.0])}
ROW = {
    "regime": "",
    "arm": "many experts",
    "seed": 0,
    "split": "whole",
    "metric": "loss",
    "value": 4.0,
    "layer": "",
}
TEXTS = TokenSet(
    torch.zeros(2, 3, dtype=torch.long),
    torch.ones(2, 3, dtype=torch.bool),
    torch.zeros(2, 3, dtype=torch.long),
    torch.tensor([0, 1]),
    ("code", "verse"),
    None,
    ("a",),
)

ROWS = [
    Bad(
        "experts that cannot be quartered",
        lambda: replace(USUAL, n_experts=12),
        ("n_experts=12", "multiple of 8"),
    ),
    Bad("too few for a token", lambda: replace(USUAL, k=8), ("n_experts=16", "4·k = 32")),
    Bad(
        "half of them too few",
        lambda: pruning_jobs(replace(USUAL, n_experts=8), 1),
        ("n_experts=4", "multiple of 8"),
    ),
    Bad("one text to tell by", lambda: replace(USUAL, calibration=1), ("calibration=1", "2 texts")),
    Bad("no held-out texts", lambda: replace(USUAL, tested=0), ("tested=0", "at least 1")),
    Bad("no draws", lambda: replace(USUAL, draws=0), ("draws=0",)),
    Bad("a repair of no steps", lambda: replace(USUAL, repair_steps=0), ("repair_steps=0",)),
    Bad("a repair backwards", lambda: replace(USUAL, repair_lr=-1.0), ("repair_lr=-1",)),
    Bad("all experts gone", lambda: worst_first(SCORES, 1.0), ("share=1.0", "[0, 1)")),
    Bad("a share below nothing", lambda: worst_first(SCORES, -0.1), ("share=-0.1", "[0, 1)")),
    Bad("a kind with one text", lambda: texts_of_kind(TEXTS, 1, 4), ("kind=1", "1 texts of verse")),
    Bad(
        "a rule that nobody asked", lambda: rise(pd.DataFrame([ROW]), "luck"), ("50.0% gone", "many experts")
    ),
    Bad("an arm that is not there", lambda: loss_of(pd.DataFrame([ROW]), "whole", "few"), ("arm='few'",)),
]
