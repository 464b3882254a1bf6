"""The public names of `moe_lab.data.scenes`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["composed", "masked", "outlines"],
    {
        "composed": [
            "EDITION",
            "FAINT",
            "LEAST",
            "PUSH",
            "RATIO",
            "apart",
            "best_source",
            "check_scenes",
            "compose",
            "composed_scenes",
            "deviations",
            "load_composed",
            "matched",
            "photograph_scenes",
            "planes",
            "pushed",
            "scene_from",
            "strips",
            "surroundings",
            "textures",
            "windows",
        ],
        "masked": ["SceneSet"],
        "outlines": ["AREA", "Draws", "SOURCES", "SPREAD", "distances", "drawn", "side_by_side"],
    },
)
