"The gate that is measured is the model's own, whatever activation its router has."

import pytest
import torch

from moe_lab.measure.load.confidence import Gates, mutual_information, router_confidence, token_entropy
from moe_lab.measure.load.health import judge
from moe_lab.measure.load.metrics import Load
from moe_lab.measure.transformers.hooks import listen
from moe_lab.measure.transformers.interventions import ablate
from moe_lab.routing.decision import Context
from moe_lab.routing.losses import mean_gate, mean_token_entropy, switch_loss
from moe_lab.routing.selection import TopK, renormalised, sigmoid

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from moe_lab.measure.transformers.tiny_models import quiet, tiny_model

ACTIVATIONS = {
    "deepseek_v3": torch.sigmoid,
    "deepseek_v4": lambda logits: torch.nn.functional.softplus(logits).sqrt(),
    "llama4": torch.sigmoid,
    "inkling2": torch.sigmoid,
    "mixtral": lambda logits: logits.exp(),
    "gemma4": lambda logits: logits.exp(),
    "doge": lambda logits: logits.exp(),
}


def heard_from(model, scale: float = 0.5):
    "A decision of a model's last sparse layer about 32·64 tokens, with a router of random weights of this size."
    for name, parameter in model.named_parameters():
        if name.endswith((".gate.weight", ".router.weight")):
            parameter.data.normal_(0, scale, generator=torch.Generator().manual_seed(1))
    ids = torch.randint(3, 64, (32, 64), generator=torch.Generator().manual_seed(2))
    with quiet(), torch.no_grad(), listen(model) as seen:
        model(ids)
    return seen[-1][1]


@pytest.mark.parametrize("family", ACTIVATIONS)
def test_the_gate_is_what_the_router_makes_of_its_logits(family):
    routing = heard_from(tiny_model(family))
    worth = ACTIVATIONS[family](routing.logits.float())
    torch.testing.assert_close(routing.gate, worth / worth.sum(-1, keepdim=True))


@pytest.mark.parametrize("scale", [0.05, 0.1, 0.15, 0.5])
def test_sums_and_verdict_of_a_sigmoid_gate(scale):
    routing = heard_from(tiny_model("deepseek_v3"), scale)
    p = routing.logits.double().sigmoid()
    p = p / p.sum(-1, keepdim=True)
    own = Gates(p.sum(0), float(torch.special.entr(p).sum()), float(p.amax(-1).sum()), len(p))
    gates = Gates.of([routing])
    for measure in (router_confidence, token_entropy, mutual_information):
        assert measure(gates).value == pytest.approx(measure(own).value, abs=1e-6)
    assert judge(Load.of([routing]), gates).state == judge(Load.of([routing]), own).state


def test_the_weights_of_a_kit_router_follow_from_its_gate():
    logits = torch.randn(64, 8)
    routing = TopK(2, renormalised(sigmoid))(logits, logits, Context())
    torch.testing.assert_close(routing.gate.sum(-1), torch.ones(64))
    chosen = routing.gate[routing.token, routing.expert]
    total = torch.zeros(64).index_add(0, routing.token, chosen)
    torch.testing.assert_close(routing.weight, chosen / total[routing.token])


def test_losses_use_the_routers_own_gate_and_reach_its_logits():
    logits = torch.randn(64, 8, requires_grad=True)
    routing = TopK(2, sigmoid)(logits, logits, Context())
    gate = logits.sigmoid() / logits.sigmoid().sum(-1, keepdim=True)
    torch.testing.assert_close(mean_gate(routing), gate.mean(0))
    torch.testing.assert_close(mean_token_entropy(routing), torch.special.entr(gate).sum(-1).mean())
    own = 8 * (routing.share * gate.mean(0)).sum()
    found, expected = (
        torch.autograd.grad(loss, logits, retain_graph=True)[0] for loss in (switch_loss(routing), own)
    )
    torch.testing.assert_close(found, expected)


def test_an_intervention_leaves_the_gate_as_it_is():
    model = tiny_model("deepseek_v3")
    before = heard_from(model)
    with ablate(model, 0, 1):
        after = heard_from(model)
    assert before.activation is not None and after.activation is before.activation


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_gate_in_half_precision_is_float32_and_whole(dtype):
    logits = (torch.randn(16, 8) * 30).to(dtype)
    for gate in (sigmoid, renormalised(sigmoid)):
        routing = TopK(2, gate)(logits, logits, Context())
        assert routing.gate.dtype == torch.float32
        torch.testing.assert_close(routing.gate.sum(-1), torch.ones(16))
