"""The public names of `moe_lab.native`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    code loops reach rows"""
_NAMES: dict[str, str] = {
    "code": """
        ELSEWHERE EVERY_LOOP MAKE Native assembly begin_making code_path loaded machine_code make native
        processor_features target_machine""",
    "loops": """
        LOOPS LOWEST Loop best_of_rows choose sort_blocks""",
    "reach": """
        is_addressable""",
    "rows": """
        ROW_LOOPS add_rows block_lengths block_places copy_rows repeat_blocks send_back sum_blocks sum_rows""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
