"""The pages that are made of what the repository holds: the course, the gallery, the reference."""

import base64
import json
import re
from functools import cache
from pathlib import Path

from .notebooks import ROOT, module_of, modules
from .reader import Module
from .reference import summary

WORDS, LINES, EXERCISE = (
    200,
    20,
    4,
)  # read in a minute; lines of code read in a minute; minutes an exercise takes
LESSONS = ROOT / "nbs" / "lessons"


@cache
def cells(path: Path) -> list[dict]:
    "The cells of a notebook, their sources as one text."
    found = json.loads(path.read_text("utf8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


def lessons() -> list[Path]:
    "Every lesson in the order of the course."
    return sorted(LESSONS.glob("[0-9]*.ipynb"))


@cache
def title(path: Path) -> str:
    "The first heading of a notebook."
    text = next(cell["source"] for cell in cells(path) if cell["cell_type"] == "markdown")
    return re.search(r"^# (.+)$", text, re.M)[1]


def question(path: Path) -> str:
    "What stands below the heading, between the marks of a quotation."
    text = next(cell["source"] for cell in cells(path) if cell["cell_type"] == "markdown")
    return " ".join(line[2:] for line in text.splitlines() if line.startswith("> "))


@cache
def minutes(path: Path) -> int:
    "How long a lesson takes, to the next five minutes: prose, code and exercises, counted."
    words = lines = exercises = 0
    for cell in cells(path):
        if cell["cell_type"] == "markdown":
            words += len(re.sub(r"<[^>]+>", " ", cell["source"]).split())
            exercises += cell["source"].count("**Exercise")
        else:
            lines += sum(bool(line.strip()) for line in cell["source"].splitlines())
    return 5 * max(1, round((words / WORDS + lines / LINES + exercises * EXERCISE) / 5))


def needed(path: Path) -> list[Path]:
    "The lessons that a lesson says it needs, with a link or by number."
    text = " ".join(cell["source"] for cell in cells(path)[:6] if cell["cell_type"] == "markdown")
    said = " ".join(re.findall(r"[Yy]ou need((?:[^.]|\.(?=ipynb|[^\s]))*)\.", " ".join(text.split())))
    named = {
        int(number)
        for number in re.findall(r"lessons? (\d+)|(\d+)_\w+\.ipynb", said)
        for number in number
        if number
    }
    return [lesson for lesson in lessons() if number_of(lesson) in named]


def number_of(lesson: Path) -> int:
    "Of a lesson, from the name of its file."
    return int(lesson.name.partition("_")[0])


def link(lesson: Path, text: str = "") -> str:
    "A link to a lesson from a page at the top."
    return f"[{text or title(lesson)}](nbs/lessons/{lesson.name})"


def course(template: str) -> str:
    "The course with its lessons, what each asks, how long it takes and what it needs."
    rows = ["| | the question | minutes | after |", "|---|---|---|---|"]
    for lesson in lessons():
        before = ", ".join(link(other, str(number_of(other))) for other in needed(lesson))
        rows.append(f"| {link(lesson)} | {question(lesson)} | {minutes(lesson)} | {before} |")
    names = "\n".join(f"nbs/lessons/{lesson.stem}" for lesson in lessons())
    counted = f"{WORDS} words and {LINES} lines of code a minute, and {EXERCISE} minutes an exercise"
    return fill(
        template, lessons="\n".join(rows), toctree=f"```{{toctree}}\n:hidden:\n{names}\n```", counted=counted
    )


def lectures(template: str, folder: Path) -> str:
    "For each lesson its question, its first picture and its slides; pictures are written to `folder`."
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for lesson in lessons():
        (folder / f"{lesson.stem}.png").write_bytes(first_picture(lesson))
        slides = f'<a href="nbs/lessons/{lesson.stem}.html?present">Slides</a>'
        parts += [
            f"## {link(lesson)}",
            question(lesson),
            f"![The first picture of the lesson](stills/{lesson.stem}.png)",
        ]
        parts += [f"{slides}, about {minutes(lesson)} minutes with its exercises."]
    return fill(template, lessons="\n\n".join(parts))


def first_picture(lesson: Path, after: str = "") -> bytes:
    "The first picture that a lesson stores, of a cell that begins something, or of the one behind it that shows it."
    mentioned = False
    for cell in cells(lesson):
        if cell["cell_type"] == "code":
            mentioned = after in cell["source"] or (mentioned and "still()" in cell["source"])
            for output in cell["outputs"] if mentioned else ():
                if picture := output.get("data", {}).get("image/png"):
                    return base64.b64decode("".join(picture))
    return b""


def fill(template: str, **parts: str) -> str:
    "A page with its parts put in; a part that has no place, or a place that has no part, is an error."
    places = set(re.findall(r"<<(\w+)>>", template))
    if places != set(parts):
        raise ValueError(f"the page has places for {sorted(places)} and is given {sorted(parts)}")
    return re.sub(r"<<(\w+)>>", lambda found: parts[found[1]], template)


def at_the_top() -> list[Path]:
    "The pages at the top of the repository that are pages of the site as well."
    return [ROOT / "CONTRIBUTING.md", *ROOT.glob("CHANGELOG.md")]


def front(template: str, repository: str) -> str:
    "The first page; every page of docs/ and at the top is in its table of contents."
    listed = [
        f"docs/{path.stem}"
        for path in sorted((ROOT / "docs").glob("*.md"))
        if f"docs/{path.stem}" not in template
    ]
    listed += [path.stem for path in at_the_top() if path.stem not in template]
    return fill(template, repository=repository, others="\n".join(listed))


@cache
def front_door() -> dict[str, str]:
    "The names that are offered at the top of the package -> their full names."
    text = (ROOT / "moe_lab/__init__.py").read_text("utf8")
    places = dict(re.findall(r'^    "([\w.]+)": \[(.*?)\],$', text, re.M))
    found = {}
    for place, listed in places.items():
        for name in re.findall(r'"(\w+)"', listed):
            found[name] = full_name(name, f"moe_lab.{place}")
    return found


def full_name(name: str, place: str) -> str:
    "Where a name is written that a package offers."
    homes = [m.name for m in modules().values() if name in m.public and f"{m.name}.".startswith(f"{place}.")]
    if len(homes) != 1:
        raise ValueError(f"{name} of {place} is written in {homes or 'no module'}: needs one")
    return f"{homes[0]}.{name}"


def explorations() -> dict[str, str]:
    "The panels that are offered at the front door, and those of single lessons -> their full names."
    offered = {
        name: full
        for name, full in front_door().items()
        if full.startswith("moe_lab.explore.") and name[0].isupper()
    }
    rooms = (m for m in modules().values() if m.name.startswith("moe_lab.explore."))
    labs = {name: f"{room.name}.{name}" for room in rooms for name in room.public if name.endswith("Lab")}
    return offered | {name: full for name, full in labs.items() if name not in offered}


def still(name: str) -> bytes:
    "The first picture of an exploration that a lesson stores; nothing if none does."
    return next(filter(None, (first_picture(lesson, f"{name}(") for lesson in lessons())), b"")


def users(name: str) -> list[Path]:
    "The lessons that open an exploration."
    return [lesson for lesson in lessons() if any(f"{name}(" in cell["source"] for cell in cells(lesson))]


def gallery(template: str, folder: Path, live: tuple[str, ...]) -> str:
    """A card for each exploration: its still, what it shows, where it is used; pictures are written to `folder`.
    One with a page of its own, whose names are in `live`, is opened from its card; these come first."""
    folder.mkdir(parents=True, exist_ok=True)
    cards = []
    for name, full in sorted(explorations().items(), key=lambda item: item[0] not in live):
        module, _, bare = full.rpartition(".")
        body = [summary(modules()[module].public[bare]) + "."]
        used = users(name)
        picture = picture_of(name, folder)
        if name in live:
            body.append(f'<a class="live-link" href="live/{name}/index.html">▶ Play with it here</a>')
        said = (
            [f"In {', '.join(link(lesson, f'lesson {number_of(lesson)}') for lesson in used)}."]
            if used
            else []
        )
        body.append(" ".join([*said, f"In a notebook: {{py:obj}}`{name} <{full}>`."]))
        cards.append("\n\n".join([f"::::{{grid-item-card}} {name}", *picture, *body, "::::"]))
    return fill(template, cards="\n\n".join(cards))


def picture_of(name: str, folder: Path) -> list[str]:
    "The line that shows an exploration's still, if there is one."
    if not (content := still(name)):
        return []
    (folder / f"{name}.png").write_bytes(content)
    return [f"![{name} as a still picture](stills/{name}.png)"]


@cache
def notebooks() -> dict[str, Path]:
    "Module -> its notebook, in the order in which they are read."
    paths = [
        p for p in (ROOT / "nbs").rglob("[0-9]*.ipynb") if not {"lessons", ".ipynb_checkpoints"} & {*p.parts}
    ]
    found = {}
    for path in sorted(paths, key=lambda path: path.parts):
        if named := next(filter(None, (module_of(cell["source"]) for cell in cells(path))), None):
            found[named] = path
    return found


@cache
def floors() -> dict[str, list[str]]:
    "Floor -> its modules."
    found: dict[str, list[str]] = {}
    for name in notebooks():
        found.setdefault(name.split(".")[1], []).append(name)
    return found


@cache
def held() -> dict[str, str]:
    "What each floor holds, as the page of the library says it."
    text = (ROOT / "docs/library.md").read_text("utf8")
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \| `nbs/", text, re.M))


def reference(template: str) -> str:
    "The way into the reference: the names used most, and the floors."
    names = ["| name | |", "|---|---|"]
    for name, full in front_door().items():
        module, _, bare = full.rpartition(".")
        names.append(
            f"| {{py:obj}}`{name} <{full}>` | {cell_safe(summary(modules()[module].public[bare]))} |"
        )
    listed = ["| floor | holds |", "|---|---|"]
    listed += [f"| [`{floor}`](reference/{floor}.md) | {held().get(floor, '')} |" for floor in floors()]
    tree = "\n".join(f"reference/{floor}" for floor in floors())
    every = sum(len(module.public) for module in modules().values())
    return fill(
        template,
        names="\n".join(names),
        floors="\n".join(listed),
        count=f"{every:,}",
        toctree=f"```{{toctree}}\n:hidden:\n{tree}\n```",
    )


def cell_safe(text: str) -> str:
    "Text for a cell of a table."
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def floor_page(floor: str) -> str:
    "All modules of a floor with their names and a sentence on each."
    where = notebooks()
    lines = [f"# {floor}", "", f"> {held()[floor]}" if floor in held() else "", ""]
    room = f"moe_lab.{floor}"
    for name in floors()[floor]:
        above = name.rpartition(".")[0]
        is_nested = above not in ("moe_lab", f"moe_lab.{floor}")
        if is_nested and above != room:
            lines += [f"## `{above}`", ""]
        room = above
        path = where[name].relative_to(ROOT)
        lines += [
            f"{'###' if is_nested else '##'} [{title(where[name])}](../{path})",
            "",
            *names_of(modules()[name]),
        ]
    tree = "\n".join(f"/{where[name].relative_to(ROOT).with_suffix('')}" for name in floors()[floor])
    return "\n".join([*lines, "```{toctree}", ":hidden:", tree, "```", ""])


def names_of(module: Module) -> list[str]:
    "A table of what a module offers."
    if not module.public:
        return [f"`{module.name}`", ""]
    rows = [f"| `{module.name}` | |", "|---|---|"]
    rows += [
        f"| {{py:obj}}`{name} <{module.name}.{name}>` | {cell_safe(summary(public))} |"
        for name, public in module.public.items()
    ]
    return [*rows, ""]
