"""Run the lessons and the pages, and store what they show: figures and text, no widget state.

usage: python data_scripts/render_lessons.py [NOTEBOOK …]   (default: the front page, the pages and every lesson)
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image
from tqdm import tqdm

from moe_lab.colours import expert_colour
from moe_lab.explore.shared.life import KEPT_NOTE

ROOT = Path(__file__).parents[1]


def render(path: Path):
    "Execute a notebook in its own folder and store it with small outputs."
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [kept(output) for output in cell.outputs if worth_keeping(output)]
    for cell, following in zip(notebook.cells, notebook.cells[1:]):
        if cell.cell_type == "code" and "still()" in following.source:
            cell.outputs = [output for output in cell.outputs if not is_left_by_lab(output)]
    nbformat.write(notebook, path)


def is_left_by_lab(output) -> bool:
    "Whether a picture is the one that a lab leaves behind; the next cell may draw a better one."
    return output.get("data", {}).get("text/plain", "").startswith(KEPT_NOTE)


def worth_keeping(output) -> bool:
    "Figures, tables and text; not live widgets, nor what stands beside them in a page, nor progress bars."
    data = output.get("data", {})
    live = "application/vnd.jupyter.widget-view+json" in data or "moe-kept" in data.get("text/html", "")
    return not live and output.get("name") != "stderr"


def kept(output):
    "The output without its number, its picture reduced to 256 colours."
    if "execution_count" in output:
        output["execution_count"] = None
    if picture := output.get("data", {}).get("image/png"):
        output["data"]["image/png"] = reduced(picture)
    return output


def reduced(picture: str) -> str:
    "A PNG (base64) with 256 colours, the experts' own among them: a third of the size."
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    experts = b"".join(bytes.fromhex(expert_colour(e)[1:]) for e in range(16))
    own = bytes(image.quantize(240).getpalette())[: 240 * 3]
    palette = Image.new("P", (1, 1))
    palette.putpalette(own.ljust(240 * 3, b"\0") + experts)
    small = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


if __name__ == "__main__":
    asked = [Path(name).resolve() for name in sys.argv[1:]]
    every = [
        path
        for some in ("index", "pages/*", "lessons/*")
        for path in sorted((ROOT / "nbs").glob(f"{some}.ipynb"))
    ]
    for notebook in tqdm(asked or every, unit="notebook"):
        render(notebook)
