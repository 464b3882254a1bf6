"""The public names of `moe_lab.bench.tried`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    across bits decisions gradients memory products report trials"""
_NAMES: dict[str, str] = {
    "across": """
        ACROSS added_up blocks_at by_dots dots write_across write_dots""",
    "bits": """
        precision""",
    "decisions": """
        ROUTER_SIZES by_torch calls parts searches sorts step_by_step told_sizes""",
    "gradients": """
        Segmented expert_blocks gradients_by_blocks one_stack product_by_blocks""",
    "memory": """
        ALONE Apart KEPT LARGE_PAGES Process are_for_the_asking freed_memory large_pages seconds_alone
        turn_by_turn""",
    "products": """
        EVEN FEW batched by_grouped_mm few_rows grouping libraries""",
    "report": """
        time_all""",
    "trials": """
        AT IDEAS Row Sides Trial Trials ratios_of register_idea time_ideas""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
