"""The public names of `moe_lab.data.scenes`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["composed", "masked"],
    {
        "composed": [
            "AREA",
            "Draws",
            "EDITION",
            "FAINT",
            "LEAST",
            "PUSH",
            "RATIO",
            "SOURCES",
            "SPREAD",
            "apart",
            "best_source",
            "check_scenes",
            "compose",
            "composed_scenes",
            "deviations",
            "distances",
            "drawn",
            "load_composed",
            "matched",
            "outlines",
            "photograph_scenes",
            "planes",
            "pushed",
            "scene_from",
            "side_by_side",
            "strips",
            "surroundings",
            "textures",
            "windows",
        ],
        "masked": ["SceneSet"],
    },
)
