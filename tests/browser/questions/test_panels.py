"""The small panels of the lessons in a real JupyterLab: in any window, and with a name for everything."""

import pytest
from browser import tools, windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MADE = """
import numpy as np
import pandas as pd
import torch
from moe_lab.colours import expert_colour
from moe_lab.explore.questions.depths import DepthLab, Depths
from moe_lab.explore.questions.flat_maps import FlatMap, FlatMapLab, FlatMapState, Paint
from moe_lab.explore.questions.keywords import KeywordLab, Visited
from moe_lab.explore.questions.pieces import PiecesLab, Similar
from moe_lab.explore.shared.controls import Preset
from moe_lab.measure.maps import neighbourhood
dice = np.random.default_rng(0)
def visits():
    where = {"sequence": np.arange(900) // 30, "position": np.arange(900) % 30, "row": np.arange(900)}
    return pd.DataFrame(where | {"token": dice.integers(0, 40, 900), "expert": dice.integers(0, 8, 900)})
words = [f" word{'s' * (i % 9)}".replace("word", "word" + chr(97 + i % 26)) for i in range(40)]
experts = [dice.permuted(np.tile(np.arange(8), (400, 1)), axis=1)[:, :2] for _ in range(4)]
met = {(a, b): experts for a in ("shared", "indexed") for b in ("trained", "untrained")}
points = dice.normal(size=(200, 5)).astype(np.float32)
flat = FlatMap(points[:, :2], neighbourhood(points, points[:, :2]))
paint = Paint(lambda name: points.argmax(1), [f"E{e}" for e in range(5)], expert_colour)
"""
PANELS = {
    "pieces": "PiecesLab(Similar(torch.from_numpy(dice.uniform(-1, 1, (64, 8))).float(), torch.eye(8)))",
    "keywords": "KeywordLab(Visited([visits(), visits()], [visits(), visits()], words, 8))",
    "flat maps": "FlatMapLab({'all': flat}, {'expert': paint}, {'all': Preset(FlatMapState('all', 'expert'))})",
    "depths": "DepthLab(Depths(met, words * 10, 8))",
}


@pytest.mark.parametrize("name", PANELS)
def test_it_holds_in_any_window_and_has_a_name_for_everything(desk, jupyter, name):
    with tools.notebook(desk, jupyter, f"{name}.ipynb", MADE, f"lab = {PANELS[name]}\nlab") as page:
        assert tools.run_all(page)
        page.locator(".widget-image").wait_for()
        more = page.get_by_role("button", name="more knobs")
        if more.is_visible():
            assert not windows.serious(page)
            more.click()
        size = page.viewport_size
        for width in (1000, 1280, 1400):
            page.set_viewport_size({"width": width, "height": size["height"]})
            windows.show_browser(page, True)
            page.wait_for_timeout(400)
            tools.screenshot(page, f"{name}_{width}")
        page.set_viewport_size(size)
        assert not windows.wrong_in_windows(page)
        assert not windows.serious_in_themes(page)
