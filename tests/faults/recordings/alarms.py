"Mistakes with models that are ill on purpose."

from faults.table import Bad

from moe_lab.bench.families.planted import collapsed, drawn_again, reading_model
from moe_lab.explore.audit.reading import read_trace
from moe_lab.measure.trace.trace import Trace

READING = read_trace(Trace.from_routed_experts([[[[0, 1]], [[1, 2]]]], n_experts=4))

ROWS = [
    Bad(
        "a family that reads images",
        lambda: reading_model("vitpose_backbone", 300),
        ("vitpose_backbone", "reads text"),
    ),
    Bad("a family nobody knows", lambda: reading_model("mixtrel", 300), ("family='mixtrel'", "mixtral")),
    Bad("no words", lambda: reading_model("olmoe", 0), ("n_words=0", "at least 1")),
    Bad("half a seed", lambda: drawn_again(None, 0.5), ("seed=0.5", "whole number")),
    Bad(
        "a layer that is not there",
        lambda: collapsed(None, READING, "nobody").__enter__(),
        ("layer='nobody'", "layer 0"),
    ),
]
