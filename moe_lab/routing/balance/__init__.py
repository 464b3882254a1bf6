"""The public names of `moe_lab.routing.balance`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["pid", "relu"],
    {"pid": ["PIDBias"], "relu": ["AdaptivePenalty", "POSITIVE", "SMALLEST", "relu_penalty", "remoe"]},
)
