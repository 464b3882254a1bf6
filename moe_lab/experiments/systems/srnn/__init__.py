"""The public names of `moe_lab.experiments.systems.srnn`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    balance_cost claims experiments measurements regimes settings system"""
_NAMES: dict[str, str] = {
    "balance_cost": """
        ABOUT BASE COLOURS MARGIN REMEDIES SCHEDULES STRENGTHS TAPERS TITLES by_strength curves jobs place
        prices work""",
    "claims": """
        AS_WRITTEN COSTS_A COSTS_B NOTES NO_SKIPS N_EFF OWN REPORT SILENCED SKIPS SRNN STRONG SURVIVAL_A
        SURVIVAL_B USUAL VERDICTS WHERE experts_matter has_a_price kept_state saved tapers_off""",
    "experiments": """
        ACTIVE ARMS BESIDE BESIDE_PLAIN BESIDE_PRINTED BESIDE_SYSTEM CHOSEN COLUMNS FIGURES FIXED LOSS PLAIN
        READING REPAIRS TWO_PHASE WAYS ablation_jobs compare refuse regime repairs seeds_of single_arm
        srnn_experiment three_way""",
    "measurements": """
        RememberFirst first_images load measure outputs_replaced train trained verdict without_bias
        without_experts""",
    "regimes": """
        CANDIDATES KEPT PLACES REGIME_ABOUT REGIME_ARMS REGIME_COLUMNS SIZES TABLES all_alive held_out
        logit_rows price rank_correlation regime_jobs regime_rows what_decides""",
    "settings": """
        GATES SRNNModelSettings SRNNSettings check_growth make_router router_knobs""",
    "system": """
        OPTIMIZER_STATE assemble build make_model planned_births reconstruction total_steps widths""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
