"""The public names of `moe_lab.experiments.systems.health`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["synthetic", "trained", "verdicts"],
    {
        "synthetic": [
            "Clusters",
            "RECIPES",
            "Recipe",
            "amber_experts",
            "favour",
            "leaky",
            "made",
            "partly",
            "plain",
            "sticky",
            "undone",
        ],
        "trained": [
            "ARMS",
            "Arm",
            "COLUMNS",
            "Dice",
            "HELD_OUT",
            "HealthSettings",
            "NUMBERS",
            "Patches",
            "TUNING",
            "build",
            "experts_needed",
            "flatness",
            "frozen",
            "intervention_effects",
            "jobs",
            "numbers_of",
            "shuffled_routing",
            "true_state",
            "work",
        ],
        "verdicts": ["confusion", "detector_verdicts", "share_right", "synthetic_routers", "trained_routers"],
    },
)
