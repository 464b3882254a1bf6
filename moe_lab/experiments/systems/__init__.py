"""The public names of `moe_lab.experiments.systems`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    episodes expert_choice health language memory pruning recurrent segmentation sparse spectra srnn tickets
    unified"""
_NAMES: dict[str, str] = {}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
