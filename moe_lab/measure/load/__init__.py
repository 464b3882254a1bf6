"""The public names of `moe_lab.measure.load`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    change confidence content health metrics overlap"""
_NAMES: dict[str, str] = {
    "change": """
        check_sequence neighbours padded_visits router_saturation routing_consistency same_token
        saturation_by_load sequential_overlap token_mask""",
    "confidence": """
        GateSums Gates agreement check_rows gate_probabilities kappa mutual_information nearest_neighbours
        router_confidence token_entropy""",
    "content": """
        Content Kappa UNKNOWN content_of foretold kappa_of noise_of_kappa regions""",
    "health": """
        ADVICE CheckUp Health Kept MEASURED STATES TUNED Thresholds WRONG alarm_of busiest check_ups
        collecting_hook drawn_from follows_content health_of judge no_verdict old_alarm spread squared_usage
        state_of why_open""",
    "metrics": """
        Load METRICS Measured MetricEntry VisitCounts active at_least_by_chance checked_counts
        clipped_by_capacity counts_of_random_router cv cv_floor dropped_by_random_router dropped_rate
        effective_experts entropy_of_random_router gini gini_of_random_router limit_of load_entropy
        max_of_random_router max_vio n_eff register_metric routings_of_layer unused_rate""",
    "overlap": """
        ExpertSets Gram Together coactivation expert_outputs expert_set_overlap gram_of_weights
        gram_orthogonality jaccard jaccard_by_chance off_diagonal strongest_partner sum_by_chance
        token_set_overlap""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
