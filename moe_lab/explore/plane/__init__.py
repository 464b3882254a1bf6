"""The public names of `moe_lab.explore.plane`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["plane_lab", "training", "views"],
    {
        "plane_lab": [
            "PLANE_CODE",
            "PLANE_GROUPS",
            "PLANE_PRESETS",
            "PlaneLab",
            "PlaneStage",
            "SIDES",
            "plane_in_words",
            "plane_knobs",
        ],
        "training": [
            "AFRESH",
            "EXPERT_KINDS",
            "NOWHERE",
            "PlanePicture",
            "PlaneState",
            "PlaneSystem",
            "ROOM",
            "distance",
            "given",
            "lattice",
            "plane_picture",
            "plane_training",
            "replay_plane",
        ],
        "views": ["PlaneView", "SQUARE", "draw_expert", "draw_line", "draw_plane", "tint"],
    },
)
