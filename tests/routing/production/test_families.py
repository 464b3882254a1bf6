"Routers named after models, against Transformers' own modules: the same choices, weights and gradients."

import ast
import importlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from moe_lab.bench.families.router_answers import choice_of
from moe_lab.measure.transformers.as_routers import AS_ROUTERS, NO_ROUTER, router_like, selection_bias_of
from moe_lab.measure.transformers.tiny_models import families
from moe_lab.routing.adjustments import SelectionBias
from moe_lab.routing.decision import Context, Routing, check
from moe_lab.routing.production.choices import BestGroups
from moe_lab.routing.router import ROUTERS, Router

transformers = pytest.importorskip(
    "transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]"
)

MODELS = Path(transformers.__file__).parent / "models"
D, WORDS, T = 12, 40, 96
SIZES = [(8, 2, 4, 2), (16, 5, 4, 2), (24, 3, 3, 1), (64, 8, 8, 4)]  # E, k, groups, groups kept
NO_CHOICE = re.compile(
    r"ForgetGate|ResidualGate|RouterMLP|ParallelGating|Output"
)  # named so, and choose no experts


def named_classes(family: str) -> list[str]:
    "The classes of a family that are called routers or gates, and choose experts."
    tree = ast.parse((MODELS / family / f"modeling_{family}.py").read_text("utf8"))
    kinds = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return [k for k in kinds if re.search(r"Router|Gate$|TopKGating|CDMoE", k) and not NO_CHOICE.search(k)]


CLASSES = {kind: family for family in families() for kind in named_classes(family)}


def settings(n_experts: int, k: int, groups: int, kept: int) -> SimpleNamespace:
    "What any router wants to know of a configuration, under all names that there are for it."
    each = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
    rest = {
        "n_group": groups,
        "topk_group": kept,
        "topk_method": "group_limited_greedy",
        "norm_topk_prob": True,
    }
    rest |= {
        "routed_scaling_factor": 2.5,
        "router_scaling_factor": 1.5,
        "route_scale": 0.7,
        "vocab_size": WORDS,
    }
    rest |= {
        "moe_norm_min": 1e-12,
        "zero_expert_num": 0,
        "router_bias": False,
        "scoring_func": "sqrtsoftplus",
    }
    rest |= {"router_jitter_noise": 0.1, "input_jitter_noise": 0.0, "expert_selection_fn": "sigmoid"}
    rest |= {"use_expert_bias": True, "scale_factor": 1.5, "hidden_size": D}
    chosen = dict.fromkeys(("num_experts_per_tok", "moe_topk", "moe_top_k", "num_experts_per_token"), k)
    return SimpleNamespace(**dict.fromkeys(each, n_experts), **chosen, **rest)


def theirs(kind: str, seed: int, size: tuple[int, int, int, int], **changed) -> nn.Module:
    "A router of Transformers with random weights, biases and table."
    family = CLASSES[kind]
    made = getattr(importlib.import_module(f"transformers.models.{family}.modeling_{family}"), kind)
    module = made(SimpleNamespace(**vars(settings(*size)) | changed)).eval()
    torch.manual_seed(seed)
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if name == "tid2eid":
            tensor.copy_(torch.stack([torch.randperm(size[0])[: size[1]] for _ in range(WORDS)]))
        else:
            tensor.data.copy_(torch.randn_like(tensor) * (0.2 if "correction" in name else D**-0.5))
    return module


def outer_bias(module: nn.Module, n_experts: int) -> Tensor | None:
    "The bias that a module is given at each call, where it wants one."
    wanted = {"e_score_correction_bias", "expert_bias"} & {*module.forward.__code__.co_varnames[:4]}
    return torch.randn(n_experts) * 0.2 if wanted else None


def their_table(module: nn.Module, x: Tensor, ids: Tensor, bias: Tensor | None, n_experts: int) -> Tensor:
    "(T, E) the weights that a module gives, 0 where a token does not visit an expert."
    extra = [] if bias is None else [bias]
    extra += [ids] if "input_ids" in module.forward.__code__.co_varnames[:3] else []
    rows = x[None] if type(module).__name__ == "AfmoeTokenChoiceRouter" else x
    experts, weights = choice_of(module, module(rows, *extra))
    return torch.zeros(len(x), n_experts).scatter(1, experts, weights)


def our_table(routing: Routing) -> Tensor:
    place = (routing.token, routing.expert)
    return torch.zeros(routing.n_tokens, routing.n_experts).index_put(place, routing.weight)


def clear(router: Router, routing: Routing) -> Tensor:
    "(T,) whether a token's choice is no near tie: of scores, or of groups."
    scores = routing.scores.detach()
    apart = scores.sort(-1).values.diff().abs().amin(-1) > 1e-6
    if isinstance(router.select, BestGroups):
        worth = router.select.worth(scores.unflatten(1, (-1, router.select.size)))
        if worth.shape[1] > 1:
            apart &= worth.sort(-1).values.diff().abs().amin(-1) > 1e-6
    return apart | bool(router.needs)  # a table has no ties


def compare(module: nn.Module, seed: int) -> Router:
    "Fail unless the kit's router decides as the module does, and learns as it does."
    weight = next(p for p in module.parameters() if p.ndim == 2)
    n_experts = len(weight)
    x, ids = torch.randn(T, D), torch.randint(WORDS, (T,))
    bias, pull = outer_bias(module, n_experts), torch.randn(T, n_experts)
    router = router_like(module, bias)
    routing = check(router(x, Context(token_ids=ids)))
    keep = clear(router, routing)
    assert keep.float().mean() > 0.9
    x, ids, pull = x[keep], ids[keep], pull[keep]
    tables, slopes = [], []
    for who in ("theirs", "ours"):
        own = x.clone().requires_grad_()
        if who == "theirs":
            table, parameters = their_table(module, own, ids, bias, n_experts), [*module.parameters()]
        else:
            table = our_table(router(own, Context(token_ids=ids)))
            parameters = [*router.parameters()]
        (table * pull).sum().backward()
        tables.append(table.detach())
        slopes.append(
            [own.grad, *(p.grad for p in sorted(parameters, key=lambda p: -p.ndim) if p.grad is not None)]
        )
    assert torch.equal(tables[0] != 0, tables[1] != 0), seed
    torch.testing.assert_close(tables[1], tables[0], rtol=1e-6, atol=1e-6)
    assert len(slopes[0]) == len(slopes[1])
    for our, their in zip(slopes[1], slopes[0]):
        assert their.abs().max() > 1e-3
        torch.testing.assert_close(our, their, rtol=1e-5, atol=1e-6)
    return router


@pytest.mark.parametrize("kind", AS_ROUTERS)
def test_a_router_decides_and_learns_as_transformers_own_module(kind):
    for seed, size in enumerate(SIZES if NAMED & {kind} else SIZES[1:2]):
        compare(theirs(kind, seed, size), seed)


# preset -> the class of Transformers that it is named after
PRESETS = {name: entry.model for name, entry in ROUTERS.items() if entry.model}
NAMED = {k for k, family in CLASSES.items() if k in AS_ROUTERS and family in PRESETS.values()}


def test_every_named_family_has_a_module_to_be_compared_with():
    assert len(set(PRESETS.values())) >= 12
    assert {CLASSES[kind] for kind in NAMED} == set(PRESETS.values())


def test_every_class_that_chooses_experts_has_a_rule_or_a_reason():
    assert {*AS_ROUTERS} | {*NO_ROUTER} == {*CLASSES}
    assert len(AS_ROUTERS) >= 5 * len(NO_ROUTER)


@pytest.mark.parametrize("kind", NO_ROUTER)
def test_a_class_without_a_rule_is_refused_with_its_reason(kind):
    module = type(kind, (nn.Linear,), {})(4, 4)
    with pytest.raises(ValueError, match=re.escape(NO_ROUTER[kind])):
        router_like(module)


OTHER_SETTINGS = {
    "DeepseekV2TopkRouter": [{"topk_method": "greedy"}],
    "DeepseekV3TopkRouter": [{"norm_topk_prob": False}],
    "OlmoeTopKRouter": [{"norm_topk_prob": False}],
    "DeepseekV4TopKRouter": [{"scoring_func": "sigmoid"}],
    "Cohere2MoeTopKRouter": [{"expert_selection_fn": "softmax"}, {"norm_topk_prob": False}],
    "Lfm2MoeTopKRouter": [{"norm_topk_prob": False}],
}


@pytest.mark.parametrize("kind", OTHER_SETTINGS)
def test_a_module_is_matched_whatever_its_settings_say(kind):
    for seed, changed in enumerate(OTHER_SETTINGS[kind]):
        compare(theirs(kind, seed, SIZES[0], **changed), seed)


def test_a_bias_that_selects_is_told_from_one_that_does_not():
    "The comparison fails where it should: without the bias, and with it in other places."
    module = theirs("DeepseekV3TopkRouter", 0, SIZES[1])
    router = router_like(module)
    assert isinstance(router.adjustments[0], SelectionBias)
    with torch.no_grad():
        selection_bias_of(module).zero_()
    x = torch.randn(T, D)
    assert not torch.equal(our_table(router(x)) != 0, our_table(router_like(module)(x)) != 0)
