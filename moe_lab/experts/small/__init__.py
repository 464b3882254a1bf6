"""The public names of `moe_lab.experts.small`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    moves step"""
_NAMES: dict[str, str] = {
    "moves": """
        block_sums sent_back started to_experts to_tokens""",
    "step": """
        AtOnce SMALL SMALL_FOR_SEVERAL Seen Way Weights at_once goes_at_once gradients_with_a_graph
        product_back recorded seen there two_products unchanged""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
