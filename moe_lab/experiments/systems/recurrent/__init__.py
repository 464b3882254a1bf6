"""The public names of `moe_lab.experiments.systems.recurrent`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    ablations arms balance_schedule claims evaluation experiment pairs pictures studies tables"""
_NAMES: dict[str, str] = {
    "ablations": """
        ABLATIONS ABLATION_COLUMNS end_rows""",
    "arms": """
        AblationSettings BALANCE_ARMS CONTROL FULL LAPTOP SCHEDULES all_arms coefficient half_arms
        half_experts parameters shape_arms""",
    "balance_schedule": """
        ARMS BalanceLog FEWER HeldOutLog LOGGED REFERENCE RecurrentSettings balance held_out_rows loads_of
        logged_rows model_sizes of_load""",
    "claims": """
        LOSS NOTES OPEN OWN SIZE TEXT WHERE loses_little""",
    "evaluation": """
        EVALUATED EvaluationLog ON_THE_WAY Since curve_rows document_rows gradient_norm judged load_figures
        shares_of""",
    "experiment": """
        COLOURS COLUMNS PANELS draw_arms on_the_way""",
    "pairs": """
        loss_difference losses_by_arm paired_losses standard_error""",
    "pictures": """
        FAMILIES FAMILY_COLOURS draw_family family_of less_control over_steps""",
    "studies": """
        FULL_STUDIES LAPTOP_STUDIES SCREEN SHAPE SOURCES ablation_studies best_two_and_neighbours
        best_with_one_expert left phases study_of""",
    "tables": """
        HEALTH MARGIN WORDS against_control budgets by_seed curves_in drop_in_percent half_the_parameters
        health in_words noise_table over_documents seconds_to word_of""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
