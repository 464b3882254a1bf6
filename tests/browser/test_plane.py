"""`PlaneLab` in a real JupyterLab: what a learner does, and what a learner sees."""

import re

import pytest
from browser import panels, tools, windows

pytestmark = pytest.mark.browser

CELL = """
import threading
from moe_lab.explore.plane.plane_lab import PlaneLab
from moe_lab.explore.plane import plane_lab as plane

whole = plane.plane_picture
lab = PlaneLab(opening=40)
lab
"""
STATE = "() => [...document.querySelectorAll('.moe-lab input[type=text]')].at(-1).value"


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "plane.ipynb", CELL) as page:
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it opens: at rest after the steps that it takes by itself."
    tools.do(opened, "notebook:clear-all-cell-outputs")
    opened.locator(".moe-lab").wait_for(state="detached")
    assert tools.run_all(opened)
    at_step(opened, 40)
    button(opened, "▶ Play").wait_for()
    return opened


def button(page, name):
    return page.locator(".moe-lab").get_by_role("button", name=name, exact=True)


def at_step(page, step: int):
    page.locator(".moe-lab").get_by_text(re.compile(rf"^step {step} ·")).wait_for(timeout=60_000)


def past(page, step: int):
    "Wait until the page shows a later step than this."
    page.wait_for_function(
        "step => +(document.querySelector('.moe-lab').textContent.match(/step (\\d+) ·/)?.[1] ?? 0) > step",
        arg=step,
        timeout=60_000,
    )


def plane_of(page):
    return page.locator(".moe-plane > div > canvas")


def knob(page, label: str):
    return page.locator(".moe-lab .widget-hslider", has_text=label).locator(".noUi-handle")


def test_the_panel_opens_with_a_divided_plane(panel):
    page = panel
    assert page.locator(".moe-tile").count() == 8
    assert tools.n_colours(plane_of(page)) > 50
    assert all(tools.n_colours(page.locator(".moe-tile canvas").nth(e)) > 20 for e in range(8))
    assert "of the points are right" in page.locator(".moe-news").inner_text()
    page.locator(".moe-lab").evaluate("panel => panel.scrollIntoView({block: 'start'})")
    tools.screenshot(page, "plane")
    plane_of(page).hover(position={"x": 100, "y": 60})
    page.get_by_text(re.compile("^Under the pointer")).wait_for()
    gates = page.locator(".moe-bars span:nth-child(4n)").all_inner_texts()
    assert len(gates) == 8 and abs(sum(map(float, gates)) - 1) < 0.05
    page.locator(".moe-tile").nth(2).click()
    tools.screenshot(page, "plane_followed")


def test_play_paints_and_pause_stops(panel):
    page = panel
    before = tools.pixels(plane_of(page))
    button(page, "▶ Play").click()
    tools.wait_for_change(page, plane_of(page), before)
    past(page, 45)
    button(page, "❚❚ Pause").click()
    button(page, "▶ Play").wait_for()
    stopped = int(tools.ask_kernel(page, "lab.live.wait(); print(lab.system.trainer.done)"))
    at_step(page, stopped)
    button(page, "Step").click()
    at_step(page, stopped + 1)


def test_a_chart_that_is_pointed_at_shows_what_there_was(panel):
    page, news = panel, panel.locator(".moe-news")
    panels.keep(page, "now")
    before, words = tools.pixels(plane_of(page)), news.inner_text()
    page.get_by_role("img", name=re.compile("^Share of the load")).hover(position={"x": 50, "y": 60})
    page.get_by_text(re.compile("^At step [0-9]+:")).wait_for(timeout=30_000)
    tools.wait_for_change(page, plane_of(page), before)
    at_step(page, 40)  # the run is where it was
    tools.screenshot(page, "plane_looked_back")
    page.mouse.move(2, 2)
    panels.shows(page, "now")
    assert news.inner_text() == words


def test_a_dragged_slider_changes_the_view_and_takes_no_step_at_rest(panel):
    page = panel
    before = tools.pixels(plane_of(page))
    tools.drag(page, knob(page, "how many"), -40)
    tools.wait_for_change(page, plane_of(page), before)
    experts = int(tools.ask_kernel(page, "lab.live.wait(); print(lab.system.model.moe.n_experts)"))
    assert experts < 8
    page.wait_for_function("n => document.querySelectorAll('.moe-tile').length === n", arg=experts)
    assert tools.ask_kernel(page, "print(lab.system.trainer.done)") == "40"
    assert page.evaluate(STATE).endswith(f"40.n_experts={experts}&step=40")
    tools.screenshot(page, "plane_dragged")


def test_a_bet_is_taken_and_answered(panel):
    page = panel
    button(page, "nearly all").click()
    page.get_by_text(re.compile("You said: nearly all. Now: [a-z ]+[.]")).wait_for(timeout=60_000)
    assert button(page, "nearly all").count() == 0
    assert "40.said=nearly+all" in page.evaluate(STATE)


def test_clicks_add_points(panel):
    page = panel
    button(page, "your points").click()
    page.get_by_text(re.compile("^step 0 · 0 points")).wait_for(timeout=30_000)
    box = plane_of(page).bounding_box()
    for column in range(5):
        for row, modifiers in ((0.3, []), (0.7, ["Shift"])):
            at = {"x": box["width"] * (0.2 + 0.15 * column), "y": box["height"] * row}
            plane_of(page).click(position=at, modifiers=modifiers)
    page.get_by_text(re.compile("· 10 points")).wait_for(timeout=30_000)
    past(page, 40)
    button(page, "❚❚ Pause").click()
    assert tools.ask_kernel(page, "print(lab.state.points)").startswith("-60.40.1_-60.-40.0_")
    typed = page.get_by_label("or type x, y")
    typed.fill("0.9, 0.9")
    typed.press("Enter")
    page.get_by_text(re.compile("· 11 points")).wait_for(timeout=30_000)
    assert tools.ask_kernel(page, "print(lab.state.points)").endswith("_90.90.1")
    tools.screenshot(page, "plane_clicked")


def test_a_failure_is_shown_reset_recovers_and_one_thread_is_left(panel):
    page = panel
    tools.ask_kernel(
        page, "def broken(system): raise ValueError('lightning <struck>')\nplane.plane_picture = broken"
    )
    button(page, "Step").click()
    failure = page.locator(".moe-wrong", has_text="failed: ValueError: lightning <struck>")
    failure.wait_for()
    tools.ask_kernel(page, "plane.plane_picture = whole")
    button(page, "Reset").click()
    at_step(page, 0)
    assert failure.count() == 0
    assert tools.run_all(page)
    at_step(page, 40)
    threads = "print(sum(t.name == 'live run: PlaneLab' for t in threading.enumerate()))"
    assert tools.ask_kernel(page, threads) == "1"


def test_it_holds_in_any_window_and_has_a_name_for_everything(panel):
    page = panel
    assert not windows.wrong_in_windows(page)
    assert not windows.serious_in_themes(page)
