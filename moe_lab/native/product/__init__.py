"""The public names of `moe_lab.native.product`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    blocks tiles writer"""
_NAMES: dict[str, str] = {
    "blocks": """
        DEPTH Factor Job MAKING ROWS SHARED made_work multiplies_blocks multiply_blocks product_code
        product_path team work write_item write_stretches write_tiling write_work""",
    "tiles": """
        Shape tile_shape turned write_strip write_tile write_tiles""",
    "writer": """
        Turn Writer address call_one either first_lanes fused known least load loop parts_of plus share_of
        spread store""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
