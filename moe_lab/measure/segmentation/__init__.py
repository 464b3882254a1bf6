"""The public names of `moe_lab.measure.segmentation`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    curves floors kinds outlines scores"""
_NAMES: dict[str, str] = {
    "curves": """
        curve_over_strength strength_table""",
    "floors": """
        FLOORS against_floors alike best_cut centre_prior constant floor_forms floor_scores lead mean_mask""",
    "kinds": """
        checked_kinds image_frame kind_association kind_shares""",
    "outlines": """
        as_pictures draw_outline outline prediction_sheet worst_to_best""",
    "scores": """
        MASK_SCORES MaskScore Score as_maps as_masks at_half dice e_adaptive e_measure iou mae mask_scores
        register_mask_score s_measure stretched weighted_f""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
