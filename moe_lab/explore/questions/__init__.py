"""The public names of `moe_lab.explore.questions`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["prediction"],
    {"prediction": ["KEPT_QUESTION", "PredictNumber", "PredictOne", "Prediction", "Question"]},
)
