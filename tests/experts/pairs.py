"Tokens, routings of any pairs, and stacks of experts, for tests of what layers compute."

import torch

from moe_lab.experts.experts import Bottleneck
from moe_lab.routing.decision import Routing, assign, check

D, H = 8, 16  # rows of whole 16 bytes, which grouped_mm needs


def routed(pairs: torch.Tensor, dtype: torch.dtype = torch.float32) -> Routing:
    "The pairs (T, E) that are True, with random weights."
    token, expert = pairs.nonzero().T
    weight = torch.rand(len(token)).to(dtype).requires_grad_()
    return check(assign(token, expert, weight, *pairs.shape))


def top(n_tokens: int, n_experts: int, k: int) -> torch.Tensor:
    "Each token's k experts, (T, E) bool."
    return (
        torch.zeros(n_tokens, n_experts).scatter(1, torch.rand(n_tokens, n_experts).topk(k).indices, 1).bool()
    )


def only(expert: int) -> torch.Tensor:
    return (torch.arange(5) == expert).expand(12, 5)


torch.manual_seed(0)
PAIRS = {
    "top 2 of 4": top(20, 4, 2),
    "ragged": torch.rand(20, 6) < 0.3,
    "all on the first": only(0),
    "all on the last": only(4),
    "one expert": top(7, 1, 1),
    "one token": top(1, 4, 2),
    "k = E": top(9, 4, 4),
    "E = 300": top(40, 300, 2),
    "nobody goes anywhere": torch.zeros(6, 4).bool(),
    "no tokens": torch.zeros(0, 4).bool(),
}


def case(pairs: torch.Tensor, dtype: torch.dtype = torch.float32, d: int = D, h: int = H):
    "x, a routing, a stack without units so near 0 that rounding decides if they fire, a gradient to send back."
    n_tokens, n_experts = pairs.shape
    stack = Bottleneck(d, h, n_experts)
    stack.b1.data = torch.randn(n_experts, h).sign() * 2.5
    x = torch.randn(n_tokens, d).to(dtype).requires_grad_()
    return x, routed(pairs, dtype), stack.to(dtype), torch.randn(n_tokens, d).to(dtype)


def ones(n_tokens: int) -> Routing:
    "Every token to the only expert, with weight 1."
    token = torch.arange(n_tokens)
    return assign(token, torch.zeros_like(token), torch.ones(n_tokens), n_tokens, 1)
