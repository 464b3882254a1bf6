"""The public names of `moe_lab.training.watch`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    alarms clock monitor trackers"""
_NAMES: dict[str, str] = {
    "alarms": """
        Alarm HealthAlarm OldAlarm""",
    "clock": """
        Clock""",
    "monitor": """
        FrozenLook HealthMonitor checked_batches health_rows recent_batches remembered_health routed_enough
        same_randomness say_above_bars""",
    "trackers": """
        TensorBoard Tracker Trackio""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
