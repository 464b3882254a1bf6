"""The public names of `moe_lab.experiments.systems`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    [
        "episodes",
        "expert_choice",
        "health",
        "language",
        "memory",
        "pruning",
        "recurrent",
        "segmentation",
        "sparse",
        "spectra",
        "srnn",
        "tickets",
        "unified",
    ],
    {},
)
