"""The public names of `moe_lab.bench.families`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    alarms compatibility planted router_answers"""
_NAMES: dict[str, str] = {
    "alarms": """
        ALL Alarm EVEN Examined HALF LOADS OTHER STATES TOOLS alarm_of_findings by_moewatch calls_kept
        count_alarms examine_states heard in_parts rate rates rows_of silent verdict_on_alarms""",
    "compatibility": """
        GATELESS Heard REMARKS WAYS Way as_vectors call_counts examine go_on hear is_same loses outcome
        padded_texts printable real_in_calls row_of run_compiled same_logits table_of texts_for""",
    "planted": """
        NO_TEXT OF_PARTS balanced collapsed drawn_again evenness gate_matrix given_instead orthonormal
        reading_model whitening""",
    "router_answers": """
        Answer Asked BY_HAND Visits answered_visits answers_of best_of choice_of copied gate_difference
        in_order of_doge of_switch router_calls softmax_of_best trace_differences traced_visits""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
