"""The public names of `moe_lab.explore.plane`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    plane_lab presets training views"""
_NAMES: dict[str, str] = {
    "plane_lab": """
        BRUSHES ClickedPlane PLANE_CODE PLANE_GROUPS PlaneFollower PlaneLab PlanePanel PlaneStage RestingPlane
        draw_experts plane_in_words plane_knobs read_place""",
    "presets": """
        PLANE_PRESETS RIGHT how_many_right""",
    "training": """
        AFRESH EXPERT_KINDS FollowingTraining MOST_POINTS NOWHERE PlaneModels PlanePicture PlaneState
        PlaneSystem PlaneTraining ROOM distance given is_afresh lattice owners plane_picture plane_training
        replay_plane""",
    "views": """
        PlaneView SQUARE draw_expert draw_line draw_plane paint_regions tint""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
