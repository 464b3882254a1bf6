"What a notebook shows of a lab: while it lives, when its kernel has gone, when it is opened later, and as a page."

import json
import subprocess
import sys

import pytest
from browser import tools

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAB = ".moe-lab:visible"
PICTURE = ".jp-OutputArea img:visible"
RESTART = "() => { window.jupyterapp.shell.currentWidget.sessionContext.restartKernel(); }"


def test_a_lab_leaves_its_figure(page, jupyter):
    cells = (
        "from moe_lab import BalanceLab",
        "lab = BalanceLab(); lab",
        "other = BalanceLab(); lab.comm is None",
    )
    path = tools.write_notebook(jupyter.root / "kept.ipynb", *cells)
    page.goto(f"{jupyter.url}/lab/tree/kept.ipynb?reset")
    page.wait_for_function(tools.READY, timeout=90_000)
    assert tools.run_all(page)
    page.locator(LAB).wait_for(timeout=60_000)
    assert page.locator(PICTURE).count() == 0, "the figure is hidden beside the living lab"
    page.get_by_text("False", exact=True).wait_for()  # a lab of the same name in another cell closes none
    tools.do(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.model.dirty")
    page.evaluate(RESTART)
    page.locator(PICTURE).wait_for(timeout=60_000)
    assert page.locator(LAB).count() == 0, "a lab whose kernel has gone looks dead"
    outputs = [sorted(output["data"]) for output in json.loads(path.read_text())["cells"][1]["outputs"]]
    assert [kinds[0] for kinds in outputs][1:] == ["image/png", "text/html"]
    page.goto(f"{jupyter.url}/lab/tree/kept.ipynb?reset")
    page.locator(PICTURE).wait_for(timeout=90_000)
    assert page.get_by_text("Error displaying widget").filter(visible=True).count() == 0
    tools.screenshot(page, "kept")
    subprocess.run([sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", str(path)], check=True)
    page.goto(f"file://{path.with_suffix('.html')}")
    assert page.locator("img:visible").count() == 1
    assert page.get_by_text("BalanceLab(children").count() == 0
