"""What Sphinx is told: notebooks are prepared as they are read, and words that the kit knows become links."""

import re
import shutil
from importlib.metadata import distribution
from pathlib import Path
from zlib import crc32

from sphinx.application import Sphinx

from . import links, live, pages
from .notebooks import ROOT, prepared

SEARCH = re.compile(
    r'<script src="[./]*(?:_static/(?:searchtools|language_data)|searchindex)\.js[^"]*"></script>'
)
MATHJAX = ("tex-chtml.js", "output/chtml/fonts/woff-v2")


def read(app: Sphinx, docname: str, source: list[str]):
    "Hand over each page as the site shows it."
    path = Path(app.env.doc2path(docname))
    at = ROOT / path.relative_to(app.srcdir).parent
    playing = live.names() if path.parent.name == "lessons" else ()
    text = prepared(source[0], playing) if path.suffix == ".ipynb" else source[0]
    repository = app.config.html_theme_options["repository_url"]
    source[0] = re.sub(r"\]\(([^()\s#:]+)\)", lambda found: outside(found, at, repository), text)


def outside(found: re.Match, at: Path, repository: str) -> str:
    "A link to what is in the repository and not on the site: a folder, or a file of code."
    target = (at / found[1]).resolve()
    if target == at.resolve() or ROOT not in target.parents or not target.exists():
        return found[0]
    if not target.is_dir() and (
        target.suffix in (".ipynb", ".md", ".png", ".gif") and "stored" not in target.parts
    ):
        return found[0]
    kind = "tree" if target.is_dir() else "blob"
    return f"]({repository}/{kind}/main/{target.relative_to(ROOT)})"


def add_files(app: Sphinx, error: Exception | None):
    """MathJax beside the pages, for those with a formula; icons as fonts alone, not as a script as well; and the index
    of the search only where a search is answered: it is heavier than all the rest of a page."""
    static = Path(app.outdir) / "_static"
    mathjax = Path(
        str(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax"))
    )
    if error or app.builder.format != "html":
        return
    for name in MATHJAX:
        target = static / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (mathjax / name).is_dir():
            shutil.copytree(mathjax / name, target, dirs_exist_ok=True)
        else:
            shutil.copy2(mathjax / name, target)
    (static / "scripts/fontawesome.js").write_text(
        "// The icons come from the fonts beside the styles.\n", "utf8"
    )
    live.write(Path(app.outdir) / "live", {name: used(name) for name in live.names()})
    for unused in (*static.rglob("*.map"), *static.glob("*macros.html")):
        unused.unlink()
    for page in Path(app.outdir).rglob("*.html"):
        if page.name != "search.html":
            page.write_text(SEARCH.sub("", page.read_text("utf8")), "utf8")


def used(name: str) -> str:
    "In which lessons an exploration is used, as its own page says it (HTML)."
    found = [
        f'<a href="../../nbs/lessons/{lesson.stem}.html">lesson {pages.number_of(lesson)}</a>'
        for lesson in pages.users(name)
    ]
    return f"It is part of {', '.join(found)}. " if found else ""


def setup(app: Sphinx) -> dict:
    "Called by Sphinx; when this package changes, or which explorations play, all pages are read anew."
    app.connect("source-read", read)
    app.connect("missing-reference", links.other_peoples)
    app.connect("build-finished", add_files)
    app.add_post_transform(links.KnownWords)
    own = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    own += " ".join(live.names()).encode()
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": crc32(own)}
