"""Every notebook of the library, each in a process of its own: `python tests/notebooks.py [folder or notebook]`.

With `--slow` those that have a cell for `make test-slow`, and that cell too.

A notebook that runs registers its own router or loss in place of the package's. In a process that runs several, as
`nbdev_test` has them, the next notebook would find it. Each process is a copy of one that has loaded the libraries,
and the modules of the folders before, which the notebook may build upon; those of its own folder it loads itself. It is
made by the main thread: memory of any other thread's is handed out and taken back in another way.
"""

import kernels.garbage  # first  # noqa: I001

import gc
import re
import sys
import tempfile
from argparse import ArgumentParser
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import nbdev.test
from execnb.shell import CaptureShell
from IPython.core.pylabtools import find_gui_and_backend
from matplotlib_inline.config import InlineBackend
from nbdev.config import get_config
from sync import PAGES

ROOT = Path(__file__).parents[1]
SIDE_BY_SIDE = 2
TOO_LONG = 600  # seconds in which none came to its end
# Before the first notebook, once for all.
LOADED = (
    "torch",
    "torch.utils.checkpoint",
    "numpy",
    "pandas",
    "scipy.stats",
    "datasets",
    "optuna",
    "sklearn.cluster",
)
LOADED += (
    "sklearn.manifold",
    "sklearn.linear_model",
    "sklearn.feature_extraction",
    "sklearn.datasets",
    "openTSNE",
)
LOADED += ("pynndescent", "matplotlib.pyplot", "ipywidgets", "anywidget", "skimage.color", "py_sod_metrics")
LOADED += ("IPython.core.magics.execution", "IPython.core.magics.ast_mod", "IPython.core.application")
LOADED += ("fastcore.test", "pandas.io.formats.html", "PIL.JpegImagePlugin", "PIL.GifImagePlugin")
LOADED += (
    "transformers.models.mixtral.modeling_mixtral",
)  # with what all its models, and optimizers, load late
SLOW = "# | slow"  # begins a cell that is run by `make test-slow` alone


def draw_as_it_is():
    "Figures at the end of a cell are drawn once and small, not first to see what can be cut off."
    InlineBackend.print_figure_kwargs.default_args = ({"bbox_inches": None, "dpi": 50},)
    nbdev.test.CaptureShell = partial(CaptureShell, mpl_format="png")
    find_gui_and_backend("inline")  # looks once through all packages for such as draw


def load_folders_before(notebook: Path, ahead: list[Path]):
    "Load what stands in other folders at the beginning of `ahead`, which is in order, and take it from there."
    while ahead[0].parent != notebook.parent:
        if named := re.search(r"# ?\| ?default_exp ([\w.]+)", ahead.pop(0).read_text("utf8")):
            import_module(f"moe_lab.{named[1]}")


def test(notebook: Path, is_slow: bool):
    "Run it, in a process that ends: 0 if it came to its end; an error is printed."
    kernels.garbage.freeze_for_good()
    flags = {*get_config().tst_flags.split()} - ({"slow"} if is_slow else set())
    passed, _ = nbdev.test.test_nb(notebook, skip_flags=flags, basepath=ROOT)
    sys.exit(not passed)


def test_all(notebooks: list[Path], is_slow: bool) -> dict[Path, tuple[bool, float]]:
    "Notebook -> whether it came to its end, and its seconds."
    waiting, ahead, busy, results = list(reversed(notebooks)), list(notebooks), {}, {}
    while waiting or busy:
        while waiting and len(busy) < SIDE_BY_SIDE:
            load_folders_before(waiting[-1], ahead)
            process = get_context("fork").Process(target=test, args=(waiting[-1], is_slow))
            process.start()
            busy[process.sentinel] = process, waiting.pop(), monotonic()
        ended = wait(busy, timeout=TOO_LONG)
        for sentinel in ended or list(busy):
            process, notebook, began = busy.pop(sentinel)
            if not ended:
                process.kill()
            process.join()
            results[notebook] = process.exitcode == 0, monotonic() - began
    return results


def main(inside: Path, is_slow: bool) -> str | None:
    "What went wrong."
    found = [inside] if inside.suffix == ".ipynb" else sorted(inside.rglob("*.ipynb"))
    elsewhere = ("lessons", ".ipynb_checkpoints")
    notebooks = [path for path in found if path.parent.name not in elsewhere and path not in PAGES]
    if is_slow:
        notebooks = [path for path in notebooks if f'"{SLOW}' in path.read_text("utf8")]
    if not notebooks:
        return f"no notebook of the library in {inside}"
    for name in (*LOADED, "moe_lab"):
        import_module(name)
    draw_as_it_is()
    gc.collect()
    gc.freeze()
    with TemporaryDirectory() as tempfile.tempdir:  # a process that was forked does not tidy up at its end
        results = test_all(notebooks, is_slow)
    for path, (_, seconds) in sorted(results.items(), key=lambda item: -item[1][1])[:20]:
        print(f"{seconds:5.1f} s  {path.relative_to(ROOT)}")
    failed = [str(path.relative_to(ROOT)) for path, (passed, _) in results.items() if not passed]
    return f"{len(failed)} of {len(notebooks)} notebooks failed: {', '.join(failed)}" if failed else None


if __name__ == "__main__":
    asked = ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("inside", nargs="?", type=Path, default=ROOT / "nbs")
    asked.add_argument("--slow", action="store_true")
    given = asked.parse_args()
    sys.exit(main(given.inside.resolve(), given.slow))
