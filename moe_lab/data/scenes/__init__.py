"""The public names of `moe_lab.data.scenes`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    augmentation composed layout loading masked outlines"""
_NAMES: dict[str, str] = {
    "augmentation": """
        JointAugmentation check_batch joint_transform""",
    "composed": """
        FAINT LEAST PUSH RATIO STRENGTH apart best_source check_scenes compose composed_scenes deviations
        load_composed matched photograph_scenes planes pushed scene_from strips surroundings textures windows""",
    "layout": """
        GREY IMAGES MASKS Pair SOURCES_BY_STEM UNKNOWN brightness decode_pairs is_grey pairs_in scene_array
        scene_set seen_before split_in told_by_stem two_parts""",
    "loading": """
        IMAGE_COLUMNS MASK_COLUMNS SCENE_SETS field_folder load_scenes pairs_of read_field read_scene_hub
        read_scenes scene_columns""",
    "masked": """
        SceneSet""",
    "outlines": """
        AREA Draws SOURCES SPREAD distances drawn side_by_side""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
