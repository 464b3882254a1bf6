"""The public names of `moe_lab.explore.collapse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    collapse_lab training"""
_NAMES: dict[str, str] = {
    "collapse_lab": """
        COLLAPSE_CODE COLLAPSE_GROUPS COLLAPSE_PRESETS CollapseLab CollapsePanel CollapseStage CollapseViews
        GATE_LABELS NOT_GIVEN WORK active_in_words at_work collapse_in_words collapse_knobs few_in_words
        growth_knobs how_many_work patches_of youngest_in_words""",
    "training": """
        CollapseHistory CollapseState Course FollowingCourse FrozenHistory LoadHistory PatchHistory
        WatchedCourse adapt bias_of collapse_training constant_aux_loss experts_at_first rebalance
        replay_collapse settings_of share_row to_pictures""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
