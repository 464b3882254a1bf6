"""Explorations on pages without a kernel, in Chromium, opened as files and without a network."""

import json
import re
from types import SimpleNamespace

import pytest
import torch
from browser import tools
from moe_site import live

from moe_lab.data.vision.photographs import load_photographs
from moe_lab.explore.balance.comparison import comparison_in_words, measure_outcome
from moe_lab.explore.balance.rules import BalanceState, decide_side
from moe_lab.explore.balance.token_batch import encode_patches
from moe_lab.explore.collapse.collapse_lab import WORK, how_many_work
from moe_lab.explore.collapse.training import CollapseState
from moe_lab.explore.plane.presets import how_many_right
from moe_lab.explore.plane.training import PlaneState, replay_plane
from moe_lab.explore.questions.flat_maps import FlatMapState
from moe_lab.explore.scene.picture import SceneState, scene_of
from moe_lab.explore.scene.scene_lab import act_in_words, sight_in_words
from moe_lab.explore.scene.sight import sight_of
from moe_lab.explore.scene.trained import read_trained
from moe_lab.explore.shared.state import read_timeline
from moe_lab.explore.tokens.map_layers import MapState, unpacked

DRAWN = """() => {
  const step = (hash, letter) => (31 * hash + letter.charCodeAt(0)) | 0;
  const digest = (text) => text.length + ':' + [...text].reduce(step, 7);
  const stage = document.querySelector('.moe-main > :last-child');
  const all = (kind, show) => [...stage.querySelectorAll(kind)].map(show);
  const shown = [...all('svg', (figure) => figure.outerHTML), ...all('canvas', (canvas) => canvas.toDataURL())];
  return [stage.innerText, ...shown].map(digest).join(' ');
}"""  # what stands in the views, and what every figure and canvas shows


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    "The folder with the pages of all explorations that play."
    folder = tmp_path_factory.mktemp("live")
    live.write(folder, {})
    return folder


class Reader:
    "Somebody who opens a page without a network."

    def __init__(self, page, pages):
        self.page, self.pages = page, pages

    def open(self, name: str, line: str = ""):
        self.page.goto("about:blank")
        self.page.goto((self.pages / name / "index.html").as_uri() + (f"#{line}" if line else ""))
        self.page.wait_for_function("document.body.dataset.ready")
        return self.rest()

    def rest(self) -> str:
        "What is drawn once nothing changes any more."
        self.page.wait_for_timeout(120)
        before, now = "", self.page.evaluate(DRAWN)
        while before != now:
            self.page.wait_for_timeout(60)
            before, now = now, self.page.evaluate(DRAWN)
        return now

    def settled(self) -> str:
        "The state in the address, once it is written."
        self.page.wait_for_timeout(350)
        return self.page.evaluate("decodeURIComponent(location.hash.slice(1))")

    @property
    def at(self) -> int:
        return int(self.bar.input_value())

    @property
    def bar(self):
        return self.page.locator(".live-scrub input")

    def scrub(self, at: int):
        self.bar.evaluate("(node, at) => { node.value = at; node.dispatchEvent(new Event('input')); }", at)


@pytest.fixture
def reader(chromium, pages):
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, offline=True)
    page = context.new_page()
    with tools.watched(page):
        yield Reader(page, pages)
    context.close()


def test_a_run_is_played_scrubbed_reset_and_reopened_from_its_link(reader):
    end = reader.open("CollapseLab")
    page, last = reader.page, reader.at
    assert last == int(page.locator(".live-scrub input").get_attribute("max")) > 40
    assert "of 16 experts do the work" in page.locator(".moe-news").inner_text()
    reader.scrub(20)
    early = reader.rest()
    assert early != end and reader.at == 20
    bar = page.locator(".live-scrub input").bounding_box()
    page.mouse.move(bar["x"] + bar["width"] - 9, bar["y"] + bar["height"] / 2)
    assert reader.rest() == end and reader.at == 20  # the pointer shows another time, and does not go there
    page.mouse.move(5, 5)
    assert reader.rest() == early
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.live-scrub input').value) > 24")
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("balanced by").select_option(label="saturation ÷ mean")
    page.get_by_label("strength ×").press("End")
    reader.scrub(40)
    seen, line = reader.rest(), reader.settled()
    assert line == "collapse?balance=srnn&strength=10&step=320"
    page.get_by_role("button", name="Reset").click()
    assert reader.rest() == end and reader.settled() == "collapse?step=512"
    assert reader.open("CollapseLab", line) == seen
    page.keyboard.press("ArrowRight")
    assert reader.at == 41


def test_a_prediction_is_kept_in_the_line_and_compared_with_what_happens(reader):
    "At every step of the run, in the words of the panel, which reads the line too."
    reader.open("CollapseLab")
    page, news = reader.page, reader.page.locator(".moe-news")
    page.get_by_role("button", name="rescue").click()
    page.get_by_role("button", name="Pause").click()
    assert "how many will do the work?" in news.inner_text() and "You said" not in news.inner_text()
    page.get_by_role("group", name="your prediction").get_by_role("button", name=WORK[2]).click()
    reader.scrub(int(reader.bar.get_attribute("max")))
    seen, line = reader.rest(), reader.settled()
    assert line == f"collapse?balance=srnn&strength=10&said={WORK[2].replace(' ', '+')}&step=512"
    assert read_timeline(CollapseState, line).states == [
        (0, CollapseState.parse(line.replace("&step=512", "")))
    ]
    told = re.fullmatch(
        r"(?s)(\d+) of (\d+) experts.* You said: (.*)\. Now: (.*?)\.(\n.*)?", news.inner_text()
    )
    history = SimpleNamespace(active=int(told[1]), measured=int(told[2]))
    assert (told[3], told[4]) == (WORK[2], how_many_work(SimpleNamespace(history=history)))
    reader.scrub(0)
    reader.rest()
    assert f"You said: {WORK[2]}. Now: {WORK[2]}." in news.inner_text()  # both of two experts
    assert reader.open("CollapseLab", line) == seen and f"You said: {WORK[2]}." in news.inner_text()
    page.get_by_role("button", name="over-balanced").click()
    reader.rest()
    assert "said" not in reader.settled() and "You said" not in news.inner_text()


def test_the_figures_of_a_notebook_are_looked_through_and_bet_on(reader):
    "FlatMapLab: the figure has its words as letters, and the line is the panel's."
    first = reader.open("FlatMapLab")
    page, figure = reader.page, reader.page.locator(".live-figure svg")
    assert "trained · by expert" in figure.text_content()
    page.get_by_role("button", name="of one colour").click()
    seen, line = reader.rest(), reader.settled()
    state = FlatMapState.parse(line)
    assert (state.points, state.colour, state.said) == ("trained", "word", "of one colour")
    assert "You said: of one colour. Now: mixed." in page.locator(".moe-news").inner_text()
    assert seen != first and "Neighbours kept" in figure.get_attribute("aria-label")
    reader.scrub(3)
    assert reader.rest() != seen and "points=white+noise" in reader.settled()
    assert reader.open("FlatMapLab", line) == seen


OTHERS = """() => {
  const views = [...document.querySelectorAll(".moe-main canvas:not([aria-label*='at step'])")];
  return views.map((canvas) => canvas.toDataURL()).join(' ');
}"""  # what the views show that have no axis over steps


@pytest.mark.parametrize("name", ["CollapseLab", "SparseLab"])
def test_a_chart_over_steps_that_is_pointed_at_shows_the_other_views_of_then(reader, name):
    "While the run rests: the words and the pictures, but not the charts, nor the place in the run."
    reader.open(name)
    page, news = reader.page, reader.page.locator(".moe-news")
    end, now, said = reader.at, page.evaluate(OTHERS), news.inner_text()
    labels = "() => [...document.querySelectorAll('.moe-main canvas[aria-label*=\"at step\"]')].map((c) => c.ariaLabel)"
    charts = page.evaluate(labels)
    canvas = page.locator(".moe-main canvas[aria-label*='at step']").first
    box = canvas.bounding_box()
    canvas.hover(position={"x": 0.4 * box["width"], "y": 0.5 * box["height"]})
    page.wait_for_function("said => document.querySelector('.moe-news').innerText !== said", arg=said)
    step = int(re.search(r"step (\d+)", page.locator(".moe-tip:visible").inner_text())[1])
    reader.rest()
    then, told = page.evaluate(OTHERS), news.inner_text()
    assert (reader.at, page.evaluate(labels)) == (end, charts) and then != now
    page.mouse.move(5, 5)
    page.wait_for_function("said => document.querySelector('.moe-news').innerText === said", arg=said)
    reader.rest()
    assert page.evaluate(OTHERS) == now
    marks = page.evaluate("moeSpec.along.marks")
    reader.scrub(max(at for at, mark in enumerate(marks) if mark <= step))
    reader.rest()
    assert (page.evaluate(OTHERS), news.inner_text()) == (then, told)


def test_what_was_not_recorded_is_said(reader):
    reader.open("CollapseLab", "collapse?balance=srnn&strength=8.5&seed=3&step=100")
    said = reader.page.locator(".moe-column").inner_text()
    assert "Not among what was recorded: strength=8.5, seed=3, step=100" in said
    assert reader.settled() == "collapse?balance=srnn&strength=10&step=96"


def test_any_two_rules_are_chosen_and_a_notebook_opens_the_pair(reader):
    "What is said is what the panel says of the line in the address; a line of a notebook shows its own rules."
    reader.open("BalanceLab")
    page, batch = reader.page, encode_patches(load_photographs(patch=8).test.take(slice(None, None, 8)))

    def says(line: str) -> str:
        state = BalanceState.parse(line)
        a, b = (measure_outcome(decide_side(state, side, batch), batch) for side in (state.a, state.b))
        return re.sub("<.*?>", "", comparison_in_words(a, b))

    page.get_by_label("A chooses by").select_option(label="model: Mixtral")
    page.get_by_label("B chooses by").select_option(label="expert choice")
    reader.rest()
    both = """([k, bar]) => {
      [k.value, bar.value] = [k.min, 4];
      for (const node of [k, bar]) node.dispatchEvent(new Event('input'));
    }"""
    page.evaluate(both, [page.get_by_label("B visits").element_handle(), reader.bar.element_handle()])
    seen, line = reader.rest(), reader.settled()
    assert line == "balance?head_start=1&a.router=mixtral&b.adjust=nothing&b.select=expert+choice&b.k=1"
    assert page.locator(".moe-news").inner_text().startswith(says(line))
    assert not page.locator(".moe-chosen").count()
    page.get_by_label("show only who changed").check()
    assert reader.rest() != seen
    other = "balance?n_experts=4&a.adjust=bias%2C+selects&a.strength={}&b.adjust=nothing&b.select=top-p"
    reader.open("BalanceLab", other.format(0.9))
    assert reader.settled() == other.format(1).replace("%2C", ",")
    assert "Not among what was recorded: a.strength=0.9" in page.locator(".moe-column").inner_text()
    assert reader.open("BalanceLab", line) == seen


def test_points_are_chosen_with_a_lasso_or_a_word_and_a_link_brings_them_back(reader):
    reader.open("SpecialistMap")
    page, said = reader.page, reader.page.locator(".moe-page").first
    box = page.locator("canvas").first.bounding_box()
    x, y = box["x"] + 0.35 * box["width"], box["y"] + 0.3 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in ((60, 0), (90, 60), (30, 110), (-40, 60), (-10, 5)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    said.get_by_text("The selection: ").wait_for()
    seen, line = reader.rest(), reader.settled()
    state = MapState.parse(line)
    assert state.points == 600 and (state.method, state.layer, state.expert) == ("tsne", 1, -1)
    n = len(unpacked(state.lasso, 600))
    assert f"The selection: {n} tokens" in said.inner_text() and n > 9
    assert f"{n} points are chosen." in page.locator(".moe-column").inner_text()
    assert reader.open("SpecialistMap", line) == seen
    page.get_by_label("choose the points of a word").fill("the")
    page.keyboard.press("Enter")
    said.locator("code", has_text="␣the").first.wait_for()
    assert reader.settled() != line
    page.get_by_role("button", name="let them go").click()
    said.get_by_text("No selection").wait_for()
    assert "lasso" not in reader.settled()
    reader.open("SpecialistMap", "map?layer=1&method=tsne&points=600&lasso=nonsense")
    assert "not a selection" in page.locator(".moe-column").inner_text()


def test_an_expert_is_silenced_and_a_notebook_says_the_same_of_it(reader):
    first = reader.open("SceneLab", "scene?photograph=coffee&seed=3")
    page, knob = reader.page, reader.page.get_by_label
    assert knob("at scale").is_disabled() and reader.settled() == "scene?photograph=coffee&seed=3"
    knob("an expert is").select_option(label="silenced")
    knob("at scale").select_option(index=1)
    knob("expert", exact=True).select_option(label="edge")
    seen, line = reader.rest(), reader.settled()
    assert seen != first and line == "scene?photograph=coffee&seed=3&act=silenced&scale=2"
    state = SceneState.parse(line)
    model, usual = read_trained(state.model).model, state.having({"act": "as it is"})
    sight, before = (sight_of(model, scene_of(asked), asked) for asked in (state, usual))
    words = re.sub("<.*?>", "", sight_in_words(state, sight) + act_in_words(state, sight, before))
    assert page.locator(".moe-news").inner_text() == words
    assert "silenced at 1/4" in words and "not asked" not in words
    knob("an expert is").select_option(label="as it is")
    assert reader.rest() == first
    assert reader.open("SceneLab", line) == seen


def large(drawn: str) -> list[str]:
    "The plane and the charts; the line of a small map may differ by a shade in a canvas that was used before."
    return [drawn.split()[i] for i in (1, -3, -2, -1)]


@pytest.mark.slow
def test_points_are_added_and_experts_leave_while_they_train(reader):
    "What is computed in the page is what the library computes, and a link brings back what was done on the way."
    first = reader.open("PlaneLab")
    page = reader.page
    system = replay_plane([(0, PlaneState())], 300)
    with torch.no_grad():
        assert (
            page.locator(".moe-news")
            .inner_text()
            .startswith(f"{system.right(system.points)[0]:.0%} of the points")
        )
    canvas = page.locator(".moe-plane canvas").first
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.75 * box["height"])
    page.get_by_label("how many").press("Home")
    page.get_by_label("how many").press("ArrowRight")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.live-scrub input').value) > 63")
    page.get_by_role("button", name="Pause").click()
    seen, line = reader.rest(), reader.settled()
    assert line.startswith("plane?300.n_experts=2&300.points=50.-50.1&step=")
    assert len(read_timeline(PlaneState, line).states) == 2  # a notebook reads it as well
    again = reader.open("PlaneLab", line)
    assert large(seen) != large(first) and large(again) == large(seen)
    page.get_by_role("button", name="Reset").click()
    assert large(reader.rest()) == large(first)
    page.get_by_role("button", name="about two thirds").click()  # a prediction, and the move that it is about
    expect = replay_plane([(0, PlaneState()), (300, PlaneState(n_experts=2))], 300)
    said = how_many_right(SimpleNamespace(system=expect))
    assert f"You said: about two thirds. Now: {said}." in page.locator(".moe-news").inner_text()


LINES = [
    "plane?balance=s_base&strength=0.5&jitter=0.25&step=100",
    "plane?lr=0.05&balance=importance_loss&k=2&seed=5&step=100",
    "plane?balance=importance_loss&step=100",
    "plane?data=rings&balance=hash_router&k=2&n_experts=5&50.n_experts=7&step=100",
]


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_notebook_shows_the_same_without_one(reader, line):
    "Values between two stops of a slider, jitter and newborn experts too: the page throws the library's dice."
    reader.open("PlaneLab", line)
    system = replay_plane(read_timeline(PlaneState, line).states, 100)
    said = reader.page.locator(".moe-news").inner_text()
    together, single = system.right(system.points)
    assert said.startswith(f"{together:.0%} of the points are right (a single expert: {single:.0%}; fresh")
    assert f"fresh points: {system.right(system.fresh)[0]:.0%}" in said
    assert ("moves nothing" in said) == bool(system.effects.in_words())
    assert re.sub("<.*?>", "", system.effects.in_words()) in said
    settled = reader.settled()
    assert read_timeline(PlaneState, settled).states == read_timeline(PlaneState, line).states


@pytest.mark.slow
@pytest.mark.parametrize("name", live.names())
def test_every_page_answers_plays_resets_and_can_be_read(reader, name):
    "Its main slider, Play, Reset, the link; every width and theme; names and contrasts (axe)."
    from axe_playwright_python.sync_playwright import Axe

    spec = json.loads((live.HERE / "recorded" / f"{name}.json").read_text("utf8"))
    first, page = reader.open(name), reader.page
    last = int(reader.bar.get_attribute("max"))
    away = 0 if reader.at > last / 2 else last
    reader.scrub(away)
    other = reader.rest()
    line = reader.settled()
    assert other != first and line.startswith(f"{spec['kind']}?")
    page.get_by_role("button", name="Reset").click()
    assert reader.rest() == first
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "start => document.querySelector('.live-scrub input').value !== start", arg=f"{reader.at}"
    )
    assert reader.open(name, line) == other
    for width in (1000, 1280, 1400):
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    for theme in ("light", "dark"):
        if page.evaluate("document.documentElement.dataset.theme") != theme:
            page.locator("#theme").click()
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert not [
            (one["id"], one["nodes"][0]["html"][:200])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
