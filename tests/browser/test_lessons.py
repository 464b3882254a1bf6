"""Every lesson from its first cell to its last in a real JupyterLab, as a reader runs it."""

import shutil
import time

import pytest
from browser import tools, windows
from lessons import FOLDER, LESSONS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BROKEN = """() => [...document.querySelectorAll('.jp-Notebook [data-mime-type="application/vnd.jupyter.error"]')]
  .map(node => node.innerText)"""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_it_runs_in_jupyterlab(lesson, jupyter, page, record_property):
    shutil.copytree(FOLDER, jupyter.root / "lessons", dirs_exist_ok=True)
    tools.open_notebook(page, jupyter, f"lessons/{lesson.name}")
    start = time.perf_counter()
    ran = tools.run_all(page, timeout=300)
    record_property("seconds", time.perf_counter() - start)
    print(f"{lesson.stem}: {time.perf_counter() - start:.0f} s")
    tools.screenshot(page, f"lesson_{lesson.stem}")
    assert ran, page.evaluate(BROKEN)
    assert not page.evaluate(BROKEN)
    if page.locator(".moe-lab").count():
        assert not windows.wrong_in_windows(page, windows.EVERY)
        assert not windows.serious_in_themes(page)
