"""The public names of `moe_lab.memory`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["reads"],
    {
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
        ]
    },
)
