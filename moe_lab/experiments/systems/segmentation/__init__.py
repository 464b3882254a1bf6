"""The public names of `moe_lab.experiments.systems.segmentation`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiments measurements settings system tables"""
_NAMES: dict[str, str] = {
    "claims": """
        GUARD OPEN OWN RATES TEXT WHERE iou_of rate_of""",
    "experiments": """
        ABOUT ADAPTIVE BALANCED COLUMNS DENSE_ARM EYE_ARMS GUARDS OnwardsSettings PHOTOGRAPHS PHOTOGRAPH_ARMS
        PROVOKED ROUTERS_TOO SMALL WITHOUT arm_jobs begin_from onwards over_strength segment segment_jobs
        small_run""",
    "measurements": """
        STRENGTHS collapse_rows image_rows kind_rows lead_rows measure predicted prepared routed score_rows
        strength_rows train trained untrained verdict_rows""",
    "settings": """
        DENSE SegmentModelSettings SegmentSettings""",
    "system": """
        ALARMS Nothing SceneSplits assemble aux_losses batches check_judges give_lead guard load make_model
        mask_task parameter_groups parted scale_layer total_steps""",
    "tables": """
        MARGIN PROMISED against beside_floors by_image by_seed collapse_rates kinds_told promised_rates""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
