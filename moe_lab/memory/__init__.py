"""The public names of `moe_lab.memory`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    attention dnc heads key_value product_keys reads writes"""
_NAMES: dict[str, str] = {
    "attention": """
        CheckedMemory LearnedContents MemoryAttention MemoryProjections context_of_questions""",
    "dnc.addressing": """
        Content EPSILON MaskedContent cosine masked_cosine""",
    "dnc.allocation": """
        allocation keep_released next_usage retention wipe_released""",
    "dnc.computer": """
        Controller DNC Recurrence SIZES Steps Trace with_slots""",
    "dnc.links": """
        Links SharpLinks next_links next_precedence sharpen""",
    "dnc.memory": """
        Memory Moment Parts REPAIRS WrittenSlots overwritten""",
    "dnc.signals": """
        SQUASHES Signal Signals Squash oneplus three_modes""",
    "heads": """
        ManyHeads peer per_head""",
    "key_value": """
        Contents Keys SlotMemory TableExperts TopFilled extent keep_contents look_up per_read read_router
        recalled weighted_sums""",
    "product_keys": """
        KeyHalves Neurons ProductKeys ProductRouter best_pairs sides""",
    "reads": """
        Announcement NOTHING Reads check_weights context_of_reads listed_weights log_weights routing_of_reads
        slots_read worth""",
    "writes": """
        DECAY LeastUsedMemory Store Written check_pairs_fit cosine_weights decayed_usage is_last least_used
        placed read_again rewritten slots_to_write write write_weights""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
