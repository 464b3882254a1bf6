"""A recurrent memory whose soft reads announce themselves: the instruments of experts see them, and can change them."""

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from moe_lab.experts.moe import choosing_layers, moe_layers, observe
from moe_lab.measure.load.health import STATES, check_ups
from moe_lab.measure.load.metrics import Load, cv_floor
from moe_lab.measure.trace.trace import record
from moe_lab.measure.transformers.interventions import ablate, force
from moe_lab.memory.reads import Reads
from moe_lab.routing.decision import check

B, L, R, N, D = 3, 5, 2, 6, 4


class Recalls(nn.Module):
    "At each step R heads ask N fixed slots, and what they read is added up: (B, L, d) -> (B, L, d)."

    def __init__(self, k: int = 1):
        super().__init__()
        self.slots, self.ask = nn.Parameter(torch.randn(N, D)), nn.Linear(D, R * D)
        self.reads = Reads(N, k)

    def forward(self, x):
        state, out = x.new_zeros(B, D), []
        for step in range(x.shape[1]):
            asked = self.ask(x[:, step] + state).view(-1, R, D)
            weights = self.reads((asked @ self.slots.T).softmax(-1), asked, step)  # (B, R, N)
            state = (weights @ self.slots).sum(1)
            out.append(state)
        return torch.stack(out, 1)


@pytest.fixture
def memory():
    torch.manual_seed(0)
    return Recalls(), torch.randn(B, L, D)


def test_a_memory_chooses_and_is_no_layer_of_experts(memory):
    model, _ = memory
    assert [*choosing_layers(model)] == ["reads"] and not moe_layers(model)


def test_reads_are_decisions_with_a_load_and_its_floor(memory):
    model, x = memory
    before = model(x)
    with observe(model) as seen:
        assert torch.equal(model(x), before)
    reads = seen.by_layer()["reads"]
    assert len(reads) == L and all(check(one).n_tokens == B * R for one in reads)
    load = Load.of(reads)
    assert load.counts.sum() == B * L * R and load.n_experts == N
    assert cv_floor(load) == pytest.approx(((N - 1) / (B * L * R)) ** 0.5)


def test_listening_changes_no_gradient(memory):
    model, x = memory
    model(x).square().sum().backward()
    alone = model.slots.grad.clone()
    model.zero_grad()
    with observe(model):
        model(x).square().sum().backward()
    assert torch.equal(model.slots.grad, alone)


def test_what_checkpointing_reads_again_is_told_once(memory):
    model, x = memory
    with observe(model) as seen:
        checkpoint(model, x.requires_grad_(), use_reentrant=False).sum().backward()
    assert len(seen) == L


def test_health_judges_reads(memory):
    model, x = memory
    with check_ups(model) as found:
        model(x)
    assert found["reads"].load.n_tokens == B * L * R
    verdict = found["reads"].verdict()
    assert verdict.state in STATES and len(found["reads"].kept.x) == B * L * R  # what was asked


def test_a_recording_knows_the_step_of_each_read(memory):
    model, x = memory
    with record(model) as trace, observe(model) as seen:
        model(x)
    table = trace.table.to_pandas()
    assert len(table) == B * L * R and trace.layers == ["reads"]
    for step, (_, routing) in enumerate(seen):
        own = table[table["position"] // R == step].sort_values(["sequence", "position"])
        first = [slots[0] for slots in own["experts"]]
        assert first == routing.expert[routing.token.argsort()].tolist()


@pytest.mark.parametrize("slot", [0, N - 1])
def test_a_lesioned_slot_is_read_no_more(memory, slot):
    model, x = memory
    with ablate(model, "reads", slot), observe(model) as seen:
        lesioned = model(x)
    assert all(len(routing.token) == B * R and not (routing.expert == slot).any() for _, routing in seen)
    with torch.no_grad():
        state, expected = x.new_zeros(B, D), []
        for step in range(L):
            weights = (model.ask(x[:, step] + state).view(-1, R, D) @ model.slots.T).softmax(-1)
            weights[..., slot] = 0
            state = (weights @ model.slots).sum(1)
            expected.append(state)
    assert torch.allclose(lesioned, torch.stack(expected, 1), atol=1e-6)
    assert not torch.allclose(model(x), lesioned, atol=1e-3)


def test_all_reads_can_be_sent_to_one_slot(memory):
    model, x = memory
    with force(model, 0, 2):
        forced = model(x)
    assert torch.allclose(forced, R * model.slots[2].expand_as(forced), atol=1e-5)


def test_reads_of_all_steps_at_once_are_the_same_decisions(memory):
    model, x = memory
    with observe(model) as seen:
        model(x)
    steps = torch.stack([routing.scores.view(B, R, N) for _, routing in seen], 1)  # (B, L, R, N)
    with observe(model.reads) as whole:
        model.reads(steps)
    assert torch.equal(whole[0][1].counts, sum(routing.counts for _, routing in seen))


def test_padded_steps_are_no_reads(memory):
    reads, real = memory[0].reads, torch.tensor([True, False, True])
    with observe(reads) as seen:
        reads(torch.rand(B, R, N), mask=real)
    assert seen[0][1].counts.sum() == 2 * R
