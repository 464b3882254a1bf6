"""The public names of `moe_lab.measure.transformers`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    adapters as_routers calls gates generation hooks interventions loading loudness running tiny_models"""
_NAMES: dict[str, str] = {
    "adapters": """
        Adapter BY_ARGUMENTS BY_NAME FIRST PLAIN_ADAPTER Read Table Values Write adapter_of check_table
        from_table in_place logits_of_doge rank_of read_doge read_jetmoe read_llama4 read_marks read_plain
        read_skipping read_weights refusals to_table write_jetmoe write_llama4 write_marks write_plain
        write_weights""",
    "as_routers": """
        AS_ROUTERS Like NO_ROUTER SOFTMAX V2 V3 attribute_of by_sigmoid directions_of like_cohere2
        like_deepseek_v2 like_deepseek_v3 like_deepseek_v4 like_deepseek_v4_hash like_ernie like_kolibri
        like_mistral4 like_mixtral router_like scale_of selection_bias_of size_of take_weights why_no_router
        with_activation""",
    "calls": """
        CACHES Call CallTexts Text attended fits_model one_mask own_places past_places places_held real_before
        real_tokens restarts text_in token_before told_starts unattended without_ids""",
    "gates": """
        ACTIVATIONS CHOSEN chosen_activation names_called router_activation""",
    "generation": """
        EXCHANGES Ended Generation check_generation own_method refuse_exchange watched_criteria
        watched_generate watched_generation""",
    "hooks": """
        Act Choice ContextOf Edit LayerHooks MoEHooks RouterLogits SparseModule Tell TransformersHooks
        as_logits attach given_context hook_after hook_before hooked layer_name layer_names listen
        routed_layers router_beside within_call written_name""",
    "interventions": """
        ablate force intervene only_expert without_expert""",
    "loading": """
        HUB_ID load_model load_tokenizer loader_for no_tokenizer not_loaded only_here place_of read_behind
        transformers vocabulary_of what_is_wrong""",
    "loudness": """
        Loudness listen_to_layer listen_to_module lone_visits outputs_heard worst_first""",
    "running": """
        CallWatch as_written cache_in reads_texts running_call uncompiled_calls""",
    "tiny_models": """
        HYBRID MODEL_CLASSES NEEDED OTHER_SETTINGS ROPE SIZES class_preference families is_sparse model_class
        quiet small small_settings tiny_config tiny_model""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
