"Mistakes with routers that balance by a control loop, by a penalty of their own, or without a loss."

import torch
from faults.table import Bad

from moe_lab.experts.coupling import CoupledMoE, first_matrices
from moe_lab.experts.designs.cheap import Copies
from moe_lab.experts.experts import FFN
from moe_lab.experts.moe import MoE
from moe_lab.routing.adjustments import Feedback
from moe_lab.routing.balance.coupling import coupling_excess, coupling_loss
from moe_lab.routing.balance.pid import PIDBias, pid
from moe_lab.routing.balance.relu import AdaptivePenalty, relu_penalty, remoe
from moe_lab.routing.balance.sequences import sequence_loss
from moe_lab.routing.balance.stand_ins import StandIns, default_moe
from moe_lab.routing.presets import cosine, top_k

X, NAN = torch.randn(6, 8), float("nan")

ROWS = [
    Bad("stand-ins that never move", lambda: default_moe(8, 4, ema=1.0), ("ema=1.0", "[0, 1)")),
    Bad("stand-ins of no numbers", lambda: StandIns(4, 0), ("d=0", "at least 1")),
    Bad(
        "stand-ins of another width",
        lambda: MoE(default_moe(8, 4), FFN(8, 4, 4)).visited(torch.randn(6, 7), default_moe(8, 4)(X)),
        ("(6, 7)", "(tokens, 8)"),
    ),
    Bad(
        "sequences that nobody told",
        lambda: sequence_loss(top_k(8, 4)(X)),
        ("sequence", "Context(sequence=…)"),
    ),
    Bad("coupling without a layer", lambda: coupling_loss(top_k(8, 4)(X)), ("coupling", "CoupledMoE")),
    Bad("coupling by nothing", lambda: coupling_excess(torch.eye(4), -1), ("alpha=-1", "above 0")),
    Bad(
        "coupling angles",
        lambda: CoupledMoE(cosine(8, 4), FFN(8, 4, 4)),
        ("router.score=Cosine", "one direction"),
    ),
    Bad(
        "coupling what has no matrix",
        lambda: first_matrices(Copies((8,), 2)),
        ("Copies", "SwiGLU"),
    ),
    Bad("a gain of nothing", lambda: pid(8, 4, strength=NAN), ("strength=nan", "finite")),
    Bad("a derivative of text", lambda: PIDBias(4, derivative="1"), ("derivative='1'", "finite")),
    Bad(
        "a proportional part of infinity",
        lambda: pid(8, 4).set(proportional=float("inf")),
        ("proportional=inf", "finite"),
    ),
    Bad("steering no experts", lambda: PIDBias(0), ("n_experts=0", "at least 1")),
    Bad("a penalty that stands still", lambda: remoe(8, 4, rate=1), ("rate=1", "above 1")),
    Bad("a penalty of nothing", lambda: AdaptivePenalty(4, start=0.0), ("start=0.0", "above 0")),
    Bad("a penalty for no choices", lambda: remoe(8, 4).set(k=0), ("k=0", "at least 1")),
    Bad("a penalty for more choices than experts", lambda: remoe(8, 4, 5), ("k=5", "n_experts=4")),
    Bad("ReMoE's penalty on top-k", lambda: relu_penalty(top_k(8, 4)(X)), ("penalty", "AdaptivePenalty")),
    Bad(
        "a step of nobody knows how many tokens",
        lambda: remoe(8, 4).after_step(Feedback(torch.ones(4), torch.ones(4))),
        ("feedback.tokens=None", "layer.feedback"),
    ),
]
