"""The pages of the site, before they are built: nothing public is left out, and what is said is read rightly."""

import json
import re

import pytest
from moe_site import check, live, notebooks, pages, reference
from moe_site.reader import Module

ROOT = notebooks.ROOT


def test_every_public_name_is_explained_where_it_is_written():
    "Each once, on the page of the module that offers it."
    where = pages.notebooks()
    assert {name for name, module in notebooks.modules().items() if module.offered} <= set(where)
    for name, path in where.items():
        shown = notebooks.library(json.loads(path.read_text("utf8"))["cells"], notebooks.modules()[name])
        prose = "\n".join("".join(cell["source"]) for cell in shown if cell["cell_type"] == "markdown")
        explained = re.findall(r"^:{3,}\{py:(?:data|class|function)\} (\w+)", prose, re.M)
        assert sorted(explained) == notebooks.modules()[name].offered, name
    assert "top_k" in notebooks.modules()["moe_lab.routing.presets"].offered


def test_every_lesson_exploration_floor_and_module_has_its_place():
    template = {path.stem: path.read_text("utf8") for path in (ROOT / "site/pages").glob("*.md")}
    course = pages.course(template["course"])
    for lesson in pages.lessons():
        assert f"\nnbs/lessons/{lesson.stem}\n" in course and pages.link(lesson) in course, lesson
    assert set(live.names()) == set(pages.explorations())
    index = pages.reference(template["reference"])
    for floor, modules in pages.floors().items():
        assert f"\nreference/{floor}\n" in index
        page = pages.floor_page(floor)
        assert all(
            f"/{pages.notebooks()[name].relative_to(ROOT).with_suffix('')}\n" in page for name in modules
        )


def test_the_front_page_leads_to_every_page_that_is_written_for_readers():
    index = pages.front((ROOT / "site/pages/index.md").read_text("utf8"), "repository")
    listed = set(re.findall(r"^(?:.*<)?([\w/]+)>?$", index, re.M))
    written = {f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")}
    assert listed >= {"course", "gallery", "reference", "lectures", "benchmark", "CONTRIBUTING"} | written


def test_the_gallery_has_a_card_for_each_exploration(tmp_path):
    template = (ROOT / "site/pages/gallery.md").read_text("utf8")
    text = pages.gallery(template, tmp_path / "stills", ("GateLab",))
    assert text.count("Play with it here") == text.count('href="live/GateLab/index.html"') == 1
    assert text.index("GateLab") < text.index("CollapseLab")  # those that play come first
    assert text.count("{grid-item-card}") == len(pages.explorations())
    assert {path.stem for path in (tmp_path / "stills").iterdir()} >= {
        "CollapseLab",
        "SceneLab",
        "TokenTrail",
    }
    assert not pages.still("NoLab")


def test_a_lesson_links_once_to_an_exploration_that_plays():
    cells = [
        {"cell_type": "code", "source": [f"{name}()"]}
        for name in ("GateLab", "PlaneLab", "PlaneLab", "GateLab")
    ]
    shown = notebooks.with_live(cells, ("PlaneLab",))
    said = ["".join(cell["source"]) for cell in shown]
    assert len(shown) == 5 and 'href="../../live/PlaneLab/index.html"' in said[2] and said[3] == "PlaneLab()"


def test_every_lesson_can_be_projected(tmp_path):
    text = pages.lectures((ROOT / "site/pages/lectures.md").read_text("utf8"), tmp_path)
    for lesson in pages.lessons():
        assert f"nbs/lessons/{lesson.stem}.html?present" in text
        assert (tmp_path / f"{lesson.stem}.png").stat().st_size > 1000, "a lesson without a picture"


def test_minutes_are_counted(tmp_path):
    short, long = tmp_path / "01_short.ipynb", tmp_path / "02_long.ipynb"
    prose = {"cell_type": "markdown", "source": ["word " * 1000, "**Exercise 1.** "]}
    code = {"cell_type": "code", "source": ["x = 1\n"] * 20}
    short.write_text(json.dumps({"cells": [prose]}))
    long.write_text(json.dumps({"cells": [prose, *[code] * 10]}))
    assert (pages.minutes(short), pages.minutes(long)) == (10, 20)


def test_a_page_wants_each_of_its_parts():
    assert pages.fill("a <<b>> c", b="|") == "a | c"
    with pytest.raises(ValueError, match=r"places for \['b'\] and is given \['c'\]"):
        pages.fill("a <<b>> c", c="|")


SOURCE = """
from torch import Tensor
from moe_lab.routing.decision import Routing
__all__ = ["first", "Second", "third", "A", "B"]
A, B = 1, 2  # both
def first(
    x: Tensor,  # (T, d)
    *,
    k: int = 2,  # choices, at most *E*
) -> Routing:  # of T tokens
    "Sends `x` on: a|b."
class Base:
    def __init__(self, d: int):  # numbers per token
        pass
@dataclass
class Field:
    a: int  # one
    b: int = 0  # two
@dataclass
class More(Field):
    "Fields of both."
    b: int = 3  # another two
    c: str = ""  # three
class Second(Base):
    "As its base is made."
    @property
    def size(self) -> int:
        "How large."
def third(a, b): "Two on a line."  # not of a, nor of b
"""


def test_the_reader_reads_signatures_and_comments(tmp_path):
    path = tmp_path / "moe_lab" / "x.py"
    path.parent.mkdir()
    path.write_text(SOURCE)
    module = Module.read(path, tmp_path)
    assert module.offered == ["Second", "first", "third"] and module.name == "moe_lab.x"
    first = module.public["first"]
    assert first.signature() == "first(x: torch.Tensor, *, k: int = 2) -> moe_lab.routing.decision.Routing"
    assert [p.comment for p in first.parameters] == [
        "(T, d)",
        "",
        "choices, at most *E*",
    ] and first.returned == "of T tokens"
    assert not any(p.comment for p in module.public["third"].parameters)
    classes = reference.classes_of({module.name: module})
    assert "{py:class} More(a: int, b: int = 3, c: str = '')\n" in reference.entry(
        module.found["More"], classes
    )
    shown = reference.entry(module.public["Second"], classes)
    assert "{py:class} Second(d: int)" in shown and "Extends {py:obj}`Base <moe_lab.x.Base>`" in shown
    assert ":param d: numbers per token" in shown and "{py:property} size\n:type: int" in shown


def test_prose_is_shown_as_it_is_written():
    assert reference.safe("a*b*c `x*y` [z] <w> |") == r"a\*b\*c `x*y` \[z\] \<w> \|"


def test_dead_links_and_what_would_be_fetched_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="b.html#there">b</a><a href="#here">c</a><a href="c.html">d</a></p>'
    )
    (tmp_path / "b.html").write_text(
        '<script src="https://x.org/a.js"></script><a href="https://y.org">y</a><a href="a.html#here"></a>'
    )
    (tmp_path / "s.css").write_text("@font-face { src: url(//z.org/f.woff2) }")
    assert [found.partition(":")[0] for found in check.dead(tmp_path)] == ["a.html", "a.html"]
    assert check.fetched(tmp_path) == [
        "b.html: asks for https://x.org/a.js",
        "s.css: asks for //z.org/f.woff2",
    ]
    assert check.external(tmp_path) == ["https://x.org/a.js", "https://y.org"]
