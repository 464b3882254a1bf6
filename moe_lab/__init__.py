"""An interactive teaching and analysis kit for sparse Mixture-of-Experts; names are loaded on first use.

The names that are used most are here; each floor (`moe_lab.routing`, `moe_lab.measure`, …) offers all of its own.
"""

from lazy_loader import attach

__version__ = "0.1.0"

_FLOORS = ["bench", "cli", "colours", "command", "data", "draws", "experiments", "experts", "explore", "files", "imports"]
_FLOORS += ["measure", "memory", "models", "native", "registry", "routing", "serving", "sparse", "training"]

_NAMES = {
    "routing": ["Context", "Routing", "Router", "register_router", "ROUTERS", "AUX_LOSSES", "register_aux_loss"],
    "routing.presets": ["top_k", "switch", "gshard", "expert_choice", "loss_free", "srnn", "srnn_as_printed", "spectra"],
    "routing.losses": ["switch_loss", "gate_variance", "z_loss"],
    "experts": ["Bottleneck", "MoE", "observe", "reuse_memory", "upcycle"],
    "measure": ["METRICS", "register_metric", "Load", "n_eff", "cv", "record", "Trace", "load_model", "ablate", "force"],
    "measure.transformers": ["listen"],
    "measure.trace": ["replay", "routing_mismatch"],
    "data": ["load_images", "load_scenes", "load_text"],
    "training": ["AuxLoss", "Trainer", "HealthMonitor"],
    "experiments": ["EXPERIMENTS", "Experiment"],
    "explore": ["CollapseLab", "BalanceLab", "PlaneLab", "SceneLab", "MemoryLab", "SparseLab", "TicketLab", "GateLab", "AlarmLab", "PiecesLab", "KeywordLab", "FlatMapLab", "DepthLab", "InterventionLab", "TokenTrail", "ExpertCards", "SpecialistMap", "look_into", "look_at"],
    "explore.audit": ["audit"],
}

__getattr__, __dir__, __all__ = attach(__name__, _FLOORS, _NAMES)
