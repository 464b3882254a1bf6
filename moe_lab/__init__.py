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
    "upcycle": "experts.moe",
    "Trainer": "training.trainer",
    "record": "measure.trace",
    "Trace": "measure.trace",
    "listen": "measure.huggingface",
    "ablate": "measure.huggingface",
    "force": "measure.huggingface",
    "load_model": "measure.huggingface",
    "load_images": "data.hub",
    "load_text": "data.text",
    "HealthMonitor": "training.monitor",
    "CollapseLab": "explore.collapse",
    "BalanceLab": "explore.balance",
    "PlaneLab": "explore.plane",
    "TokenTrail": "explore.trail",
    "look_into": "explore.selection",
    "ExpertCards": "explore.cards",
    "SpecialistMap": "explore.specialists",
    "reuse_memory": "experts.memory",
}
__all__ = [*_HOME]


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'moe_lab' has no attribute {name!r}; it offers {', '.join(_HOME)}")
    return getattr(import_module(f"moe_lab.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
