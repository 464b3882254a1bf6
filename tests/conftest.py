"""Fixtures for tests in a browser: one JupyterLab and one Chromium a session, one page a test."""

import browser as tools
import pytest


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    "A running JupyterLab: `.url`, and `.root`, the empty folder it serves."
    if why := tools.missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {why}")
    with tools.jupyterlab(tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium():
    "A headless Chromium."
    if why := tools.missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {why}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.CHROMIUM, args=tools.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    "A fresh page; the test fails at its end if a script on the page raised."
    with tools.watched_page(chromium) as page:
        yield page
