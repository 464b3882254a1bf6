"""The public names of `moe_lab.routing.directions`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    similarity"""
_NAMES: dict[str, str] = {
    "similarity": """
        OrthogonalLinear simbal similarity_preserving""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
