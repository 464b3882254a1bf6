"""The public names of `moe_lab.experiments.systems.recurrent`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["ablations", "arms", "balance_schedule", "evaluation", "experiment", "pairs"],
    {
        "ablations": ["ABLATIONS", "end_rows"],
        "arms": [
            "AblationSettings",
            "BALANCE_ARMS",
            "CONTROL",
            "FULL",
            "LAPTOP",
            "SCHEDULES",
            "all_arms",
            "coefficient",
            "half_arms",
            "half_experts",
            "parameters",
            "shape_arms",
        ],
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
            "loads_of",
            "logged_rows",
            "model_sizes",
            "of_load",
        ],
        "evaluation": [
            "EVALUATED",
            "EvaluationLog",
            "ON_THE_WAY",
            "curve_rows",
            "document_rows",
            "gradient_norm",
            "judged",
            "load_figures",
            "shares_of",
            "spaced",
        ],
        "experiment": ["COLOURS", "PANELS", "draw_arms", "on_the_way"],
        "pairs": ["loss_difference", "losses_by_arm", "paired_losses", "standard_error"],
    },
)
