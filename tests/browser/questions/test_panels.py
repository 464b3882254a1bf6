"""The small panels of the lessons in a real JupyterLab: in any window, and with a name for everything."""

import pytest
from browser import panels, tools, windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("PiecesLab", "KeywordLab", "FlatMapLab", "DepthLab", "InterventionLab")


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_in_any_window_and_has_a_name_for_everything(desk, jupyter, name):
    with tools.notebook(desk, jupyter, f"{name}.ipynb", panels.PANELS[name].code) as page:
        assert tools.run_all(page)
        page.locator(".widget-image").wait_for()
        more = page.get_by_role("button", name="more knobs")
        if more.is_visible():
            assert not windows.serious(page)
            more.click()
        size = page.viewport_size
        for width in (1000, 1280, 1400):
            page.set_viewport_size({"width": width, "height": size["height"]})
            windows.show_browser(page, True)
            page.wait_for_timeout(400)
            tools.screenshot(page, f"{name}_{width}")
        page.set_viewport_size(size)
        assert not windows.wrong_in_windows(page, windows.EVERY)
        assert not windows.serious_in_themes(page)
