"The steered bias, ReMoE's moving penalty and Default MoE's averages, against loops; and what a run keeps of them."

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE, observe
from moe_lab.routing.adjustments import Feedback
from moe_lab.routing.balance.pid import PIDBias
from moe_lab.routing.balance.relu import AdaptivePenalty
from moe_lab.routing.decision import Context
from moe_lab.routing.losses import switch_loss
from moe_lab.routing.presets import top_k
from moe_lab.routing.router import ROUTERS
from moe_lab.routing.selection import sigmoid
from moe_lab.training.aux_losses import AuxLoss
from moe_lab.training.callbacks import Checkpoints, resume
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Trainer


def test_the_bias_is_the_sum_of_three_answers():
    torch.manual_seed(0)
    part, past = PIDBias(5, strength=0.3, proportional=2.0, derivative=0.5), []
    for _ in range(6):
        counts = torch.randint(0, 9, (5,)).float()
        part.after_step(Feedback(counts, torch.zeros(5)))
        past.append([1 / 5 - c / sum(counts.tolist()) for c in counts.tolist()])
        for i, found in enumerate(part.bias.tolist()):
            before = past[-2][i] if len(past) > 1 else 0.0
            wanted = 0.3 * (2.0 * past[-1][i] + sum(e[i] for e in past) + 0.5 * (past[-1][i] - before))
            assert found == pytest.approx(wanted, abs=1e-6)


def test_turning_the_strength_leaves_what_was_learned():
    part, step = PIDBias(2), Feedback(torch.tensor([3.0, 1.0]), torch.zeros(2))
    for _ in range(3):
        part.after_step(step)
    learned = part.total.clone()
    part.set(strength=1e-6)
    part.after_step(step)
    torch.testing.assert_close(part.bias, learned, rtol=0, atol=1e-5)


def test_the_coefficient_follows_the_printed_rule():
    "2412.14711: times α to the sign of (target sparsity − sparsity), sparsity over all tokens and experts."
    part, wanted = AdaptivePenalty(4, k=1, rate=1.5, start=0.01), 0.01
    for active in (4, 3, 8, 2, 4, 9):  # of 4·4 places
        part.after_step(Feedback(torch.tensor([active, 0.0, 0.0, 0.0]), torch.zeros(4), tokens=4))
        sparsity, target = 1 - active / 16, 1 - 1 / 4
        wanted *= 1.5 ** ((sparsity < target) - (sparsity > target))
        assert part.coefficient.tolist() == pytest.approx([wanted] * 4)


def training(name: str, aux=None, **options) -> Trainer:
    torch.manual_seed(0)
    data = torch.randn(30, 32, 8)
    data[..., 0] += 1.5
    model = nn.Sequential(
        MoE(ROUTERS[name](8, 4, 1), Bottleneck(8, 8, 4)), MoE(top_k(8, 4), Bottleneck(8, 8, 4))
    )
    mover = torch.optim.Adam(model.parameters(), 0.01)
    return Trainer(
        model, mover, data.__getitem__, lambda m, x: (m(x) - x.flip(-1)).square().mean(), 30, aux, **options
    )


def test_a_trainer_adds_what_a_router_cannot_do_without():
    trainer = training("remoe")
    penalty = trainer.model[0].router.adjustments[0]
    first = trainer.step()
    assert [*first.aux_losses] == ["relu_penalty"] and 0 < float(first.aux_losses["relu_penalty"]) < 1e-6
    trainer.fit()
    assert float(penalty.coefficient[0]) == pytest.approx(1e-8 * 1.2**30, rel=1e-4)
    assert not training("top_k").minimised


def test_one_who_asks_for_it_weighs_it():
    from moe_lab.routing.balance.relu import relu_penalty

    asked = {"relu_penalty": AuxLoss(lambda r: relu_penalty(r) if r.notes else 0 * r.weight.sum(), 2.0)}
    assert training("remoe", asked).minimised["relu_penalty"] is asked["relu_penalty"]


@pytest.mark.parametrize("name", ["pid", "remoe", "default_moe"])
def test_a_resumed_run_goes_on_with_the_same_state(name, tmp_path):
    from dataclasses import make_dataclass

    straight = training(name)
    straight.fit()
    run = Run.open(tmp_path, "balance", make_dataclass("Nothing", [], frozen=True)())
    training(name, callbacks=[Checkpoints(run)]).fit(until=11)
    second = training(name, callbacks=[Checkpoints(run)])
    resume(second, run)
    second.fit()
    states = straight.model.state_dict(), second.model.state_dict()
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    state = {"pid": "0.router.adjustments.0.total", "remoe": "0.router.adjustments.0.coefficient"}.get(
        name, "0.router.adjustments.0.outputs"
    )
    assert states[0][state].abs().sum() > 0


def test_stand_ins_are_moving_averages_of_what_each_expert_said():
    torch.manual_seed(0)
    layer, kept = MoE(ROUTERS["default_moe"](8, 4, 1, ema=0.8), Bottleneck(8, 8, 4)), [None] * 4
    for _ in range(4):
        x, mask = torch.randn(6, 8), torch.arange(6) != 2
        with observe(layer) as seen:
            layer(x, Context(mask=mask))
        routing = seen[0][1]
        layer.router.after_step(layer.feedback([routing]))
        for e in range(4):
            said = [layer.experts.each()[e](x[t : t + 1])[0] for t in routing.token[routing.expert == e]]
            if said:
                mean = torch.stack(said).mean(0).detach()
                kept[e] = mean if kept[e] is None else 0.8 * kept[e] + 0.2 * mean
    outputs = layer.router.adjustments[0].outputs
    assert sum(one is not None for one in kept) > 0
    for e, one in enumerate(kept):
        torch.testing.assert_close(outputs[e], torch.zeros(8) if one is None else one, rtol=1e-4, atol=1e-6)


def test_a_layer_with_stand_ins_says_what_it_said_and_teaches_all_directions():
    torch.manual_seed(0)
    layer, x = MoE(ROUTERS["default_moe"](8, 4, 1, gate=sigmoid), Bottleneck(8, 8, 4)), torch.randn(1, 8)
    plain = MoE(top_k(8, 4, 1, gate=sigmoid), layer.experts)
    plain.router.score = layer.router.score
    layer.router.adjustments[0].outputs.normal_()
    assert torch.equal(layer(x), plain(x))
    taught = []
    for each in (plain, layer):
        layer.router.score.weight.grad = None
        each(x).square().sum().backward()
        taught.append(int((layer.router.score.weight.grad.abs().sum(1) > 0).sum()))
    assert taught == [1, 4]


def test_over_the_global_batch_the_last_of_accumulated_batches_sees_what_one_large_batch_has():
    "2501.11873; the first knows nothing of the others."

    def step(parts):
        AcceleratorState._reset_state(True)
        torch.manual_seed(0)
        layer = MoE(top_k(8, 4), Bottleneck(8, 8, 4))
        trainer = Trainer(
            layer,
            torch.optim.SGD(layer.parameters(), 0.1),
            parts.__getitem__,
            lambda m, x: m(x).square().mean(),
            len(parts),
            {"balance": AuxLoss(switch_loss, 1.0, "global")},
            accelerator=Accelerator(cpu=True, gradient_accumulation_steps=len(parts)),
        )
        return [trainer.step() for _ in parts]

    x = torch.randn(24, 8)
    (large,) = step([x])
    small = step([x[:8], x[8:16], x[16:]])
    values = [float(report.aux_losses["balance"]) for report in small]
    assert values[-1] == pytest.approx(float(large.aux_losses["balance"]), rel=1e-6)
    assert abs(values[0] - values[-1]) > 1e-3
