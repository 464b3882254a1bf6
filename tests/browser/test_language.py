"""The explorations of a language model in a real JupyterLab: type, draw a lasso, press an expert, and look."""

import re
from math import cos, pi, sin

import pytest
from browser import tools, windows

pytestmark = pytest.mark.browser

MODEL = """
import numpy as np, torch, traitlets
from pathlib import Path
from tempfile import TemporaryDirectory
from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import pack_documents, train_tokenizer
from moe_lab.explore.shared.html_page import point_together
from moe_lab.explore.tokens.routed import look_into
from moe_lab.explore.tokens.map_layers import MapState
from moe_lab.explore.tokens.specialist_map import SpecialistMap
from moe_lab.explore.tokens.token_trail import TokenTrail
from moe_lab.models.language.language_model import DecoderSettings, decoder

splits = load_text("code+scripture+dialogue", limit=8_000)
texts = pack_documents(splits.train, train_tokenizer(splits.train, 400), 32)
torch.manual_seed(0)
shape = DecoderSettings(len(texts.vocabulary), d=32, heads=2, layers=2, hidden=32, n_experts=4)
model, untrained = decoder(shape), decoder(shape)
maps = TemporaryDirectory()
"""
TRAIL = "trail = TokenTrail(model, texts, 'In the beginning God created the heaven.', linked_layer=0)\ntrail"
MAP = """
lab = SpecialistMap(look_into(model, texts, untrained), "map?method=pca&points=800", Path(maps.name))
traitlets.link((lab, "layer"), (trail, "linked_layer"))
point_together(lab, trail)
lab
"""
CLOSE = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


@pytest.fixture(scope="module")
def opened(chromium, jupyter):
    "Both panels in a notebook with a kernel of its own, in a Chromium that draws WebGL."
    tools.write_notebook(jupyter.root / "language.ipynb", MODEL, TRAIL, MAP)
    browser = chromium.browser_type.launch(executable_path=tools.CHROMIUM, args=tools.WEBGL)
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
        "lab.begin(MapState.parse('map?method=pca&points=800'))\n"
        "trail.change({'change': 'nothing', 'layer': 0, 'expert': -1, 'route': ''})",
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
    assert ask(page, "trail.state.token") == "2"


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
    page.locator(".moe-lab").first.locator("select").last.select_option("force")
    page.locator(".moe-news", has_text=f"everything through E{chosen}").wait_for()
    assert all(
        name == str(chosen)
        for name in page.locator(".moe-cells:nth-child(2) .moe-cell:first-child").all_inner_texts()
    )
    page.get_by_text("red: with the change").wait_for()
    tools.screenshot(page, "trail_forced")


def test_a_token_takes_another_route(page):
    tools.ask_kernel(page, "trail.change({'change': 'reroute', 'token': 2})")
    page.locator(".moe-news", has_text="Choose a route").wait_for()
    route = page.get_by_label("to experts")
    route.fill("0 1")
    route.press("Enter")
    page.locator(".moe-rug b").wait_for()
    assert (
        f"{float(ask(page, 'trail.stage.routes.chosen')):.3f}" in page.locator(".moe-news").first.inner_text()
    )
    assert page.locator(".moe-rug i").count() == int(ask(page, "len(trail.stage.routes.others)"))
    page.locator(".moe-rug").scroll_into_view_if_needed()
    tools.screenshot(page, "trail_rerouted")


def test_a_lasso_changes_the_keywords(page):
    box = show_map(page)
    circle(page, box)
    title = page.get_by_text(re.compile(r"^The selection: \d+ tokens"))
    title.wait_for(timeout=30_000)
    tools.screenshot(page, "map_lasso")
    many, words = title.inner_text(), page.locator(".moe-rows").all_inner_texts()
    assert f" {ask(page, 'len(lab.stage.chosen)')} tokens" in many
    circle(page, box, 0.06, 0.08)
    page.wait_for_function("many => !document.body.innerText.includes(many)", arg=many)
    title.wait_for()
    assert page.locator(".moe-rows").all_inner_texts() != words


def test_a_pressed_expert_is_selected_everywhere(page):
    show_map(page)
    page.locator(".moe-tag").nth(1).click()
    page.get_by_text(re.compile(r"^The selection: \d+ tokens, 100% to E1")).wait_for()
    page.locator(".moe-detail", has_text="E1: keywords").wait_for()
    assert (
        ask(page, "trail.state.expert, set(lab.stage.sight.layer.points['number'][lab.stage.chosen])")
        == "1 {1}"
    )
    assert page.locator(".moe-cell.moe-on").count() == ask_count(page, 1)
    tools.screenshot(page, "map_expert")
    page.locator(
        ".moe-cells:nth-child(3) .moe-cell"
    ).first.click()  # an expert of another layer: not on the map
    page.get_by_text("No selection").wait_for()


def ask_count(page, expert: int) -> int:
    "How many tokens of the trail visit an expert in the chosen layer."
    return int(ask(page, f"int((trail.stage.passage.tables[trail.state.layer][0] == {expert}).sum())"))


PLACE = """
flat, points = lab.stage.sight.flat, lab.stage.sight.layer.points
i, low, high = int(flat[:, 0].argmax()), flat.min(0), flat.max(0)
print(*(2 * (flat[i] - low) / (high - low) - 1) / 1.1, points['visits'][i], sep='|')
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
    page.locator(f".moe-tag.moe-under[data-expert='{visited}']").first.wait_for()  # no longer the one before
    page.wait_for_function("() => document.querySelectorAll('.moe-cell.moe-under').length")
    assert ask(page, "trail.hovered") == str(visited)


@pytest.mark.slow
def test_another_layer_is_drawn_while_the_page_goes_on(page):
    show_map(page)
    assert "the same model untrained" in page.locator(".moe-news").last.inner_text()
    page.locator(".moe-tag").nth(1).click()
    page.get_by_text(re.compile(r"^The selection: \d+ tokens, 100% to E1")).wait_for()
    methods = page.locator(".moe-lab").last.locator(".widget-toggle-button")
    methods.filter(has_text="t-SNE").click()
    page.locator(".moe-news .moe-busy").wait_for()
    tools.screenshot(page, "map_drawing")
    methods.filter(has_text="kind").click()  # answered when the map is there
    page.locator(".moe-news .moe-busy").wait_for(state="detached", timeout=60_000)
    assert (
        ask(page, "lab.stage.sight is lab.sights[0, 800, 'tsne'], lab.stage.colour, lab.selected")
        == "True kind 1"
    )
    page.locator(".moe-lab").last.locator("select").select_option(label="layer 1")
    page.locator(".moe-news", has_text="drawing").wait_for(state="detached", timeout=60_000)
    page.get_by_text("No selection").wait_for()  # on the map by PCA, which is seen meanwhile
    ask(page, "lab.drawn.result()")
    assert ask(page, "lab.layer, trail.linked_layer, lab.selected") == "1 1 -1"
    page.locator(".moe-cells:nth-child(3) .moe-cell").first.click()  # now an expert of the map's layer
    page.get_by_text(re.compile(r"^The selection: \d+ tokens, 100% to")).wait_for()
    tools.screenshot(page, "map_layer_1")


def test_a_pasted_line_brings_the_lasso_back(page):
    circle(page, show_map(page))
    page.get_by_text(re.compile(r"^The selection: \d+ tokens")).wait_for(timeout=30_000)
    line, chosen = ask(page, "lab.state"), ask(page, "lab.stage.chosen.tolist()")
    field = page.locator(".moe-lab").last.locator(".widget-text input")
    for text in ("map?method=pca&points=800", line):
        field.fill(text)
        field.press("Enter")
        page.wait_for_function(
            "text => [...document.querySelectorAll('.moe-lab .widget-text input')].at(-1).value === text",
            arg=text,
        )
    page.get_by_text(re.compile(r"^The selection: \d+ tokens")).wait_for()
    page.wait_for_timeout(500)  # whatever the page itself has to say of it
    assert (ask(page, "lab.state"), ask(page, "lab.stage.chosen.tolist()")) == (line, chosen)
    field.fill("map?layer=9")
    field.press("Enter")
    page.get_by_text("layer=9: the model has 2 layers").wait_for()
    assert ask(page, "lab.stage.chosen.tolist()") == chosen
    tools.screenshot(page, "map_pasted")


def test_it_holds_in_any_window_and_has_a_name_for_everything(page):
    page.locator(".moe-cell").first.click()
    page.get_by_text(re.compile(r"^The selection: \d+ tokens")).wait_for(timeout=30_000)
    assert not windows.wrong_in_windows(page)
    assert not windows.serious_in_themes(page)
