"""The widgets of an exploration as a page without a kernel builds them again, and what they show at a moment."""

from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as w

from moe_lab.explore.shared.views import static, views_text

KINDS = {w.VBox: "v", w.HBox: "h"}
HERE = Path(__file__).resolve().parents[1]  # site/
SIZES = ("flex", "min_width", "width", "height", "max_width")
NOT_SEEN = {"layout", "tabbable", "tooltip", "comm", "looked"}
Values = dict[str, Any]  # "number of the widget.trait" -> value


def scripts() -> dict[str, list[str]]:
    "The text of every script and style of the explorations -> the files below moe_lab/explore that make it."
    own = [path for room in static("x").parents[1].glob("*/static") for path in room.glob("*.[jc]s*")]
    own = [path for path in own if path.suffix in (".js", ".css")]
    top = static("x").parents[1]
    own += [HERE / "live/player/map.js"]
    shared = {
        ".js": ["shared/static/canvas.js", "shared/static/views.js"],
        ".css": ["shared/static/views.css"],
    }
    found = {}
    for path in own:
        text = path.read_text("utf8")
        name = str(path.relative_to(top if top in path.parents else HERE))
        found[text] = [name]
        found[views_text(path.suffix[1:]) + text] = [*shared[path.suffix], name]
    return found | {views_text(kind): shared[f".{kind}"] for kind in ("js", "css")}


class Stage:
    "Widgets by number, as a tree of boxes, views and texts."

    def __init__(self, root: w.Widget):
        self.widgets: list[w.Widget] = []
        self.known = scripts()
        self.tree = self.node(root)

    def node(self, widget: w.Widget) -> dict[str, Any]:
        "A widget with what is in it."
        made: dict[str, Any] = {"classes": list(widget._dom_classes), "style": self.sizes(widget)}
        if isinstance(widget, w.Box):
            kind = next((name for cls, name in KINDS.items() if isinstance(widget, cls)), "v")
            return made | {"box": kind, "children": [self.node(child) for child in widget.children]}
        made |= {"number": len(self.widgets)}
        self.widgets.append(widget)
        if isinstance(widget, anywidget.AnyWidget):
            parts = {"script": self.source(widget._esm), "style_sheet": self.source(widget._css)}
            steps = {"steps": True} if getattr(widget, "has_steps", False) else {}
            return made | {"view": type(widget).__name__} | steps | parts
        return made | {"html": True}

    def source(self, text: Any) -> list[str]:
        "The files of a script or a style; `KeyError` for one that is not of the explorations."
        text = Path(text).read_text("utf8") if isinstance(text, Path) else str(text)
        return self.known[text]

    @staticmethod
    def sizes(widget: w.Widget) -> dict[str, str]:
        "What the layout of a widget says of its size."
        given = {name: getattr(widget.layout, name) for name in SIZES}
        return {name.replace("_", "-"): value for name, value in given.items() if value}

    def look(self, **more: Any) -> Values:  # more: values that no widget has, such as a sentence
        "What all widgets show now."
        seen: Values = dict(more)
        for number, widget in enumerate(self.widgets):
            names = ["value"] if isinstance(widget, w.HTML) else [n for n in widget.keys if n[0] != "_"]
            for name in {*names} - NOT_SEEN:
                value = getattr(widget, name)
                seen[f"{number}.{name}"] = list(value) if isinstance(value, (list, tuple)) else value
        return seen
