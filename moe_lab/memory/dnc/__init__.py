"""The public names of `moe_lab.memory.dnc`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    addressing allocation computer links memory signals"""
_NAMES: dict[str, str] = {
    "addressing": """
        Content EPSILON MaskedContent cosine masked_cosine""",
    "allocation": """
        keep_released next_usage retention wipe_released""",
    "computer": """
        Controller DNC Recurrence SIZES Steps Trace with_slots""",
    "links": """
        Links SharpLinks next_links next_precedence sharpen""",
    "memory": """
        Memory Moment Parts REPAIRS Slots WrittenSlots overwritten""",
    "signals": """
        SQUASHES Signal Signals Squash oneplus three_modes""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
