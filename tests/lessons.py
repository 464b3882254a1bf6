"""Every lesson opens on a picture, runs, carries what there is without a kernel, and asks three checked questions.

Run by `make lessons`; about a minute a lesson. When a lesson has run, what stands of it in `tests/answers` follows: for
each exercise an answer that is right, and one that is wrong as readers are.
"""

import re
import subprocess
from math import ceil
from pathlib import Path

import nbformat
import pytest
from kernels.copied import CopyManager
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "nbs" / "lessons"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
AT_MOST = 400_000  # characters of stored output
ABOVE_THE_FOLD = 22  # lines of a window of 1280 × 800 pixels, which has room for 34; then the picture begins
LETTERS = 120  # of prose in a line of such a window
ANSWERS = Path(__file__).parent / "answers"
LEVELS = ["look", "change", "build"]
GLOSSARY = ROOT / "docs" / "glossary.md"


def test_there_are_lessons():
    assert LESSONS, f"no notebook in {FOLDER}"
    opened = subprocess.run(
        ["make", "--dry-run", "lab"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert f"/lab/tree/nbs/lessons/{LESSONS[0].name}" in opened.stdout
    listed = re.findall(
        r"^\| \d+ \| \[.*\]\(nbs/lessons/(.+?)\)", (ROOT / "README.md").read_text("utf8"), re.M
    )
    assert listed == [path.name for path in LESSONS]
    assert [int(path.name[:2]) for path in LESSONS] == list(range(len(LESSONS)))


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request) -> Path:
    return request.param


def outputs(notebook) -> list:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(output) -> dict[str, str]:
    "What an output shows, by MIME type."
    if output.output_type == "stream":
        return {"text/plain": output.text}
    return {kind: "".join(content) for kind, content in output.get("data", {}).items()}


PREDICTIONS = """from moe_lab.explore import Prediction
for asked in {id(one): one for one in globals().values() if isinstance(one, Prediction)}.values():
    assert asked.said is None, "answered already"
    assert "you said" in asked.expect(asked.options[0] if hasattr(asked, "options") else asked.low).lower()"""
WRONG = """try:
    exec({check!r})
except AssertionError:
    pass
else:
    raise RuntimeError({exercise!r} + " passes the check")"""


def exercises(cells) -> list[tuple[int, int]]:
    "Where each exercise begins, and where the next one does."
    asked = [i for i, c in enumerate(cells) if c.cell_type == "markdown" and "**Exercise" in c.source]
    return list(zip(asked, [*asked[1:], len(cells)]))


def checks(cells) -> list[str]:
    "The cells that check."
    return [c.source for c in cells if c.cell_type == "code" and c.source.startswith("# check")]


def answered(lesson: Path) -> list[str]:
    "Cells behind a lesson: answers that are stored, right ones that must pass their check, wrong ones that must not."
    stored = ANSWERS / f"{lesson.stem}.py"
    if not stored.exists():
        return []
    cells = nbformat.read(lesson, 4).cells
    check = ["\n".join(checks(cells[i:end])) for i, end in exercises(cells)]
    made = []
    for part in stored.read_text("utf8").split("# %% ")[1:]:
        exercise, _, code = part.partition("\n")
        own = check[int(exercise.split()[1].strip(":")) - 1]
        made += [code, own if exercise.endswith("right") else WRONG.format(check=own, exercise=exercise)]
    return made


def test_it_runs(lesson):
    before = set(FOLDER.rglob("*"))
    place = {"metadata": {"path": str(FOLDER)}}
    notebook = nbformat.read(lesson, 4)
    notebook.cells += [nbformat.v4.new_code_cell(code) for code in (PREDICTIONS, *answered(lesson))]
    client = {"kernel_manager_class": CopyManager, "kernel_name": "python3", "resources": place}
    NotebookClient(notebook, timeout=120, **client).execute()
    warned = [output.text for output in outputs(notebook) if "Warning:" in output.get("text", "")]
    assert not warned, f"a reader would see {warned}"
    assert set(FOLDER.rglob("*")) == before, "the lesson leaves files behind"


def test_it_carries_its_figures_and_nothing_else(lesson):
    notebook = nbformat.read(lesson, 4)
    assert "widgets" not in notebook.metadata, "widget state is stored"
    found = [shown(output) for output in outputs(notebook)]
    assert not [o for o in outputs(notebook) if o.output_type == "error" or o.get("name") == "stderr"]
    kinds = {kind for part in found for kind in part}
    assert "image/png" in kinds, "no figure is stored: run data_scripts/render_lessons.py"
    assert not [kind for kind in kinds if "widget" in kind], "live widgets are stored"
    text = "\n".join(content for part in found for kind, content in part.items() if kind.startswith("text/"))
    for place in ("/home/", "/root/", "/tmp/", "/work/", "\\Users\\"):
        assert place not in text, f"a path of one machine is stored: …{text[text.index(place) :][:80]}…"
    size = sum(len(content) for part in found for content in part.values())
    assert size < AT_MOST, f"{size} characters of output"


def test_it_asks_and_checks(lesson):
    cells = nbformat.read(lesson, 4).cells
    assert len(exercises(cells)) >= 3, f"{len(exercises(cells))} exercises"
    for i, end in exercises(cells):
        title = cells[i].source.partition("**Exercise")[2][:40]
        assert cells[i].source.count("**Exercise") == 1, f"two exercises in one cell: {title}"
        assert "<details><summary>Hint</summary>" in cells[i].source, f"no hint that unfolds: Exercise{title}"
        checked = [c for c in cells[i:end] if c.cell_type == "code" and c.source.startswith("# check")]
        assert any("assert" in c.source for c in checked), f"no `# check` that asserts: Exercise{title}"
        assert all(map(is_folded, checked)), f"a check that gives the answer away: Exercise{title}"
        said = "\n".join(shown(output).get("text/plain", "") for c in checked for output in c.outputs)
        assert "not answered yet" in said, f"nothing is written, and the check is silent: Exercise{title}"


QUESTION = re.compile(r"^\w+ = Predict(?:One|Number)\(\s*((?:\"[^\"]*\"\s*)+)", re.M)


def test_it_asks_before_it_shows(lesson):
    "What is to be seen is asked first; a question is stored as it stands in its cell, and without its answer."
    cells = [c for c in nbformat.read(lesson, 4).cells if c.cell_type == "code" and QUESTION.search(c.source)]
    assert cells, "no question that is asked before its answer is seen"
    for cell in cells:
        asked = "".join(re.findall('"([^"]*)"', QUESTION.search(cell.source)[1]))
        stored = "".join(output.get("text/html", "") for output in map(shown, cell.outputs))
        assert f"<b>Predict first.</b> {asked}<" in stored, asked
        assert is_folded(cell), f"what is said after the answer stands above the question: {asked}"


def below(cells, question: int) -> list:
    "The cells of code between a question and the next words, or the next question."
    end = next(
        (i for i in range(question + 1, len(cells)) if cells[i].cell_type != "code" or asks(cells[i])),
        len(cells),
    )
    return cells[question + 1 : end]


def asks(cell) -> bool:
    return cell.cell_type == "code" and bool(QUESTION.search(cell.source))


def test_what_is_asked_is_folded_below_it(lesson):
    "What shows the answer unfolds when it is run; its code, which may say it in so many words, when it is clicked."
    cells = nbformat.read(lesson, 4).cells
    for i in [i for i, cell in enumerate(cells) if asks(cell)]:
        for cell in below(cells, i):
            first = cell.source.splitlines()[0]
            assert is_folded(cell), f"code below a question: {first}"
            assert not cell.outputs or "hide-output" in cell.metadata["tags"], (
                f"output below a question: {first}"
            )
    for cell in [c for c in cells if c.cell_type == "code" and "hide-output" in c.metadata.get("tags", [])]:
        assert cell.metadata["jupyter"]["outputs_hidden"], "folded for one reader, and not for another"
        assert is_folded(cell) or "program" in cell.metadata["tags"], (
            f"its output is folded, its code is not: {cell.source.splitlines()[0]}"
        )


@pytest.mark.parametrize("stored", sorted(ANSWERS.glob("*.py")), ids=lambda path: path.stem)
def test_every_exercise_is_answered_rightly_and_wrongly(stored):
    lesson = FOLDER / f"{stored.stem}.ipynb"
    cells = nbformat.read(lesson, 4).cells
    kinds = re.findall(r"^# %% exercise (\d+): (right$|wrong, )", stored.read_text("utf8"), re.M)
    wanted = [(str(n + 1), kind) for n in range(len(exercises(cells))) for kind in ("right", "wrong, ")]
    assert kinds == wanted
    titles = [cells[i].source.partition("**Exercise ")[2] for i, _ in exercises(cells)]
    levels = [re.match(r"(\d+) \((\w+)\)[.][*][*]", title)[2] for title in titles]
    assert sorted(levels, key=LEVELS.index) == levels and {*levels} == {*LEVELS}
    for i, end in exercises(cells):
        writes = [
            c for c in cells[i:end] if c.cell_type == "code" and not re.search("^# check|Predict", c.source)
        ]
        assert len(writes) == 1, "a cell to write in"


def lines_above(cell) -> int:
    "Lines of a window that a cell takes, what it shows left out."
    if cell.cell_type == "code":
        return 1 + (1 if is_folded(cell) else len(cell.source.splitlines()))
    paragraphs = re.split(r"\n\s*\n", re.sub(r"<[^>]+>", "", cell.source))
    return sum(1 + ceil(len(part) / LETTERS) + part.startswith("# ") for part in paragraphs)


def is_folded(cell) -> bool:
    "Whether a page and JupyterLab show the cell without its code."
    folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    assert folded == ("hide-input" in cell.metadata.get("tags", [])), (
        "folded for one reader, and not for another"
    )
    return folded


def test_it_opens_on_a_question_and_a_picture(lesson):
    line = 0
    for cell in nbformat.read(lesson, 4).cells:
        begins, line = line, line + lines_above(cell)
        if cell.cell_type == "markdown":
            assert line > 6 or "?" in cell.source, "no question at the top"
            if "![" in cell.source:
                assert begins <= ABOVE_THE_FOLD // 2, "the first picture stands in a long text"
                return
            continue
        for output in map(shown, cell.outputs):
            if "image/png" in output:
                assert line <= ABOVE_THE_FOLD, f"the first picture begins at line {line}"
                return
            line += len(output.get("text/plain", "").splitlines())
    raise AssertionError("no picture")


def test_the_first_one_is_as_short_as_it_says():
    cells = [c for c in nbformat.read(LESSONS[0], 4).cells if "program" in c.metadata.get("tags", [])]
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip() and line[0] != "%"]
    assert 40 < len(lines) <= 60
    assert {line.split()[1].split(".")[0] for line in lines if line.startswith(("import", "from"))} == {
        "torch",
        "matplotlib",
        "functools",
    }


def short_forms() -> dict[str, str]:
    "The first sentence of every entry of the glossary, by its term."
    entries = re.findall(r"^(\w.*)\n  (.+)$", GLOSSARY.read_text("utf8").partition("```{glossary}")[2], re.M)
    assert len({term for term, _ in entries}) == len(entries), "a term stands twice"
    return {term: re.split(r"(?<=[.])\s+(?=[A-Z])", said)[0] for term, said in entries}


def test_the_glossary_is_short_and_plain():
    forms = short_forms()
    assert (
        len(forms) >= 40
        and max(map(len, forms.values())) <= 120
        and all(said[-1] == "." for said in forms.values())
    )


def test_words_open_on_hover_as_the_glossary_has_them(lesson):
    cells = [cell.source for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "markdown"]
    marked = re.findall(r'<abbr title="([^"]*)">([^<]*)</abbr>', "\n".join(cells))
    terms = {said: term for term, said in short_forms().items()}
    for said, word in marked:
        assert terms.get(said, "")[:4].lower() == word[:4].lower(), f"{word}: {said}"
    assert len(marked) == len(dict(marked)), "a word is explained once in a lesson"
    plain = re.findall(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`]+`", "\n\n".join(cells), re.S)
    assert not [one for one in plain if "<abbr" in one], "a word is explained inside a formula, or in code"
    assert len(marked) >= 2
