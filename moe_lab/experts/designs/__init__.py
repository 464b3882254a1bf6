"""The public names of `moe_lab.experts.designs`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["blocks", "cheap"],
    {
        "blocks": ["DepthLayer", "packed"],
        "cheap": ["Constants", "Copies", "SideBySide", "Weightless", "Zeros", "check_sets"],
    },
)
