"""The public names of `moe_lab.explore.tickets`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    ticket_lab training views"""
_NAMES: dict[str, str] = {
    "ticket_lab": """
        TICKET_CODE TICKET_GROUPS TICKET_PRESETS TicketLab TicketPanel TicketStage by_chance looked_at
        lottery_in_words ticket_knobs""",
    "training": """
        LOOKS_ONLY LotterySystem TicketState is_afresh lottery_training replay_lottery settings_of""",
    "views": """
        CURVE_COLOURS MaskPictures SparsityCurves draw_curves name_in_words""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
