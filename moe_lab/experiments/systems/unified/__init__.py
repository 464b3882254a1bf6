"""The public names of `moe_lab.experiments.systems.unified`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims experiments measurements rewinding settings system tables"""
_NAMES: dict[str, str] = {
    "claims": """
        OWN TEXT UNIFIED WHERE errs_less no_longer""",
    "experiments": """
        ALONE ARMS BESIDE DENSE EQUAL NAMES REFERENCES REGIMES SPARSE arms_figure arms_on unified_jobs""",
    "measurements": """
        count_rows load_rows prepared score_rows train""",
    "rewinding": """
        Rewinding""",
    "settings": """
        UnifiedDataSettings UnifiedModelSettings UnifiedSettings""",
    "system": """
        MakeReader N_EPISODES N_SEQUENCES Source WIDTHS asked_labels assemble bare_model batches classes
        episodes_source exchange_share few make_model parts_of put_random_masks source sparse_callbacks stacks
        task_source whole width_of""",
    "tables": """
        COST_DIGITS ERROR MARGIN TOLERANCE TWINS ablations by_seed equalities promises ratio regimes times""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
