"""The public names of `moe_lab.experiments.systems.spectra`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["ablations", "claims", "system"],
    {
        "ablations": [
            "ARMS",
            "CHOSEN",
            "COLUMNS",
            "NO_LOSS",
            "SWITCH_LOSS",
            "TABLES",
            "ablation_jobs",
            "refuse",
        ],
        "claims": [
            "HYPOTHESES_A",
            "HYPOTHESES_B",
            "HYPOTHESES_C",
            "HYPOTHESES_D",
            "OPEN",
            "OVERLAP",
            "OWN",
            "PIECES",
            "STEP",
            "TEXT",
            "WHERE",
            "better_than_switch",
            "gram_score",
            "pieces_contribute",
            "takes_as_long",
        ],
        "system": [
            "SpectraSettings",
            "build",
            "classification",
            "make_model",
            "mean_over",
            "measure",
            "of_layer",
            "parameters",
            "train",
            "verdict",
        ],
    },
)
