"""Least-used writes against loops over episodes, slots and steps, and memories that persist through a checkpoint."""

import math
import random

import pytest
import torch
from torch import nn

from moe_lab.memory.key_value import Contents
from moe_lab.memory.writes import LeastUsedMemory, Store, Written, read_again, write
from moe_lab.routing.decision import assign

B, N, D, R = 2, 5, 3, 2


def mann_by_loops(memory: LeastUsedMemory, keys, state: Written):
    "1605.06065, number by number, for one episode after the other."
    heads = keys.shape[1]
    share, found, new = 1 / (1 + math.exp(-memory.gate.item())), torch.zeros_like(keys), []
    for b in range(len(keys)):
        usage = state.usage[b].tolist()
        order = sorted(range(N), key=lambda i: usage[i])
        held, read = state.memory[b].clone(), torch.zeros(heads, N, dtype=keys.dtype)
        held[order[0]] = 0
        written = torch.zeros(heads, N, dtype=keys.dtype)
        for r in range(heads):
            for i in range(N):
                written[r, i] = share * state.read[b, r, i] + (1 - share) * (i in order[:heads])
                held[i] = held[i] + written[r, i] * keys[b, r]
        for r in range(heads):
            cosine = [
                keys[b, r] @ held[i] / (keys[b, r].norm() * held[i].norm().clamp_min(1e-6)) for i in range(N)
            ]
            worth = [math.exp(float(c)) for c in cosine]
            for i in range(N):
                read[r, i] = worth[i] / sum(worth)
            found[b, r] = sum(read[r, i] * held[i] for i in range(N))
        usage = [memory.decay * usage[i] + float((read[:, i] + written[:, i]).sum()) for i in range(N)]
        new.append((held, read, torch.tensor(usage, dtype=keys.dtype)))
    return found, Written(*(torch.stack(part) for part in zip(*new)), state.step + 1)


@pytest.mark.parametrize("heads", [1, R])
def test_a_step_of_the_soft_memory_is_what_the_loops_compute(heads):
    torch.manual_seed(0)
    memory = LeastUsedMemory(N, D, heads, decay=0.9).double()
    nn.init.constant_(memory.gate, 0.7)
    for step in range(20):
        drawn = torch.randn(B, N, D), torch.rand(B, heads, N).softmax(-1), torch.rand(B, N) * 2
        state, keys = Written(*(part.double() for part in drawn), step), torch.randn(B, heads, D).double()
        (found, after), (expected, other) = memory(keys, state), mann_by_loops(memory, keys, state)
        assert torch.allclose(found, expected) and after.step == other.step == step + 1
        for name in ("memory", "read", "usage"):
            assert torch.allclose(getattr(after, name), getattr(other, name)), name


def test_gradients_of_the_soft_memory_through_time():
    torch.manual_seed(0)
    memory = LeastUsedMemory(N, D, R).double()

    def last(keys, gate):
        memory.gate.data = gate.data
        state, found = memory.begin(B), None
        for step in keys.unbind():
            found, state = memory(step, state)
        return found

    keys = torch.randn(4, B, R, D, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda given: last(given, memory.gate), (keys,))
    last(keys, memory.gate).sum().backward()
    assert memory.gate.grad.abs() > 0


def written_by_loops(contents: Contents, keys, values, mask, decay):
    "Pair by pair, episode by episode."
    parts = [part.clone() for part in vars(contents).values()]
    own_keys, own_values, filled, usage = parts
    for b in range(len(keys)):
        for step in range(keys.shape[1]):
            if not mask[b, step]:
                continue
            free = [i for i in range(contents.n_slots) if not filled[b, i]]
            slot = free[0] if free else min(range(contents.n_slots), key=lambda i: float(usage[b, i]))
            usage[b] *= decay
            usage[b, slot], filled[b, slot] = 1, True
            own_keys[b, slot], own_values[b, slot] = keys[b, step], values[b, step]
    return Contents(*parts)


@pytest.mark.parametrize("seed", range(8))
def test_hard_writes_are_what_the_loops_do(seed):
    torch.manual_seed(seed)
    n, length = random.Random(seed).randint(1, 6), random.Random(seed).randint(1, 12)
    contents, expected = (Contents.empty(3, n, D, 4),) * 2
    for _ in range(3):
        keys, values, mask = torch.randn(3, length, D), torch.randn(3, length, 4), torch.rand(3, length) < 0.7
        token = torch.arange(3).repeat_interleave(2)  # two reads in between, of slots by chance
        slot = torch.stack([torch.randperm(n)[:1].repeat(2) for _ in range(3)]).flatten()
        reads = assign(torch.arange(6), slot, torch.rand(6), 6, n)
        contents = write(read_again(contents, reads, 0.9), keys, values, mask, 0.8)
        usage = 0.9 * expected.usage
        for read in range(6):
            usage[token[read], reads.expert[reads.token == read]] += reads.weight[reads.token == read]
        between = Contents(expected.keys, expected.values, expected.filled, usage)
        expected = written_by_loops(between, keys, values, mask, 0.8)
        for name, part in vars(contents).items():
            assert torch.allclose(part, getattr(expected, name)), name


def test_gradients_reach_what_was_written_and_not_what_was_overwritten():
    old = Contents.empty(1, 2, D)
    rows = torch.randn(1, 3, D, requires_grad=True)
    write(old, rows, rows).values.sum().backward()
    assert rows.grad.sum(-1).tolist() == [[0.0, D, D]]  # three pairs in two slots: the first is gone


class Remembers(nn.Module):
    "Adds what a lasting memory holds, on average, and writes what it was given."

    def __init__(self):
        super().__init__()
        self.map, self.store = nn.Linear(D, D), Store(4, D)

    def forward(self, x):
        held = self.store.contents()
        y = self.map(x) + held.values.mean((0, 1))
        self.store.add(x, y)
        return y


def trained(model, optimizer, steps):
    for step in steps:
        x = torch.randn(2, D, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()


def test_a_lasting_memory_goes_on_from_a_checkpoint_bit_for_bit(tmp_path):
    def made():
        torch.manual_seed(0)
        model = Remembers()
        return model, torch.optim.Adam(model.parameters(), 0.01)

    model, optimizer = made()
    trained(model, optimizer, range(5))
    torch.save([model.state_dict(), optimizer.state_dict()], tmp_path / "half.pt")
    trained(model, optimizer, range(5, 10))
    again, its_optimizer = made()
    for part, state in zip((again, its_optimizer), torch.load(tmp_path / "half.pt")):
        part.load_state_dict(state)
    trained(again, its_optimizer, range(5, 10))
    assert all(torch.equal(a, b) for a, b in zip(again.state_dict().values(), model.state_dict().values()))
    assert again.store.filled.all()
