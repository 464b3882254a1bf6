"""The public names of `moe_lab.training.sparse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__, ["evolution"], {"evolution": ["Evolution", "Exchanges", "dice_of", "mean_gradients"]}
)
