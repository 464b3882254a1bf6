"""The public names of `moe_lab.explore.balance`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    balance_lab comparison parts rules stage token_batch views"""
_NAMES: dict[str, str] = {
    "balance_lab": """
        BALANCE_CODE BALANCE_PRESETS BalanceLab BalancePanel IMAGES LimitedBalancePanel SIDE_KNOBS
        balance_knobs rule_row show_knobs_of side_card side_knobs slider_grid""",
    "comparison": """
        Outcome changes_in_words comparison_in_words losses_in_words main_expert measure_outcome
        outcome_differences outcome_numbers refused_table seen_and_done spots weight_table""",
    "parts": """
        ADJUSTMENTS MenuPart SCORES SELECTIONS SETTLE aimed aimed_cosine aimed_spectra on_logits saturation""",
    "rules": """
        BY_PARTS BalanceState NAMED ROUTER_MENU SIDE_BOUNDS SideState TOLD can_be_aimed check_choices
        decide_side holder left_out named_router router_of router_values scene_weight settle settle_averages
        shown_fields told_of why_not_aimed""",
    "stage": """
        BalanceStage BalanceViews FORMATS most_tokens number_cell numbers_table""",
    "token_batch": """
        TokenBatch centres directions encode_patches principal_components visual_words""",
    "views": """
        Drawn EntropyPlane LoadBars Moves SIDE_COLOURS TokenMap draw_counts draw_load draw_tokens
        draw_triangle given_patches moves_table to_rgba tokens_per_expert""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
