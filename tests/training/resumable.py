"A small training that can be resumed, and what it means that two of them are the same."

import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from torch import nn

from moe_lab.training.checkpoints import (
    load_newest,
    save_checkpoint,
)
from moe_lab.training.runs import Run


@dataclass(frozen=True)
class Settings:
    steps: int = 6
    every: int = 2  # steps between checkpoints


def train(out: Path, asked: Settings, saved=lambda step: None) -> tuple[dict, pd.DataFrame]:
    "Train a small model from wherever `out` stands; its parameters and metrics."
    run = Run.open(out, "tiny", asked, resume=True)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=True)
    checkpoint, step = load_newest(run.checkpoints), 0
    if checkpoint:
        step = checkpoint.step
        model.load_state_dict(checkpoint.model)
        optimizer.load_state_dict(checkpoint.optimizer)
        checkpoint.restore_rng()
    run.metrics.truncate(step)
    while step < asked.steps:
        step += 1
        x = torch.randn(8, 4)
        loss = (model(x) - x).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        run.metrics.log(step, [{"split": "train", "metric": "loss", "value": loss.detach()}])
        if step % asked.every == 0:
            run.metrics.flush()
            save_checkpoint(
                run.checkpoints, step, model.state_dict(), optimizer.state_dict(), {"seen": 8 * step}
            )
            saved(step)
    run.finish({"steps": step})
    return model.state_dict(), run.metrics.frame()


def bits(tensor: torch.Tensor) -> tuple:
    "What two tensors have in common if and only if they are equal bit for bit."
    whole = tensor.resolve_conj().clone(memory_format=torch.contiguous_format)
    return tensor.dtype, tensor.shape, whole.reshape(-1).view(torch.uint8).tolist()


def assert_same(one, other):
    "Equal trees, types and tensor bits included."
    assert type(one) is type(other)
    if isinstance(one, torch.Tensor):
        assert bits(one) == bits(other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            assert_same(a, b)
    else:
        assert repr(one) == repr(other)  # NaN and -0.0 included


def assert_same_training(one, other):
    assert_same(dict(one[0]), dict(other[0]))
    assert one[1]["step"].tolist() == other[1]["step"].tolist()
    assert one[1]["value"].to_numpy().tobytes() == other[1]["value"].to_numpy().tobytes()


if __name__ == "__main__":  # the process that test_kill_minus_9 kills
    train(Path(sys.argv[1]), Settings(steps=int(sys.argv[2])), saved=lambda step: print(step, flush=True))
