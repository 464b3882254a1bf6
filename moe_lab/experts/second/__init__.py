"""The public names of `moe_lab.experts.second`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    calibration product"""
_NAMES: dict[str, str] = {
    "calibration": """
        BLOCKS Calibration LARGE ROWS WIDTH by_size calibrate calibration_path cpu_seconds in_words is_large
        prefers_onednn""",
    "product": """
        OneDNN by_onednn has_onednn onednn_product""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
