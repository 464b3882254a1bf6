"""Figures of the panels: no words stand upon others, and none are cut."""

from itertools import combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from moe_lab import BalanceLab, CollapseLab, GateLab, MemoryLab, PlaneLab, SceneLab, SparseLab, TicketLab

PANELS = {
    "collapse": lambda: CollapseLab("collapse?balance=srnn", name="still").run(200),
    "collapse, 16 of one age": lambda: CollapseLab("collapse?start=16&k=4", name="still").run(60),
    "balance": BalanceLab,
    "balance, 16 experts": lambda: BalanceLab("balance?n_experts=16&b.score=SPECTRA"),
    "scene": lambda: SceneLab("scene?act=alone&expert=frequency"),
    "memory": lambda: MemoryLab("memory?text=sixteen+letters!&lesion=3"),
    "sparse": lambda: SparseLab("sparse?density=0.9&rule=rigl", name="still").run(25),
    "tickets": lambda: TicketLab("tickets?steps=8&rounds=3", name="still", opening=0).run(5),
    "gates": lambda: GateLab("gates?gate=gap&gap=0&arm=k+1"),
    "plane": lambda: PlaneLab(name="still", opening=0).run(20),
    "plane, 16 experts": lambda: PlaneLab("plane?n_experts=16", name="still", opening=0).run(20),
}


def words_of(figure) -> dict[Text, object]:
    "What is written on a figure, with its box; marks beyond the ends of their axis are not drawn."
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    unseen: set[Text] = set()
    for axes in figure.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            hidden = [mark for mark in axis.get_major_ticks() if not low <= mark.get_loc() <= high]
            unseen |= {label for mark in hidden for label in (mark.label1, mark.label2)}
            if not axes.axison:
                unseen |= {*axis.findobj(Text)}
    seen = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in unseen]
    return {text: text.get_window_extent(canvas.get_renderer()) for text in seen}


def overlap(a, b) -> float:
    "By how many pixels two boxes lie in each other, in the direction in which it is less."
    return min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))


# Where there are two of a panel, the one that has more to write is for `make test`.
FEWER = ("collapse", "balance", "plane")
STILLS = [pytest.param(name, marks=[pytest.mark.slow] * (name in FEWER)) for name in PANELS]


@pytest.mark.parametrize("panel", STILLS)
def test_no_words_stand_upon_others(panel):
    lab = PANELS[panel]()
    figure = lab.still()
    words = words_of(figure)
    upon = [
        (a.get_text(), b.get_text()) for a, b in combinations(words, 2) if overlap(words[a], words[b]) > 2
    ]
    width, height = figure.canvas.get_width_height()
    cut = [
        t.get_text()
        for t, box in words.items()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    assert not upon and not cut
