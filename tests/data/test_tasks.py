"""Algorithmic tasks: decided by seed and step, disjoint where they can be, answered by hand."""

import pytest
import torch

from moe_lab.data.tasks.task import TASKS, bit_error

NAMES = [*TASKS]


def flat(batch):
    return {tuple(row) for row in batch.inputs.flatten(1).tolist()}


@pytest.mark.parametrize("name", NAMES)
def test_seed_and_step_decide_a_batch(name):
    task, again, other = TASKS[name](most=5), TASKS[name](most=5), TASKS[name](most=5, seed=1)
    for step in (0, 7, 7000):
        torch.manual_seed(step)  # dice of its own
        for ours, theirs in zip(task(step), again(step), strict=True):
            assert torch.equal(ours, theirs)
        assert other(step).inputs.shape != task(step).inputs.shape or not torch.equal(
            other(step).inputs, task(step).inputs
        )
    assert len({task(step).inputs.shape[1] for step in range(60)}) >= 4  # lengths vary


@pytest.mark.parametrize("name", NAMES)
def test_held_out_sequences_are_met_in_no_training_step(name):
    task = TASKS[name](least=5, most=6)
    trained = set().union(*(flat(task(step)) for step in range(400)))
    held = [flat(task.held_out(length, 50, number)) for length in (5, 6) for number in range(4)]
    assert len(trained) == 400 * task.batch_size and not trained & set().union(*held)
    assert len(set().union(*held)) == 8 * 50


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_whole_at_any_length(name):
    for bits in (1, 8):
        task = TASKS[name](bits=bits)
        for length in (task.least, task.most, 4 * task.most):
            batch = task.held_out(length, 7)
            assert batch.inputs.shape == (7, batch.targets.shape[1], task.inputs)
            assert batch.targets.shape[2] == task.answers and batch.asked.shape == batch.targets.shape[:2]
            assert not batch.targets[~batch.asked].any() and batch.asked.any(1).all()
            assert not batch.inputs[batch.asked].any()  # silence while the answer is asked for
            assert set(batch.targets.unique().tolist()) <= {0.0, 1.0}
            assert bit_error(batch.targets - 0.5, batch).value == 0


@pytest.mark.parametrize("name", NAMES)
def test_chance_is_what_dice_reach(name):
    task = TASKS[name](bits=4)
    batch = task.held_out(5, 4000)
    guess = torch.randn(batch.targets.shape, generator=torch.Generator().manual_seed(0))
    if task.MARKS:
        guess[:, -1], guess[..., -1] = -1, -1  # knows when all is over, not what was said; never marks
    assert abs(bit_error(guess, batch, task.chance(batch)).value - task.chance(batch)) < 0.01
