"""The public names of `moe_lab.experiments.systems.sparse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    choice claims experiments measurements settings system tables"""
_NAMES: dict[str, str] = {
    "choice": """
        CANDIDATES PAIRS choice_jobs ranked validate without_test""",
    "claims": """
        OWN SPARSE_A SPARSE_B WHERE over reaches""",
    "experiments": """
        ABOUT ARMS FIGURES QUESTION TABLES refuse set_jobs""",
    "measurements": """
        connection_rows input_rows measure pruned_rows score_rows train train_on""",
    "settings": """
        LARGE SMALL SetSettings WIRINGS usual""",
    "system": """
        Pixels PruneOnce assemble cross_entropy first_masks layer_sizes load magnitude_masks make_model
        narrow_width rewiring total_steps trainer_of weights_of""",
    "tables": """
        COMPARED MARGIN MOST PRUNED accuracies against by_seed compared counted input_pictures used_inputs""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
