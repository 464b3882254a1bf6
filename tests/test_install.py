"What `make lab` installs is enough for every lesson."

import ast
import json
import re
import sys
from configparser import ConfigParser
from importlib.metadata import packages_distributions, requires
from pathlib import Path

ROOT = Path(__file__).parents[1]


def imported(notebook: Path) -> set[str]:
    "The top names of all modules that a notebook imports."
    cells = [
        "".join(cell["source"])
        for cell in json.loads(notebook.read_text("utf8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    code = "\n".join(line for cell in cells for line in cell.splitlines() if not line.startswith("%"))
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    return names - set(sys.stdlib_module_names)


def plain(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_lessons_import_what_make_lab_installs():
    ini = ConfigParser(delimiters=["="])
    ini.read(ROOT / "settings.ini", encoding="utf8")
    asked = {
        plain(name)
        for name in f"{ini['DEFAULT']['requirements']} {ini['DEFAULT']['lab_requirements']}".split()
    }
    there = (
        asked
        | {"moe-lab"}
        | {plain(name) for one in asked for name in requires(one) or [] if "extra" not in name}
    )
    assert "--editable '.[lab]'" in (ROOT / "Makefile").read_text("utf8")
    known = packages_distributions()
    lessons = sorted((ROOT / "nbs/lessons").glob("*.ipynb"))
    needed = {name for lesson in lessons for name in imported(lesson)}
    assert {"torch", "transformers"} <= needed
    missing = {name for name in needed if not {plain(one) for one in known.get(name, [name])} & there}
    assert not missing - {"IPython"}  # which comes with JupyterLab
