"""The public names of `moe_lab.experiments.systems.recurrent`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["balance_schedule"],
    {
        "balance_schedule": [
            "ARMS",
            "BalanceLog",
            "COLOURS",
            "COLUMNS",
            "FEWER",
            "HeldOutLog",
            "REFERENCE",
            "RecurrentSettings",
            "balance",
            "jobs",
            "logged_rows",
            "loss_difference",
            "of_load",
            "on_the_way",
            "paired_losses",
            "work",
        ]
    },
)
