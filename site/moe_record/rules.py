"""The rules of BalanceLab's page: what each says beside k, by the words in its menu."""

from typing import Any

RULES: dict[str, dict[str, Any]] = {
    "top-k": {},
    "top-k, temperature 0.1": {"temperature": 0.1},
    "bias, selects": {"adjust": "bias, selects"},
    "bias, steps of a logit": {"adjust": "bias, selects", "strength": 1.0},
    "bias, weighs too": {"adjust": "bias, weighs too"},
    "saturation": {"adjust": "saturation"},
    "Sinkhorn": {"adjust": "Sinkhorn"},
    "Sinkhorn, ε 1": {"adjust": "Sinkhorn", "epsilon": 1.0},
    "capacity, by arrival": {"select": "capacity, by arrival"},
    "capacity, surest first": {"select": "capacity, surest first"},
    "quota": {"select": "quota"},
    "expert choice": {"select": "expert choice"},
    "best assignment": {"select": "best assignment"},
    "top-p": {"select": "top-p"},
    "hash of the word": {"score": "hash of the word"},
    "SPECTRA's score": {"score": "SPECTRA"},
    "SPECTRA": {
        "score": "SPECTRA",
        "adjust": "Sinkhorn",
        "select": "quota",
        "iterations": 5,
        "capacity_factor": 1.25,
    },
    "noisy top-k": {"router": "noisy_topk"},
    "Switch": {"router": "switch"},
    "GShard": {"router": "gshard"},
    "quantile balancing": {"router": "quantile_balanced"},
    "threshold": {"router": "threshold"},
    "model: Mixtral": {"router": "mixtral"},
    "model: DeepSeek-V3": {"router": "deepseek_v3"},
    "model: Llama 4": {"router": "llama4"},
}
