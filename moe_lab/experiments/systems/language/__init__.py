"""The public names of `moe_lab.experiments.systems.language`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["domains", "training"],
    {
        "domains": [
            "COLUMNS",
            "by_domain",
            "by_layer",
            "draw_up_map",
            "first_run",
            "health_table",
            "heard",
            "jobs",
            "keyword_table",
            "router_maps",
            "what_they_go_by",
            "who_serves_whom",
            "words",
            "work",
        ],
        "training": [
            "DEMONSTRATION",
            "LanguageSettings",
            "Studied",
            "aux_losses",
            "build",
            "demonstration",
            "loss_rows",
            "surprise",
            "text_of",
            "token_sets",
            "train_to_end",
        ],
    },
)
