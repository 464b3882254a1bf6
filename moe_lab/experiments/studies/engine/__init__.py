"""The public names of `moe_lab.experiments.studies.engine`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    launch results space storage study worker"""
_NAMES: dict[str, str] = {
    "launch": """
        aloud begin join launch_study work_at""",
    "results": """
        SIGNS against_reference compared_at curve_rows curves_of draw_curves finished_rows loss_in_words saved
        steps_taken study_command trials_for_readers write_results""",
    "space": """
        Among Arms Between Change SAMPLERS Sampled changed check_arms grid known_setting""",
    "storage": """
        BEAT Book Key Trial beating bury claim claim_new end enter enter_again open_book open_storage quietly""",
    "study": """
        Chosen STUDIES Stage Study arms_of best check_space check_stages jobs_of looks no_more promoted
        survivors""",
    "worker": """
        Pause Paused WAIT Worker conduct curve_at look_after reference_at row silent steps_done take take_part
        train_to work_through""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
