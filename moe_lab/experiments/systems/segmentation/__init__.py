"""The public names of `moe_lab.experiments.systems.segmentation`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["measurements", "settings", "system"],
    {
        "measurements": [
            "STRENGTHS",
            "collapse_rows",
            "image_rows",
            "kind_rows",
            "lead_rows",
            "measure",
            "predicted",
            "routed",
            "score_rows",
            "strength_rows",
            "train",
            "trained",
            "untrained",
            "verdict_rows",
        ],
        "settings": ["DENSE", "SegmentModelSettings", "SegmentSettings"],
        "system": [
            "ALARMS",
            "Nothing",
            "SceneSplits",
            "assemble",
            "aux_losses",
            "batches",
            "give_lead",
            "guard",
            "load",
            "make_model",
            "mask_task",
            "parameter_groups",
            "parted",
            "scale_layer",
            "total_steps",
        ],
    },
)
