"""The explorations of a language model in a real JupyterLab: type, draw a lasso, press an expert, and look."""

import re
from math import cos, pi, sin

import browser as tools
import pytest

pytestmark = pytest.mark.browser

WEBGL = [*tools.FLAGS[:-1], "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
MODEL = """
import numpy as np, torch
from pathlib import Path
from tempfile import TemporaryDirectory
from moe_lab.data.text import load_text
from moe_lab.data.tokens import pack, train_tokenizer
from moe_lab.explore.pages import point_together
from moe_lab.explore.selection import look_into
from moe_lab.explore.specialists import SpecialistMap
from moe_lab.explore.trail import TokenTrail
from moe_lab.models.language import DecoderSettings, decoder

splits = load_text("code+scripture+dialogue", limit=8_000)
texts = pack(splits.train, train_tokenizer(splits.train, 400), 32)
torch.manual_seed(0)
model = decoder(DecoderSettings(len(texts.vocabulary), d=32, heads=2, layers=2, h=32, experts=4))
maps = TemporaryDirectory()
"""
TRAIL = "trail = TokenTrail(model, texts, 'In the beginning God created the heaven.', linked_layer=0)\ntrail"
MAP = """
lab = SpecialistMap(look_into(model, texts), "pca", n=800, folder=Path(maps.name))
point_together(lab, trail)
lab
"""
CLOSE = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


@pytest.fixture(scope="module")
def opened(chromium, jupyter):
    "Both panels in a notebook with a kernel of its own, in a Chromium that draws WebGL."
    tools.write_notebook(jupyter.root / "language.ipynb", MODEL, TRAIL, MAP)
    browser = chromium.browser_type.launch(executable_path=tools.CHROMIUM, args=WEBGL)
    with tools.watched_page(browser) as page:
        tools.open_notebook(page, jupyter, "language.ipynb")
        tools.do(page, "application:toggle-left-area")
        tools.do(page, "notebook:hide-all-cell-code")
        assert tools.run_all(page)
        page.locator(".moe-tag").nth(3).wait_for(timeout=60_000)
        yield page
        page.evaluate(CLOSE)
    browser.close()


@pytest.fixture
def page(opened):
    "Nothing is selected, and nothing is changed."
    tools.ask_kernel(
        opened,
        "lab.scatter.selection([])\nlab.selected = -1\ntrail.change({'change': 'nothing', 'layer': 0, 'expert': -1})",
    )
    opened.get_by_text("No selection").wait_for()
    return opened


def ask(page, expression: str) -> str:
    return tools.ask_kernel(page, f"print({expression})")


def show_map(page):
    "Scroll so that map and cards are seen; where the map is, in pixels."
    page.locator(".moe-lab").last.evaluate("lab => lab.scrollIntoView({block: 'start'})")
    return page.locator(".moe-card canvas").first.bounding_box()


def circle(page, box, width: float = 0.2, height: float = 0.25, turns: int = 16):
    "Draw around the middle of the map, as a hand does; sizes are shares of the map's."
    for turn in range(turns):
        angle = 2 * pi * turn / turns
        x, y = 0.5 + width * cos(angle), 0.5 + height * sin(angle)
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        if not turn:
            page.mouse.down()
        page.wait_for_timeout(15)  # the lasso takes no more than a point each 10 ms
    page.mouse.up()


def test_typing_changes_the_trail(page):
    trail = page.locator(".moe-trail")
    trail.scroll_into_view_if_needed()
    before = trail.inner_html()
    page.locator(".moe-lab textarea").first.fill("And God said unto Moses")
    page.wait_for_function("before => document.querySelector('.moe-trail')?.innerHTML !== before", arg=before)
    shown = "".join(page.locator(".moe-trail code").all_inner_texts())
    assert (
        shown.replace("␣", " ")
        == ask(page, "''.join(trail.stage.passage.words)")
        == "And God said unto Moses"
    )
    page.locator(".moe-word").nth(2).click()
    page.get_by_text(re.compile("^After .* comes")).wait_for()
    assert ask(page, "trail.wish.token") == "2"


def test_an_empty_text_is_answered(page):
    text = page.locator(".moe-lab textarea").first
    text.fill("")
    page.locator(".moe-news .moe-wrong", has_text="text is empty").wait_for()
    assert not page.locator(".moe-trail").count()
    text.fill("And God said")
    page.locator(".moe-trail").wait_for()


def test_a_forced_expert_changes_what_comes_next(page):
    cell = page.locator(".moe-cell").first
    chosen = int(cell.inner_text())
    cell.click()
    page.wait_for_function("() => document.querySelectorAll('.moe-cell.moe-on').length")
    page.locator(".moe-lab select").last.select_option("force")
    page.locator(".moe-news", has_text=f"everything through E{chosen}").wait_for()
    assert all(
        name == str(chosen)
        for name in page.locator(".moe-cells:nth-child(2) .moe-cell:first-child").all_inner_texts()
    )
    page.get_by_text("red: with the change").wait_for()
    tools.screenshot(page, "trail_forced")


def test_a_lasso_changes_the_keywords(page):
    box = show_map(page)
    circle(page, box)
    title = page.get_by_text(re.compile(r"^The selection: \d+ tokens"))
    title.wait_for(timeout=30_000)
    tools.screenshot(page, "map_lasso")
    many, words = title.inner_text(), page.locator(".moe-rows").all_inner_texts()
    assert f" {ask(page, 'len(lab.chosen)')} tokens" in many
    circle(page, box, 0.06, 0.08)
    page.wait_for_function("many => !document.body.innerText.includes(many)", arg=many)
    title.wait_for()
    assert page.locator(".moe-rows").all_inner_texts() != words


def test_a_pressed_expert_is_selected_everywhere(page):
    show_map(page)
    page.locator(".moe-tag").nth(1).click()
    page.get_by_text(re.compile(r"^The selection: \d+ tokens, 100% to E1")).wait_for()
    page.locator(".moe-detail", has_text="E1: keywords").wait_for()
    assert ask(page, "trail.wish.expert, set(lab.points['number'][lab.chosen])") == "1 {1}"
    assert page.locator(".moe-cell.moe-on").count() == ask_count(page, 1)
    tools.screenshot(page, "map_expert")
    page.locator(
        ".moe-cells:nth-child(3) .moe-cell"
    ).first.click()  # an expert of another layer: not on the map
    page.get_by_text("No selection").wait_for()


def ask_count(page, expert: int) -> int:
    "How many tokens of the trail visit an expert in the chosen layer."
    return int(ask(page, f"int((trail.stage.passage.tables[trail.wish.layer][0] == {expert}).sum())"))


PLACE = """
i, low, high = int(lab.flat[:, 0].argmax()), lab.flat.min(0), lab.flat.max(0)
print(*(2 * (lab.flat[i] - low) / (high - low) - 1) / 1.1, lab.points['visits'][i], sep='|')
"""


def test_hovering_links_the_views(page):
    box = show_map(page)
    x, y, visits = tools.ask_kernel(page, PLACE).split("|")  # of the point at the right; the map is 2.2 high
    half = box["height"] / 2
    at = box["x"] + box["width"] / 2 + half * float(x), box["y"] + half - half * float(y)
    page.mouse.move(at[0] - 40, at[1])
    page.mouse.move(*at, steps=4)
    page.get_by_text(visits, exact=True).wait_for()  # the token's own card, with its context
    page.wait_for_function("() => document.querySelectorAll('.moe-tag.moe-under').length")
    expert = visits.split()[0]
    assert (
        expert in page.locator(".moe-tag.moe-under").inner_text() and ask(page, "lab.hovered") == expert[1:]
    )
    tools.screenshot(page, "map_hover")
    page.locator(f".moe-tag[data-expert='{2 if expert == 'E3' else 3}']").hover()
    page.wait_for_function(
        "name => !document.querySelector('.moe-tag.moe-under')?.innerText.includes(name)", arg=expert
    )
    visited = int(page.locator(".moe-cells:nth-child(2) .moe-cell").first.inner_text())
    page.locator(f".moe-tag[data-expert='{visited}']").hover()
    page.wait_for_function("() => document.querySelectorAll('.moe-cell.moe-under').length")
    assert ask(page, "trail.hovered") == str(visited)
