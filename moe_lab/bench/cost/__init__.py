"""The public names of `moe_lab.bench.cost`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    limits memory prices processes report sizes work"""
_NAMES: dict[str, str] = {
    "limits": """
        COSTS WIDE forecasts most of_a_step sizes_of training_bytes""",
    "memory": """
        comings peak_bytes""",
    "prices": """
        NEAR fitted foretold held_out judged""",
    "processes": """
        LAUNCH SHARED exchange_prices exchange_work launched_seconds main measure_processes over_processes
        own_step step_seconds""",
    "report": """
        TOGETHER forecast_figure groups_of growth_report kept_processes measure_all measured_before nearness
        prices_table processes_tables write_rows""",
    "sizes": """
        CHOICES EXPERT_COUNTS LARGE TOKENS WIDTHS as_rows drawn_sizes is_light measure_group""",
    "work": """
        BYTES MATRICES WORK counted weights_of""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
