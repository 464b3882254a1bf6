"""The public names of `moe_lab.experiments.systems.expert_choice`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiment leaks reader"""
_NAMES: dict[str, str] = {
    "claims": """
        CHOICE LEAK LOSS OWN TEXT WHERE""",
    "experiment": """
        CAPACITIES COLUMNS PANELS RULES arms by_capacity column_values draw_rules held_out_rows jobs
        layer_rows threshold_rows work""",
    "leaks": """
        future_leaks honest_loss measured_thresholds routed_probabilities shares_changed threshold_router told
        with_measured_thresholds""",
    "reader": """
        CausalAttention DigitReader ExpertChoiceSettings LENGTH ReaderBlock SHADES build capacity digit_texts
        make_model make_router next_pixel""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
