"Mistakes with the Differentiable Neural Computer, its tasks and its experiments."

import numpy as np
import torch
from faults.table import Bad

from moe_lab.data.tasks.task import TASKS, DrawnTask, Task, bit_error
from moe_lab.experiments.systems.memory.settings import MemorySettings
from moe_lab.memory.dnc.addressing import MaskedContent
from moe_lab.memory.dnc.computer import DNC
from moe_lab.memory.dnc.memory import Memory
from moe_lab.memory.dnc.signals import Signal, Signals
from moe_lab.models.sequence.readers import LSTMReader, TransformerReader, lstm_of, nearest_width
from moe_lab.training.watch.clock import Clock

MODEL, TASK = DNC(3, 2, n_slots=4, width=2, hidden=4), TASKS["copy"](bits=2)
STEPS = torch.zeros(2, 5, 3)

ROWS = [
    Bad("no slots", lambda: DNC(3, 2, n_slots=0), ("n_slots=0", "at least 1")),
    Bad("half a slot", lambda: DNC(3, 2, n_slots=2.5), ("n_slots=2.5", "whole number")),
    Bad("slots without numbers", lambda: Memory(4, 0), ("width=0", "at least 1")),
    Bad("nobody reads", lambda: Memory(4, 2, read_heads=0), ("read_heads=0",)),
    Bad("no controller", lambda: DNC(3, 2, hidden=0), ("hidden=0",)),
    Bad("no inputs", lambda: DNC(0, 2), ("inputs=0",)),
    Bad("inputs of another width", lambda: MODEL(STEPS[..., :2]), ("(2, 5, 2)", "(B, L, 3)")),
    Bad("one sequence without a batch", lambda: MODEL(STEPS[0]), ("(5, 3)", "(B, L, 3)")),
    Bad("inputs as a list", lambda: MODEL([[0.0]]), ("inputs", "list", "tensor")),
    Bad("a trace of no steps", lambda: MODEL.trace(STEPS[:, :0]), ("(2, 0, 3)", "no step")),
    Bad("a mask that hides nothing", lambda: MaskedContent(1.0), ("least=1.0", "[0, 1)")),
    Bad("a range misspelt", lambda: Signal("key", 1, 2, "oneplsu"), ("squash", "'oneplus'")),
    Bad("modes of two", lambda: Signal("modes", 1, 2, "modes"), ("width=2", "three")),
    Bad("two signals of one name", lambda: Signals([Signal("key", 1, 2)] * 2), ("different names",)),
    Bad("no signals", lambda: Signals([]), ("signals=[]",)),
    Bad("a clip of nothing", lambda: Signals([Signal("key", 1, 2)], clip=0.0), ("clip=0.0", "above 0")),
    Bad("a vector too short", lambda: Signals([Signal("key", 1, 2)])(torch.zeros(1, 1)), ("(1, 1)", "2")),
    Bad("a task misspelt", lambda: TASKS["coppy"], ("task", "coppy", "'copy'"), KeyError),
    Bad("no bits", lambda: TASKS["copy"](bits=0), ("bits=0",)),
    Bad("the longest is the shorter", lambda: TASKS["copy"](least=9), ("most=8", "least=9")),
    Bad("one item to look up", lambda: TASKS["associative recall"](least=1), ("least=1", "at least 2")),
    Bad("one held-out item", lambda: TASKS["associative recall"]().held_out(1), ("length=1", "at least 2")),
    Bad("items of no steps", lambda: TASKS["associative recall"](item=0), ("item=0",)),
    Bad("never repeated", lambda: TASKS["repeat copy"](times=0), ("times=0",)),
    Bad(
        "repeated less than least", lambda: TASKS["repeat copy"](least_times=5), ("least_times=5", "times=3")
    ),
    Bad("a step below 0", lambda: TASK(-1), ("step=-1",)),
    Bad("a seed that is none", lambda: TASKS["copy"](seed=-1), ("seed=-1",)),
    Bad("no held-out sequences", lambda: TASK.held_out(3, n=0), ("n=0",)),
    Bad("a length of 0", lambda: TASK.held_out(0), ("length=0",)),
    Bad("batches of none", lambda: TASKS["copy"](batch_size=0), ("batch_size=0",)),
    Bad(
        "a task that draws nothing",
        lambda: DrawnTask().draw(np.random.default_rng(0), 1, 1),
        ("DrawnTask.draw",),
        NotImplementedError,
    ),
    Bad("a task that is no number", lambda: Task(most="8"), ("most='8'", "whole number")),
    Bad("answers of another shape", lambda: bit_error(STEPS, TASK.held_out(2)), ("(2, 5, 3)", "(64, 5, 2)")),
    Bad("an LSTM of no state", lambda: LSTMReader(3, 2, 0), ("hidden=0",)),
    Bad("other steps for an LSTM", lambda: LSTMReader(3, 2)(STEPS[0]), ("(5, 3)", "(B, L, 3)")),
    Bad("a stream that does not fit", lambda: TransformerReader(3, 2, d=30), ("d=30", "multiple of 8")),
    Bad("no parameters", lambda: lstm_of(3, 2, 0), ("parameters=0",)),
    Bad("no widths", lambda: nearest_width(lambda w: LSTMReader(3, 2, w), 9, range(0)), ("widths",)),
    Bad("an experiment with a task misspelt", lambda: MemorySettings(task="copi"), ("task='copi'", "'copy'")),
    Bad("repairs misspelt", lambda: MemorySettings(repairs="mask"), ("repairs='mask'", "'masks'")),
    Bad("a model misspelt", lambda: MemorySettings(model="DNC"), ("model='DNC'", "dnc")),
    Bad("taught by nothing", lambda: MemorySettings(taught_by="none"), ("taught_by='none'", "asked")),
    Bad("no steps of training", lambda: MemorySettings(steps=0), ("steps=0",)),
    Bad("a clock of a part by name", lambda: Clock("training"), ("part='training'", "a function")),
    Bad("a rate that is NaN", lambda: MemorySettings(lr=float("nan")), ("lr=nan",)),
    Bad("gradients of length 0", lambda: MemorySettings(clip=0.0), ("clip=0.0", "above 0")),
]
