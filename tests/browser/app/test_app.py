"""The explorations as a class sees them: `moe-lab app` in a real Chromium, readers side by side."""

import socket
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest
from browser import tools

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("voila") is None, reason="Voilà is not installed (make app, or make test-slow)"
    ),
]
PAGES = ("BalanceLab", "PlaneLab", "GateLab", "MemoryLab")
STATE = "() => [...document.querySelectorAll('.moe-lab input[type=text]')].at(-1)?.value ?? ''"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    "The address of the pages, each with a kernel that waits."
    if why := tools.missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {why}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("app") / "log"
    with log.open("w") as told:
        server = subprocess.Popen(
            [sys.executable, "-m", "moe_lab.cli", "app", *PAGES, "--port", str(port)],
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 300
        while log.read_text().count("is filled with") < len(PAGES):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the pages are not ready:\n{log.read_text()[-2000:]}")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/voila/render"
    finally:
        server.terminate()
        server.wait(30)


def opened(page, address: str):
    "The page, once its panel has written its state."
    page.goto(address, timeout=120_000)
    page.wait_for_function(f"({STATE})().includes('?')", timeout=120_000)
    return page


def turned(page) -> str:
    "The state after the first slider was moved by one key."
    before = page.evaluate(STATE)
    slider = page.locator(".moe-lab [role=slider], .moe-lab input[type=range]").first
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_function(f"before => ({STATE})() !== before", arg=before, timeout=60_000)
    return page.evaluate(STATE)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_code_and_its_slider_answers(page, app, name):
    opened(page, f"{app}/{name}.ipynb")
    assert page.locator("h1").inner_text().rstrip("¶").endswith("?")
    assert "open_asked" not in page.locator("body").inner_text()
    assert turned(page)
    page.screenshot(path=tools.ARTIFACTS / f"app_{name}.png")


def test_a_state_in_the_address_is_opened(page, app):
    opened(page, f"{app}/PlaneLab.ipynb?state=plane%3Fn_experts%3D3")
    assert "n_experts=3" in page.evaluate(STATE)


def test_readers_do_not_disturb_each_other(chromium, app):
    with tools.watched_page(chromium) as one, tools.watched_page(chromium) as other:
        opened(one, f"{app}/BalanceLab.ipynb")
        opened(other, f"{app}/BalanceLab.ipynb")
        before = other.evaluate(STATE)
        assert turned(one) != before == other.evaluate(STATE)
