"""The public names of `moe_lab.routing.quantiles`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["by_quantiles", "cutoffs"],
    {
        "by_quantiles": ["expert_threshold", "quantile_balanced"],
        "cutoffs": ["MovingThresholds", "QuantileBias", "Scores", "exceeded_by", "excess", "log_shares"],
    },
)
