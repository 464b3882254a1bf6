"""Questions that are answered when the reader has chosen, in a real JupyterLab, with the keyboard alone."""

import pytest
from browser import tools, windows

pytestmark = pytest.mark.browser

CELL = """
from moe_lab.explore import PredictNumber, PredictOne

options = ["nearly always", "nearly never"]
one = PredictOne("Of six dice, do all show different numbers?", options, lambda: options[1])
number = PredictNumber("Of 100 coins, how many show heads?", (0, 100), lambda: 53)
"""


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "questions.ipynb", CELL, "one", "number") as page:
        assert tools.run_all(page)
        page.locator(".moe-question").nth(1).wait_for()
        yield page


def test_a_choice_is_made_and_answered_with_the_keyboard(opened):
    page, question = opened, opened.locator(".moe-question").first
    told, reveal = question.locator(".moe-told"), question.get_by_role("button", name="Show what happens")
    assert told.get_attribute("role") == "status" and reveal.is_disabled()
    question.get_by_role("radio", name="nearly always").focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => !document.querySelector('.moe-question button').disabled")
    assert told.inner_text().strip() == ""
    reveal.focus()
    page.keyboard.press("Enter")
    question.get_by_text("You said: nearly always.").wait_for()
    assert reveal.is_disabled() and question.get_by_role("radio", name="nearly never").is_disabled()
    tools.screenshot(page, "question")


def test_a_number_is_chosen_with_the_keyboard(opened):
    page, question = opened, opened.locator(".moe-question").nth(1)
    question.get_by_role("slider", name="your guess").focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    question.get_by_role("button", name="Show what happens").click()
    question.get_by_text("53. You said").wait_for()
    assert int(tools.ask_kernel(page, "print(number.said)")) > 0


def test_it_holds_in_any_window_and_has_a_name_for_everything(opened):
    assert not windows.wrong_in_windows(opened)
    assert not windows.serious_in_themes(opened)
