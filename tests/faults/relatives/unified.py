"The unified model: parts that do not fit, widths that there are not, arms that cannot be."

import torch
from faults.table import Bad, command

from moe_lab.data.tasks.task import TASKS
from moe_lab.experiments.systems.unified.rewinding import Rewinding
from moe_lab.experiments.systems.unified.settings import UnifiedSettings
from moe_lab.experiments.systems.unified.tables import by_seed
from moe_lab.models.unified.counting import fitted_width, multiply_adds, non_zeros
from moe_lab.models.unified.model import ReadsTask, Unified, attention, memory, network
from moe_lab.models.unified.parts import Attends


def asked(**changes):
    return lambda: UnifiedSettings(**changes)


def model(*parts, layers=1):
    task = TASKS["copy"](bits=4)
    return Unified(ReadsTask(task.inputs, task.answers, 8, 4), parts, layers, 8)


def table():
    import pandas as pd

    row = {
        "arm": "everything",
        "regime": "copy",
        "seed": 0,
        "split": "held out",
        "metric": "error",
        "value": 0.1,
    }
    return pd.DataFrame([row])


ROWS = [
    Bad(
        "a stream without its mask",
        lambda: Attends(8, 2)(torch.zeros(1, 3, 8), torch.zeros(1, 3)),
        ("is_told", "bool"),
    ),
    Bad("heads that do not divide", lambda: model(attention(8, 3)), ("heads=3", "8")),
    Bad("more reads than slots", lambda: model(memory(8, 2, n_slots=2, reads=3)), ("k=3", "n_slots=2")),
    Bad("no units", lambda: model(network(8, 0)), ("hidden=0",)),
    Bad("no layers", lambda: model(network(8, 4), layers=0), ("layers=0",)),
    Bad("a part instead of what makes it", lambda: model(3), ("parts[0]=3",)),
    Bad(
        "a task longer than its places",
        lambda: model(network(8, 4))(TASKS["copy"](bits=4).held_out(8)),
        ("length=4",),
    ),
    Bad(
        "multiply-adds of another model",
        lambda: multiply_adds(torch.nn.Linear(2, 2), None),
        ("model=", "Unified"),
    ),
    Bad("parameters of no model", lambda: non_zeros("model"), ("model='model'", "nn.Module")),
    Bad("a target below one unit", lambda: fitted_width(lambda w: 100 + w, 10), ("target=10", "101")),
    Bad("nothing to learn", asked(on="chess"), ("on='chess'", "episodes", "copy")),
    Bad(
        "a ticket for dense weights",
        asked(weights="dense", evolution="none"),
        ("weights='dense'", "start='fresh'"),
    ),
    Bad(
        "evolution of dense weights",
        asked(weights="dense", start="fresh"),
        ("weights='dense'", "evolution='none'"),
    ),
    Bad("no density", asked(density=0.0), ("density=0.0",)),
    Bad("more than all connections exchanged", asked(zeta=1.5), ("zeta=1.5",)),
    Bad("more slots read than there are", asked(reads=17), ("reads=17", "n_slots=16")),
    Bad("more experts a token than there are", asked(k=9), ("k=9", "8")),
    Bad("a lottery as long as the training", asked(search_share=1.0), ("search_share=1.0",)),
    Bad("rewinding to the end of a round", lambda: Rewinding(2, 10, 10, 0.5), ("rewind=10", "steps=10")),
    Bad("pruning everything", lambda: Rewinding(2, 10, 3, 1.0), ("fraction=1.0",)),
    Bad("a regime that was not run", lambda: by_seed(table(), "chess", "error"), ("regime='chess'",)),
    Bad(
        "an evolution that there is not",
        lambda: command("run", "unified", "--evolution", "magic", "--seeds", 1),
        ("--evolution 'magic'", "set", "rigl"),
    ),
]
