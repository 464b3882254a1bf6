"""The public names of `moe_lab.explore.scene`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    drop many picture scene_lab sight stage trained views"""
_NAMES: dict[str, str] = {
    "drop": """
        DropPlace""",
    "many": """
        Many cost known_many many_of nearest_strength""",
    "picture": """
        ACTS AS_IT_IS LONGEST NAMES OWN SCALES Scene SceneState checked_picture held_out opened scene_of
        squared""",
    "scene_lab": """
        COFFEE ReceivingPanel RefusingPanel SCALE_NAMES SCENE_CODE SCENE_PRESETS SceneLab ScenePanel
        act_in_words hidden_knobs scene_knobs sight_in_words""",
    "sight": """
        Look Sight acted answers given_maps look_of sight_of""",
    "stage": """
        SceneStage counted many_in_words""",
    "trained": """
        CROWD OVER SIDE TRAINED Trained crowd ious read_stored read_trained store train_again weights_file
        with_weights""",
    "views": """
        Looks MaskMap PREDICTED ScaleLoad SceneDrawn ScenePicture TILE TRUE coloured draw_look laid_over
        normed outlined pixel_frame""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
