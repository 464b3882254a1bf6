"""The house: no import runs up a floor, no circle, a notebook for every module, and a light front door."""

import ast
import importlib
import io
import json
import re
import statistics
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest
from kernels.copied import exit_code

import moe_lab

ROOT = Path(__file__).parents[1]
FLOORS = (
    "colours",
    "draws",
    "files",
    "imports",
    "native",
    "registry",
    "routing",
    "experts",
    "sparse",
    "memory",
    "measure",
    "data",
    "models",
    "training",
    "experiments",
    "explore",
    "bench",
    "serving",
    "command",
    "cli",
)
EVERY_NOTEBOOK = sorted(  # but the copies that JupyterLab leaves beside those that were opened
    (path for path in (ROOT / "nbs").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts),
    key=lambda path: path.parts,
)
NOTEBOOKS = {
    ".".join([part.partition("_")[2] for part in path.relative_to(ROOT / "nbs").with_suffix("").parts]): path
    for path in EVERY_NOTEBOOK
    if path.parent.name != "lessons" and path.name[0].isdigit()
}
ROOMS = list(NOTEBOOKS)  # "routing.decision", … in the order in which the notebooks are read
MODULES = {
    ".".join(path.relative_to(ROOT / "moe_lab").with_suffix("").parts): path
    for path in (ROOT / "moe_lab").rglob("*.py")
    if not path.name.startswith("_")  # __init__.py, and the index that the export makes
}


DOORS = [
    ".".join(path.parent.relative_to(ROOT / "moe_lab").parts)
    for path in (ROOT / "moe_lab").rglob("*/__init__.py")
]


def test_every_module_has_its_notebook_and_every_notebook_its_module():
    assert set(MODULES) == set(ROOMS)
    for name, path in MODULES.items():
        assert f"File to edit: {'../' * (name.count('.') + 1)}nbs/" in path.read_text("utf8"), name


def test_the_floors_are_numbered_as_they_stand_upon_each_other():
    seen = list(dict.fromkeys(room.split(".")[0] for room in ROOMS))
    assert seen == list(FLOORS)


def test_the_page_of_the_library_tells_of_every_floor_in_their_order():
    table = (ROOT / "docs/library.md").read_text("utf8").split("| floor | holds |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.M) == list(FLOORS)


@cache
def imported(room: str, everywhere: bool = False) -> set[str]:
    "The rooms that a room imports: when it is loaded itself, or `everywhere`, in functions and for types too."
    tree = ast.parse(MODULES[room].read_text("utf8"))
    package = ["moe_lab", *room.split(".")[:-1]]
    found = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            home = ".".join([*above, *filter(None, [node.module])])
            found |= {home, *(f"{home}.{alias.name}" for alias in node.names)}
    return {name.removeprefix("moe_lab.") for name in found} & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_stands_before_it(room):
    later = set(ROOMS[ROOMS.index(room) :])
    assert not imported(room, everywhere=True) & later


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_rooms_and_not_through_the_open_doors(room):
    text = MODULES[room].read_text("utf8")
    packages = {"moe_lab", *(f"moe_lab.{name}" for name in DOORS)}
    own = ["moe_lab", *room.split(".")[:-1]]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            above = own[: len(own) - node.level + 1] if node.level else []
            home = ".".join([*above, *filter(None, [node.module])])
            through = {
                alias.name
                for alias in node.names
                if f"{home}.{alias.name}".removeprefix("moe_lab.") not in ROOMS
            }
            assert home not in packages or not through, f"{room} imports {through} from {home}"


def test_the_import_reader_sees_what_is_there():
    assert {"data.images", "experts.moe", "training.trainer"} <= imported("experiments.systems.srnn.system")
    assert "experiments.core.report" in imported("cli", everywhere=True) - imported("cli")


def loaded_by(statement: str) -> set[str]:
    "The top-level packages that are loaded after a statement in a fresh interpreter."
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {name.split(".")[0] for name in ended.stdout.split()}


HEAVY = {
    "accelerate",
    "datasets",
    "ipywidgets",
    "matplotlib",
    "optuna",
    "pandas",
    "sklearn",
    "skimage",
    "transformers",
}


def test_import_moe_lab_loads_nothing_heavy():
    assert not loaded_by("import moe_lab") & (HEAVY | {"torch", "numpy"})


def test_the_names_people_use_most_need_little_more_than_torch():
    loaded = loaded_by("from moe_lab import MoE, Router, Trainer, load_images")
    assert "torch" in loaded and not loaded & HEAVY


@pytest.mark.parametrize("package", ["", *DOORS])
def test_every_name_at_a_door_leads_somewhere(package):
    door = importlib.import_module(".".join(filter(None, ["moe_lab", package])))
    assert set(door.__all__) <= set(dir(door))
    for name in door.__all__:
        assert getattr(door, name) is not None
    with pytest.raises(AttributeError, match="Moe"):
        door.Moe  # noqa: B018


def test_what_people_use_is_at_the_doors():
    assert set(FLOORS) <= set(moe_lab.__all__)
    for name in ("top_k", "Router", "Linear", "LossFreeBias", "TopK", "switch_loss", "Context", "ROUTERS"):
        assert name in moe_lab.routing.__all__
    assert {"MoE", "Bottleneck", "observe", "upcycle"} <= set(moe_lab.experts.__all__)
    assert {"METRICS", "Load", "n_eff", "record", "Trace", "ablate"} <= set(moe_lab.measure.__all__)
    assert {"Trainer", "AuxLoss", "HoldThenDecay", "HealthMonitor"} <= set(moe_lab.training.__all__)


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_pages_name_what_is_there(page):
    text = (ROOT / page).read_text("utf8")
    named = {name for line in re.findall(r"from moe_lab import (.+)", text) for name in line.split(", ")}
    assert named and named <= set(moe_lab.__all__)


def test_no_folder_and_no_module_is_too_large():
    folders = {path.parent for top in ("nbs", "moe_lab", "tests") for path in (ROOT / top).rglob("*.*")}
    files = {folder: [p for p in folder.iterdir() if p.suffix in (".py", ".ipynb")] for folder in folders}
    large = {
        str(folder): len(found)
        for folder, found in files.items()
        if len(found) > 12 and folder.name not in ("lessons", "answers")  # a course is as long as it is
    }
    assert not {name: n for name, n in large.items() if ".ipynb_checkpoints" not in name}
    sources = [p for top in ("moe_lab", "tests", "site", "data_scripts") for p in (ROOT / top).rglob("*.*")]
    code = [p for p in sources if p.suffix in (".py", ".js", ".css") and p.name != "_modidx.py"]
    assert not {str(p): n for p in code if (n := len(p.read_text("utf8").splitlines())) > 400}


def exported_cells(notebook: Path) -> list[int]:
    "Lines of code of each exported cell, blank ones left out."
    cells = json.loads(notebook.read_text("utf8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    own = [text.splitlines()[1:] for text in texts if re.match(r"#\s*\|\s*export", text)]
    return [sum(bool(line.strip()) for line in lines) for lines in own]


def test_exported_cells_are_short():
    lines = {room: exported_cells(path) for room, path in NOTEBOOKS.items()}
    assert not {room: max(n) for room, n in lines.items() if n and max(n) > 40}
    assert statistics.median(n for own in lines.values() for n in own) <= 12


def test_links_in_pages_lead_somewhere():
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        prose = re.sub(r"```.*?```", "", page.read_text("utf8"), flags=re.S)
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", prose):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("notebook", EVERY_NOTEBOOK, ids=lambda path: path.stem)
def test_links_between_notebooks_lead_somewhere(notebook):
    cells = json.loads(notebook.read_text("utf8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (notebook.parent / target).exists(), f"{notebook.name} links to {target}"


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_pages_run_as_pasted(page, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf8"), re.S)
    assert len(blocks) >= 3
    program = "\n".join(blocks).replace("run(511)", "run(3)")  # the same code, fewer steps
    script = tmp_path / "pasted.py"
    script.write_text(f"import os\nos.chdir({str(tmp_path)!r})\n{program}", "utf8")
    assert exit_code(str(script)) == 0


def told_as_options(function: ast.FunctionDef) -> set[str]:
    "The parameters that a command explains to whoever types it: those under `Args:` in its docstring."
    return {*re.findall(r"^\s+(\w+): ", (ast.get_docstring(function) or "").partition("Args:")[2], re.M)}


def parameters(module: Path) -> list[bool]:
    "For each parameter of a public function, method or dataclass, whether a comment or an `Args:` explains it."
    text = module.read_text("utf8")
    commented = {
        t.start[0] for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT
    }
    tree, found, told = ast.parse(text), list[ast.arg | ast.AnnAssign](), list[bool]()
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    for cls in classes:
        if any("dataclass" in ast.dump(decorator) for decorator in cls.decorator_list):
            fields = [node for node in cls.body if isinstance(node, ast.AnnAssign)]
            found += [node for node in fields if "ClassVar" not in ast.dump(node.annotation)]
    functions = [
        node for holder in (tree, *classes) for node in holder.body if isinstance(node, ast.FunctionDef)
    ]
    for function in functions:
        if function.name == "__init__" or (function.name[0] != "_" and function.name != "forward"):
            own = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            options = told_as_options(function)
            found += [arg for arg in own if arg.arg not in ("self", "cls", *options)]
            told += [True for arg in own if arg.arg in options]
    return told + [bool({node.lineno, node.end_lineno} & commented) for node in found]


def test_public_parameters_are_explained():
    explained = {room: parameters(path) for room, path in MODULES.items()}
    share = statistics.mean(known for own in explained.values() for known in own)
    print(f"{share:.1%} of {sum(map(len, explained.values()))} public parameters are explained")
    assert share > 0.97
