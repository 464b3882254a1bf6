"""The public names of `moe_lab.models.language`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    attention generation language_model reading recurrent upcycling"""
_NAMES: dict[str, str] = {
    "attention": """
        Attention AttentionInputs Cache LayerCache Learned Positions Rotary attention_inputs documents_of
        places_of rotate_pairs who_sees_whom within_documents""",
    "generation": """
        ExpertChoiceTransformer Written cache_obstacle check_prompt choosing_layers draw generate suitability
        threshold_router why_not_cached with_expert_thresholds write_on""",
    "language_model": """
        Block DecoderSettings DecoderShape Dense LanguageModel POSITIONS Summed check_separator decoder
        dense_equal ids_of make_feed preset_router text_context""",
    "reading": """
        PADDING active_parameters at_rest batch_of forward_flops met_experts multiply_adds next_token
        read_batch targets token_losses visited_experts""",
    "recurrent": """
        HALF_SIZE RECURRENT again check_one_block indexed_depth shared_depth""",
    "upcycling": """
        dense_feeds upcycled vary""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
