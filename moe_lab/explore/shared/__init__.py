"""The public names of `moe_lab.explore.shared`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    balancing controls figure_panel html_page kept life live live_panel panel state views"""
_NAMES: dict[str, str] = {
    "balancing": """
        EXCHANGEABLE GROWING ToldEffects can_grow has_plain_scores is_of_a_model knobs_that_matter
        router_and_losses show_what_matters""",
    "controls": """
        Bet CopyCode Exact FEWER Fold LABEL LinearSlider LogSlider MORE PanelAid Preset TURN WIDE button card
        chip_row flow heading_html in_turn knob_group log_slider menu parted rounded sheet slider styled
        without_collecting wrong""",
    "figure_panel": """
        DPI DrawnPanel FigurePanel NARROWEST Places SHARP fitted is_plain put restacked sharp_png titled
        words_around wrap_titles""",
    "html_page": """
        Page Row bar_rows code_html coded expert_name ink legible point_together printed quote reading_name
        reading_names spark_columns strip visible""",
    "kept": """
        halves keep kept_file read_kept standing""",
    "life": """
        KEPT_NOTE Kept KeptAnew NO_ERROR Place SECONDS_AT_REST WIDGET_VIEW close_all_of here parts_of replaces
        small_png take_place unwatch widgets_in""",
    "live": """
        Feed LiveRun Orders Player Publisher Restartable RestingFeed StatefulFeed close_all on_one_thread
        pause_after steps_per_second""",
    "live_panel": """
        BackPanel CONTROLS EnteredPanel FollowedPanel LivePanel LookingPanel PATIENCE ReportedPanel RunPanel
        SPEEDS ScriptedPanel ScrubbedPanel TimedPanel""",
    "panel": """
        BetPanel FoldingKeeper Groups KnobPanel NewsPanel Panel PanelLayout PresetPanel StateKeeper TextPanel
        WrittenPanel""",
    "state": """
        Ask Checked Copies MOST_STEPS Nested Past State Timeline check_states follow_changes followed is_like
        parse_value read_line read_steps read_timeline replayed split_line twin""",
    "views": """
        Album ExpertTiles FrameWidget Lines PICTURED Pictures Points StackedLoad View averaged behind_views
        follow group_means pack_float32 picture_of put_picture static thumbnails views_text""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
