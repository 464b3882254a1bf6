"""The public names of `moe_lab.explore.tokens`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    domains expert_cards map_layers map_stage passage readers routed selection specialist_map token_trail
    trail_page"""
_NAMES: dict[str, str] = {
    "domains": """
        AGAINST Domains MOST_DOMAINS compared_domains domain_counts domain_rows draw_domains lift_in_words
        lifts visits_by_document""",
    "expert_cards": """
        ExpertCards Profile check_layer detail draw_cards draw_load draw_shares load_block partner_row
        partner_shares position_block profiles tag""",
    "map_layers": """
        BLANK LAYING LayerMap MAP_METHODS MapLayer MapState PlacedLayer TOKEN_KINDS as_categories
        domain_association in_context kept_near map_in_words map_points packed short_names token_kind unpacked
        visits_in_words""",
    "map_stage": """
        BUTTONS HINT MapStage MapStore MapViews TOOLTIP as_values chosen_points draw_sight layers_seen
        map_figure placed_points scatter_of""",
    "passage": """
        INTERVENTIONS Next OtherRoutes Passage distinct_names expert_counts loss_after next_words other_routes
        read_passage reread rerouted route_of rows_of_text surprises told_apart""",
    "readers": """
        KitModel LONGEST TextReader TransformersModel TransformersPair is_byte_level longest_text model_reader
        opened readable_vocabulary reader special_ids transformers_reader""",
    "routed": """
        LabelledVisits Routed Seen labelled layer_seen load_by_step look_into recorded row_pieces
        rows_of_texts shown_tokens texts_for""",
    "selection": """
        Selection beside_untrained describe_selection draw_words expert_strip quotations quoted selection_page
        shares word_bars word_table""",
    "specialist_map": """
        BackgroundMap BarPanel ComparedMap DRAWING LassoMap MAP_CODE MapPanel PromisedMap SpecialistMap
        ToldMap map_knobs""",
    "token_trail": """
        HEADING LinkedTrail PressedTrail ROUTE_CODE TRAIL_CODE TextTrail TokenTrail TrailPanel TrailReader
        TrailStage checked offer_routes token_of trail_code trail_figure trail_knobs""",
    "trail_page": """
        CHANGED CHOSEN DRAWN OWN TRAIL_PRESETS TrailState cell coming draw_bars draw_routes draw_trail
        draw_visits mark named on_paper route_in_words routes_html surprise_bars token_column token_detail
        trail_html trail_in_words way""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
