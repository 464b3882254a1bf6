"""The public names of `moe_lab.explore.questions`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    alarms depths flat_maps interventions keywords pieces prediction"""
_NAMES: dict[str, str] = {
    "alarms": """
        ALARM_CODE ALARM_PRESETS AlarmLab AlarmState VERDICTS alarms_in_words detector_says draw_load
        draw_numbers draw_visits judged made_router who_goes_where""",
    "depths": """
        DEPTH_CODE DEPTH_PRESETS DepthLab DepthState Depths RETURNS SHOWN draw_depths how_often off_diagonal
        returns""",
    "flat_maps": """
        FLAT_MAP_CODE FlatMap FlatMapLab FlatMapPanel FlatMapState Paint kept_in_words paint""",
    "interventions": """
        ACTIONS INTERVENTION_CODE InterventionLab InterventionPanel InterventionState Untouched draw_harm harm
        intervention_knobs surprise_of untouched""",
    "keywords": """
        EXCLUSIVE KEYWORD_CODE KeywordLab KeywordPanel KeywordState Share Visited begins_a_word check_layer
        demonstrated draw_slide how_exclusive keyword_presets share_of visits""",
    "pieces": """
        PIECES_CODE PIECES_PRESETS Pieces PiecesLab PiecesState Similar Table UNEVEN busiest draw_loads
        draw_tables draw_values how_even_at_inference similarities tables_of top_load visits_of""",
    "prediction": """
        KEPT_QUESTION PredictNumber PredictOne Prediction Question""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
