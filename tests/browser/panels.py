"""How soon a moved slider shows, and how many pictures a second a run draws, in JupyterLab in Chromium:
python tests/browser/panels.py [panel]

Best on a machine with nothing else to do: the server, the kernel and a browser without a graphics card share its cores.
"""

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser import tools
from playwright.sync_api import sync_playwright

# panel -> how its cell makes it, the slider that is moved, a canvas that follows
PANELS = {
    "CollapseLab": ("CollapseLab()", "", ".moe-view > canvas"),
    "BalanceLab": ("BalanceLab()", "temperature", ".moe-view > canvas"),
    "SceneLab": ("SceneLab()", "camouflage", ".moe-view > canvas"),
    "MemoryLab": ("MemoryLab()", "shuffle", ".moe-view > canvas"),
    "SparseLab": ("SparseLab().run(30)", "", ".moe-view > canvas"),
    "PlaneLab": ("PlaneLab(opening=60)", "temperature", ".moe-plane > div > canvas"),
}
LATENCY = """async ([slider, where]) => {
  const canvas = document.querySelector(where);
  const times = [];
  for (let i = 0; i < 20; i++) {
    const [before, start] = [canvas.toDataURL(), performance.now()];
    slider.dispatchEvent(new KeyboardEvent('keydown', {key: i < 10 ? 'ArrowRight' : 'ArrowLeft', bubbles: true}));
    while (canvas.toDataURL() === before) await new Promise(requestAnimationFrame);
    times.push(performance.now() - start);
  }
  return times;
}"""
PICTURES = """async where => {
  const canvas = document.querySelector(where);
  let [last, pictures] = [canvas.toDataURL(), 0];
  const start = performance.now();
  while (performance.now() - start < 5000) {
    await new Promise(requestAnimationFrame);
    const now = canvas.toDataURL();
    pictures += now !== last;
    last = now;
  }
  return pictures / 5;
}"""


def measure(page, name: str):
    "Print what one open panel does."
    _, label, canvas = PANELS[name]
    where = f".moe-lab {canvas}"
    more = page.get_by_role("button", name="more knobs")
    if more.count():
        more.first.click()
    if label:
        knob = page.locator(".moe-lab .widget-hslider:visible", has_text=label).first.locator(".noUi-handle")
        knob.focus()
        times = page.evaluate(LATENCY, [knob.element_handle(), where])
        print(
            f"{name}: slider to picture, ms: median {statistics.median(times):.0f}, "
            f"of {len(times)} the slowest {max(times):.0f}"
        )
    play = page.locator(".moe-lab").get_by_role("button", name="▶ Play")
    if play.count():
        play.click()
        page.wait_for_timeout(1000)
        rate = page.evaluate(PICTURES, where)
        status = page.locator(".moe-status").inner_text()
        print(f"{name}: {rate:.1f} pictures a second while it runs ({status})")


if __name__ == "__main__":
    folders = tempfile.TemporaryDirectory(), tempfile.TemporaryDirectory()
    root, home = (Path(folder.name) for folder in folders)
    with tools.jupyterlab(root, home) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=tools.CHROMIUM, args=tools.FLAGS)
        with tools.desk(chromium, server) as desk:
            for name in sys.argv[1:] or PANELS:
                cell = f"from moe_lab import {name}\nlab = {PANELS[name][0]}\nlab"
                with tools.notebook(desk, server, f"{name}.ipynb", cell) as page:
                    assert tools.run_all(page)
                    tools.ask_kernel(page, "getattr(lab, 'live', None) and lab.live.wait()")
                    page.wait_for_timeout(1000)
                    measure(page, name)
        chromium.close()
