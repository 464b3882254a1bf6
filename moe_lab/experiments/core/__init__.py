"""The public names of `moe_lab.experiments.core`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    aux_loss_settings claims comparisons experiment figures machine_settings report stored sweep"""
_NAMES: dict[str, str] = {
    "aux_loss_settings": """
        AuxLossSettings check_capacity check_nonnegative with_aux_loss""",
    "claims": """
        CLAIMS Claim Claims FEWEST Finding HEAD Judge SHOWN VERDICTS WIDTHS ahead claims_lines claims_page
        claims_table each enough judged kept lead only_when page_kind promise runs_of visible write_claims""",
    "comparisons": """
        Table WORDS against compare_runs some_arms""",
    "experiment": """
        EXPERIMENTS Experiment SIGNS changes check_heard command given_up_if_nothing_is_done launch
        nothing_to_refuse told""",
    "figures": """
        load_over_time loss_against_balance results_table share_over_time survivors""",
    "machine_settings": """
        DeviceSettings PrecisionSettings""",
    "report": """
        COLUMNS experiment_settings made_of page png write_beside write_report""",
    "stored": """
        ALL Checked NOISE TIMES as_stored check_stored checked_row checks_table compared disagreement
        elsewhere expected stored_folders write_checked""",
    "sweep": """
        CPU_SECONDS Column Job Work begin_worker by_seed check_importable check_workers end_with_parent finish
        folder_of gather mean_and_spread on_one_thread one_thread open_run run_jobs seed_range""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
