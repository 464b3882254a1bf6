"""The public names of `moe_lab.routing.designs`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    centroids depths free pools"""
_NAMES: dict[str, str] = {
    "centroids": """
        CentroidRouter Centroids online_kmeans sums_by_expert""",
    "depths": """
        Foretelling TopTokens best_of_sequences by_logit foretelling_loss mixture_of_depths""",
    "free": """
        GatingResidual Prices heterogeneous_balance moe_plus_plus""",
    "pools": """
        DocumentPool PoolSizes document_pools documents places_in_documents""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
