"Every experiment that trains does so in bfloat16 when asked, with routers that decide in float32."

from dataclasses import replace

import pytest
import torch
from accelerate.utils import set_seed

from moe_lab.experiments.core.experiment import EXPERIMENTS
from moe_lab.experiments.core.machine_settings import PrecisionSettings
from moe_lab.training.runs import Run
from moe_lab.training.trainer import FitLoop

SHORTEST = sorted(
    EXPERIMENTS, key=len, reverse=True
)  # the name of a family is shorter than those of its variants
SYSTEMS = {type(EXPERIMENTS[name].settings): name for name in SHORTEST}
TRAINED = [name for kind, name in SYSTEMS.items() if issubclass(kind, PrecisionSettings)]
ASKS = {"segment-onwards"}  # for the checkpoint of a `segment`


class Taken(Exception):
    "A step was taken, and no more are wanted."


def test_only_what_trains_nothing_has_no_precision():
    other = [name for kind, name in SYSTEMS.items() if not issubclass(kind, PrecisionSettings)]
    assert other == ["sinkhorn-numerics"]


@pytest.fixture
def first_step(tmp_path, monkeypatch):
    "(experiment, precision) -> what its first trainer reports of its first step."

    def take(trainer: FitLoop, until: int | None = None):
        trainer.model.train()
        raise Taken(trainer.accelerator.mixed_precision, trainer.gradients())

    def of(name: str, precision: str):
        monkeypatch.setattr(FitLoop, "fit", take)
        usual = EXPERIMENTS[name]
        less = {"limit": 20_000} if hasattr(usual.settings, "vocabulary") else {}  # letters of a text
        job = usual.jobs(replace(usual.settings, precision=precision, **less), 1)[0]
        set_seed(job.seed)
        with pytest.raises(Taken) as taken:
            usual.work(job.settings, Run.open(tmp_path, precision, job.settings), ())
        assert taken.value.args[0] == precision
        return taken.value.args[1]

    return of


@pytest.mark.parametrize("name", sorted({*TRAINED} - ASKS))
def test_each_trains_in_either_precision(name, first_step):
    wide, narrow = (first_step(name, precision) for precision in ("no", "bf16"))
    assert 0 < abs(float(narrow.loss - wide.loss)) < 0.02 * float(wide.loss)
    for _, routing in narrow.decisions:
        assert routing.weight.dtype == torch.float32
        assert routing.logits is None or routing.logits.dtype == torch.float32
