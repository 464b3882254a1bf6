"""The public names of `moe_lab.experiments.systems.tickets`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiments lottery measurements rounds settings tables verdicts"""
_NAMES: dict[str, str] = {
    "claims": """
        OWN TEXT WHERE of_ticket""",
    "experiments": """
        ABOUT COLUMNS COMPONENT_ARMS LOOKS READING SAID TABLES component_jobs curves_figure curves_on
        lottery_jobs""",
    "lottery": """
        DRAWN_ANEW Known Lottery MASKS_OF Memory Scored assemble batches begin first_weights known_now load
        make_model masks_now measured named_class next_ticket prunable pruned pruned_at_once scored""",
    "measurements": """
        PRUNED_ALONE by_component density_rows draw importance_rows measure prepared shared_rows""",
    "rounds": """
        EVERY_ROUND FROM_THE_BEGINNING Programme Round rate_in_rounds rounds_of""",
    "settings": """
        COMPONENTS CURVES LotterySettings TicketSettings check_pruned""",
    "tables": """
        MARGIN against by_seed curve_points curve_table left_over needed""",
    "verdicts": """
        CLAIMS COMPONENT_CLAIMS Claim by_arm fall_at_cliff judge lead_over mean_lead_over share_of_dense
        spread_in_window""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
