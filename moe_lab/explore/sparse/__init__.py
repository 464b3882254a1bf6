"""The public names of `moe_lab.explore.sparse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    sparse_lab training views"""
_NAMES: dict[str, str] = {
    "sparse_lab": """
        SPARSE_CODE SPARSE_PRESETS SparseLab SparsePanel SparseStage sparse_in_words sparse_knobs""",
    "training": """
        FollowingCourse NETWORKS SparseCourse SparseHistory SparseState accuracy_of replay_sparse settings_of
        sparse_training""",
    "views": """
        MasksView NEW THERE input_pictures layer_pictures mask_picture use_picture""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
