"""The public names of `moe_lab.experiments.systems.episodes`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiments measurements settings system tables"""
_NAMES: dict[str, str] = {
    "claims": """
        EPISODES OWN TEXT WHERE as_good is_chance reaches""",
    "experiments": """
        ARMS COLUMNS TEXT_ARMS TEXT_SETTINGS arm_jobs refuse""",
    "measurements": """
        AT_ONCE TASKS accuracy_rows answers episode_rows few_shot fits kind_rows measure memory_rows rightness
        sameness test_batches""",
    "settings": """
        FewShotSettings OTHERS TRANSFORMERS""",
    "system": """
        assemble load make_model trained""",
    "tables": """
        LEAST MARGIN SIX accuracies against_chance arms_figure by_seed percent promised six_examples""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
