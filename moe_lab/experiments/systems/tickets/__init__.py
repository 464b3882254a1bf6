"""The public names of `moe_lab.experiments.systems.tickets`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["lottery", "rounds", "settings"],
    {
        "lottery": [
            "DRAWN_ANEW",
            "Known",
            "Lottery",
            "MASKS_OF",
            "Memory",
            "Scored",
            "assemble",
            "batches",
            "first_weights",
            "known_now",
            "make_model",
            "masks_now",
            "measured",
            "named_class",
            "prunable",
            "pruned",
            "pruned_at_once",
            "scored",
        ],
        "rounds": ["EVERY_ROUND", "FROM_THE_BEGINNING", "Programme", "Round", "rate_in_rounds", "rounds_of"],
        "settings": ["COMPONENTS", "CURVES", "LotterySettings", "TicketSettings"],
    },
)
