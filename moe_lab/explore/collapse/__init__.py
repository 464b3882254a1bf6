"""The public names of `moe_lab.explore.collapse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["collapse_lab", "training"],
    {
        "collapse_lab": [
            "COLLAPSE_CODE",
            "COLLAPSE_GROUPS",
            "COLLAPSE_PRESETS",
            "CollapseLab",
            "CollapseStage",
            "NOT_GIVEN",
            "collapse_in_words",
            "collapse_knobs",
        ],
        "training": [
            "CollapseHistory",
            "CollapseState",
            "adapt",
            "bias_of",
            "collapse_training",
            "rebalance",
            "replay_collapse",
            "settings_of",
        ],
    },
)
