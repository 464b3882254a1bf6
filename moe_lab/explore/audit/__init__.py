"""The public names of `moe_lab.explore.audit`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    auditing costs findings layers outputs page paths reading recordings topics"""
_NAMES: dict[str, str] = {
    "auditing": """
        Audit BETTER ENOUGH EXPERTS_TOLD MATTERS audit audit_reading cost_findings documents_of drift_section
        expert_sections expert_table halves how_many left_untried loss_section one_document orders_of
        outlier_findings pruning_findings pruning_section too_little why_no_costs""",
    "costs": """
        DRAWS DocumentLoss Pruned SHARES beside_chance choose_again cost_row document_loss draw_pruning
        expert_costs is_random pruned pruning_curve""",
    "findings": """
        Finding GRAVITY Section explained gravest_first p_by rounded_table what_is_known""",
    "layers": """
        LOAD_TOLD counts_by_sequence draw_loads layer_row layer_table load_findings load_section
        max_vio_of_texts""",
    "outputs": """
        loudness""",
    "page": """
        as_html audit_page write_audit""",
    "paths": """
        PARTNERS PATHS_TOLD choices_of first_choices next_layer_row partner_row path_findings path_row
        path_section path_tables together_of""",
    "reading": """
        Reading drawn_rows layer_of_trace layers_examined named read_model read_trace""",
    "recordings": """
        decided drawn_sequences look_at routed_of words_of""",
    "topics": """
        MOST_TOKENS TOPICS_TOLD distance draw_shifts keyword_table kind_row not_told shift_rows topic_findings
        topic_section topic_tables word_frame word_row""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
