"""The public names of `moe_lab.explore`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    audit balance collapse gates memory plane questions scene shared sparse tickets tokens"""
_NAMES: dict[str, str] = {
    "audit.auditing": """
        Audit BETTER ENOUGH EXPERTS_TOLD MATTERS audit_reading cost_findings documents_of drift_section
        expert_sections expert_table how_many left_untried loss_section one_document orders_of
        outlier_findings pruning_findings pruning_section too_little why_no_costs""",
    "audit.costs": """
        DRAWS DocumentLoss Pruned SHARES beside_chance choose_again cost_row document_loss draw_pruning
        expert_costs is_random pruned pruning_curve""",
    "audit.findings": """
        Finding GRAVITY Section explained gravest_first p_by rounded_table what_is_known""",
    "audit.layers": """
        LOAD_TOLD counts_by_sequence layer_row layer_table load_findings load_section max_vio_of_texts""",
    "audit.outputs": """
        loudness""",
    "audit.page": """
        as_html audit_page write_audit""",
    "audit.paths": """
        PARTNERS PATHS_TOLD choices_of first_choices next_layer_row path_findings path_row path_section
        path_tables together_of""",
    "audit.reading": """
        Reading drawn_rows layer_of_trace layers_examined read_model read_trace""",
    "audit.recordings": """
        decided drawn_sequences look_at paths routed_of""",
    "audit.topics": """
        MOST_TOKENS TOPICS_TOLD draw_shifts keyword_table kind_row not_told shift_rows topic_findings
        topic_section topic_tables word_frame word_row""",
    "balance.balance_lab": """
        BALANCE_CODE BALANCE_PRESETS BalanceLab BalancePanel IMAGES LimitedBalancePanel SIDE_KNOBS
        balance_knobs rule_row side_card side_knobs slider_grid""",
    "balance.comparison": """
        Outcome changes_in_words comparison_in_words losses_in_words main_expert measure_outcome
        outcome_differences outcome_numbers refused_table seen_and_done spots weight_table""",
    "balance.parts": """
        ADJUSTMENTS MenuPart SCORES SELECTIONS SETTLE aimed aimed_cosine aimed_spectra on_logits saturation""",
    "balance.rules": """
        BY_PARTS BalanceState NAMED ROUTER_MENU SIDE_BOUNDS SideState TOLD can_be_aimed check_choices
        decide_side holder left_out named_router router_of router_values scene_weight settle settle_averages
        shown_fields told_of why_not_aimed""",
    "balance.stage": """
        BalanceStage BalanceViews FORMATS most_tokens number_cell numbers_table""",
    "balance.token_batch": """
        TokenBatch centres directions encode_patches principal_components visual_words""",
    "balance.views": """
        Drawn EntropyPlane LoadBars Moves SIDE_COLOURS TokenMap draw_counts draw_tokens draw_triangle
        given_patches moves_table to_rgba tokens_per_expert""",
    "collapse.collapse_lab": """
        COLLAPSE_CODE COLLAPSE_GROUPS COLLAPSE_PRESETS CollapseLab CollapsePanel CollapseStage CollapseViews
        GATE_LABELS NOT_GIVEN WORK active_in_words at_work collapse_in_words collapse_knobs few_in_words
        growth_knobs how_many_work patches_of youngest_in_words""",
    "collapse.training": """
        CollapseHistory CollapseState Course FrozenHistory LoadHistory PatchHistory WatchedCourse adapt
        bias_of collapse_training constant_aux_loss experts_at_first rebalance replay_collapse share_row
        to_pictures""",
    "gates.gate_lab": """
        GATE_CODE GATE_GROUPS GATE_PRESETS GateLab GatePanel GateStage KnownDraws LAST gate_knobs
        replay_in_words said_in_words""",
    "gates.replays": """
        GateState KNOBS_OF LOOKED_AT OverDraws curves_text gate_of kept_curves over_draws_of_seeds read_curves
        said_of seen_by""",
    "gates.views": """
        FATES GateRace REFERENCE draw_race fate_of ranked""",
    "memory.memory_lab": """
        MEMORY_CODE MEMORY_PRESETS MemoryLab MemoryPanel MemoryStage load_in_words memory_knobs text_in_words""",
    "memory.recollection": """
        ManyRecollections Recollection SEQUENCES both found_again lesioned many_recollections most recollect
        traced way_back""",
    "memory.sequence": """
        BEGINNING FLAG MOST MemoryState NO_LESION as_task check_text text_of""",
    "memory.trained": """
        LENGTHS errors""",
    "memory.views": """
        HeadModes LinkMap MemoryDrawn SlotLoad SlotTape WAYS column_words draw_tape""",
    "plane.plane_lab": """
        BRUSHES ClickedPlane PLANE_CODE PLANE_GROUPS PlaneFollower PlaneLab PlanePanel PlaneStage RestingPlane
        draw_experts plane_in_words plane_knobs read_place""",
    "plane.presets": """
        PLANE_PRESETS RIGHT how_many_right""",
    "plane.training": """
        AFRESH EXPERT_KINDS FollowingTraining MOST_POINTS NOWHERE PlaneModels PlanePicture PlaneState
        PlaneSystem PlaneTraining given lattice owners plane_picture plane_training replay_plane""",
    "plane.views": """
        PlaneView SQUARE draw_expert draw_line draw_plane paint_regions tint""",
    "questions.alarms": """
        ALARM_CODE ALARM_PRESETS AlarmLab AlarmState VERDICTS alarms_in_words detector_says draw_numbers
        judged made_router who_goes_where""",
    "questions.depths": """
        DEPTH_CODE DEPTH_PRESETS DepthLab DepthState Depths RETURNS SHOWN draw_depths how_often off_diagonal
        returns""",
    "questions.flat_maps": """
        FLAT_MAP_CODE FlatMap FlatMapLab FlatMapPanel FlatMapState Paint kept_in_words paint""",
    "questions.interventions": """
        ACTIONS INTERVENTION_CODE InterventionLab InterventionPanel InterventionState Untouched draw_harm harm
        intervention_knobs surprise_of untouched""",
    "questions.keywords": """
        EXCLUSIVE KEYWORD_CODE KeywordLab KeywordPanel KeywordState Share Visited begins_a_word demonstrated
        draw_slide how_exclusive keyword_presets keywords share_of visits""",
    "questions.pieces": """
        PIECES_CODE PIECES_PRESETS Pieces PiecesLab PiecesState Similar Table UNEVEN busiest draw_tables
        draw_values how_even_at_inference pieces similarities tables_of top_load visits_of""",
    "questions.prediction": """
        KEPT_QUESTION PredictNumber PredictOne Prediction Question""",
    "scene.drop": """
        DropPlace""",
    "scene.many": """
        Many cost known_many many_of nearest_strength""",
    "scene.picture": """
        ACTS AS_IT_IS NAMES SCALES Scene SceneState checked_picture held_out scene_of squared""",
    "scene.scene_lab": """
        COFFEE ReceivingPanel RefusingPanel SCALE_NAMES SCENE_CODE SCENE_PRESETS SceneLab ScenePanel
        act_in_words hidden_knobs scene_knobs sight_in_words""",
    "scene.sight": """
        Look Sight acted answers given_maps look_of sight_of""",
    "scene.stage": """
        SceneStage counted many_in_words""",
    "scene.trained": """
        CROWD OVER SIDE crowd ious""",
    "scene.views": """
        Looks MaskMap PREDICTED ScaleLoad SceneDrawn ScenePicture TILE TRUE coloured draw_look laid_over
        normed outlined pixel_frame""",
    "shared.balancing": """
        EXCHANGEABLE GROWING ToldEffects can_grow has_plain_scores is_of_a_model knobs_that_matter
        router_and_losses show_what_matters""",
    "shared.controls": """
        Bet CopyCode Exact FEWER Fold LABEL LinearSlider LogSlider MORE PanelAid Preset TURN WIDE button card
        chip_row flow heading_html in_turn knob_group log_slider menu parted rounded sheet slider styled
        without_collecting wrong""",
    "shared.figure_panel": """
        DPI DrawnPanel FigurePanel NARROWEST Places SHARP fitted is_plain put restacked sharp_png titled
        words_around wrap_titles""",
    "shared.html_page": """
        Page Row bar_rows code_html coded expert_name ink legible point_together printed quote reading_name
        reading_names spark_columns strip visible""",
    "shared.kept": """
        keep kept_file read_kept standing""",
    "shared.life": """
        KEPT_NOTE Kept KeptAnew NO_ERROR Place SECONDS_AT_REST WIDGET_VIEW close_all_of here parts_of replaces
        small_png take_place unwatch widgets_in""",
    "shared.live": """
        Feed LiveRun Orders Player Publisher Restartable RestingFeed StatefulFeed close_all on_one_thread
        pause_after steps_per_second""",
    "shared.live_panel": """
        BackPanel CONTROLS EnteredPanel FollowedPanel LivePanel LookingPanel PATIENCE ReportedPanel RunPanel
        SPEEDS ScriptedPanel ScrubbedPanel TimedPanel""",
    "shared.panel": """
        BetPanel FoldingKeeper Groups KnobPanel NewsPanel Panel PanelLayout PresetPanel StateKeeper TextPanel
        WrittenPanel""",
    "shared.state": """
        Ask Checked Copies MOST_STEPS Nested Past State Timeline check_states follow_changes followed is_like
        parse_value read_line read_steps read_timeline split_line twin""",
    "shared.views": """
        Album ExpertTiles FrameWidget Lines PICTURED Pictures Points StackedLoad View averaged behind_views
        follow group_means pack_float32 picture_of put_picture static thumbnails views_text""",
    "sparse.sparse_lab": """
        SPARSE_CODE SPARSE_PRESETS SparseLab SparsePanel SparseStage sparse_in_words sparse_knobs""",
    "sparse.training": """
        NETWORKS SparseCourse SparseHistory SparseState accuracy_of replay_sparse sparse_training""",
    "sparse.views": """
        MasksView NEW THERE input_pictures layer_pictures mask_picture use_picture""",
    "tickets.ticket_lab": """
        TICKET_CODE TICKET_GROUPS TICKET_PRESETS TicketLab TicketPanel TicketStage by_chance looked_at
        lottery_in_words ticket_knobs""",
    "tickets.training": """
        LOOKS_ONLY LotterySystem TicketState lottery_training replay_lottery""",
    "tickets.views": """
        CURVE_COLOURS MaskPictures SparsityCurves draw_curves name_in_words""",
    "tokens.domains": """
        AGAINST Domains MOST_DOMAINS compared_domains domain_counts domain_rows draw_domains lift_in_words
        lifts visits_by_document""",
    "tokens.expert_cards": """
        ExpertCards Profile detail draw_cards draw_shares load_block partner_shares position_block profiles
        tag""",
    "tokens.map_layers": """
        BLANK LAYING LayerMap MAP_METHODS MapLayer MapState PlacedLayer TOKEN_KINDS as_categories
        domain_association in_context kept_near map_in_words map_points packed short_names token_kind unpacked
        visits_in_words""",
    "tokens.map_stage": """
        BUTTONS HINT MapStage MapStore MapViews TOOLTIP as_values chosen_points draw_sight layers_seen
        map_figure placed_points scatter_of""",
    "tokens.passage": """
        INTERVENTIONS Next OtherRoutes Passage distinct_names expert_counts loss_after next_words other_routes
        read_passage reread rerouted route_of rows_of_text surprises told_apart""",
    "tokens.readers": """
        KitModel TextReader TransformersModel TransformersPair is_byte_level longest_text model_reader
        readable_vocabulary reader special_ids transformers_reader""",
    "tokens.routed": """
        LabelledVisits Routed Seen labelled layer_seen load_by_step look_into recorded row_pieces
        rows_of_texts shown_tokens texts_for""",
    "tokens.selection": """
        Selection beside_untrained describe_selection draw_words expert_strip quotations quoted selection_page
        shares word_bars word_table""",
    "tokens.specialist_map": """
        BackgroundMap BarPanel ComparedMap DRAWING LassoMap MAP_CODE MapPanel PromisedMap SpecialistMap
        ToldMap map_knobs""",
    "tokens.token_trail": """
        HEADING LinkedTrail PressedTrail ROUTE_CODE TRAIL_CODE TextTrail TokenTrail TrailPanel TrailReader
        TrailStage checked offer_routes token_of trail_code trail_figure trail_knobs""",
    "tokens.trail_page": """
        CHANGED CHOSEN DRAWN TRAIL_PRESETS TrailState coming draw_bars draw_routes draw_trail mark on_paper
        route_in_words routes_html surprise_bars token_column token_detail trail_html trail_in_words way""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
