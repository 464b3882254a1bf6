"""`CollapseLab` in a real JupyterLab: what a learner does, and what a learner sees."""

import re

import pytest
from browser import tools, windows

pytestmark = pytest.mark.browser

NUMBERS = """
import threading, torch
from moe_lab import CollapseLab
from moe_lab.explore.collapse import collapse_lab as collapse

torch.set_num_threads(1)
whole = collapse.collapse_training

def broken(*args, **named):
    stream = whole(*args, **named)
    for _ in range(3):
        yield next(stream)
    raise ValueError("lightning <struck>")
"""


STEP = r"/step (\d+)/"


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "collapse.ipynb", NUMBERS, "lab = CollapseLab(); lab") as page:
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it is after its cells have run: at rest after one step of the collapse."
    tools.do(opened, "notebook:clear-all-cell-outputs")
    opened.locator(".moe-lab").wait_for(state="detached")
    assert tools.run_all(opened)
    at_step(opened, 1)
    press(opened, "more knobs")
    return opened


def button(page, name):
    return page.locator(".moe-lab").get_by_role("button", name=name, exact=True)


def press(page, name):
    button(page, name).click()


def at_step(page, step: int):
    page.locator(".moe-lab").get_by_text(re.compile(rf"^step {step} of 512\b")).wait_for(timeout=60_000)


def past(page, step: int):
    "Wait until the page shows a later step than this."
    page.wait_for_function(
        "step => +(document.querySelector('.moe-lab').textContent.match(/step (\\d+) of 512/)?.[1] ?? 0) > step",
        arg=step,
        timeout=60_000,
    )


def state_line(page):
    return page.locator(".moe-lab input[type=text]").last


def slider(page, label: str):
    return page.locator(".moe-lab .widget-hslider", has_text=label).locator(".noUi-handle")


def wait_for_state(page, state: str):
    "Wait for a line of text, given as a regular expression."
    page.wait_for_function(
        "state => RegExp(state).test([...document.querySelectorAll('.moe-lab input[type=text]')].at(-1).value)",
        arg=state,
    )


def picture(page, title: str):
    return page.locator(".moe-view", has=page.get_by_text(title, exact=True)).locator("> canvas")


def test_every_chart_draws(panel):
    page = panel
    press(page, "▶ Play")
    past(page, 100)
    press(page, "❚❚ Pause")
    button(page, "▶ Play").wait_for()
    charts = page.locator(".moe-lab .moe-view > canvas")
    assert charts.count() == 4
    assert all(tools.n_colours(charts.nth(i)) > 8 for i in range(4))
    page.locator(".moe-lab").evaluate("panel => panel.scrollIntoView({block: 'center'})")
    tools.screenshot(page, "collapse")


def test_play_moves_and_pause_stops_within_half_a_second(panel):
    page = panel
    before = tools.pixels(picture(page, "Share of the load, expert by expert"))
    press(page, "▶ Play")
    past(page, 20)
    tools.wait_for_change(page, picture(page, "Share of the load, expert by expert"), before)
    half_a_second_later, later = page.evaluate("""async () => {
      const panel = document.querySelector('.moe-lab');
      const step = () => +panel.textContent.match(/step (\\d+) of 512/)[1];
      const sleep = ms => new Promise(done => setTimeout(done, ms));
      [...panel.querySelectorAll('button')].find(button => button.textContent.includes('Pause')).click();
      await sleep(500);
      const first = step();
      await sleep(1000);
      return [first, step()];
    }""")
    assert 20 < half_a_second_later == later < 512
    assert int(tools.ask_kernel(page, "print(lab.history.step)")) == later
    press(page, "Step")
    at_step(page, later + 1)


def test_a_dragged_slider_changes_the_state_and_the_live_view(panel):
    page = panel
    press(page, "▶ Play")
    past(page, 5)
    tools.drag(page, slider(page, "a birth every"), -150)
    wait_for_state(page, r"[.]every=1$")
    page.locator(".moe-tile").nth(15).wait_for(timeout=60_000)
    last_birth = float(tools.ask_kernel(page, "print(lab.history.births[15])"))
    assert last_birth < 14 * 34  # when it would have been without the drag
    tools.screenshot(page, "collapse_dragged")


def test_strength_reaches_a_system_under_way(panel):
    page = panel
    press(page, "rescue")
    past(page, 40)
    press(page, "❚❚ Pause")
    button(page, "▶ Play").wait_for()
    strength = "print(lab.history.bias.max())"
    before, now = (
        float(tools.ask_kernel(page, strength)),
        int(tools.ask_kernel(page, "print(lab.history.step)")),
    )
    tools.drag(page, slider(page, "strength"), 40)
    page.wait_for_function(
        "() => /strength=/.test([...document.querySelectorAll('.moe-lab input[type=text]')].at(-1).value)"
    )
    press(page, "Step")
    at_step(page, now + 1)
    assert float(tools.ask_kernel(page, "print(lab.state.strength)")) > 2
    assert float(tools.ask_kernel(page, strength)) > 1.5 * before


@pytest.mark.slow
def test_running_the_cell_again_leaves_one_thread(panel):
    page = panel
    press(page, "▶ Play")
    past(page, 5)
    tools.do(page, "notebook:clear-all-cell-outputs")
    assert tools.run_all(page)
    at_step(page, 1)
    names = "print(sum(t.name == 'live run: CollapseLab' for t in threading.enumerate()))"
    assert tools.ask_kernel(page, names) == "1"


@pytest.mark.slow
def test_an_exception_in_training_is_shown_and_reset_recovers(panel):
    page = panel
    tools.ask_kernel(page, "collapse.collapse_training = broken")
    failure = page.locator(".moe-wrong", has_text="failed: ValueError: lightning <struck>")
    press(page, "Reset")
    press(page, "▶ Play")
    failure.wait_for()
    button(page, "▶ Play").wait_for()
    tools.screenshot(page, "collapse_failed")
    tools.ask_kernel(page, "collapse.collapse_training = whole")
    press(page, "Reset")
    at_step(page, 1)
    assert failure.count() == 0
    tools.ask_kernel(page, "collapse.collapse_training = broken")
    press(page, "literal rule")
    failure.wait_for()
    tools.ask_kernel(page, "collapse.collapse_training = whole")
    press(page, "rescue")
    past(page, 5)
    assert failure.count() == 0


def test_a_preset_starts_a_run_and_writes_its_state(panel):
    page = panel
    press(page, "rescue")
    wait_for_state(page, "^collapse[?]balance=srnn$")
    past(page, 5)
    button(page, "❚❚ Pause").wait_for()


def test_a_state_line_reopens_its_state(panel):
    page = panel
    state_line(page).fill("collapse?balance=srnn_by_rank&every=20&k=3&ema=0.905")
    state_line(page).press("Enter")
    past(page, 5)
    page.locator(".moe-lab option:checked", has_text="saturation by rank").wait_for(state="attached")
    assert tools.ask_kernel(page, "print(lab.state.every, lab.state.k, lab.state.ema)") == "20 3 0.905"


@pytest.mark.slow
def test_a_line_brings_back_what_was_changed_on_the_way(panel):
    page = panel
    press(page, "▶ Play")
    past(page, 30)
    tools.drag(page, slider(page, "a birth every"), -60)
    past(page, int(tools.ask_kernel(page, "print(lab.history.step)")) + 20)
    press(page, "❚❚ Pause")
    wait_for_state(page, "every=.*&step=")
    line = state_line(page).input_value()
    share = "lab.live.wait(); print(lab.line, hash(str([row.tolist() for row in lab.history.share])))"
    seen = tools.ask_kernel(page, share)
    press(page, "rescue")
    wait_for_state(page, "^collapse[?]balance=srnn$")
    state_line(page).fill(line)
    state_line(page).press("Enter")
    wait_for_state(page, f"^{re.escape(line)}$")
    assert tools.ask_kernel(page, share) == seen


@pytest.mark.parametrize("running", [False, True], ids=["at rest", "running"])
def test_a_bad_state_line_is_answered_and_changes_nothing(panel, running):
    page = panel
    if running:
        press(page, "▶ Play")
        past(page, 5)
    state_line(page).fill("collapse?colour=red")
    state_line(page).press("Enter")
    wait_for_state(page, "^collapse[?]$" if running else "^collapse[?]step=1$")
    page.wait_for_timeout(300)  # a running system redraws many times
    assert "colour: unknown" in page.locator(".moe-wrong").inner_text(timeout=1000)


def test_the_run_can_be_gone_back_on_and_the_past_changed(panel):
    page = panel
    tools.ask_kernel(page, "lab.run(119)")
    at_step(page, 120)
    share = "lab.live.wait(); print(hash(str([row.tolist() for row in lab.history.share])))"
    whole = tools.ask_kernel(page, share)
    handle = page.get_by_role("slider", name="step")
    tools.drag(page, handle, -150)
    page.wait_for_function(
        f"() => Number({STEP}.exec(document.querySelector('.moe-status').innerText)[1]) < 110"
    )
    tools.ask_kernel(page, "lab.live.wait()")
    assert tools.ask_kernel(page, share) != whole
    tools.ask_kernel(page, "lab.go_back(120)")
    at_step(page, 120)
    assert tools.ask_kernel(page, share) == whole
    tools.ask_kernel(page, "lab.go_back(70)")
    at_step(page, 70)
    tools.screenshot(page, "collapse_gone_back")
    press(page, "Step")
    at_step(page, 71)
    wait_for_state(page, "step=71$")


def test_knobs_that_are_not_for_everybody_unfold(panel):
    page = panel
    slider(page, "a birth every").wait_for()
    press(page, "fewer knobs")
    slider(page, "a birth every").wait_for(state="hidden")
    slider(page, "top-k").wait_for()
    press(page, "more knobs")


def test_it_holds_in_any_window_and_has_a_name_for_everything(panel):
    page = panel
    tools.ask_kernel(page, "lab.run(250)")
    at_step(page, 251)
    assert page.get_by_role("button", name="collapse", exact=True).get_attribute("aria-pressed") == "true"
    handle = page.locator(".moe-lab").get_by_role("slider", name="learning rate")
    assert handle.get_attribute("aria-valuetext") == "5.0e-4"
    handle.press("ArrowRight")
    page.wait_for_function("handle => handle.ariaValueText === '5.2e-4'", arg=handle.element_handle())
    for role, name in {
        "slider": "top-k",
        "combobox": "method",
        "textbox": "This state",
        "group": "Growth",
    }.items():
        assert page.locator(".moe-lab").get_by_role(role, name=name, exact=True).count() == 1
    assert not windows.wrong_in_windows(page)
    assert not windows.serious_in_themes(page)
