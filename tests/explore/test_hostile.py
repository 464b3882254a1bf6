"Words and names that are no words: on the page they are text, on paper they are letters."

import io
import re
from html import unescape

import numpy as np
import pytest
import torch
from explore.hostile import HOSTILE, hostile_layer

from moe_lab.explore.shared.html_page import coded, visible
from moe_lab.explore.tokens.expert_cards import ExpertCards
from moe_lab.explore.tokens.map_stage import MapStage
from moe_lab.explore.tokens.passage import OtherRoutes, Passage
from moe_lab.explore.tokens.selection import describe_selection, selection_page
from moe_lab.explore.tokens.specialist_map import SpecialistMap
from moe_lab.explore.tokens.token_trail import trail_figure
from moe_lab.explore.tokens.trail_page import routes_html, token_detail, trail_html

OTHERS = OtherRoutes(1.0, np.array([0.5, 2.0]), ((0,), (1,)), 1.5)


def passage() -> Passage:
    n = len(HOSTILE)
    table = torch.zeros(n, 1, dtype=torch.long), torch.ones(n, 1)
    log_p = torch.randn(n, n, generator=torch.Generator().manual_seed(0)).log_softmax(-1)
    return Passage(HOSTILE, (HOSTILE[0],), (table,), torch.rand(n), log_p)


def pages() -> dict[str, str]:
    "Whatever the explorations of text write as HTML."
    seen = hostile_layer()
    cards = ExpertCards(seen.routed)
    said = selection_page(describe_selection(seen.routed, seen.routed.frame["row"][:50]), HOSTILE)
    read = passage()
    return {
        "cards": cards.value,
        "selection": said,
        "trail": trail_html(read, read) + token_detail(read, read, 0, HOSTILE),
        "routes": "".join(routes_html(OTHERS, word, HOSTILE[0]) for word in HOSTILE),
    }


@pytest.mark.parametrize("name, page", pages().items())
def test_a_page_has_no_element_and_no_attribute_but_its_own(name, page):
    tags = {tag.lower() for tag in re.findall(r"<([a-zA-Z0-9]+)", page)}
    assert tags <= {"div", "span", "button", "small", "code", "h4", "b", "i", "u", "mark"}, name
    bare = re.sub(r"'[^']*'", "''", page)  # without what stands in attributes, which are all in single quotes
    assert {a for tag in re.findall(r"<[a-z0-9]+( [^>]*)>", bare) for a in re.findall(r" ([\w-]+)", tag)} <= {
        "class",
        "style",
        "title",
        "data-expert",
        "data-layer",
        "data-token",
    }
    shown = unescape(re.sub(r"<[^>]*>", "", page))
    assert coded(HOSTILE[7]) in shown or visible(HOSTILE[7]) in shown
    assert not any(c in page for c in "\u202e\u2066\x00\x07\x1b")


def drawn(figure) -> None:
    figure.savefig(io.BytesIO(), format="png", dpi=30)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_figures_are_drawn_with_every_name(tmp_path):
    seen, read = hostile_layer(), passage()
    cards = ExpertCards(seen.routed)
    drawn(cards.still())
    drawn(trail_figure(r"costs $5 and $\frac{$", read, read, 9, HOSTILE))
    panel = SpecialistMap({HOSTILE[9]: seen}, "map?method=pca&points=200&colour=domain", tmp_path)
    figure = panel.still()
    drawn(figure)
    legend = figure.axes[0].get_legend()
    assert len(legend.get_texts()) == len(HOSTILE), "every domain has its entry"
    assert max(len(text.get_text()) for text in legend.get_texts()) < 60
    assert isinstance(panel.stage, MapStage)
    panel.close()
