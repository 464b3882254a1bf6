"""Panels in windows of many sizes: what is cut, turned round, too small or written over, and what has no name."""

from itertools import product
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from browser import tools

WIDTHS = (600, 800, 1000, 1280, 1400, 1900)  # of the window, in pixels
EVERY = tuple(product(WIDTHS, (True, False)))  # window: each width, with the file browser and without
MEASURE = Path(__file__).with_name("measure.js").read_text("utf8")
RULES = {"resultTypes": ["violations"]}


def measure(page, code: str):
    "What code says that is written with the tools of `measure.js`."
    return page.evaluate(f"async () => {{ {MEASURE} {code} }}")


def wrong(page, patience: int = 50) -> list[str]:  # looks, a tenth of a second apart
    "What is wrong with the panels on the page, once they have had the time to follow the window."
    for _ in range(patience):
        if not (found := measure(page, "return await measure();")):
            return []
        page.wait_for_timeout(100)
    return found


def show_browser(page, shown: bool):
    "Open JupyterLab's file browser, or close it."
    if page.locator("#jp-left-stack").is_visible() != shown:
        tools.do(page, "application:toggle-left-area")


def in_turn(*widths: int) -> tuple[tuple[int, bool], ...]:
    "Each width once: the first with the file browser, the next without, and so on."
    return tuple((width, i % 2 == 0) for i, width in enumerate(widths))


def wrong_in_windows(page, windows: tuple[tuple[int, bool], ...] = in_turn(*WIDTHS)) -> dict[str, list[str]]:
    "What is wrong, by the window, which is as before at the end."
    size, found = page.viewport_size, {}
    measure(page, "watchWords();")
    for width, shown in sorted(windows, key=lambda window: not window[1]):
        show_browser(page, shown)
        page.set_viewport_size({"width": width, "height": size["height"]})
        found[f"{width} pixels{' with the file browser' * shown}"] = wrong(page)
    page.set_viewport_size(size)
    return {window: what for window, what in found.items() if what}


def serious(page) -> list[str]:
    "What axe finds serious or critical in the panels on the page, as it is."
    page.evaluate(
        "() => { document.body.style.height = '100vh'; }"
    )  # JupyterLab's has none: all in it counts as unseen
    found = Axe().run(page, ".moe-lab, .moe-view", RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()[:160]})"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def serious_in_themes(page) -> dict[str, list[str]]:
    "What axe finds, by the theme; the theme is the light one at the end."
    found = {}
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        tools.choose_theme(page, theme)
        found[theme] = serious(page)
    return {theme: what for theme, what in found.items() if what}
