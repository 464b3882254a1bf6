"Whole layers of models, router, experts and what all tokens share, against Transformers' own blocks."

from collections.abc import Callable
from importlib import import_module

import pytest
import torch
from torch import Tensor, nn

from moe_lab.experts.designs.cheap import Copies, SideBySide
from moe_lab.experts.experts import SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.experts.shared import BesideShared, Gated, InputWeighedMoE, SharedExperts
from moe_lab.measure.transformers.as_routers import router_like

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

D, HIDDEN, E, K = 16, 12, 8, 3
SIZES = {"hidden_size": D, "num_experts_per_tok": K, "hidden_act": "silu"}
GROUPS = {"n_group": 4, "topk_group": 2, "n_routed_experts": E, "moe_intermediate_size": HIDDEN}


def block(family: str, config: str, kind: str, **own) -> nn.Module:
    "A block of Transformers with random weights; it computes expert by expert."
    where = f"transformers.models.{family}"
    settings = getattr(import_module(f"{where}.configuration_{family}"), config)(**SIZES | own)
    settings._experts_implementation = "eager"
    made = getattr(import_module(f"{where}.modeling_{family}"), kind)(settings).eval()
    torch.manual_seed(1)
    for name, tensor in made.state_dict().items():
        tensor.copy_(torch.randn_like(tensor) * (0.1 if "correction" in name else tensor.shape[-1] ** -0.5))
    return made


def experts_like(theirs: nn.Module, turned: bool = True) -> SwiGLU:
    "Gate and up side by side, and down: (E, out, in) in most models, (E, in, out) where `turned` is off."
    up, down = theirs.gate_up_proj.detach(), theirs.down_proj.detach()
    up, down = (up.mT, down.mT) if turned else (up, down)
    ours = SwiGLU(D, HIDDEN, len(down))
    with torch.no_grad():
        ours.w1.copy_(up[: len(down)])
        ours.w2.copy_(down)
    return ours


def shared_like(theirs: nn.Module) -> SharedExperts:
    "What all tokens visit: three linear layers of theirs are one expert of ours."
    up = torch.cat([theirs.gate_proj.weight, theirs.up_proj.weight]).T.detach()  # (d, 2·hidden)
    ours = SwiGLU(D, up.shape[1] // 2, 1)
    with torch.no_grad():
        ours.w1.copy_(up[None])
        ours.w2.copy_(theirs.down_proj.weight.T[None])
    return SharedExperts(ours)


def mixtral() -> tuple[nn.Module, nn.Module]:
    theirs = block(
        "mixtral", "MixtralConfig", "MixtralSparseMoeBlock", num_local_experts=E, intermediate_size=HIDDEN
    )
    return theirs, MoE(router_like(theirs.gate), experts_like(theirs.experts))


def qwen2() -> tuple[nn.Module, nn.Module]:
    own = {"num_experts": E, "moe_intermediate_size": HIDDEN, "shared_expert_intermediate_size": 20}
    theirs = block("qwen2_moe", "Qwen2MoeConfig", "Qwen2MoeSparseMoeBlock", **own)
    gated = Gated(D, shared_like(theirs.shared_expert))
    gated.gate.load_state_dict(theirs.shared_expert_gate.state_dict())
    return theirs, BesideShared(MoE(router_like(theirs.gate), experts_like(theirs.experts)), gated)


def deepseek_v3() -> tuple[nn.Module, nn.Module]:
    theirs = block("deepseek_v3", "DeepseekV3Config", "DeepseekV3MoE", **GROUPS, n_shared_experts=2)
    layer = MoE(router_like(theirs.gate), experts_like(theirs.experts))
    return theirs, BesideShared(layer, shared_like(theirs.shared_experts))


def llama4() -> tuple[nn.Module, nn.Module]:
    own = {"num_local_experts": E, "intermediate_size": HIDDEN, "intermediate_size_mlp": 20}
    theirs = block("llama4", "Llama4TextConfig", "Llama4TextMoe", **own)
    layer = InputWeighedMoE(router_like(theirs.router), experts_like(theirs.experts, turned=False))
    return theirs, BesideShared(layer, shared_like(theirs.shared_expert))


def longcat() -> tuple[nn.Module, nn.Module]:
    own = {"n_routed_experts": E, "zero_expert_num": 4, "expert_ffn_hidden_size": HIDDEN, "moe_topk": K}
    theirs = block("longcat_flash", "LongcatFlashConfig", "LongcatFlashMoE", **own)
    return theirs, MoE(
        router_like(theirs.router), SideBySide([experts_like(theirs.experts), Copies((D,), 4)])
    )


LAYERS: dict[str, Callable[[], tuple[nn.Module, nn.Module]]] = {
    make.__name__: make for make in (mixtral, qwen2, deepseek_v3, llama4, longcat)
}


def answer(layer: nn.Module, x: Tensor, pull: Tensor) -> tuple[Tensor, Tensor]:
    "What a layer makes of x, and what it sends back to it."
    own = x.clone().requires_grad_()
    y = layer(own)
    y = (y[0] if isinstance(y, tuple) else y).view(x.shape)
    (y * pull).sum().backward()
    return y.detach(), own.grad


@pytest.mark.parametrize("name", LAYERS)
def test_a_whole_layer_is_that_of_transformers(name):
    theirs, ours = LAYERS[name]()
    for seed in range(3):
        torch.manual_seed(seed)
        x, pull = torch.randn(2, 24, D), torch.randn(2, 24, D)
        (y, back), (our_y, our_back) = answer(theirs, x, pull), answer(ours, x, pull)
        assert y.std() > 0.1
        torch.testing.assert_close(our_y, y, rtol=1e-5, atol=2e-6)
        torch.testing.assert_close(our_back, back, rtol=1e-5, atol=1e-5)


def test_every_part_of_a_layer_counts():
    "Without its shared expert, with weights on the way out, or without its identities a layer says something else."
    x = torch.randn(2, 24, D)
    theirs, ours = llama4()
    for other in (ours.layer, BesideShared(MoE(ours.layer.router, ours.layer.experts), ours.shared)):
        assert (other(x) - theirs(x)[0].view(x.shape)).abs().max() > 0.01
