"""The public names of `moe_lab.experts`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["dispatch", "experts", "moe", "soft", "upcycling"],
    {
        "dispatch": [
            "Combine",
            "Dispatch",
            "DispatchPlan",
            "Kernel",
            "apply_experts",
            "dispatch_plan",
            "fastest",
            "grouped",
            "oracle",
            "padded",
            "segments",
            "sum_by_token",
            "to_rows",
        ],
        "experts": [
            "Bottleneck",
            "Experts",
            "FFN",
            "LinearMap",
            "SwiGLU",
            "TwoLayers",
            "affine",
            "stacked",
            "uniform_parameter",
        ],
        "moe": ["MoE", "Observed", "carry_over", "is_per_row", "moe_layers", "observe", "observe_layers"],
        "soft": ["Mixing", "SoftMoE", "SoftRouter"],
        "upcycling": ["upcycle"],
    },
)
