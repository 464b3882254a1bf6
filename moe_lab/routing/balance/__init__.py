"""The public names of `moe_lab.routing.balance`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["coupling", "pid", "relu", "sequences", "stand_ins"],
    {
        "coupling": ["coupling_excess", "coupling_loss"],
        "pid": ["PIDBias"],
        "relu": ["AdaptivePenalty", "POSITIVE", "SMALLEST", "relu_penalty", "remoe"],
        "sequences": ["asked", "sequence_loss"],
        "stand_ins": ["StandIns", "default_moe"],
    },
)
