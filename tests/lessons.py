"""Every lesson runs, carries what a reader without a kernel needs, and asks at least three checked questions.

Run by `make lessons`; about a minute a lesson.
"""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "nbs" / "lessons"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
AT_MOST = 400_000  # characters of stored output


def test_there_are_lessons():
    assert LESSONS, f"no notebook in {FOLDER}"
    assert LESSONS[0].name == "01_why_experts_die.ipynb"  # the one that `make lab` opens


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


def test_it_runs(lesson):
    before = set(FOLDER.rglob("*"))
    place = {"metadata": {"path": str(FOLDER)}}
    notebook = nbformat.read(lesson, 4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=place).execute()
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
    asked = [i for i, c in enumerate(cells) if c.cell_type == "markdown" and "**Exercise" in c.source]
    assert len(asked) >= 3, f"{len(asked)} exercises"
    for i, end in zip(asked, [*asked[1:], len(cells)]):
        title = cells[i].source.partition("**Exercise")[2][:40]
        assert cells[i].source.count("**Exercise") == 1, f"two exercises in one cell: {title}"
        assert "<details>" in cells[i].source, f"no hidden answer: Exercise{title}"
        checks = [c.source for c in cells[i:end] if c.cell_type == "code" and c.source.startswith("# check")]
        assert any("assert" in check for check in checks), f"no `# check` that asserts: Exercise{title}"
