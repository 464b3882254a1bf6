"""The public names of `moe_lab.data.tasks`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    copying looking_up task"""
_NAMES: dict[str, str] = {
    "copying": """
        Copy RepeatCopy laid_out with_flags""",
    "looking_up": """
        AssociativeRecall PrioritySort""",
    "task": """
        DrawingTask DrawnTask HELD_OUT TASKS TRAINED Task TaskBatch bit_error register_task""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
