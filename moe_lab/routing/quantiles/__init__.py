"""The public names of `moe_lab.routing.quantiles`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    by_quantiles cutoffs"""
_NAMES: dict[str, str] = {
    "by_quantiles": """
        expert_threshold quantile_balanced""",
    "cutoffs": """
        MovingThresholds QuantileBias Scores exceeded_by excess log_shares""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
