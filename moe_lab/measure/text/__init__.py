"""The public names of `moe_lab.measure.text`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    keywords specialization"""
_NAMES: dict[str, str] = {
    "keywords": """
        above_expected check_vocabulary examples expert_keywords heaviest highest keyword_share
        shuffled_experts text_grid tf_idf token_counts""",
    "specialization": """
        Association association check_frame coactivation_graph counts_table draw_coactivation
        from_layer_to_layer label_map labels_of_units lift_over_chance meetings nmi specialization_by_position
        specialization_table together visit_table whole_numbers with_document""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
