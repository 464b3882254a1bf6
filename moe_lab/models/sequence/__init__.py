"""The public names of `moe_lab.models.sequence`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    answers readers"""
_NAMES: dict[str, str] = {
    "answers": """
        TAUGHT_BY all_steps asked_steps wrongness""",
    "readers": """
        LSTMReader TransformerReader check_steps lstm_of nearest_width parameters_of transformer_of""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
