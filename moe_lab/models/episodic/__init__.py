"""The public names of `moe_lab.models.episodic`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    embedding memory memory_transformer prototypes reading"""
_NAMES: dict[str, str] = {
    "embedding": """
        Embedding WIDTHS n_parameters size_of stage widths_of_size""",
    "memory": """
        AttendedMemory NearMemory""",
    "memory_transformer": """
        EpisodicShape LabelTable MEMORIES MemoryTransformer TEXT silenced""",
    "prototypes": """
        NearestNeighbour Pixels PrototypicalNet SharpPrototypes accuracy class_means episode_loss
        squared_distances""",
    "reading": """
        ASKED Sequence as_sequence n_examples sight_of""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
