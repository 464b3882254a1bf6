"""The public names of `moe_lab.experiments.systems.memory`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiments measurements settings system tables"""
_NAMES: dict[str, str] = {
    "claims": """
        COMPUTER OWN TEXT WHERE all_in_use solves""",
    "experiments": """
        ABOUT COLUMNS COPY COPY_ARMS FIGURES LONG LONG_ARMS READING REPAIR REPAIR_ARMS TABLES TASK TASK_ARMS
        arm_jobs beside""",
    "measurements": """
        MORE answered error_row error_rows lengths_of mean_share_of_slots memory_rows more_rows place_rows
        train usage_of way_of way_rows""",
    "settings": """
        MemorySettings READERS ReaderSettings""",
    "system": """
        ClippedAdam answering assemble make_dnc make_reader trained""",
    "tables": """
        ASKED IN_USE LEARNED SOLVED WAYS by_seed by_two learned_verdict over_lengths short slots_in_use solved
        utilisation_verdict ways""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
