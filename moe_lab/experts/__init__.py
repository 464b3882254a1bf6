"""The public names of `moe_lab.experts`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    allocator coupling designs dispatch experts maps mixed moe products second shared small soft upcycling"""
_NAMES: dict[str, str] = {
    "allocator": """
        MMAP_THRESHOLD TRIM_THRESHOLD reuse_memory""",
    "coupling": """
        CoupledMoE coupling_of directions_of first_matrices shaken tell_coupling""",
    "designs.blocks": """
        DepthLayer packed""",
    "designs.cheap": """
        Constants Copies SideBySide Weightless Zeros check_sets""",
    "dispatch": """
        Combine Dispatch DispatchPlan Kernel SumByToken apply_experts can_group check_fit dispatch_plan
        fastest grouped grouped_linear in_segments noted_outputs one_by_one onednn_pays oracle padded
        padded_plan padded_slots padding_pays segments sum_by_token to_rows with_stand_ins""",
    "experts": """
        Between Bottleneck Expert ExpertSet Experts FFN Formula LinearMap Row SwiGLU TwoLayers affine
        gelu_back gelu_there relu_back relu_there stacked uniform_parameter""",
    "maps": """
        ImageMoE MAP_LAYERS MapLayer PositionMoE channel_statistics check_maps rows_at""",
    "mixed": """
        MixedExperts NamedExperts asked check_members pull""",
    "moe": """
        ExpertTensors MoE NO_OPTIMIZER Observed ResizableLayer RoutedLayer SQUARES SparseLayer carry_over
        check_follows check_kept check_kind check_routings choosing_layers count_tokens forget is_per_row
        logit_moments mean_note moe_layers observe observe_layers resized_memory""",
    "products": """
        BlockOuter BlockProduct Blocks blockwise_outer check_table lying matrices_of rows_of takes_blocks
        tiled times_own_matrix""",
    "second.calibration": """
        BLOCKS Calibration LARGE ROWS WIDTH by_size calibrate calibration calibration_path cpu_seconds
        in_words is_large prefers_onednn""",
    "second.product": """
        OneDNN by_onednn has_onednn onednn_product""",
    "shared": """
        BesideShared Gated InputWeighedMoE SharedExperts weigh_inputs""",
    "small.moves": """
        block_sums sent_back started to_experts to_tokens""",
    "small.step": """
        AtOnce SMALL SMALL_FOR_SEVERAL Seen Way Weights at_once goes_at_once gradients_with_a_graph
        product_back recorded seen there two_products unchanged""",
    "soft": """
        Mixing SoftMoE SoftRouter check_sequences mixing_of softmax_over_tokens""",
    "upcycling": """
        upcycle""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
