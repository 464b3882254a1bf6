"""The public names of `moe_lab.models.unified`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["counting", "model", "parts"],
    {
        "counting": [
            "COSTS",
            "attention_cost",
            "connections",
            "feed_cost",
            "fitted_width",
            "matrices",
            "memory_cost",
            "multiply_adds",
            "non_zeros",
        ],
        "model": [
            "MakePart",
            "ReadsEpisodes",
            "ReadsTask",
            "Stream",
            "Unified",
            "attention",
            "experts",
            "memory",
            "network",
            "place_in_half",
        ],
        "parts": ["Attends", "Feeds", "MaskableFFN", "Remembers", "Residual", "check_stream", "sight"],
    },
)
