"""The explorations as a class sees them: `moe-lab app` in a real Chromium, readers side by side."""

from importlib.util import find_spec

import pytest
from browser import panels, tools

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("voila") is None, reason="Voilà is not installed (make app, or make test-slow)"
    ),
]
PAGES = ("BalanceLab", "PlaneLab", "GateLab", "MemoryLab")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    "The address of the pages, each with a kernel that waits."
    if why := tools.missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {why}")
    port, log = tools.free_port(), tmp_path_factory.mktemp("app") / "log"
    options = ["app", *PAGES, "--port", f"{port}"]
    filled = lambda: log.read_text().count("is filled with") == len(PAGES)  # noqa: E731
    with tools.running("moe_lab.cli", options, log, filled, timeout=300):
        yield f"http://127.0.0.1:{port}/voila/render"


def opened(page, address: str):
    "The page, once its panel has written its state."
    page.goto(address, timeout=120_000)
    panels.wait_for_line(page, "!==", "", timeout=120)
    return page


def turned(page) -> str:
    "The state after the first slider was moved by one key."
    before = panels.line_of(page)
    slider = page.locator(".moe-lab [role=slider], .moe-lab input[type=range]").first
    slider.focus()
    slider.press("ArrowRight")
    return panels.wait_for_line(page, "!==", before)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_code_and_its_slider_answers(page, app, name):
    opened(page, f"{app}/{name}.ipynb")
    assert page.locator("h1").inner_text().rstrip("¶").endswith("?")
    assert "open_asked" not in page.locator("body").inner_text()
    assert turned(page)
    page.screenshot(path=tools.ARTIFACTS / f"app_{name}.png")


def test_a_state_in_the_address_is_opened(page, app):
    opened(page, f"{app}/PlaneLab.ipynb?state=plane%3Fn_experts%3D3")
    assert "n_experts=3" in panels.line_of(page)


def test_readers_do_not_disturb_each_other(chromium, app):
    with tools.watched_page(chromium) as one, tools.watched_page(chromium) as other:
        opened(one, f"{app}/BalanceLab.ipynb")
        opened(other, f"{app}/BalanceLab.ipynb")
        before = panels.line_of(other)
        assert turned(one) != before == panels.line_of(other)
