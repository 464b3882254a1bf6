"""The public names of `moe_lab.experts.designs`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    blocks cheap"""
_NAMES: dict[str, str] = {
    "blocks": """
        DepthLayer packed""",
    "cheap": """
        Constants Copies SideBySide Weightless Zeros check_sets""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
