"""The public names of `moe_lab.command`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    actions answers asked"""
_NAMES: dict[str, str] = {
    "actions": """
        ACTIONS Names app audit bench_layers check_stored claims compatibility densities growth overhead
        time_all""",
    "answers": """
        BROKEN_PIPE KINDS as_typed blocks_of is_short_of_memory kind_of meant one_line parser_sentence
        stop_writing typed_value""",
    "asked": """
        asked_study choice run_study study_command study_commands study_options""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
