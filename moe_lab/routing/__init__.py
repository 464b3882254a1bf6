"""The public names of `moe_lab.routing`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    adjustments balance capacity decision designs directions losses parts presets production quantiles router
    scores selection sinkhorn spectra_parts"""
_NAMES: dict[str, str] = {
    "adjustments": """
        Centred ExpertThresholds Feedback Jitter LossFreeBias NOTED SaturationBias SelectionBias Standardise
        as_printed by_max by_mean by_rank check_feedback gradient load_share moments_of raw softmax_scores
        sqrt_softplus tokens_of""",
    "balance.coupling": """
        coupling_excess coupling_loss""",
    "balance.pid": """
        PIDBias pid""",
    "balance.relu": """
        AdaptivePenalty POSITIVE SMALLEST relu_penalty remoe""",
    "balance.sequences": """
        asked sequence_loss""",
    "balance.stand_ins": """
        StandIns default_moe""",
    "capacity": """
        Assignment Capacity ExpertChoice Order Quota best_assignment best_tokens by_arrival by_confidence
        greedy n_real real_rows served slots split_requests table_of_places""",
    "decision": """
        Activation Context Dropped Promises Routing TokenExpertPairs assign check check_blocks check_context
        check_inputs check_pairs check_per_token check_same_type check_shapes check_tokens hold in_blocks
        in_blocks_by_numpy occurrences of_real shares""",
    "designs.centroids": """
        CentroidRouter Centroids online_kmeans sums_by_expert""",
    "designs.depths": """
        Foretelling TopTokens best_of_sequences by_logit foretelling_loss mixture_of_depths""",
    "designs.free": """
        GatingResidual Prices heterogeneous_balance moe_plus_plus""",
    "designs.pools": """
        DocumentPool PoolSizes document_pools documents places_in_documents""",
    "directions.similarity": """
        OrthogonalLinear simbal similarity_preserving""",
    "losses": """
        AUX_LOSSES AuxLossEntry AuxLossFunction best_of_others chance_to_be_chosen cv_squared demand
        entropy_bonus gate_variance gram_error gshard_loss importance_loss load_loss marginal_entropy
        mean_gate mean_token_entropy noisy_tables note_of of_a_routing orthogonality ranks real real_gate
        real_logits register_aux_loss routing_mutual_information srip switch_loss usage_variance z_loss""",
    "parts": """
        Part PerExpert Tunable above_zero backward_pass below_one finite full_precision functions is_narrow
        is_number is_plain modules never_narrower not_below_zero of_kind positive seeded shown uncompiled
        whole width""",
    "presets": """
        base centred cosine dense expert_choice gshard hash_router loss_free loss_free_sigmoid noisy_topk
        s_base spectra spectra_without_all spectra_without_expression spectra_without_gru
        spectra_without_quota spectra_without_repulsion srnn srnn_as_printed srnn_by_max srnn_by_rank
        srnn_by_share srnn_centred switch threshold top_k top_p""",
    "production.by_bias": """
        ROOT_SHARES SIGMOID_SHARES SOFTMAX_SHARES STEP deepseek_v3 deepseek_v4 deepseek_v4_hash ernie4_5
        glm4_moe longcat minimax_m2 nemotron_h""",
    "production.by_softmax": """
        deepseek_v2 gpt_oss hunyuan jamba llama4 mixtral olmoe phimoe qwen3_moe""",
    "production.choices": """
        BestGroups BudgetBias ByWord LearnedBias TokenTable Worth at_work best_one best_two group_size
        in_best_groups in_groups kept_groups""",
    "production.weights": """
        activated one_at_a_time scaled_by share_of_the_near shares_in_turn times weighed_by""",
    "quantiles.by_quantiles": """
        expert_threshold quantile_balanced""",
    "quantiles.cutoffs": """
        MovingThresholds QuantileBias Scores exceeded_by excess log_shares""",
    "router": """
        AttentiveRouter BiasedLogits ROUTERS Router RouterControls RouterEntry RouterParts RouterTraits UNTOLD
        begun check_logits check_parts check_same_size check_scores composed_differently composition
        first_not_finite noted_at_first options_of register_router""",
    "scores": """
        Cosine Family Hash Linear Noisy TimeGRU around modulo multiplicative places_in_sequence
        places_of_words random_table""",
    "selection": """
        Gate SortedPairs Threshold TopK TopP activation_of check_k chosen_at_once divided_by_sum equal_weights
        named_gate over_all preference renormalised routing_from_mask routing_from_pairs sigmoid
        sigmoid_chosen softmax_all softmax_chosen sorted_pairs table_of_pairs token_choice_pairs
        topk_by_search topk_indices weighed weights_at""",
    "sinkhorn": """
        Sinkhorn Stop after by_kernel by_logs done_after good_enough scaled sinkhorn_plan within""",
    "spectra_parts": """
        DepthGRU Expression Given Projection Repulsion RoutingLogits Similarity centroids check_state
        given_before gram noted_centroids repulsion state_of_depth unit""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
