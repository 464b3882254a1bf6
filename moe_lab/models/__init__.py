"""The public names of `moe_lab.models`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    episodic language plane segmentation sequence unified vision"""
_NAMES: dict[str, str] = {
    "episodic.embedding": """
        Embedding WIDTHS n_parameters size_of widths_of_size""",
    "episodic.memory": """
        AttendedMemory NearMemory""",
    "episodic.memory_transformer": """
        EpisodicShape LabelTable MEMORIES MemoryTransformer TEXT memory_transformer silenced""",
    "episodic.prototypes": """
        NearestNeighbour Pixels PrototypicalNet SharpPrototypes accuracy class_means episode_loss
        squared_distances""",
    "episodic.reading": """
        ASKED Sequence as_sequence n_examples sight_of""",
    "language.attention": """
        Attention AttentionInputs Cache LayerCache Learned Positions Rotary attention_inputs documents_of
        places_of rotate_pairs who_sees_whom within_documents""",
    "language.generation": """
        ExpertChoiceTransformer Written cache_obstacle check_prompt choosing_layers draw generate suitability
        threshold_router why_not_cached with_expert_thresholds write_on""",
    "language.language_model": """
        Block DecoderSettings DecoderShape Dense LanguageModel POSITIONS Summed check_separator decoder
        dense_equal ids_of make_feed preset_router text_context""",
    "language.reading": """
        PADDING active_parameters at_rest batch_of forward_flops met_experts next_token read_batch targets
        token_losses visited_experts""",
    "language.recurrent": """
        HALF_SIZE RECURRENT again check_one_block indexed_depth shared_depth""",
    "language.upcycling": """
        dense_feeds upcycled vary""",
    "plane": """
        Affine PlaneMoE Tempered each_expert_alone plane_fields plane_tokens""",
    "segmentation.backbones": """
        CHANNELS SmallBackbone TimmBackbone check_pixels make_backbone timm_features""",
    "segmentation.dense": """
        equal_compute equal_parameters held_weights mean_multiply_adds""",
    "segmentation.eyes": """
        Contrast EXPERT_KINDS EYES Edge FilterBank Frequency Kinds LAPLACIAN PLAIN_KINDS Plain SOBEL Texture
        gabor local_mean rings""",
    "segmentation.mask_losses": """
        MASK_LOSSES MaskLoss check_masks dice_loss outline_weight register_mask_loss structure_loss""",
    "segmentation.segmenter": """
        MergingDecoder Segmenter expert_layer""",
    "sequence.answers": """
        TAUGHT_BY all_steps asked_steps wrongness""",
    "sequence.readers": """
        LSTMReader TransformerReader check_steps lstm_of nearest_width parameters_of transformer_of""",
    "unified.counting": """
        COSTS attention_cost connections feed_cost fitted_width matrices memory_cost non_zeros""",
    "unified.model": """
        MakePart ReadsEpisodes ReadsTask Stream Unified attention experts memory network place_in_half""",
    "unified.parts": """
        Attends Feeds MaskableFFN Remembers Residual check_stream sight""",
    "vision.autoencoder": """
        Decoder Encoder MoEAutoencoder check_images fold side_after unfold""",
    "vision.classifier": """
        MoEClassifier cut_into_patches patch_context patch_ids""",
    "vision.mlp": """
        linear_shapes""",
    "vision.vit": """
        Feed Heads SelfAttention VIT_SHAPES ViT ViTBlock ViTShape component_weights vit""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
