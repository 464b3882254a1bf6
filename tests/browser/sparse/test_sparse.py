"""`SparseLab` in a real JupyterLab: what a learner does, and what a learner sees."""

import pytest
from browser import panels, tools, windows

pytestmark = pytest.mark.browser

CODE = """
import torch
from moe_lab.explore.sparse.sparse_lab import SparseLab

torch.set_num_threads(1)
"""
MASKS, ACCURACY, INPUTS = range(3)


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "sparse.ipynb", CODE, "lab = SparseLab().run(30); lab") as page:
        assert tools.run_all(page)
        page.locator(".moe-view > canvas").nth(INPUTS).wait_for()
        yield page


def test_masks_are_painted_and_move(opened):
    page = opened
    said = panels.view(page, MASKS).get_attribute("aria-label")
    assert "layer 1, 64 → 64" in said and "layer 4, 64 → 10" in said
    assert all(tools.n_colours(panels.view(page, i)) > 3 for i in (MASKS, ACCURACY, INPUTS))
    tools.screenshot(page, "sparse")
    before = [tools.pixels(panels.view(page, i)) for i in (MASKS, INPUTS)]
    for _ in range(12):
        panels.press(page, "Step")
    for i, was in zip((MASKS, INPUTS), before):
        tools.wait_for_change(page, panels.view(page, i), was)


def test_a_preset_begins_anew(opened):
    page = opened
    panels.press(page, "nothing moves")
    page.locator(".moe-news", has_text=" 0 exchanges have tried").wait_for()
    panels.press(page, "❚❚ Pause")
    page.locator(".moe-lab").get_by_role("button", name="▶ Play").wait_for()


def test_it_holds_in_any_window_and_has_a_name_for_everything(opened):
    page = opened
    assert not windows.wrong_in_windows(page, windows.in_turn(600, 1000, 1400))
    assert not windows.serious_in_themes(page)
