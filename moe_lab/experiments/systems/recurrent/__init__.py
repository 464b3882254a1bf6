"""The public names of `moe_lab.experiments.systems.recurrent`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["balance_schedule", "experiment", "pairs"],
    {
        "balance_schedule": [
            "ARMS",
            "BalanceLog",
            "FEWER",
            "HeldOutLog",
            "LOGGED",
            "REFERENCE",
            "RecurrentSettings",
            "balance",
            "held_out_rows",
            "jobs",
            "loads_of",
            "logged_rows",
            "model_sizes",
            "of_load",
            "work",
        ],
        "experiment": ["COLOURS", "COLUMNS", "PANELS", "draw_arms", "on_the_way"],
        "pairs": ["loss_difference", "losses_by_arm", "paired_losses", "standard_error"],
    },
)
