"""The public names of `moe_lab.experiments.systems.pruning`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiment measurements tables"""
_NAMES: dict[str, str] = {
    "claims": """
        OWN REAP WHERE by_own_kind large_then_small less_than""",
    "experiment": """
        PRUNING_COLUMNS pruning_jobs""",
    "measurements": """
        Heard PruningSettings RULES SHARES Scores Told alike_rows heard_on kept_alike pruning_work repair_rows
        repaired rises scores_alone scores_by texts_of_kind together told_of without""",
    "tables": """
        FEW LOOKS MANY MARGIN Pairs REPAIRED against_chance against_frequency arm_by_arm by_calibration
        calibration_map calibration_table draw_curves kept_table kinds_of less loss_of pruning_curves
        repair_picture repair_table rise rules_of""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
