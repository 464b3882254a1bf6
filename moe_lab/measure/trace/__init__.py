"""The public names of `moe_lab.measure.trace`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    counterfactuals folder mismatch places replaying routed_experts trace writer"""
_NAMES: dict[str, str] = {
    "counterfactuals": """
        better_than_others checked_route choices_judged reroute routes""",
    "folder": """
        SavedTrace TraceFolder TraceRows as_folder check_same_length choice_table fill keep_vocabulary
        map_rows new_folder read_description read_json visits_of""",
    "mismatch": """
        PLACES both_known check_same_words either kept_by_chance kept_share mismatch_row ratio_interval
        ratio_mismatch replay_helps routing_mismatch token_logprobs""",
    "places": """
        KeptTokens Places Sequences Written WrittenTexts as_numpy check_ids counted gone_on kept_places
        local_sequences places_of""",
    "replaying": """
        GATES LayerReplay RecordedChoices Replay ReplayedRows Weigh as_recorded as_they_are by_own_gate
        check_same_text gate_behind gate_weights layers_to_replay marked no_gate replay root_softplus""",
    "routed_experts": """
        RoutedTokens as_sequences by_sequence check_choices columns_of decode_routed_experts ids_of_rows
        layers_given one_sequence write_routed""",
    "trace": """
        Trace TraceTables batches_of covers join new_writer record rescue""",
    "writer": """
        LISTS LayerNumbers OpenRows RowStream Writer by_token check_vocabulary choice_columns dropped_column
        list_column trace_schema write_description""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
