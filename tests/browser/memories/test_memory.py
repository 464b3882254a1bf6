"""`MemoryLab` in a real JupyterLab: what a learner does, and what a learner sees."""

import pytest
from browser import panels, tools, windows

pytestmark = pytest.mark.browser

CODE = """
import torch
from moe_lab import MemoryLab

torch.set_num_threads(1)
"""
TAPE, LINKS, MODES, LOAD = range(4)
VIEWS = 4


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "memory.ipynb", CODE, "lab = MemoryLab(); lab") as page:
        assert tools.run_all(page)
        page.locator(".moe-many").wait_for()
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it opens."
    panels.enter(opened, "memory?")
    return opened


def test_every_view_draws_and_a_typed_text_is_remembered(panel):
    page = panel
    panels.wait_for_views(page, VIEWS)
    assert all(tools.n_colours(panels.view(page, i)) > 8 for i in range(VIEWS))
    assert "told REMEMBER␣ME, said REMEMBER␣ME" in panels.view(page, TAPE).get_attribute("aria-label")
    panels.show(page, "memory")
    before = [tools.pixels(panels.view(page, i)) for i in (TAPE, LINKS, MODES)]
    page.get_by_label("text", exact=True).fill("typed by hand")
    page.get_by_label("text", exact=True).press("Enter")
    panels.wait_for_line(page, "===", "memory?text=typed+by+hand")
    for i in (TAPE, LINKS, MODES):
        tools.wait_for_change(page, panels.view(page, i), before[i])
    page.get_by_label("text", exact=True).fill("this is far too long to be told")
    page.get_by_label("text", exact=True).press("Enter")
    page.locator(".moe-wrong", has_text="needs 1 to 16 characters").wait_for()


def test_a_lesion_is_seen_and_said(panel):
    page = panel
    before = [tools.pixels(panels.view(page, i)) for i in (TAPE, LINKS, MODES, LOAD)]
    panels.press(page, "a lesion")
    page.locator(".moe-news", has_text="Slot 6 cannot be read from the flag on").wait_for()
    for i in (TAPE, LOAD):
        tools.wait_for_change(page, panels.view(page, i), before[i])
    load = tools.pixels(panels.view(page, LOAD))
    panels.view(page, TAPE).click(position={"x": 20, "y": 60})  # the name of a slot
    tools.wait_for_change(page, panels.view(page, LOAD), load)
    assert tools.ask_kernel(page, "print(lab.stage.load.selected == lab.stage.links.selected >= 0)") == "True"
    panels.show(page, "memory_lesion")
    panels.view(page, TAPE).click(position={"x": 20, "y": 60})


def test_it_holds_in_any_window_and_has_a_name_for_everything(panel):
    page = panel
    panels.press(page, "too small")
    page.locator(".moe-many", has_text="of 8 slots").wait_for()
    panels.show(page, "memory_small")
    assert not windows.wrong_in_windows(page, windows.in_turn(600, 1000, 1400))
    assert not windows.serious_in_themes(page)
