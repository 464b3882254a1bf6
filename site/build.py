"""Lay out the pages, build the site without a network, and check it: `python site/build.py` (that is `make docs`).

The pages go to _docs/html; a warning, a dead link, or anything that would be fetched from the network is an error.
"""

import shutil
import sys
from configparser import ConfigParser, SectionProxy
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from moe_site import live, pages  # noqa: E402
from moe_site.check import complaints, external  # noqa: E402
from moe_site.preview import draw_preview  # noqa: E402

ROOT = HERE.parent
OUT = ROOT / "_docs"
# Pages that bring pictures with them.
PICTURED = {"gallery.md": partial(pages.gallery, live=live.names()), "lectures.md": pages.lectures}


def settings() -> SectionProxy:
    "What settings.ini says of the package."
    ini = ConfigParser(delimiters=["="])
    ini.read(ROOT / "settings.ini", encoding="utf8")
    return ini["DEFAULT"]


def sources() -> dict[str, str]:
    "Every page that is written for the site, by its path."
    speed = ROOT / "nbs/lessons/stored/speed"
    page = {path.stem: path.read_text("utf8") for path in (HERE / "pages").glob("*.md")}
    made = {
        "index.md": pages.front(page["index"], settings()["git_url"]),
        "course.md": pages.course(page["course"]),
        "reference.md": pages.reference(page["reference"]),
        "benchmark.md": pages.fill(
            page["benchmark"],
            one=(speed / "bench.txt").read_text("utf8"),
            two=(speed / "bench-2-threads.txt").read_text("utf8"),
        ),
    }
    return made | {f"reference/{floor}.md": pages.floor_page(floor) for floor in pages.floors()}


def stored() -> dict[str, Path]:
    "Every notebook, page and picture shown as it is, by its path; of two that are one, the page."
    found = [path for top in ("nbs", "docs") for path in (ROOT / top).rglob("*.*")]
    shown = [path for path in found if path.suffix in (".ipynb", ".md", ".png", ".gif")]
    return {
        str(path.relative_to(ROOT)): path
        for path in (*shown, *pages.at_the_top())
        if not {".ipynb_checkpoints", "stored", "pages"} & {*path.parts} and path.name != "index.ipynb"
    }


def lay_out(source: Path):
    """Put everything that Sphinx reads into one folder; what has not changed keeps its time, and is not read again.
    When a page is gone that was there last time, all is made anew."""
    made, kept = sources(), stored()
    there = [path for path in source.rglob("*.*") if path.suffix in (".md", ".ipynb")]
    if any(str(path.relative_to(source)) not in {*PICTURED, *made, *kept} for path in there):
        shutil.rmtree(OUT)
    for name, path in kept.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, source / name)
    for name, text in made.items():
        write(source / name, text)
    for name, make in PICTURED.items():
        write(source / name, make((HERE / "pages" / name).read_text("utf8"), source / "stills"))


def write(path: Path, text: str):
    "A file, unless it says so already."
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf8") != text:
        path.write_text(text, "utf8")


def build(source: Path, html: Path) -> int:
    "Sphinx, with warnings as errors; its exit status. What it has read is kept if it came to its end."
    from sphinx.cmd.build import main

    read, ended = OUT / "read", OUT / "ended"
    if not ended.exists():
        shutil.rmtree(read, ignore_errors=True)
    ended.unlink(missing_ok=True)
    places = ["-c", str(HERE), "-d", str(read), str(source), str(html)]
    status = main(["-q", "-W", "--keep-going", "-j", "auto", *places])
    ended.touch()
    return status


if __name__ == "__main__":
    lay_out(OUT / "source")
    if status := build(OUT / "source", OUT / "html"):
        sys.exit(status)
    ini = settings()
    draw_preview(
        ROOT / "docs/readme_2.png", ini["title"], ini["description"], OUT / "html/_static/preview.png"
    )
    if found := complaints(OUT / "html"):
        sys.exit("\n".join(found))
    print(f"{len(list((OUT / 'html').rglob('*.html')))} pages in {OUT / 'html'}; open index.html there.")
    elsewhere = external(OUT / "html")
    (OUT / "elsewhere.txt").write_text("\n".join(elsewhere) + "\n", "utf8")
    print(
        f"Their {len(elsewhere)} links to elsewhere are listed in {OUT / 'elsewhere.txt'}, and not fetched."
    )
