"""The public names of `moe_lab.training.step`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    objective processes"""
_NAMES: dict[str, str] = {
    "objective": """
        Objective Ready StepReport TaskAndAuxLosses Telling Told TrainingState Weighed check_ingredients
        check_loss check_optimizer check_untouched hyperparameters loads_of mean_of_all sum_loads""",
    "processes": """
        Heard MEETINGS Together Worker accelerator_of check_accelerator check_splits count_rows
        feedback_of_all learns_from_feedback mean_of on_device over_tokens prepared rows_of_process tensors_of
        warn_of_parts""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
