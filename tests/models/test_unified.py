"The unified model: nothing leaks, each part can go, experts and slots are lesioned alike, and counts are true."

import pytest
import torch

from moe_lab import ablate, observe
from moe_lab.data.tasks.task import TASKS
from moe_lab.experts.moe import choosing_layers
from moe_lab.models.unified.counting import connections, multiply_adds, non_zeros
from moe_lab.models.unified.model import ReadsTask, Unified, attention, experts, memory, network
from moe_lab.routing.presets import top_k
from moe_lab.sparse.masks import masks_of, put_masks, random_mask

TASK = TASKS["associative recall"](bits=4, item=1, most=3, batch_size=4)
BATCH = TASK.held_out(3, n=8)


def router(layer):
    return top_k(16, n_experts=4, k=2)


PARTS = {
    "attention": attention(16, 2),
    "memory": memory(16, 2, n_slots=8, reads=3),
    "experts": experts(16, 8, 4, router),
    "network": network(16, 24),
}


def made(*names: str) -> Unified:
    torch.manual_seed(0)
    return Unified(ReadsTask(TASK.inputs, TASK.answers, 16, 16), [PARTS[name] for name in names], 2, 16)


@pytest.mark.parametrize(
    "parts", [("attention", "network"), ("attention", "memory", "experts"), ("memory",)], ids=str
)
def test_what_is_asked_later_changes_no_answer_before(parts):
    "Answers follow from what is told: another question at the end leaves all others as they are."
    model = made(*parts)
    other = BATCH._replace(inputs=BATCH.inputs.clone())
    other.inputs[:, -1] = 1.0  # the asked step itself
    assert bool(BATCH.asked[:, -1].all())
    before, after = model(BATCH), model(other)
    assert torch.equal(before[:, :-1], after[:, :-1]) and not torch.equal(before[:, -1], after[:, -1])


def test_every_part_learns():
    model = made("attention", "memory", "experts")
    model(BATCH).square().sum().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert not without


def test_a_part_that_is_not_listed_is_not_there():
    kinds = {
        name: type(layer).__name__ for name, layer in choosing_layers(made("attention", "experts")).items()
    }
    assert set(kinds.values()) == {"MoE"} and not choosing_layers(made("attention", "network"))


def test_a_lesioned_slot_and_a_lesioned_expert_change_the_answer():
    model = made("attention", "memory", "experts").eval()
    with torch.no_grad():
        whole = model(BATCH)
        for layer in ("parts.1.part.memory", "parts.2.part.feed"):
            with observe(model) as seen:
                model(BATCH)
            busiest = int(dict(seen)[layer].counts.argmax())
            with ablate(model, layer, busiest):
                assert not torch.allclose(model(BATCH), whole), layer
        assert torch.equal(model(BATCH), whole)


@pytest.mark.parametrize("density", [0.1, 0.5, 1.0])
def test_counts_follow_the_masks(density):
    model = made("attention", "experts")
    whole, dense = non_zeros(model), multiply_adds(model, BATCH)
    stacks = [n for n, _ in model.named_parameters() if n.endswith((".w1", ".w2"))]
    shapes = {n: model.get_parameter(n).shape for n in stacks}
    masks = {n: torch.stack([random_mask(s[1:], density) for _ in range(s[0])]) for n, s in shapes.items()}
    put_masks(model, masks)
    gone = sum(int((~mask).sum()) for mask in masks_of(model).values())
    assert non_zeros(model) == whole - gone
    each = connections(model.parts[1].part.feed.experts)
    assert len(set(each.tolist())) == 1
    assert multiply_adds(model, BATCH) == pytest.approx(dense - 2 * 2 * (2 * 16 * 8 - int(each[0])))
