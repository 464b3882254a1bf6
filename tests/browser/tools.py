"""A real JupyterLab, Notebook or Voilà in a real Chromium, for tests: serve, open a notebook, run it, drag, look."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat

from moe_lab.serving import voila_options

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
# Without a graphics card Chromium's WebGL emulation costs 0.15 s a picture: only a page that needs it is given it.
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
WEBGL = [*FLAGS[:-1], "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY = """() => {
  const session = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  return Boolean(session?.isReady && session.session?.kernel?.status === 'idle');
}"""


def missing() -> str | None:
    "Why no browser test can run here, or None."
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed (pip install playwright)"
    return None if CHROMIUM else "no chromium on the PATH (apt-get install chromium)"


@dataclass(frozen=True)
class Server:
    "A running server and the folder it serves."

    url: str
    root: Path


def free_port() -> int:
    "A port that nobody listens at."
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(
    module: str, options: list[str], log: Path, is_ready, timeout: float = 60, **environment
):  # seconds
    "A module of this Python's as a program, once `is_ready()`; it is ended at the end."
    with log.open("w") as told:
        program = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            env=os.environ | {name: str(value) for name, value in environment.items()},
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + timeout
        while not is_ready():
            if program.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{module} is not ready:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield program
    finally:
        program.terminate()
        program.wait(30)


@contextmanager
def jupyterlab(root: Path, home: Path, timeout: float = 60):
    "Serve `root` with this Python's JupyterLab and Notebook; their settings and caches live in `home`."
    labconfig = home / "config" / "labconfig"
    labconfig.mkdir(parents=True)
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (labconfig / "default_setting_overrides.json").write_text(json.dumps(quiet))
    folders = {f"JUPYTER_{kind}_DIR": home / kind.lower() for kind in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {f"JUPYTERLAB_{kind}_DIR": home / kind.lower() for kind in ("SETTINGS", "WORKSPACES")}
    folders |= {"IPYTHONDIR": home / "ipython"}
    port = free_port()
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    options += [f"--ServerApp.root_dir={root}", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    options += ["--ServerApp.disable_check_xsrf=True", "--LabApp.extension_manager=readonly"]
    options += [f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")]
    url = f"http://127.0.0.1:{port}"
    ready = partial(_answers, f"{url}/api")
    with running("jupyterlab", options, home / "log", ready, timeout, **folders):
        yield Server(url, root)


@contextmanager
def voila(root: Path, log: Path, timeout: float = 60):
    "Serve the notebooks in `root` as `moe-lab app` does, without kernels that wait."
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = voila_options(root, port, "127.0.0.1", ready=0)
    with running("voila", options, log, partial(_answers, url), timeout):
        yield Server(f"{url}/voila/render", root)


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=1):
        return True
    return False


@contextmanager
def watched(page):
    "The page; raises at the end if a script on it did meanwhile."
    errors: list[str] = []

    def note(error):
        errors.append(str(error))

    page.on("pageerror", note)
    try:
        yield page
    finally:
        page.remove_listener("pageerror", note)
    assert not errors, f"the page raised: {errors}"


@contextmanager
def watched_page(chromium, width: int = 1440, height: int = 1000):  # pixels
    "A fresh page of a browser, watched."
    page = chromium.new_page(viewport={"width": width, "height": height})
    try:
        with watched(page):
            yield page
    finally:
        page.close()


def write_notebook(path: Path, *cells: str) -> Path:
    "A notebook of code cells at `path`."
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


def cells_until(path: Path, text: str) -> list[str]:
    "The code cells of a notebook, up to the first that has `text` in it."
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    return cells[: next(i for i, source in enumerate(cells) if text in source) + 1]


def open_notebook(page, server: Server, name: str, way: str = "lab/tree"):  # way: "notebooks", to Notebook 7
    "Open the notebook `name` (a path below the server's root) and wait for its kernel."
    page.goto(f"{server.url}/{way}/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)


def do(page, command: str):
    "Run a command of JupyterLab's."
    page.evaluate("async command => { await window.jupyterapp.commands.execute(command); }", command)


def choose_theme(page, theme: str):  # such as "JupyterLab Dark"
    "Show JupyterLab in a theme, and wait until it is there."
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.locator("#jupyterlab-splash").wait_for(state="detached")


@contextmanager
def desk(chromium, server: Server):
    "A page with an empty notebook, whose kernel other notebooks use too: what is loaded once is loaded for all."
    with watched_page(chromium) as page:
        write_notebook(server.root / "desk.ipynb", "")
        open_notebook(page, server, "desk.ipynb")
        do(page, "application:toggle-left-area")
        yield page


OPEN = """async path => {
  const {commands, shell} = window.jupyterapp;
  const kernel = shell.currentWidget.sessionContext.session.kernel.model;
  await commands.execute('docmanager:open', {path, kernel});
}"""
CLEAN = """
from ipywidgets import Widget
from moe_lab.explore.shared.live import close_all
close_all()
Widget.close_all()
"""


@contextmanager
def notebook(page, server: Server, name: str, *cells: str):
    "On the desk `page`: a notebook of these cells, shown without its code; nothing of it is left at the end."
    write_notebook(server.root / name, *cells)
    with watched(page):
        page.evaluate(OPEN, name)
        page.wait_for_function(READY, timeout=60_000)
        do(page, "notebook:hide-all-cell-code")
        yield page
        ask_kernel(page, CLEAN)
        page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")


def run_all(page, timeout: float = 120) -> bool:  # seconds
    "Run every cell and wait for the kernel; False if one of them raised."
    ok = page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(READY, timeout=timeout * 1000)
    return ok


def drag(page, handle, dx: float, steps: int = 10):  # pixels to the right
    "Press the mouse on the middle of `handle`, move it sideways and let go."
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y, steps=steps)
    page.mouse.up()


def pixels(canvas) -> str:
    "The picture on a canvas as a data URL: equal strings are equal pictures."
    return canvas.evaluate("canvas => canvas.toDataURL()")


def n_colours(canvas) -> int:
    "How many different colours are on a canvas: a blank one has one."
    return canvas.evaluate("""canvas => {
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }""")


def wait_for_change(page, canvas, before: str, timeout: float = 30):  # seconds
    "Wait until a canvas no longer shows the picture `before`."
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before",
        arg=[canvas.element_handle(), before],
        timeout=timeout * 1000,
    )


def screenshot(page, name: str) -> Path:
    "Keep a picture of the page as tests/artifacts/<name>.png."
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    return ARTIFACTS / f"{name}.png"


def ask_kernel(page, code: str) -> str:
    "Run code in the kernel of the open notebook, outside its cells; what it printed, or an AssertionError."
    printed, error = page.evaluate(
        """async code => {
          const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
          const future = kernel.requestExecute({code, store_history: false});
          let printed = '';
          future.onIOPub = ({header, content}) => { if (header.msg_type === 'stream') printed += content.text; };
          const {content} = await future.done;
          return [printed, content.status === 'ok' ? '' : `${content.ename}: ${content.evalue}`];
        }""",
        code,
    )
    assert not error, error
    return printed.strip()
