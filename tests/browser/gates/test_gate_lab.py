"""`GateLab` in a real JupyterLab: a gate that is set, a race that follows, a row that says why."""

import pytest
from browser import panels, tools, windows

pytestmark = pytest.mark.browser

CODE = """
from moe_lab.explore.gates.gate_lab import GateLab

lab = GateLab()
lab
"""


@pytest.fixture(scope="module")
def page(desk, jupyter):
    with tools.notebook(desk, jupyter, "gates.ipynb", CODE) as opened:
        assert tools.run_all(opened)
        opened.locator(".moe-news", has_text="of the steps saved").wait_for()
        yield opened


def race(page):
    return page.locator(".moe-lab .moe-view > canvas").first


def test_a_preset_is_another_race(page):
    assert tools.n_colours(race(page)) > 8
    assert "16 configurations" in race(page).get_attribute("aria-label")
    before, said = tools.pixels(race(page)), page.locator(".moe-news").inner_text()
    panels.press(page, "one seed")
    tools.wait_for_change(page, race(page), before)
    page.wait_for_function("said => document.querySelector('.moe-news').innerText !== said", arg=said)
    page.locator(".moe-news", has_text="draws of seeds").wait_for()
    assert "gate=gap" in page.locator(".moe-lab input[type=text]").last.input_value()
    tools.screenshot(page, "gates_one_seed")


def test_a_clicked_row_says_what_the_gate_said(page):
    box = race(page).bounding_box()
    race(page).click(position={"x": box["width"] / 2, "y": box["height"] - 40})  # the last row
    page.locator(".moe-lab input[type=text]").last.wait_for()
    last = tools.ask_kernel(page, "print(lab.stage.race.names[-1])").strip()
    page.locator(".moe-lab table", has_text="why").wait_for()
    page.locator(".moe-lab b", has_text=last).first.wait_for()
    assert tools.ask_kernel(page, "print(lab.state.arm)").strip() == last
    tools.screenshot(page, "gates_row")


def test_it_holds_in_any_window_and_has_a_name_for_everything(page):
    assert not windows.wrong_in_windows(page, windows.in_turn(600, 1280))
    assert not windows.serious_in_themes(page)
