"""The public names of `moe_lab.models.sequence`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["answers", "readers"],
    {
        "answers": ["TAUGHT_BY", "all_steps", "asked_steps", "wrongness"],
        "readers": [
            "LSTMReader",
            "TransformerReader",
            "check_steps",
            "lstm_of",
            "nearest_width",
            "parameters_of",
            "transformer_of",
        ],
    },
)
