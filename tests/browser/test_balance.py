"""`BalanceLab` in a real JupyterLab: what a learner does, and what a learner sees."""

import pytest
from browser import panels, tools, windows

pytestmark = pytest.mark.browser

CODE = """
import torch
from moe_lab.explore.balance.balance_lab import BalanceLab

torch.set_num_threads(1)
"""
MAP_A, LOADS_A, MAP_B, LOADS_B, PLANE, MOVES = range(6)
VIEWS = 6
HEIGHT = """
x, y = lab.batch.x[:, :2].T
print(((y.max() - y[x.argmax()]) / (y.max() - y.min())).item())
"""  # of the rightmost token on a map: 0 the top, 1 the bottom


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "balance.ipynb", CODE, "lab = BalanceLab(); lab") as page:
        assert tools.run_all(page)
        page.locator(".moe-numbers").wait_for()
        panels.press(page, "more knobs")
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it opens."
    panels.enter(opened, "balance?")
    return opened


def state_line(page):
    return page.locator(".moe-lab input[type=text]").last


def slider(page, side: int, label: str):
    shown = page.locator(".moe-grid").nth(side).locator(".widget-hslider", has_text=label)
    return shown.locator(".noUi-handle")


def test_every_view_draws(panel):
    page = panel
    panels.wait_for_views(page, VIEWS)
    assert all(tools.n_colours(panels.view(page, i)) > 8 for i in range(VIEWS))
    assert "of the tokens changed an expert" in page.locator(".moe-news").inner_text()
    panels.show(page, "balance")


def test_a_dragged_slider_changes_its_side_and_not_the_other(panel):
    page = panel
    before = [tools.pixels(panels.view(page, i)) for i in range(VIEWS)]
    tools.drag(page, slider(page, 0, "top-k"), 60)
    for i in (LOADS_A, PLANE):
        tools.wait_for_change(page, panels.view(page, i), before[i])
    k = int(tools.ask_kernel(page, "print(lab.state.a.k)"))
    assert k > 2
    panels.wait_for_line(page, "===", f"balance?a.k={k}")
    assert tools.pixels(panels.view(page, MAP_B)) == before[MAP_B]


def test_a_preset_shows_its_scene_and_says_what_to_look_for(panel):
    page = panel
    before = tools.pixels(panels.view(page, LOADS_B))
    panels.press(page, "experts choose")
    tools.wait_for_change(page, panels.view(page, LOADS_B), before)
    page.locator(".moe-news", has_text="taken by nobody").wait_for()
    page.locator(".moe-lab option:checked", has_text="expert choice").wait_for(state="attached")
    served = float(tools.ask_kernel(page, "print(lab.outcome('b').visits.any(1).float().mean().item())"))
    assert f"B leaves {1 - served:.0%} of the tokens with nobody" in page.locator(".moe-news").inner_text()
    panels.show(page, "balance_preset")


def test_only_the_sliders_that_matter_are_there(panel):
    page = panel
    slider(page, 1, "bias / step").wait_for()
    slider(page, 1, "iterations").wait_for(state="hidden")
    page.locator(".moe-rule").nth(1).locator("select").nth(2).select_option("Sinkhorn")
    slider(page, 1, "iterations").wait_for()
    slider(page, 1, "bias / step").wait_for(state="hidden")
    before = tools.pixels(panels.view(page, PLANE))
    tools.drag(page, slider(page, 1, "iterations"), -60)
    tools.wait_for_change(page, panels.view(page, PLANE), before)
    assert int(tools.ask_kernel(page, "print(lab.state.b.iterations)")) < 10


def test_an_expert_is_followed_and_a_token_is_read(panel):
    page = panel
    before = [tools.pixels(panels.view(page, i)) for i in range(VIEWS)]
    box = panels.view(page, LOADS_A).bounding_box()
    bar = {"x": 38 + (box["width"] - 44) / 8 * 1.5, "y": 60}
    panels.view(page, LOADS_A).click(position=bar)
    for i in (MAP_A, MAP_B, LOADS_B, MOVES):
        tools.wait_for_change(page, panels.view(page, i), before[i])
    assert tools.ask_kernel(page, "print(lab.stage.maps[1].selected)") == "1"
    height = float(tools.ask_kernel(page, HEIGHT))
    box = panels.view(page, MAP_A).bounding_box()
    panels.view(page, MAP_A).hover(position={"x": box["width"] - 10, "y": 10 + (box["height"] - 20) * height})
    page.locator(".moe-tip:visible", has_text="a patch of").wait_for()
    panels.show(page, "balance_followed")
    panels.view(page, LOADS_A).click(position=bar)


def test_what_is_being_written_is_not_overwritten(panel):
    page = panel
    loads, others = (tools.pixels(panels.view(page, i)) for i in (LOADS_A, LOADS_B))
    state_line(page).fill("balance?b.k=3")
    tools.ask_kernel(page, "lab.enter('balance?a.k=4')")
    tools.wait_for_change(page, panels.view(page, LOADS_A), loads)
    assert state_line(page).input_value() == "balance?b.k=3"
    state_line(page).press("Enter")
    tools.wait_for_change(page, panels.view(page, LOADS_B), others)
    panels.wait_for_line(page, "===", "balance?b.k=3")
    state_line(page).fill("balance?b.k")
    tools.ask_kernel(page, "lab.enter('balance?a.k=4')")
    state_line(page).fill("balance?b.k=3")  # as it was: nothing is entered
    state_line(page).blur()
    panels.wait_for_line(page, "===", "balance?a.k=4")


def test_a_bad_state_line_is_answered_and_changes_nothing(panel):
    page = panel
    before = tools.pixels(panels.view(page, PLANE))
    state_line(page).fill("balance?a.select=dice")
    state_line(page).press("Enter")
    panels.wait_for_line(page, "===", "balance?")
    assert "choose one of top-k" in page.locator(".moe-wrong").inner_text()
    assert tools.pixels(panels.view(page, PLANE)) == before


def test_copied_code_gives_the_numbers_that_are_shown(panel):
    page = panel
    panels.press(page, "SPECTRA")
    page.locator(".moe-news", has_text="a quota refuses").wait_for()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panels.press(page, "Copy as code")
    page.get_by_role("button", name="Copied ✓").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code == page.locator(".moe-copy textarea").input_value()
    same = "print(all(made[s].weight.equal(lab.outcome(s).weight) for s in 'ab'))"
    said = tools.ask_kernel(page, f"exec({code!r}, made := {{}})\n{same}")
    assert page.locator(".moe-chosen").inner_text() == "SPECTRA", "a slider moved a value of the preset"
    assert said.startswith("N_eff ") and said.endswith("True")
    page.locator(".moe-lab").evaluate("panel => panel.scrollIntoView({block: 'start'})")
    panels.show(page, "balance_code")


def test_it_holds_in_any_window_and_has_a_name_for_everything(panel):
    page = panel
    panels.press(page, "late or unsure")
    page.locator(".moe-news", has_text="Experts that are full refuse").wait_for()
    for name in ("router", "score", "adjustment", "selection"):
        assert page.get_by_role("combobox", name=name, exact=True).count() == 2
    assert not windows.wrong_in_windows(page)
    assert not windows.serious_in_themes(page)
    said = windows.measure(
        page, "return [...document.querySelectorAll('.moe-view > canvas')].map(c => c.words);"
    )
    assert {"A", "B", "collapsed", "uniform", "specialised"} < {words["words"] for words in said[PLANE]}
