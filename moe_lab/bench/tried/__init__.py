"""The public names of `moe_lab.bench.tried`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    bits decisions gradients memory products report trials"""
_NAMES: dict[str, str] = {
    "bits": """
        precision""",
    "decisions": """
        ROUTER_SIZES by_torch calls parts searches step_by_step""",
    "gradients": """
        Segmented expert_blocks gradients_by_blocks one_stack product_by_blocks""",
    "memory": """
        ALONE TRIAL_SIDES freed_memory memory_row memory_turns seconds_alone seconds_apart""",
    "products": """
        by_grouped_mm grouping libraries""",
    "report": """
        TRIALS time_all""",
    "trials": """
        AT Trial ratios_of row_of_trial time_trials""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
