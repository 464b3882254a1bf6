"""The public names of `moe_lab.models.unified`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    counting model parts"""
_NAMES: dict[str, str] = {
    "counting": """
        COSTS attention_cost connections feed_cost fitted_width matrices memory_cost multiply_adds non_zeros""",
    "model": """
        MakePart ReadsEpisodes ReadsTask Stream Unified attention experts memory network place_in_half""",
    "parts": """
        Attends Feeds MaskableFFN Remembers Residual check_stream sight""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
