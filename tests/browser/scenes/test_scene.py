"""`SceneLab` in a real JupyterLab: what a learner does, and what a learner sees."""

import numpy as np
import pytest
from browser import panels, tools, windows
from PIL import Image

from moe_lab.data.vision.photographs import photograph_path

pytestmark = pytest.mark.browser

CODE = """
import torch
from moe_lab.explore.scene.scene_lab import SceneLab

torch.set_num_threads(1)
"""
PICTURE, MASK, LOOKS, *LOADS = range(7)
VIEWS = 7
IOU = """
from moe_lab.explore.shared.controls import TURN
with TURN:  # what the browser sent is answered in another thread
    print(f"{lab.seen.iou:.2f}")
"""


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "scene.ipynb", CODE, "lab = SceneLab(); lab") as page:
        assert tools.run_all(page)
        page.locator(".moe-many").wait_for()
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it opens."
    panels.enter(opened, "scene?")
    return opened


def choose(page, label: str, option: str):
    page.get_by_role("combobox", name=label, exact=True).select_option(option)


def drop(page, file):
    "Press the button, and choose a file as the browser asks for it."
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Drop in your own").click()
    asked.value.set_files(file)


def test_every_view_draws(panel):
    page = panel
    panels.wait_for_views(page, VIEWS)
    assert all(tools.n_colours(panels.view(page, i)) > 8 for i in range(VIEWS))
    assert "finds the object with IoU" in page.locator(".moe-news").inner_text()
    assert "scale 1/2 asks" in panels.view(page, LOOKS).get_attribute("aria-label")
    panels.show(page, "scene")


def test_a_dragged_slider_changes_scene_mask_and_sentence(panel):
    page = panel
    before = [tools.pixels(panels.view(page, i)) for i in range(3)]
    handle = page.locator(".moe-lab .widget-hslider", has_text="camouflage").locator(".noUi-handle")
    tools.drag(page, handle, 80)
    for i in (PICTURE, MASK, LOOKS):
        tools.wait_for_change(page, panels.view(page, i), before[i])
    panels.wait_for_line(page, "===", "scene?strength=1.0")  # as far as the slider goes
    iou = tools.ask_kernel(
        page, "from moe_lab.explore.shared.controls import TURN\nwith TURN:\n    print(f'{lab.seen.iou:.2f}')"
    )
    page.locator(".moe-news b", has_text=iou).wait_for()


def test_an_expert_alone_is_seen_and_said(panel):
    page = panel
    before = [tools.pixels(panels.view(page, i)) for i in range(VIEWS)]
    choose(page, "an expert is", "alone")
    choose(page, "expert", "plain 2")
    page.locator(".moe-news", has_text="plain 2 alone at 1/2").wait_for()
    for i in (LOOKS, LOADS[0]):
        tools.wait_for_change(page, panels.view(page, i), before[i])
    page.locator("canvas[aria-label*='scale 1/2 asks plain 2;']").wait_for()
    box, before = panels.view(page, LOOKS).bounding_box(), tools.pixels(panels.view(page, LOADS[1]))
    panels.view(page, LOOKS).click(position={"x": box["width"] - 40, "y": 10})
    tools.wait_for_change(page, panels.view(page, LOADS[1]), before)
    assert tools.ask_kernel(page, "print({load.selected for load in lab.stage.loads})") == "{5}"
    panels.show(page, "scene_alone")
    panels.view(page, LOOKS).click(position={"x": box["width"] - 40, "y": box["height"] - 30})


def test_a_model_that_has_collapsed_says_so(panel):
    page = panel
    panels.press(page, "collapse")
    page.locator(".moe-many", has_text="says the old alarm: no scale").wait_for()
    page.locator(".moe-head", has_text="· collapsed; the old alarm:").nth(1).wait_for()
    panels.show(page, "scene_collapse")


def test_a_photograph_of_ones_own(panel, tmp_path):
    page = panel
    (words := tmp_path / "words.png").write_text("these are words")
    drop(page, words)
    page.locator(".moe-wrong", has_text="words.png: cannot be read, is no picture").wait_for()
    drop(page, photograph_path("china"))
    panels.wait_for_line(page, "===", "scene?photograph=your+own")
    page.get_by_text("china.jpg: 640×427 pixels").wait_for()
    before = tools.pixels(panels.view(page, PICTURE))
    page.get_by_label("the photograph as it is").check()
    tools.wait_for_change(page, panels.view(page, PICTURE), before)
    page.locator(".moe-news", has_text="nobody knows").wait_for()
    page.locator(".widget-hslider", has_text="camouflage").wait_for(state="hidden")
    panels.show(page, "scene_own")


DROP = """([bytes, name]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name, {type: 'image/jpeg'}));
  const drop = new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true});
  document.querySelector('.moe-lab .moe-drop').dispatchEvent(drop);
}"""


def test_a_file_that_is_dropped_or_larger_than_a_server_lets_through(panel, tmp_path):
    page = panel
    page.evaluate(DROP, [[*photograph_path("china").read_bytes()[:20_000]], "half.jpg"])
    page.locator(".moe-wrong", has_text="half.jpg: cannot be read").wait_for()
    (heavy := tmp_path / "heavy.png").write_bytes(bytes(11_000_000))
    drop(page, heavy)
    page.locator(".moe-wrong", has_text="heavy.png: cannot be read (11.0 MB)").wait_for()
    noise = np.random.default_rng(0).integers(0, 256, (1600, 2400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(large := tmp_path / "large.png", compress_level=0)
    assert large.stat().st_size > 10 * 2**20
    drop(page, large)
    page.get_by_text("large.png: 640×427 pixels").wait_for()
    panels.wait_for_line(page, "===", "scene?photograph=your+own")


def test_it_holds_in_any_window_and_has_a_name_for_everything(panel):
    page = panel
    panels.press(page, "one eye only")
    page.locator(".moe-news", has_text="over 96 scenes by").wait_for()
    for name in ("model", "photograph", "an expert is", "at scale", "expert"):
        assert page.get_by_role("combobox", name=name, exact=True).count() == 1
    assert not windows.wrong_in_windows(page)
    assert not windows.serious_in_themes(page)
    said = windows.measure(
        page, "return [...document.querySelectorAll('.moe-view > canvas')].map(c => c.words);"
    )
    assert {"edge", "frequency", "plain 2", "1/16"} < {words["words"] for words in said[LOOKS]}
