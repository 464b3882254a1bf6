"""An interactive teaching and analysis kit for sparse Mixture-of-Experts; names are loaded on first use."""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Routing": "routing.decision",
    "Context": "routing.decision",
    "Router": "routing.router",
    "top_k": "routing.presets",
    "loss_free": "routing.presets",
    "srnn": "routing.presets",
    "srnn_as_printed": "routing.presets",
    "MoE": "experts.moe",
    "observe": "experts.moe",
    "upcycle": "experts.upcycling",
    "Trainer": "training.trainer",
    "record": "measure.trace.trace",
    "Trace": "measure.trace.trace",
    "listen": "measure.transformers.hooks",
    "ablate": "measure.transformers.interventions",
    "force": "measure.transformers.interventions",
    "load_model": "measure.transformers.loading",
    "load_images": "data.hub",
    "load_text": "data.text",
    "HealthMonitor": "training.monitor",
    "CollapseLab": "explore.collapse.collapse_lab",
    "BalanceLab": "explore.balance.balance_lab",
    "PlaneLab": "explore.plane.plane_lab",
    "TokenTrail": "explore.tokens.token_trail",
    "look_into": "explore.tokens.selection",
    "ExpertCards": "explore.tokens.expert_cards",
    "SpecialistMap": "explore.tokens.specialist_map",
    "reuse_memory": "training.allocator",
}
__all__ = [*_HOME]


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'moe_lab' has no attribute {name!r}; it offers {', '.join(_HOME)}")
    return getattr(import_module(f"moe_lab.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
