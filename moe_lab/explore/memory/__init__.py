"""The public names of `moe_lab.explore.memory`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    memory_lab recollection sequence trained views"""
_NAMES: dict[str, str] = {
    "memory_lab": """
        MEMORY_CODE MEMORY_PRESETS MemoryLab MemoryPanel MemoryStage load_in_words memory_knobs text_in_words""",
    "recollection": """
        ManyRecollections Recollection SEQUENCES both found_again lesioned many_recollections most recollect
        traced way_back""",
    "sequence": """
        BEGINNING FLAG MOST MemoryState NO_LESION as_task check_text text_of words_of""",
    "trained": """
        LENGTHS LONGEST ROOM TRAINED Trained errors read_stored read_trained store train_again weights_file
        with_weights""",
    "views": """
        HeadModes LinkMap MemoryDrawn SlotLoad SlotTape WAYS cell column_words draw_tape""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
