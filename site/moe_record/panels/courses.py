"""SparseLab and TicketLab, step by step through whole courses."""

from collections.abc import Iterator
from typing import Any

import ipywidgets as w

from moe_lab.data.vision.loading import load_images
from moe_lab.explore.shared.live import on_one_thread
from moe_lab.explore.sparse.sparse_lab import SPARSE_PRESETS, SparseStage, sparse_in_words
from moe_lab.explore.sparse.training import SparseState, sparse_training
from moe_lab.explore.tickets.ticket_lab import TICKET_PRESETS, TicketStage, lottery_in_words
from moe_lab.explore.tickets.training import TicketState, lottery_training

from ..grid import Along, Axis, Recording, presets_of
from ..stage import Stage, Values

MARKS = [1, *range(15, 121, 15)]  # steps at which the networks were just measured


def sparse() -> Recording:
    "Connections that come and go, in two densities."
    images, stage = load_images("digits"), SparseStage()
    axes = [
        Axis("rule", "new ones come", ("set", "rigl"), ("anywhere (SET)", "where the gradient is (RigL)")),
        Axis("density", "density", (0.02, 0.05), kind="slider"),
        Axis("zeta", "ζ, exchanged at a time", (0.0, 0.3, 1.0), kind="slider"),
    ]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        state = SparseState(**values)
        for history in sparse_training(lambda done: [state], images):
            if history.step in MARKS:
                stage.show(history)
                yield seen.look(said=sparse_in_words(history))
            if history.step == MARKS[-1]:
                return

    def same(values: dict[str, Any]) -> Any:
        return tuple(value for name, value in values.items() if values["zeta"] or name != "rule")

    seen = Stage(w.VBox([stage.box]))
    return Recording(
        panel="SparseLab",
        kind="sparse",
        heading=("Sparse from the start", f"{len(images.train)} digits, three hidden layers of 64"),
        question="One connection in twenty is there from the start. Does it matter which ones?",
        hint="Press Play: orange connections have just come. Then let nothing move (ζ = 0), and compare what is "
        "learned.",
        axes=axes,
        along=Along("step", "step", MARKS),
        stage=seen,
        presets=presets_of(SPARSE_PRESETS, axes),
        usual=SparseState().values(),
        frames=2,
    ).record(play, same)


def tickets() -> Recording:
    "Lotteries of two lengths, pruned in two ways; the run goes from training to training."
    stage = TicketStage()
    axes = [
        Axis("steps", "steps of a training", (12, 40), kind="slider"),
        Axis("pruning", "which go", ("global", "by_layer"), ("smallest of all", "smallest of each layer")),
    ]
    n: list[int] = []

    def play(values: dict[str, Any]) -> Iterator[Values]:
        state = TicketState(**values)
        with on_one_thread():
            for system in lottery_training(lambda done: [state]):
                stage.show(system, state)
                n[:] = [len(system.programme.rounds)]
                yield seen.look(said=lottery_in_words(system, state.number))

    seen = Stage(w.VBox([stage.box]))
    along = Along("step", "trainings", [])
    made = Recording(
        panel="TicketLab",
        kind="tickets",
        heading=("Winning tickets", "a small vision transformer on 300 digits"),
        question="Most weights of a trained network can go. Could they have gone before it was trained?",
        hint="Press Play: after each training the smallest weights go, and those that are left begin anew. Compare the "
        "ticket with its controls.",
        axes=axes,
        along=along,
        stage=seen,
        presets=presets_of(TICKET_PRESETS, axes),
        usual=TicketState().values(),
        note="The masks of other points are in the notebook. ",
        frames=6,
    ).record(play)
    made.along = along._replace(marks=list(range(1, n[0] + 1)), of=n[0])
    return made
