"""The public names of `moe_lab.experiments.studies`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    curves engine gates noise pruners regret rules"""
_NAMES: dict[str, str] = {
    "curves": """
        Curve LONG SOURCES Source ahead apart curve_of curve_of_runs evaluations gains last long_table once
        places progress up_to with_seeds""",
    "engine.launch": """
        aloud begin join launch_study work_at""",
    "engine.results": """
        SIGNS against_reference compared_at curve_rows curves_of draw_curves finished_rows loss_in_words saved
        steps_taken study_command trials_for_readers write_results""",
    "engine.space": """
        Among Arms Between Change SAMPLERS Sampled changed check_arms grid known_setting""",
    "engine.storage": """
        BEAT Book Key Trial beating bury claim claim_new end enter enter_again open_book open_storage quietly""",
    "engine.study": """
        Chosen STUDIES Stage Study arms_of best check_space check_stages jobs_of looks no_more promoted
        survivors""",
    "engine.worker": """
        Pause Paused WAIT Worker conduct curve_at look_after reference_at row silent steps_done take take_part
        train_to work_through""",
    "gates": """
        ACTIONS All Decision Decisions Either GAP GapGate Gate ON PROMOTE PROMOTED STOP STOPPED StageGate
        SteadyGate let_all_pass""",
    "noise": """
        beside_thresholds beyond document_noise field_noise gain_noise paired_noise unpaired_noise""",
    "pruners": """
        ByOthers ByWilcoxon halving quiet_study""",
    "regret": """
        Replay check_complete cut_at cut_table drawn_again followed over_draws regret_table regrets replay
        together""",
    "rules": """
        AsGoodAndBalanced AsGoodAndFaster BALANCE Beats FlatTraining GapHolds NoGain RoutingNoBetter Rule Sign
        Signs Steady balance_of better_balanced leads never signs_of slopes""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
