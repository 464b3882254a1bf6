"""Fixtures: a small HTTP server; for tests in a browser one JupyterLab, one Chromium and one kernel a session.

Explorations share the page of `desk`, a notebook for each file of tests; `page` is a fresh one for whoever needs it.
"""

import kernels.garbage  # first  # noqa: I001

import gc
import sys
import threading
from contextlib import ExitStack
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings

sys.modules.setdefault(
    "rfc3987_syntax", None
)  # Jupyter's check of addresses takes seconds to load, and is not asked
settings.register_profile("any machine", deadline=None)  # how long an example took is no property of the code
settings.load_profile("any machine")
BESIDE = Path(sys.prefix) / "beside"  # where `make` lays torchvision, timm and trackio, off the path


def pytest_collection_modifyitems(items):
    "Lessons take longest, and are begun first."
    items.sort(key=lambda item: item.path.name != "lessons.py")


def pytest_collection_finish():
    gc.collect()
    kernels.garbage.freeze_for_good()


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    "A running JupyterLab: `.url`, and `.root`, the empty folder it serves."
    from browser import tools

    if why := tools.missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {why}")
    with tools.jupyterlab(tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium():
    "A headless Chromium."
    from browser import tools

    if why := tools.missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {why}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.CHROMIUM, args=tools.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def desk(chromium, jupyter):
    "A page with JupyterLab and a kernel: `browser.notebook` opens notebooks in it."
    from browser import tools

    with tools.desk(chromium, jupyter) as page:
        yield page


@pytest.fixture
def page(chromium):
    "A fresh page; the test fails at its end if a script on the page raised."
    from browser import tools

    with tools.watched_page(chromium) as page:
        yield page


@pytest.fixture
def serve():
    "Serve a request handler: handler -> address; until the test ends."
    with ExitStack() as open_ones:

        def start(handler) -> str:
            server = open_ones.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            open_ones.callback(thread.join)
            open_ones.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@pytest.fixture
def beside(monkeypatch):
    "torchvision, timm and trackio on the path, until the test ends."
    if not (BESIDE / "torchvision").exists():
        pytest.skip(f"TESTS OF TORCHVISION DID NOT RUN: it is not in {BESIDE}, where `make` lays it")
    monkeypatch.syspath_prepend(BESIDE)
