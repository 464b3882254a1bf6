"""A run whose model remembers: interrupted and resumed it ends as if nothing had been, contents included."""

from dataclasses import dataclass

import torch
from torch import nn

from moe_lab.experts.moe import observe
from moe_lab.memory.attention import MemoryAttention
from moe_lab.memory.key_value import Contents, SlotMemory, Slots
from moe_lab.memory.writes import Store
from moe_lab.routing.presets import loss_free
from moe_lab.training.callbacks import Checkpoints, resume
from moe_lab.training.evaluation import evaluate
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Trainer

D = 8


@dataclass(frozen=True)
class Settings:
    d: int = D


class Remembering(nn.Module):
    "Slots that are learned and balanced, and a memory that lasts from batch to batch: (B, L, d) -> (B, L, d)."

    def __init__(self):
        super().__init__()
        self.learned = SlotMemory(loss_free(D, 12, k=2, strength=0.1), Slots(D, 12))
        self.attend, self.store = MemoryAttention(D, n_slots=6, heads=2, k=2), Store(6, D)

    def forward(self, x):
        held = self.store.contents()
        copied = Contents(*(part.clone() for part in vars(held).values()))  # it is written while x is read
        y = x + self.learned(x) + self.attend(x, copied)
        if self.training:
            self.store.add(self.attend.key(x[:, 0]), self.attend.value(x[:, 0]))
        return y


def made(callbacks=()):
    torch.manual_seed(0)
    model = Remembering()
    return Trainer(
        model,
        torch.optim.Adam(model.parameters(), 0.01),
        batch=lambda step: torch.randn(3, 4, D, generator=torch.Generator().manual_seed(step)),
        task=lambda model, x: (model(x) - x.flip(-1)).square().mean(),
        steps=12,
        callbacks=callbacks,
    )


def test_an_interrupted_run_ends_with_the_same_memory(tmp_path):
    whole = made()
    whole.fit()
    run = Run.open(tmp_path, "remembering", Settings())
    made([Checkpoints(run, every=5)]).fit(until=7)
    again = made([Checkpoints(run, every=5)])
    resume(again, run)
    assert 0 < again.done <= 7 and again.model.store.filled.any()
    again.fit()
    run.release()
    ours, theirs = again.model.state_dict(), whole.model.state_dict()
    assert {"store.keys", "store.values", "store.filled", "store.usage"} <= ours.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_training_feeds_learned_slots_back_and_evaluation_sees_every_memory():
    trainer = made()
    trainer.fit()
    assert [*trainer.layers] == ["learned"]
    assert trainer.model.learned.router.adjustments[0].bias.abs().sum() > 0  # it was told of each step
    with observe(trainer.model) as seen:
        evaluate(trainer.model, [trainer.batch(0)], trainer.task)
    assert {name for name, _ in seen} == {"learned", "attend"}
