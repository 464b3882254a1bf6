"""The live views in a real JupyterLab: they draw, redraw, answer the pointer and tell the kernel."""

import pytest
from browser import tools, windows

pytestmark = pytest.mark.browser

NUMBERS = """
import threading, time
import ipywidgets as widgets, numpy as np, traitlets
from skimage import data
from moe_lab.explore.shared.live import LiveRun
from moe_lab.explore.shared.views import ExpertTiles, Lines, Points, StackedLoad, follow

E, births = 16, np.concatenate([[0, 0], np.arange(12, 180, 12)])
photos = [getattr(data, name)() for name in ("astronaut", "coffee", "rocket", "chelsea")]
corners = [(x, y) for x in range(20, 380, 127) for y in range(9, 290, 101)]
patches = [np.stack([photos[e % 4][y : y + 8, x + e : x + e + 8] for x, y in corners]) for e in range(15)]
patches.append(np.zeros((0, 8, 8, 3), np.uint8))

trouble = threading.Event()

def training():
    "Sixteen experts of which the first two take nearly everything."
    rng = np.random.default_rng(0)
    pull, share, loss = np.r_[3.0, 3.0, np.full(14, -1.0)], [], []
    while True:
        pull[:4] += 0.06 * rng.standard_normal(4)
        pull[4:] -= 0.02
        odds = np.exp(pull) * (births <= len(share))
        share.append(odds / odds.sum())
        loss.append(0.01 + np.exp(-len(share) / 40) * (1 + 0.05 * rng.standard_normal()))
        if trouble.is_set():
            raise ValueError("loss is NaN")
        time.sleep(0.005)
        yield np.array(share), np.array(loss)
"""
PANEL = """
stack = StackedLoad()
effective = Lines(title="N_eff", unit="of 16", height=170)
loss = Lines(title="Held-out loss", unit="MSE", colours=["#B0244A"], floor_name="", log=True, height=170)
bias = Points(title="Bias by expert age", unit="logits", height=170)
tiles = ExpertTiles()
follow(tiles, stack, bias)

status, chosen = widgets.Label("…"), widgets.Label("none")
status.add_class("status"), chosen.add_class("chosen")
traitlets.dlink((tiles, "selected"), (chosen, "value"), lambda e: f"the kernel follows {e}")

def publish(state):
    share, losses = state
    steps = np.arange(len(share))
    stack.show(steps, share, births)
    effective.show(steps, 1 / (share**2).sum(1), 0.97 * (births <= steps[:, None]).sum(1))
    loss.show(steps, losses)
    age = np.where(births <= steps[-1], steps[-1] - births, np.nan)
    bias.show(age, 0.5 - 10 * share[-1])
    tiles.show(patches, share[-1])

def report(message):
    n = sum(t.name == "live run: views" for t in threading.enumerate())
    status.value = f"{message} · {n} thread"

run = LiveRun("views", training, publish, report)
orders = {"Play": run.play, "Pause": run.pause, "Step": lambda: run.step(200), "Reset": run.reset}
orders |= {"Break": trouble.set, "Repair": trouble.clear}
buttons = [widgets.Button(description=name) for name in orders]
for button in buttons:
    button.on_click(lambda button: orders[button.description]())

for view in (effective, loss, bias):
    view.layout = widgets.Layout(flex="1 1 0", min_width="0")
left = widgets.VBox([stack, widgets.HBox([effective, loss, bias])])
right = widgets.VBox([tiles])
left.layout, right.layout = (widgets.Layout(flex=f"{n} 1 0", min_width="0") for n in (3, 1))
left.add_class("moe-card"), right.add_class("moe-card")
widgets.VBox([widgets.HBox([*buttons, status, chosen]), widgets.HBox([left, right])])
"""


@pytest.fixture(scope="module")
def opened(desk, jupyter):
    with tools.notebook(desk, jupyter, "views.ipynb", NUMBERS, PANEL) as page:
        yield page


@pytest.fixture
def panel(opened):
    "The panel as it is after its cell has run: at rest at step 0, nobody followed."
    tools.do(opened, "notebook:clear-all-cell-outputs")
    opened.locator(".moe-view").first.wait_for(state="detached")
    assert tools.run_all(opened)
    says(opened, "paused")
    opened.locator(".moe-tile").nth(15).wait_for()
    return opened


def says(page, message):
    page.locator(".status", has_text=message).wait_for(timeout=30_000)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def charts(page):
    return page.locator(".moe-view > canvas")


def canvas(page, title):
    return page.locator(".moe-view", has=page.get_by_text(title, exact=True)).locator("> canvas")


def test_views_draw_and_redraw(panel):
    page = panel
    assert charts(page).count() == 4 and page.locator(".moe-tile").count() == 16
    before = [tools.pixels(charts(page).nth(i)) for i in range(4)]
    press(page, "Step")
    for i in range(4):
        tools.wait_for_change(page, charts(page).nth(i), before[i])
    says(page, "paused · 1 thread")
    page.wait_for_function("() => document.querySelector('canvas[aria-label*=\"step 200\"]')")
    for i in range(4):
        assert tools.n_colours(charts(page).nth(i)) > 8
    assert "of 16 are dead" in charts(page).nth(0).get_attribute("aria-label")
    assert page.locator(".moe-tile canvas").nth(0).evaluate("c => c.width") == 24
    assert tools.n_colours(page.locator(".moe-tile canvas").nth(0)) > 50
    assert tools.n_colours(page.locator(".moe-tile canvas").nth(15)) == 1
    assert "moe-dead" in page.locator(".moe-tile").nth(15).get_attribute("class")
    tools.screenshot(page, "views")


def test_a_click_on_a_tile_is_followed_in_every_view(panel):
    page = panel
    before = tools.pixels(canvas(page, "Share of the load, expert by expert"))
    page.locator(".moe-tile").nth(1).click()
    page.get_by_text("the kernel follows 1", exact=True).wait_for(timeout=30_000)
    tools.wait_for_change(page, canvas(page, "Share of the load, expert by expert"), before)
    press(page, "Step")
    page.wait_for_function("() => document.querySelector('canvas[aria-label*=\"step 200\"]')")
    page.locator(".moe-tile").nth(2).hover()
    assert "E2: " in page.locator(".moe-zoom").inner_text()
    tools.screenshot(page, "views_followed")
    page.locator(".moe-tile").nth(1).press("Enter")
    page.get_by_text("the kernel follows -1", exact=True).wait_for(timeout=30_000)


def test_the_pointer_reads_values(panel):
    page = panel
    press(page, "Step")
    page.wait_for_function("() => document.querySelector('canvas[aria-label*=\"step 200\"]')")
    stack = canvas(page, "Share of the load, expert by expert")
    stack.hover(position={"x": 300, "y": 200})
    tip = page.locator(".moe-tip:visible")
    assert tip.inner_text().startswith("E0 · ") and "born at 0" in tip.inner_text()
    tools.screenshot(page, "views_hover")
    stack.click(position={"x": 300, "y": 200})
    page.get_by_text("the kernel follows 0", exact=True).wait_for(timeout=30_000)
    canvas(page, "N_eff").hover(position={"x": 100, "y": 80})
    page.locator(".moe-tip", has_text="uniform router").wait_for()
    assert page.locator(".moe-tip:visible").inner_text().startswith("step ")


def test_play_pause_failure_reset_and_running_the_cell_again(panel):
    page = panel
    stack = canvas(page, "Share of the load, expert by expert")
    before = tools.pixels(stack)
    press(page, "Play")
    says(page, "running")
    tools.wait_for_change(page, stack, before)
    press(page, "Pause")
    page.locator(".status").filter(has_text="paused").or_(
        page.locator(".status").filter(has_text="failed")
    ).wait_for()
    press(page, "Break")
    press(page, "Play")
    says(page, "failed: ValueError: loss is NaN")
    press(page, "Repair")
    press(page, "Reset")
    says(page, "paused")
    press(page, "Play")
    says(page, "running")
    assert tools.run_all(page)
    says(page, "paused · 1 thread")


def test_no_axis_turns_round_where_there_is_no_room(panel):
    page = panel
    press(page, "Step")
    page.wait_for_function("() => document.querySelector('canvas[aria-label*=\"step 200\"]')")
    windows.measure(page, "watchWords();")
    narrow = "width => document.querySelectorAll('.moe-view').forEach(view => (view.style.maxWidth = width))"
    page.evaluate(narrow, "70px")
    drawn = "[...document.querySelectorAll('.moe-view > canvas')].every(canvas => canvas.words?.length)"
    page.wait_for_function(f"() => {drawn}")
    said = windows.measure(
        page, "return [...document.querySelectorAll('.moe-view > canvas')].flatMap(onCanvas);"
    )
    page.evaluate(narrow, "none")
    assert not [what for what in said if "turned" in what or "backwards" in what]


def test_the_dark_theme_is_drawn_dark(panel):
    page = panel
    press(page, "Step")
    page.wait_for_function("() => document.querySelector('canvas[aria-label*=\"step 200\"]')")
    stack = canvas(page, "Share of the load, expert by expert").element_handle()
    labels_are = """([canvas, light]) => {
      const {data} = canvas.getContext('2d').getImageData(canvas.width - 84, 30, 84, 250);
      const ink = data.filter((_, i) => i % 4 === 1 && data[i + 2] > 150);
      return ink.length > 20 && (light ? Math.min(...ink) > 150 : Math.max(...ink) < 100);
    }"""
    page.wait_for_function(labels_are, arg=[stack, False])
    tools.choose_theme(page, "JupyterLab Dark")
    try:
        page.wait_for_function(labels_are, arg=[stack, True])
        tools.screenshot(page, "views_dark")
    finally:
        tools.choose_theme(page, "JupyterLab Light")
