"""The public names of `moe_lab.experiments.systems.health`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["experiment", "interventions", "synthetic", "trained", "verdicts"],
    {
        "experiment": ["COLUMNS", "HELD_OUT", "NUMBERS", "TUNING", "jobs", "numbers_of", "work"],
        "interventions": [
            "asked_twice",
            "experts_needed",
            "intervention_effects",
            "rise_when_shuffled",
            "share_repeated",
            "shuffled_routing",
            "spare_needed",
            "true_state",
        ],
        "synthetic": [
            "ClusteredTokens",
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
            "Dice",
            "HealthSettings",
            "Patches",
            "aux_losses",
            "build",
            "frozen",
            "make_model",
        ],
        "verdicts": [
            "confusion",
            "detector_verdicts",
            "recognised",
            "routers_of",
            "share_right",
            "synthetic_routers",
            "trained_routers",
        ],
    },
)
