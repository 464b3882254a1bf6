"What a training is stopped by, after a step of one's choice."

import os
import signal
from collections.abc import Callable

from moe_lab.training.trainer import Callback


class Tell(Callback):
    "Prints every step, for whoever holds the kill switch."

    def after_step(self, trainer, report):
        print(trainer.done, flush=True)


def break_off():
    "An interrupt among the callbacks, which those behind do not hear of."
    raise KeyboardInterrupt


def interrupt():
    "What Ctrl-C does: the trainer ends its step."
    os.kill(os.getpid(), signal.SIGINT)


def die():
    "The end of the process, which nothing can catch."
    os.kill(os.getpid(), signal.SIGKILL)


class StopAt(Callback):
    "Does something to the training after a step."

    def __init__(self, step: int, act: Callable[[], object] = break_off):
        self.step, self.act = step, act

    def after_step(self, trainer, report):
        if trainer.done == self.step:
            self.act()
