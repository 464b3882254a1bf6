"""The public names of `moe_lab.data.episodes`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    classes loading sampling"""
_NAMES: dict[str, str] = {
    "classes": """
        check_disjoint classes_in groups_of joined_sets split_classes""",
    "loading": """
        load_classes""",
    "sampling": """
        ClassTable EpisodeSampler Episodes check_way class_table drawn_classes drawn_rows mixed turned""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
