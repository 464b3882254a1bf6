"""The public names of `moe_lab.training.sparse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    evolution"""
_NAMES: dict[str, str] = {
    "evolution": """
        Evolution Exchanges dice_of mean_gradients""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
