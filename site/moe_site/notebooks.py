"""What a reader of the site sees of a notebook: a lesson with its set-up folded; a notebook of the library with the
signature of each name where it is written, the code that defines it folded below, and the example that follows."""

import ast
import json
import re
from functools import cache
from pathlib import Path

from .reader import Module, package
from .reference import classes_of, directive, entry

LONG = 14  # lines of a lesson's code that are shown unfolded
FOLDED = "hide-input"

ROOT = Path(__file__).parents[2]


@cache
def modules() -> dict[str, Module]:
    "Every module of the package."
    return package(ROOT)


@cache
def classes() -> dict:
    "Every class of the package."
    return classes_of(modules())


def prepared(text: str, live: tuple[str, ...] = ()) -> str:
    "The text of a notebook as the site shows it; `live` are the explorations that have a page without a kernel."
    notebook = json.loads(text)
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    if found := next(filter(None, map(module_of, sources)), None):
        notebook["cells"] = library(notebook["cells"], modules()[found])
    else:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and is_set_up(cell):
                fold(cell)
        notebook["cells"] = with_live(notebook["cells"], live)
    for number, cell in enumerate(notebook["cells"]):
        cell.setdefault("id", f"made-{number}")
    return json.dumps(notebook)


def with_live(cells: list[dict], names: tuple[str, ...]) -> list[dict]:
    "The cells of a lesson; behind the first that calls one of these explorations, a link to where it plays."
    shown, said = [], set()
    for cell in cells:
        shown.append(cell)
        source = "".join(cell["source"])
        found = [name for name in names if f"{name}(" in source and name not in said]
        if found:
            said.update(found)
            links = ", ".join(
                f'<a class="live-link" href="../../live/{name}/index.html">▶ Play with {name} here</a>'
                for name in found
            )
            shown.append(markdown(f"{links} without a notebook."))
    return shown


def module_of(source: str) -> str | None:
    "The module that a notebook says it writes."
    named = re.match(r"#\s*\|\s*default_exp\s+(\S+)", source)
    return f"moe_lab.{named[1]}" if named else None


def is_set_up(cell: dict) -> bool:
    "Whether a lesson's cell prepares, is folded there or takes a screen: what a reader unfolds if they want to."
    source = "".join(cell["source"])
    if "program" in cell["metadata"].get("tags", []):
        return False  # lesson 0, whose code is what there is to see
    if cell["metadata"].get("jupyter", {}).get("source_hidden"):
        return True
    lines = [line for line in source.splitlines() if line.strip()]
    only_prepares = all(re.match(r"(%|import |from |torch\.set_num|# )", line) for line in lines)
    return only_prepares or len(lines) > LONG


def fold(cell: dict):
    "Show the code of a cell only when it is asked for."
    tags = cell["metadata"].setdefault("tags", [])
    if FOLDED not in tags:
        tags.append(FOLDED)


def markdown(text: str) -> dict:
    "A cell of prose."
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def library(cells: list[dict], found: Module) -> list[dict]:
    "The cells of a notebook of the library, as a page of the reference."
    shown = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            shown.append(cell)
        elif module_of(source):
            continue
        elif re.match(r"#\s*\|\s*export", source):
            names = defined(source, found)
            shown += [markdown(entry(found.public[name], classes())) for name in names]
            cell["source"] = source.partition("\n")[2].strip("\n")
            fold(cell)
            shown.append(cell)
        else:
            if all(re.match(r"(import |from |$)", line) for line in source.splitlines()):
                fold(cell)
            shown.append(cell)
    shown = joined(shown)
    at = next(i for i, cell in enumerate(shown) if cell["cell_type"] == "markdown")
    shown.insert(at + 1, markdown(heading(found)))
    return shown


def joined(cells: list[dict]) -> list[dict]:
    "Folded cells of code that stand side by side, as one."
    kept: list[dict] = []
    for cell in cells:
        if kept and is_folded(cell) and is_folded(kept[-1]):
            kept[-1]["source"] = "\n\n".join("".join(one["source"]) for one in (kept[-1], cell))
        else:
            kept.append(cell)
    return kept


def is_folded(cell: dict) -> bool:
    "Whether a cell is code that shows nothing until it is asked for."
    return FOLDED in cell["metadata"].get("tags", []) and not cell.get("outputs")


def heading(found: Module) -> str:
    "Which module a page is about, and which names it holds."
    names = ", ".join(f"{{py:obj}}`{name} <{found.name}.{name}>`" for name in found.public)
    return f"```{{py:module}} {found.name}\n```\n\n" + (
        directive("card", f"`{found.name}`", names) if names else ""
    )


def defined(source: str, found: Module) -> list[str]:
    "The public names that an exported cell writes, in its order."
    code = "\n".join("" if line.startswith("%") else line for line in source.splitlines())
    names: list[str] = []
    for node in ast.parse(code).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [
                part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
            ]
    return [name for name in dict.fromkeys(names) if name in found.public]
