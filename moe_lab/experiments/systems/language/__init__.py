"""The public names of `moe_lab.experiments.systems.language`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["domain_experiment", "domain_figures", "domains", "training"],
    {
        "domain_experiment": ["COLUMNS", "jobs"],
        "domain_figures": [
            "MARKS",
            "added_by_training",
            "by_domain",
            "by_layer",
            "draw_nmi",
            "first_run",
            "health_table",
            "held_out_table",
            "keyword_table",
            "router_maps",
            "who_serves_whom",
        ],
        "domains": [
            "asked_of_experts",
            "check_up_rows",
            "draw_up_map",
            "first_choices",
            "heard",
            "inputs_and_domains",
            "keywords_and_control",
            "what_they_go_by",
            "words",
            "work",
        ],
        "training": [
            "DEMONSTRATION",
            "LanguageSettings",
            "Studied",
            "TextSettings",
            "aux_losses",
            "build",
            "check_sizes",
            "demonstration",
            "demonstration_file",
            "document_rows",
            "loss_rows",
            "surprise",
            "text_of",
            "token_sets",
            "train_to_end",
            "trained_weights",
        ],
    },
)
