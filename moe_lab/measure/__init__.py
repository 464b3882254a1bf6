"""The public names of `moe_lab.measure`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    comparison dynamics figures load maps points segmentation statistics text trace transformers"""
_NAMES: dict[str, str] = {
    "comparison": """
        Apart BETTER Comparison Form apart by_unit compare compare_all compare_pairs comparison_row
        comparison_table table_against""",
    "dynamics": """
        Borders Landscape borders contenders draw_landscape expert_gradients finite_loss gradient_flow groups
        landscape logits_plus nudged nudged_loss rms step_sizes to_the_border token_logits visitors""",
    "figures": """
        BESIDE INK MUTED SERIES TITLE_INK as_grid calm is_dead line_with_floor mosaic name_points scale_y
        share_labels stacked_load tile tiles""",
    "load.change": """
        check_sequence neighbours padded_visits router_saturation routing_consistency same_token
        saturation_by_load sequential_overlap token_mask""",
    "load.confidence": """
        GateSums Gates agreement check_rows gate_probabilities kappa mutual_information nearest_neighbours
        router_confidence token_entropy""",
    "load.content": """
        Content Kappa UNKNOWN content_of foretold kappa_of noise_of_kappa regions""",
    "load.health": """
        ADVICE CheckUp Health Kept MEASURED STATES TUNED Thresholds WRONG alarm_of busiest check_ups
        collecting_hook drawn_from follows_content health_of judge no_verdict old_alarm spread squared_usage
        state_of why_open""",
    "load.metrics": """
        Load METRICS Measured MetricEntry VisitCounts active at_least_by_chance checked_counts
        clipped_by_capacity counts_of_random_router cv cv_floor dropped_by_random_router dropped_rate
        effective_experts entropy_of_random_router gini gini_of_random_router limit_of load_entropy
        max_of_random_router max_vio n_eff register_metric routings_of_layer unused_rate""",
    "load.overlap": """
        ExpertSets Gram Together coactivation expert_outputs expert_set_overlap gram_of_weights
        gram_orthogonality jaccard jaccard_by_chance off_diagonal strongest_partner sum_by_chance
        token_set_overlap""",
    "maps": """
        MAP_METHODS deciding_module draw_map flatten keep kept_map laid_out neighbourhood neighbours_kept
        pacmap pca remembered router_inputs shuffled_columns stratified_sample trustworthiness_by_chance tsne
        umap""",
    "points": """
        as_array as_points different_points in_float32""",
    "segmentation.curves": """
        curve_over_strength strength_table""",
    "segmentation.floors": """
        FLOORS against_floors alike best_cut centre_prior constant floor_forms floor_scores lead mean_mask""",
    "segmentation.kinds": """
        checked_kinds image_frame kind_association kind_shares""",
    "segmentation.outlines": """
        as_pictures draw_outline outline prediction_sheet worst_to_best""",
    "segmentation.scores": """
        MASK_SCORES MaskScore Score as_maps as_masks at_half dice e_adaptive e_measure iou mae mask_scores
        register_mask_score s_measure stretched weighted_f""",
    "statistics": """
        Equivalence Estimate Interval bootstrapped checked_level difference differences effect_size
        equivalence errors_seen holm in_percent paired_difference paired_effect_size paired_p sampled
        share_difference smallest_detectable standardised student verdict wilson""",
    "text.keywords": """
        above_expected examples expert_keywords heaviest highest keyword_share shuffled_experts text_grid
        tf_idf token_counts""",
    "text.specialization": """
        Association association check_frame coactivation_graph counts_table draw_coactivation
        from_layer_to_layer label_map labels_of_units lift_over_chance meetings nmi specialization_by_position
        specialization_table together visit_table whole_numbers with_document""",
    "trace.counterfactuals": """
        better_than_others checked_route choices_judged counterfactuals reroute routes""",
    "trace.folder": """
        SavedTrace TraceFolder TraceRows as_folder check_same_length choice_table fill keep_vocabulary
        map_rows new_folder read_description read_json visits_of""",
    "trace.mismatch": """
        PLACES both_known check_same_words either kept_by_chance kept_share mismatch_row ratio_interval
        ratio_mismatch replay_helps routing_mismatch token_logprobs""",
    "trace.places": """
        KeptTokens Places Sequences Written WrittenTexts as_numpy check_ids counted gone_on kept_places
        local_sequences""",
    "trace.replaying": """
        GATES LayerReplay RecordedChoices Replay ReplayedRows Weigh as_recorded as_they_are by_own_gate
        check_same_text gate_behind gate_weights layers_to_replay marked no_gate replay root_softplus""",
    "trace.routed_experts": """
        RoutedTokens as_sequences by_sequence check_choices columns_of decode_routed_experts ids_of_rows
        layers_given one_sequence write_routed""",
    "trace.trace": """
        Trace TraceTables batches_of covers join new_writer record rescue""",
    "trace.writer": """
        LISTS LayerNumbers OpenRows RowStream Writer by_token choice_columns dropped_column list_column
        trace_schema write_description""",
    "transformers.adapters": """
        Adapter BY_ARGUMENTS BY_NAME FIRST PLAIN_ADAPTER Read Table Values Write adapter_of check_table
        from_table in_place logits_of_doge rank_of read_doge read_jetmoe read_llama4 read_marks read_plain
        read_skipping read_weights refusals to_table write_jetmoe write_llama4 write_marks write_plain
        write_weights""",
    "transformers.as_routers": """
        AS_ROUTERS Like NO_ROUTER SOFTMAX V2 V3 attribute_of by_sigmoid directions_of like_cohere2
        like_deepseek_v2 like_deepseek_v3 like_deepseek_v4 like_deepseek_v4_hash like_ernie like_kolibri
        like_mistral4 like_mixtral router_like scale_of selection_bias_of size_of take_weights why_no_router
        with_activation""",
    "transformers.calls": """
        CACHES Call CallTexts Text attended fits_model one_mask own_places past_places places_held real_before
        real_tokens restarts text_in token_before told_starts unattended without_ids""",
    "transformers.gates": """
        ACTIVATIONS CHOSEN chosen_activation names_called router_activation""",
    "transformers.generation": """
        EXCHANGES Ended Generation check_generation own_method refuse_exchange watched_criteria
        watched_generate watched_generation""",
    "transformers.hooks": """
        Act Choice ContextOf Edit LayerHooks MoEHooks RouterLogits SparseModule Tell TransformersHooks
        as_logits attach given_context hook_after hook_before hooked layer_name layer_names listen
        routed_layers router_beside within_call written_name""",
    "transformers.interventions": """
        ablate force intervene only_expert without_expert""",
    "transformers.loading": """
        HUB_ID load_model load_tokenizer loader_for no_tokenizer not_loaded only_here place_of read_behind
        vocabulary_of what_is_wrong""",
    "transformers.loudness": """
        Loudness listen_to_layer listen_to_module lone_visits outputs_heard worst_first""",
    "transformers.running": """
        CallWatch as_written cache_in reads_texts running_call uncompiled_calls""",
    "transformers.tiny_models": """
        HYBRID MODEL_CLASSES NEEDED OTHER_SETTINGS ROPE SIZES class_preference families is_sparse model_class
        quiet small small_settings tiny_config tiny_model""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
