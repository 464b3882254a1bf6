"""How soon a turned knob shows, beside a plain `interact` in the same notebook; of panels that train nothing.

python data_scripts/time_panels.py JupyterLab|Notebook|Voilà [panel …]

Best on a machine with nothing else to do: server, kernel and a browser without a graphics card share its cores, which
the ratio of the two forgives and the milliseconds do not.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import panels, tools
from browser.hosts import places
from playwright.sync_api import sync_playwright

PLAIN = """from ipywidgets import interact

@interact(plain=(0, 100))
def show(plain):
    print(plain)"""
TIMES = """async ([knob, where, moves]) => {
  const parts = [...document.querySelectorAll(where)].filter((part) => !part.matches('.moe-chips'));
  const all = (kind) => parts.flatMap((part) => [...part.querySelectorAll(kind)]);
  const seen = () => [
    ...parts.map((part) => part.textContent),
    ...all('canvas').slice(0, 1).map((canvas) => canvas.toDataURL()),
    ...all('img').map((image) => image.src),
  ].join('|');
  const turn = (i) => {
    if (knob.tagName === 'SELECT') {
      knob.selectedIndex = (knob.selectedIndex + 1) % knob.length;
      return knob.dispatchEvent(new Event('change', { bubbles: true }));
    }
    const [low, now, high] = ['min', 'now', 'max'].map((name) => +knob.getAttribute(`aria-value${name}`));
    const right = now < high && (i % 20 < 10 || now <= low); // at its end a slider goes back
    const key = right ? 'ArrowRight' : 'ArrowLeft';
    knob.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  };
  const times = [];
  for (let i = 0; i < moves; i++) {
    const [before, start] = [seen(), performance.now()];
    turn(i);
    while (seen() === before && performance.now() - start < 2000) await new Promise(requestAnimationFrame);
    times.push(seen() === before ? NaN : performance.now() - start);
    await new Promise((done) => setTimeout(done, 100));
  }
  return times;
}"""


def measure(page, name: str):
    "Print how soon the knob of an exploration is answered, and the plain one beside it."
    panels.shown(page)
    plain = page.locator(".widget-interact .noUi-handle").first.element_handle()
    knob = panels.control(page, panels.PANELS[name].knob).element_handle()
    asked = [plain, ".widget-interact .widget-output", 40], [knob, ".moe-main > *", 40]
    times = [np.array(page.evaluate(TIMES, what), dtype=float) for what in asked]
    (usual, late), (own, own_late) = (np.nanpercentile(some, [50, 95]) for some in times)
    unanswered = int(np.isnan(times[1]).sum())
    print(
        f"{name}: median {own:.0f} ms, 95th percentile {own_late:.0f} ms; plain interact {usual:.0f} and "
        f"{late:.0f} ms; {own / usual:.1f} and {own_late / late:.1f} times as long; "
        f"{unanswered} of {len(times[1])} moves changed nothing within 2 s",
        flush=True,
    )


def main(host: str, names: list[str]):
    "Measure panels on a host, one after the other."
    with ExitStack() as stack:
        root, home = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        for name in names:
            tools.write_notebook(root / f"{name}.ipynb", PLAIN, panels.PANELS[name].code)
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=tools.CHROMIUM, args=tools.FLAGS)
        here = tools.jupyterlab(root, home) if host in places.WAYS else tools.voila(root, home / "log")
        server = stack.enter_context(here)
        kernel = places.new_kernel(server) if host in places.WAYS else ""
        for name in names:
            way = (browser, server, kernel, places.WAYS.get(host), name, PLAIN)
            with places.in_notebook(*way) if kernel else places.in_app(browser, server, name) as page:
                measure(page, name)


if __name__ == "__main__":
    still = [
        n
        for n, tried in panels.PANELS.items()
        if tried.knob and n not in panels.PAINTED and not panels.plays(n)
    ]
    main(sys.argv[1], sys.argv[2:] or still)
