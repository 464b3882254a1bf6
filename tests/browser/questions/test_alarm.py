"""The panel of lesson 5 in a real JupyterLab: what a learner does, and what a learner sees."""

import re

import pytest
from browser import tools, windows
from lessons import FOLDER

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    cells = tools.cells_until(FOLDER / "05_alarms_that_work.ipynb", "lab = AlarmLab()")
    with tools.notebook(desk, jupyter, "alarm.ipynb", *cells) as page:
        assert tools.run_all(page)
        page.locator(".widget-image").wait_for()
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it opens: a collapsed router."
    choose(opened, "specialised")
    choose(opened, "collapsed")
    tools.ask_kernel(opened, "")  # words come before their picture: now both are there
    return opened


def press(page, name: str):
    page.locator(".moe-column").get_by_role("button", name=name, exact=True).click()


def choose(page, name: str):
    press(page, name)
    says(page, f"detector: {name}")


def says(page, verdict: str):
    page.locator(".moe-news", has_text=verdict).wait_for()


def picture(page) -> str:
    return page.locator(".widget-image").get_attribute("src")


def wait_for_another(page, before: str):
    page.wait_for_function("before => document.querySelector('.widget-image').src !== before", arg=before)


def slider(page, label: str):
    return page.locator(".widget-hslider", has_text=label).locator(".noUi-handle")


def test_every_preset_has_its_verdict_from_both_alarms(panel):
    page, pictures, old = panel, [picture(panel)], {}
    for name, verdict in {
        "collapsed": "collapsed",
        "uniform": "balanced-unspecialised",
        "specialised": "specialised",
        "hash-like": "hash-like",
    }.items():
        press(page, name)
        says(page, f"detector: {verdict}")
        if name != "collapsed":
            wait_for_another(page, pictures[-1])
            pictures.append(picture(page))
        old[name] = re.search(r"Old alarm: .*?, (\w+)", page.locator(".moe-news").inner_text()).group(1)
    assert len({*pictures}) == 4
    assert old == {"collapsed": "unstable", "uniform": "good", "specialised": "unstable", "hash-like": "good"}
    page.locator(".widget-image").evaluate("image => image.scrollIntoView({block: 'center'})")
    tools.screenshot(page, "alarm")


def test_a_dragged_slider_changes_picture_numbers_and_verdict(panel):
    page, before = panel, picture(panel)
    tools.drag(page, slider(page, "all together"), -300)
    says(page, "detector: specialised")
    wait_for_another(page, before)
    assert tools.ask_kernel(page, "print(lab.state.together, lab.health.state)") == "0.0 specialised"


@pytest.mark.slow
def test_without_content_the_reason_is_gone(panel):
    page = panel
    choose(page, "specialised")
    tools.ask_kernel(page, "")
    before = picture(page)
    tools.drag(page, slider(page, "by content"), -300)
    says(page, "detector: hash-like")
    wait_for_another(page, before)
    assert tools.ask_kernel(page, "print(lab.state.content, lab.health.state)") == "0.0 hash-like"


def test_what_was_said_stands_beside_what_happens_and_in_the_line(panel):
    page = panel
    page.locator(".moe-main").get_by_role("button", name="good", exact=True).click()
    says(page, "You said: good. Now: unstable.")
    assert tools.ask_kernel(page, "print(lab.line)") == "alarms?together=0.0&said=good"


def test_it_holds_in_any_window_and_has_a_name_for_everything(panel):
    page = panel
    assert not windows.wrong_in_windows(page)
    assert not windows.serious_in_themes(page)
