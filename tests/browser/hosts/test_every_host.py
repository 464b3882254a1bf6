"""Every exploration on every host: it opens, answers, plays, goes back, resets, and comes back from its line."""

from contextlib import contextmanager
from importlib.util import find_spec

import pytest
from browser import panels, tools, windows
from browser.hosts import places

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEEDS = {"JupyterLab": "jupyterlab", "Notebook": "notebook", "Voilà": "voila"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    "Voilà, and all explorations as its pages."
    folder, log = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("voila") / "log"
    for name, tried in panels.PANELS.items():
        tools.write_notebook(folder / f"{name}.ipynb", tried.code)
    with tools.voila(folder, log) as server:
        yield server


@pytest.fixture(scope="module")
def painted(chromium):
    "A Chromium that draws WebGL, for maps."
    browser = chromium.browser_type.launch(executable_path=tools.CHROMIUM, args=tools.WEBGL)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def kernel(jupyter):
    "A kernel for all notebooks: what is loaded once is loaded for all."
    return places.new_kernel(jupyter)


@contextmanager
def opened(host: str, name: str, browser, fixture):
    "The page of an exploration, as it opens, on a host."
    where = (
        places.in_notebook(browser, fixture("jupyter"), fixture("kernel"), places.WAYS[host], name)
        if host in places.WAYS
        else None
    )
    with where or places.in_app(browser, fixture("app"), name) as page:
        yield page


def keeps_keys(page, knob: str):
    "A key that is pressed on a slider is no command to the notebook."
    before = page.locator(".jp-Cell").count()
    panels.control(page, knob).press("b")
    assert page.locator(".jp-Cell").count() == before


def answers(page, name: str):
    "The first knob, or a card, moves the picture, or a run's line; the first line brings the first picture back."
    knob, first, line = panels.PANELS[name].knob, panels.shown(page), panels.line_of(page)
    later = panels.plays(name) or name in panels.PAINTED  # its picture follows when it is computed
    panels.keep(page, "first")
    panels.turn(page, knob)
    if knob:
        panels.wait_for_line(page, "!==", line)
    if panels.plays(name):
        panels.rested(page)  # on its way a line names no step, and would play for ever
    other = panels.line_of(page)
    panels.shown(page, than="" if panels.plays(name) else first)
    panels.keep(page, "moved")
    if knob:
        panels.enter(page, line)
        panels.shows(page, "first")
        panels.enter(page, other)
    if knob and not later:
        panels.shows(page, "moved")


def runs(page):
    "It plays and rests, goes back, is brought back by its line to what was seen, and begins anew."
    begun = panels.step_of(page)
    panels.press(page, "▶ Play")
    panels.wait_for_step(page, ">", begun + 2)
    panels.press(page, "❚❚ Pause")
    panels.rested(page)
    seen, line, at = panels.shown(page), panels.line_of(page), panels.step_of(page)
    panels.keep(page, "seen")
    panels.control(page, "step").press("Home")
    panels.wait_for_step(page, "<", at)
    panels.rested(page)
    panels.shown(page, than=seen)
    panels.enter(page, line)
    panels.wait_for_step(page, "===", at)
    panels.shows(page, "seen")
    panels.press(page, "Reset")
    panels.wait_for_step(page, "<=", 1)
    panels.shown(page, than=seen)


@pytest.mark.parametrize("host", NEEDS)
@pytest.mark.parametrize("name", panels.PANELS)
def test_it_works_on(host, name, chromium, request):
    if find_spec(NEEDS[host]) is None:
        pytest.skip(f"{NEEDS[host]} is not installed (make test-slow)")
    fixture, tried = request.getfixturevalue, panels.PANELS[name]
    browser = fixture("painted") if name in panels.PAINTED else chromium
    with opened(host, name, browser, fixture) as page:
        if panels.plays(name):
            panels.rested(page)
        assert not windows.serious(page)
        if tried.knob:
            keeps_keys(page, tried.knob)
        answers(page, name)
        if panels.plays(name):
            runs(page)
        assert not page.locator(".moe-wrong:visible").count()
        assert not windows.serious(page)
