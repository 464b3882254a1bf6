"""The public names of `moe_lab.explore.gates`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    gate_lab replays views"""
_NAMES: dict[str, str] = {
    "gate_lab": """
        GATE_CODE GATE_GROUPS GATE_PRESETS GateLab GatePanel GateStage KnownDraws LAST gate_knobs
        replay_in_words said_in_words show_knobs_of""",
    "replays": """
        GateState KNOBS_OF LOOKED_AT OverDraws curves_text gate_of kept_curves over_draws_of_seeds read_curves
        replayed said_of seen_by""",
    "views": """
        FATES GateRace REFERENCE draw_race fate_of ranked""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
