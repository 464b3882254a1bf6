"""`TicketLab` in a real JupyterLab: curves that grow, a click that shows a mask, a lottery that begins anew."""

import re

import pytest
from browser import panels, tools, windows
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CODE = """
import torch
from moe_lab.explore.tickets.ticket_lab import TicketLab

torch.set_num_threads(1)
lab = TicketLab("tickets?steps=12&rounds=4", opening=6)
lab
"""
CURVES, MASKS = range(2)


@pytest.fixture(scope="module")
def page(desk, jupyter):
    with tools.notebook(desk, jupyter, "tickets.ipynb", CODE) as opened:
        assert tools.run_all(opened)
        opened.locator(".moe-status", has_text="step 7 of").wait_for()
        yield opened


def test_both_views_draw_and_the_lottery_goes_on(page):
    assert all(tools.n_colours(panels.view(page, i)) > 8 for i in (CURVES, MASKS))
    assert "7 trainings" in panels.view(page, CURVES).get_attribute("aria-label")
    assert "attention qkv, layer 0" in panels.view(page, MASKS).get_attribute("aria-label")
    before = tools.pixels(panels.view(page, CURVES))
    panels.press(page, "Step")
    tools.wait_for_change(page, panels.view(page, CURVES), before)
    panels.press(page, "▶ Play")
    page.locator(".moe-status", has_text="of 29 trainings").wait_for()
    page.locator("canvas[aria-label*='29 trainings']").wait_for()
    assert "random mask" in page.locator(".moe-news").inner_text()
    tools.screenshot(page, "tickets")


def test_a_clicked_point_shows_its_mask(page):
    box, before = panels.view(page, CURVES).bounding_box(), tools.pixels(panels.view(page, MASKS))
    found = tools.ask_kernel(page, "print(*lab.stage.curves.shown['accuracy'])").split()
    values = [float(value) for value in found]
    low, high = max(0, min(values) - 0.03), min(1, max(values) + 0.02)
    first = values[1]  # the winning ticket after its first round
    x = 52 + (box["width"] - 14 - 52) / 4
    columns = (box["width"] - 20) // 150
    below = 46 + 16 * -(-8 // columns)  # the axis, and the names of eight curves
    y = 12 + (high - first) / (high - low) * (box["height"] - below - 12)
    panels.view(page, CURVES).click(position={"x": x, "y": y})
    tools.wait_for_change(page, panels.view(page, MASKS), before)
    line = page.locator(".moe-lab input[type=text]").last
    expect(line).to_have_value(re.compile("number=1"), timeout=20_000)
    expect(page.locator(".moe-news")).to_contain_text("With 20% gone", timeout=20_000)
    tools.screenshot(page, "tickets_mask")


def test_another_knob_is_another_lottery(page):
    panels.press(page, "attention alone")
    page.locator(".moe-status", has_text="of 71 trainings").wait_for()
    page.locator("canvas[aria-label^='Which']:not([aria-label*='mlp'])").wait_for()
    panels.press(page, "❚❚ Pause")
    assert "attention out, layer 1" in panels.view(page, MASKS).get_attribute("aria-label")
    tools.screenshot(page, "tickets_attention")


def test_it_holds_in_any_window_and_has_a_name_for_everything(page):
    assert not windows.wrong_in_windows(page, windows.in_turn(600, 1280))
    assert not windows.serious_in_themes(page)
