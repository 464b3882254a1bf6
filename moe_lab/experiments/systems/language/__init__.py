"""The public names of `moe_lab.experiments.systems.language`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    claims domain_experiment domain_figures domains router_arms router_claims router_experiment router_study
    sixteen_bits spectra_text training"""
_NAMES: dict[str, str] = {
    "claims": """
        IN_LONG_TEXTS ON_TEXT SPECIAL gain_on grows_with_length help_of_gru larger_on_special steadier""",
    "domain_figures": """
        MARKS added_by_training by_domain by_layer draw_nmi first_run health_table held_out_table
        keyword_table router_maps who_serves_whom""",
    "domains": """
        asked_of_experts check_up_rows draw_up_map first_choices heard inputs_and_domains keywords_and_control
        what_they_go_by words""",
    "router_arms": """
        ALONE DENSE FROZEN HELD Held HeldToK LEFT_OUT NO_LOSS ONE_VISIT OWN_LOSS PIECES REFERENCE
        RouterStudySettings WITHOUT_A_PIECE alphabetical arms_of balances_itself loss_of of_equal_cost reasons
        taking_part who_takes_part with_routers_apart""",
    "router_claims": """
        MOST PERPLEXITY SOURCE all_equal price_of_chance""",
    "router_experiment": """
        ABOUT AHEAD NEAR POINT arms_beside fair router_jobs terms told_together words_of""",
    "router_study": """
        ILL cost_rows held_out_rows ill_layers reads_ahead router_work visits_rows""",
    "sixteen_bits": """
        PRECISIONS""",
    "spectra_text": """
        ARMS LENGTH LENGTHS SpectraTextSettings TEXT TEXT_COLUMNS attention_bytes read_all routed text_reader
        text_rows text_work""",
    "training": """
        DEMONSTRATION LanguageSettings Studied TextSettings aux_losses build check_sizes demonstration
        demonstration_file document_counts loss_rows spaced surprise text_of token_sets train_to_end
        trained_weights""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
