"""The public names of `moe_lab.experiments`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    core studies systems"""
_NAMES: dict[str, str] = {
    "core.aux_loss_settings": """
        AuxLossSettings check_capacity check_nonnegative with_aux_loss""",
    "core.claims": """
        CLAIMS Claim Claims FEWEST Finding HEAD Judge SHOWN VERDICTS WIDTHS claims_lines claims_page
        claims_table each enough judged kept lead only_when page_kind promise runs_of visible write_claims""",
    "core.comparisons": """
        Table WORDS against compare_runs some_arms""",
    "core.experiment": """
        EXPERIMENTS Experiment changes check_heard command given_up_if_nothing_is_done launch
        nothing_to_refuse told""",
    "core.figures": """
        load_over_time loss_against_balance results_table share_over_time""",
    "core.machine_settings": """
        DeviceSettings PrecisionSettings""",
    "core.report": """
        COLUMNS experiment_settings made_of page png write_beside write_report""",
    "core.stored": """
        ALL Checked NOISE TIMES as_stored check_stored checked_row checks_table compared disagreement
        elsewhere expected figures stored_folders write_checked""",
    "core.sweep": """
        CPU_SECONDS Column Job Work begin_worker by_seed check_importable check_workers end_with_parent finish
        folder_of gather mean_and_spread on_one_thread one_thread open_run run_jobs seed_range""",
    "studies.curves": """
        Curve LONG SOURCES Source apart curve_of curve_of_runs evaluations gains last long_table once places
        progress up_to with_seeds""",
    "studies.engine.launch": """
        aloud begin join launch_study work_at""",
    "studies.engine.results": """
        against_reference compared_at curve_rows curves_of draw_curves finished_rows loss_in_words saved
        steps_taken study_command trials_for_readers write_results""",
    "studies.engine.space": """
        Among Arms Between Change SAMPLERS Sampled changed check_arms grid known_setting""",
    "studies.engine.storage": """
        BEAT Book Key Trial beating bury claim claim_new end enter enter_again open_book open_storage quietly""",
    "studies.engine.study": """
        Chosen STUDIES Stage Study arms_of best check_space check_stages jobs_of looks no_more promoted""",
    "studies.engine.worker": """
        Pause Paused WAIT Worker conduct curve_at look_after reference_at row silent steps_done take take_part
        train_to work_through""",
    "studies.gates": """
        ACTIONS All Decision Decisions Either GAP GapGate Gate ON PROMOTE PROMOTED STOP STOPPED StageGate
        SteadyGate let_all_pass""",
    "studies.noise": """
        beside_thresholds beyond document_noise field_noise gain_noise paired_noise unpaired_noise""",
    "studies.pruners": """
        ByOthers ByWilcoxon halving quiet_study""",
    "studies.regret": """
        Replay check_complete cut_at cut_table drawn_again followed over_draws regret_table regrets replay
        together""",
    "studies.rules": """
        AsGoodAndBalanced AsGoodAndFaster BALANCE Beats FlatTraining GapHolds NoGain RoutingNoBetter Rule Sign
        Signs Steady balance_of better_balanced leads never signs_of slopes""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
