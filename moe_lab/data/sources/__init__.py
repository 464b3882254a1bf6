"""The public names of `moe_lab.data.sources`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["hub"],
    {"hub": ["fingerprint", "load_folder", "load_hub", "mirror", "out_of_reach", "unknown_name"]},
)
