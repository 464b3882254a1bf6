"""The public names of `moe_lab.routing.balance`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    coupling pid relu sequences stand_ins"""
_NAMES: dict[str, str] = {
    "coupling": """
        coupling_excess coupling_loss""",
    "pid": """
        PIDBias""",
    "relu": """
        AdaptivePenalty POSITIVE SMALLEST relu_penalty remoe""",
    "sequences": """
        asked sequence_loss""",
    "stand_ins": """
        StandIns default_moe""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
