"""The public names of `moe_lab.experiments.systems.spectra`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    ablations claims milestones plain_sinkhorn plan sizes sweep_claims sweep_figures sweeps system"""
_NAMES: dict[str, str] = {
    "ablations": """
        ARMS CHOSEN COLUMNS NO_LOSS SWITCH_LOSS TABLES ablation_jobs refuse""",
    "claims": """
        HYPOTHESES_A HYPOTHESES_B HYPOTHESES_C HYPOTHESES_D OVERLAP OWN PIECES STEP TEXT WHERE
        better_than_switch gram_score pieces_contribute takes_as_long""",
    "milestones": """
        Decided Milestones Read SHARES WAY by_layer of_milestone of_neighbours told_at visits_of way_rows""",
    "plain_sinkhorn": """
        Counting EPSILONS FORMATS PLAN_COLUMNS PlanSettings ROUNDS SOLVERS by_plain_kernel errors_after
        plan_column plan_jobs plan_rows rounds_needed worst_errors""",
    "plan": """
        ABOUT PLAN SOURCES SWEEP_TABLES Sweep experiment_of study_of tables_against""",
    "sizes": """
        MODELS SIZES SIZE_COLUMNS WIDTHS gains slopes training_flops years""",
    "sweep_claims": """
        CV H6 KNOBS OF_SWEEPS PLANS QUOTAS SINKHORNS even_enough five_rounds_do grows_with_size more_even
        needs_logarithms sets_apart""",
    "sweep_figures": """
        LINES SHOWN SWEEP_COLUMNS arm_by_arm at_milestones draw_column named over_milestones places_of""",
    "sweeps": """
        QUOTA REPULSION SHARPNESS SINKHORN SweepSettings reader sweep_work""",
    "system": """
        SpectraSettings build classification make_model mean_over measure of_layer parameters price train
        verdict""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
