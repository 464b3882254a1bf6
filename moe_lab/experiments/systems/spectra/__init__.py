"""The public names of `moe_lab.experiments.systems.spectra`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["ablations", "system"],
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
