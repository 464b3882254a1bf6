"""The public names of `moe_lab.experiments.systems.health`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiment interventions otherwise synthetic trained verdicts"""
_NAMES: dict[str, str] = {
    "claims": """
        ALARMS OWN TEXT WHERE alarm_means_collapse collapse_rings entropy_is_diversity rings_and_collapsed""",
    "experiment": """
        COLUMNS HELD_OUT NUMBERS TUNING jobs numbers_of work""",
    "interventions": """
        asked_twice experts_needed intervention_effects rise_when_shuffled share_repeated shuffled_routing
        spare_needed true_state""",
    "otherwise": """
        INPUTS Logits Made REACH REASONS Scene Tokens all_made_otherwise ball by_bits by_centre by_faint_dice
        by_jitter by_layer by_place by_quota by_ring by_sure_dice by_table by_two_layers digits made_otherwise
        reached sheet standard state_by_load tails words words_without_ids""",
    "synthetic": """
        ClusteredTokens Clusters RECIPES Recipe amber_experts favour leaky made partly plain sticky undone""",
    "trained": """
        ARMS Arm HealthSettings Patches aux_losses build frozen make_model""",
    "verdicts": """
        confusion detector_verdicts judged other_routers recognised right_open_wrong routers_of share_right
        synthetic_routers trained_routers""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
