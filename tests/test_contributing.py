"CONTRIBUTING.md is true: its recipes are followed, block by block."

import re
from pathlib import Path

import lessons
import nbformat
import pytest
from kernels.copied import CopyManager
from nbclient import NotebookClient

from moe_lab.experiments.core.experiment import EXPERIMENTS, launch
from moe_lab.experiments.studies.engine.study import STUDIES
from moe_lab.measure.load.metrics import METRICS
from moe_lab.routing.losses import AUX_LOSSES
from moe_lab.routing.router import ROUTERS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf8")
RECIPES = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M))


def blocks(recipe: str, language: str = "python") -> list[str]:
    "The blocks of code of a recipe."
    return re.findall(rf"```{language}\n(.*?)```", RECIPES[recipe], re.S)


def follow(recipe: str) -> dict:
    "The names that there are when all blocks of a recipe have run, as cells of a notebook do."
    names: dict = {"__name__": "__main__"}
    for block in blocks(recipe):
        exec(compile(block, recipe, "exec", dont_inherit=True), names)
    return names


def test_there_are_seven_recipes_and_what_they_link_to_is_there():
    assert [*RECIPES][1:] == [
        "A router",
        "A metric",
        "An auxiliary loss",
        "An experiment",
        "A study",
        "A lesson",
        "An exploration",
    ]
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.S)
    named = re.findall(r"`((?:nbs|tests|moe_lab)/[\w/.]+)`", prose)
    for path in (path for path in named if "NN" not in path):
        assert (ROOT / path).exists(), path


def test_a_study_is_found_by_its_name():
    try:
        follow("A study")
        assert [*STUDIES["depths"].space] == ["layers=2", "layers=4", "layers=6"]
    finally:
        STUDIES.remove("depths")


@pytest.mark.parametrize(
    "recipe, registry, name",
    [
        ("A router", ROUTERS, "standardised"),
        ("A metric", METRICS, "load_max"),
        ("An auxiliary loss", AUX_LOSSES, "entropy_missing"),
    ],
)
def test_what_takes_one_cell(recipe, registry, name):
    try:
        follow(recipe)
        assert registry[name].about
    finally:
        registry.remove(name)


@pytest.mark.parametrize(
    "recipe, notebook",
    [
        ("A router", "01_routing/10_presets.ipynb"),
        ("A metric", "05_measure/2_load/01_metrics.ipynb"),
        ("An auxiliary loss", "01_routing/11_losses.ipynb"),
    ],
)
def test_a_recipe_in_the_notebook_that_it_is_for(recipe, notebook):
    "The cells of the recipe before the last section: everything that follows still holds."
    book = nbformat.read(ROOT / "nbs" / notebook, 4)
    last = max(i for i, cell in enumerate(book.cells) if cell.source.startswith("## "))
    book.cells[last:last] = [nbformat.v4.new_code_cell(block) for block in blocks(recipe)]
    NotebookClient(book, kernel_name="python3", kernel_manager_class=CopyManager, timeout=120).execute()


def test_an_experiment(tmp_path):
    "Its notebook would stand among the systems; here the command line finds it in a module of its own."
    try:
        follow("An experiment")
        table = launch(EXPERIMENTS["gates"], tmp_path / "gates", workers=1)
    finally:
        EXPERIMENTS.remove("gates")
    assert set(table["arm"]) == {"all", "chosen"} and table["seed"].nunique() == 5


def test_a_lesson(tmp_path):
    cells = re.findall(r"```(markdown|python)\n(.*?)```", RECIPES["A lesson"], re.S)
    book = nbformat.v4.new_notebook()
    make = {"markdown": nbformat.v4.new_markdown_cell, "python": nbformat.v4.new_code_cell}
    cells += 2 * cells[2:]  # two more such exercises
    book.cells = [make[kind](text.strip()) for kind, text in cells]
    for cell in book.cells:
        if cell.source.startswith("# check"):
            cell.metadata.update(jupyter={"source_hidden": True}, tags=["hide-input"])
    path = tmp_path / "14_how_many_tokens.ipynb"
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, kernel_name="python3", kernel_manager_class=CopyManager, resources=place).execute()
    nbformat.write(book, path)
    lessons.test_it_carries_its_figures_and_nothing_else(path)
    lessons.test_it_asks_and_checks(path)


def test_an_exploration():
    names = follow("An exploration")
    look = names["FirstLook"]()
    for name, value in {"n_experts": 4, "k": 2, "seed": 3, "router": "expert_choice"}.items():
        before = look.stage.shown["y"].tolist()
        look.knobs[name].value = value
        assert look.stage.shown["y"].tolist() != before, name
