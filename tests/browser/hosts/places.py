"""Where explorations are shown: in a notebook of JupyterLab or Notebook, or as a page of Voilà."""

import json
from contextlib import contextmanager
from urllib.request import Request, urlopen

from browser import panels, tools

WAYS = {"JupyterLab": "lab/tree", "Notebook": "notebooks"}  # to a notebook; the server is the same


def ask(server, what: str, **content) -> dict:
    "Ask Jupyter's server for something new."
    request = Request(f"{server.url}/api/{what}", json.dumps(content).encode())
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


def new_kernel(server) -> str:
    "A kernel for many notebooks: what is loaded once is loaded for all."
    return ask(server, "kernels", name="python3")["id"]


@contextmanager
def in_notebook(browser, server, kernel: str, way: str, name: str, *before: str):  # before: cells above it
    "An exploration in a notebook; what the host's own scripts raise before the panel is there is none of its."
    tools.write_notebook(server.root / f"{name}.ipynb", *before, panels.PANELS[name].code)
    ask(server, "sessions", path=f"{name}.ipynb", type="notebook", name=name, kernel={"id": kernel})
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    tools.open_notebook(page, server, f"{name}.ipynb", way)
    with tools.watched(page):
        assert tools.run_all(page, timeout=300)
        page.locator(panels.PANEL).first.wait_for(timeout=60_000)
        yield page
    tools.ask_kernel(page, tools.CLEAN)
    page.close()


@contextmanager
def in_app(browser, server, name: str):
    "An exploration as a page of Voilà."
    with tools.watched_page(browser) as page:
        page.goto(f"{server.url}/{name}.ipynb", timeout=300_000)
        page.locator(panels.PANEL).first.wait_for(timeout=300_000)
        yield page
