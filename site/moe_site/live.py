"""Explorations as pages without a kernel: the views of the package, what plays them, and what was recorded."""

import json
import re
from functools import cache
from html import escape
from pathlib import Path

from .notebooks import ROOT

HERE = ROOT / "site" / "live"
EXPLORE = ROOT / "moe_lab" / "explore"
PLAYED = (
    "player/model",
    "player/address",
    "player/bets",
    "player/controls",
    "player/stage",
    "player/player",
    "player/theme",
)
TAPED = (*PLAYED, "player/tape", "player/recorded")
PAIRED = (*TAPED, "balance/pair", "balance/lab")
SEEN = (*TAPED, "scene/silence", "scene/lab")
CHOSEN = (*TAPED, "tokens/words", "tokens/lasso", "tokens/lab")
PLANE = ("plane/dice", "plane/methods", "plane/mixture")
COMPUTED = (*PLAYED, "player/tape", *PLANE, "plane/picture", "plane/lab")
PROGRAMS = {  # what a recording has -> modules of its page, and what begins
    "pair": (PAIRED, "balanceLab"),
    "acts": (SEEN, "sceneLab"),
    "choice": (CHOSEN, "specialistMap"),
    "runs": (TAPED, "recorded"),
    "numbers": (COMPUTED, "planeLab"),
}
BEGIN = """themed(document.getElementById("theme"));
await {begin}(document.getElementById("panel"), moeSpec, moeScripts);
document.body.dataset.ready = "true";"""


@cache
def names() -> tuple[str, ...]:
    "The explorations that have a page of their own."
    return tuple(sorted(path.stem for path in (HERE / "recorded").glob("*.json")))


def joined(modules: tuple[str, ...]) -> str:
    "Modules as one, in this order: pages that are opened as files may not import any."
    text = "".join((HERE / f"{name}.js").read_text("utf8") for name in modules)
    text = re.sub(r"^import .*;\n", "", text, flags=re.M)
    return re.sub(r"^export ", "", text, flags=re.M)


def program(modules: tuple[str, ...], begin: str) -> str:
    "What a page runs."
    return joined(modules) + "\n" + BEGIN.format(begin=begin)


def files_of(node: dict, part: str) -> list[list[str]]:
    "The files of every script, or of every style sheet, in a tree of widgets."
    own = [node[part]] if part in node else []
    return own + [found for child in node.get("children", ()) for found in files_of(child, part)]


def text_of(files: list[str]) -> str:
    "What stands in files of the explorations, or of the site, one behind the other."
    places = (HERE.parent / name if name.startswith("live/") else EXPLORE / name for name in files)
    return "".join(place.read_text("utf8") for place in places)


def styles(tree: dict) -> str:
    "The style sheets of a panel, each once, behind them that of the page."
    found = dict.fromkeys(name for files in files_of(tree, "style_sheet") for name in files)
    sheets = [*dict.fromkeys(["shared/static/panel.css", "shared/static/views.css", *found])]
    return text_of(sheets) + (HERE / "player/player.css").read_text("utf8")


def data(spec: dict) -> str:
    "The script that brings a page what was recorded, and the views by their files."
    scripts = {" ".join(files): text_of(files) for files in files_of(spec["tree"], "script")}
    parts = {"moeSpec": spec, "moeScripts": scripts}
    return "".join(
        f"globalThis.{name} = {json.dumps(part, ensure_ascii=False)};\n" for name, part in parts.items()
    )


def foot(spec: dict, used: str) -> str:
    "Where the numbers come from, and where the panel is used (HTML)."
    name = spec["panel"]
    reference = f"<a href='../../reference/explore.html'>{name}</a>"
    if runs := len(spec.get("runs", ())):
        how = (
            "are the figures that a notebook draws."
            if "figures" in spec
            else "are drawn by the same scripts as in JupyterLab. Numbers keep four digits; pictures are compressed."
        )
        frames = len(spec["along"]["marks"])
        came = f"{runs} runs of {reference} were recorded, of up to {frames} frames each, and {how}"
    else:
        came = f"What {reference} does in a notebook is computed here, in your browser, and drawn by the same scripts."
    more = (
        f"{spec.get('more', 'In a notebook everything can be turned')}: <code>{name}()</code>."
        if spec.get("code") is None
        else "In a notebook it is made of a model and texts of your own."
    )
    return f"{came} {spec.get('note', '')}{used}{more}"


def page(spec: dict, modules: tuple[str, ...], begin: str, used: str) -> str:
    "The page of a panel."
    parts = {
        "title": spec["panel"],
        "question": escape(spec["question"]),
        "about": escape(spec["heading"][1]),
        "preview": "../../_static/preview.png",
        "styles": styles(spec["tree"]),
        "hint": spec["hint"],
        "foot": foot(spec, used),
        "data": '<script src="data.js"></script>',
        "program": program(modules, begin),
    }
    template = (HERE / "player/page.html").read_text("utf8")
    return re.sub(r"<<(\w+)>>", lambda found: parts[found[1]], template)


def write(folder: Path, used: dict[str, str]):  # used: where a panel is used (HTML), by its name
    "A page for each, with its data beside it."
    for name in names():
        spec = json.loads((HERE / "recorded" / f"{name}.json").read_text("utf8"))
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "data.js").write_text(data(spec), "utf8")
        modules, begin = next((own for part, own in PROGRAMS.items() if part in spec))
        (folder / name / "index.html").write_text(page(spec, modules, begin, used.get(name, "")), "utf8")
