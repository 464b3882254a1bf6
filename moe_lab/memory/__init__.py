"""The public names of `moe_lab.memory`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["dnc", "reads"],
    {
        "dnc.addressing": ["Content", "EPSILON", "MaskedContent", "cosine", "masked_cosine"],
        "dnc.allocation": ["allocation", "keep_released", "next_usage", "retention", "wipe_released"],
        "dnc.computer": ["Controller", "DNC", "Recurrence", "SIZES", "Trace"],
        "dnc.links": ["Links", "SharpLinks", "next_links", "next_precedence", "sharpen"],
        "dnc.memory": ["Memory", "Moment", "Parts", "REPAIRS", "Slots", "WrittenSlots", "overwritten"],
        "dnc.signals": ["SQUASHES", "Signal", "Signals", "Squash", "oneplus", "three_modes"],
        "reads": [
            "Announcement",
            "NOTHING",
            "Reads",
            "check_weights",
            "context_of_reads",
            "listed_weights",
            "log_weights",
            "routing_of_reads",
            "slots_read",
            "worth",
        ],
    },
)
