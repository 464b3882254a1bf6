"""What recording every token costs an evaluation: python tests/bench/trace_overhead.py [rounds]

A small decoder (d 128, 4 sparse layers, 8 experts, top-2) reads 32 texts of 128 tokens, in turn with and without a
recording in one process, so that whatever else the machine does hits both alike; CPU seconds count, of one thread.
What opening and closing the recording costs is part of it.
"""

import sys
import time
from statistics import median, quantiles

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from tqdm import trange

from moe_lab.experts.moe import MoE
from moe_lab.experts.stacks import Bottleneck
from moe_lab.measure.trace import record
from moe_lab.routing.decision import Context
from moe_lab.routing.presets import top_k

D, HEADS, LAYERS, EXPERTS, K, WORDS = 128, 4, 4, 8, 2, 4096
TEXTS, LENGTH, PASSES = 32, 128, 4


class Decoder(nn.Module):
    "Tokens (B, S) long -> logits (B, S, WORDS)."

    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(WORDS, D), nn.Linear(D, WORDS, bias=False)
        self.qkv = nn.ModuleList(nn.Linear(D, 3 * D) for _ in range(LAYERS))
        self.out = nn.ModuleList(nn.Linear(D, D) for _ in range(LAYERS))
        self.norms = nn.ModuleList(nn.LayerNorm(D) for _ in range(2 * LAYERS))
        self.moes = nn.ModuleList(MoE(top_k(D, EXPERTS, K), Bottleneck(D, D, EXPERTS)) for _ in range(LAYERS))

    def forward(self, tokens: Tensor) -> Tensor:
        texts, n = tokens.shape
        context = Context(token_ids=tokens.flatten(), sequence=torch.arange(texts).repeat_interleave(n))
        x = self.embed(tokens)
        for layer in range(LAYERS):
            split = self.qkv[layer](self.norms[2 * layer](x)).unflatten(-1, (3, HEADS, -1))
            mixed = scaled_dot_product_attention(*split.permute(2, 0, 3, 1, 4), is_causal=True)
            x = x + self.out[layer](mixed.transpose(1, 2).flatten(2))
            x = x + self.moes[layer](self.norms[2 * layer + 1](x), context)
        return self.head(x)


@torch.no_grad()
def evaluation(model: Decoder, tokens: Tensor) -> float:
    "CPU seconds for PASSES passes."
    start = time.process_time()
    for _ in range(PASSES):
        nn.functional.cross_entropy(model(tokens)[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
    return time.process_time() - start


def recorded(model: Decoder, tokens: Tensor) -> float:
    "The same, recorded: with opening, writing and closing the file."
    start = time.process_time()
    with record(model):
        evaluation(model, tokens)
    return time.process_time() - start


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, tokens = Decoder().eval(), torch.randint(WORDS, (TEXTS, LENGTH))
    evaluation(model, tokens), recorded(model, tokens)
    pairs = [(evaluation(model, tokens), recorded(model, tokens)) for _ in trange(rounds, unit="round")]
    ratios = [with_trace / without for without, with_trace in pairs]
    low, middle, high = quantiles(ratios, n=4)
    each = median(with_trace - without for without, with_trace in pairs) / (PASSES * TEXTS * LENGTH * LAYERS)
    print(f"evaluation {1000 * median(pair[0] for pair in pairs):.0f} ms of CPU time, {rounds} rounds")
    print(f"recorded / not recorded: median {middle:.3f} (quartiles {low:.3f}–{high:.3f})")
    print(f"{1e9 * each:.0f} ns a token and layer")
