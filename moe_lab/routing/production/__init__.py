"""The public names of `moe_lab.routing.production`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    by_bias by_softmax choices weights"""
_NAMES: dict[str, str] = {
    "by_bias": """
        ROOT_SHARES SIGMOID_SHARES SOFTMAX_SHARES STEP deepseek_v3 deepseek_v4 deepseek_v4_hash ernie4_5
        glm4_moe longcat minimax_m2 nemotron_h""",
    "by_softmax": """
        deepseek_v2 gpt_oss hunyuan jamba llama4 mixtral olmoe phimoe qwen3_moe""",
    "choices": """
        BestGroups BudgetBias ByWord LearnedBias TokenTable Worth at_work best_one best_two group_size
        in_best_groups in_groups kept_groups""",
    "weights": """
        activated one_at_a_time scaled_by share_of_the_near shares_in_turn times weighed_by""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
