"""The site is built without a network, and opened without one in Chromium."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from moe_site import check, live, notebooks, pages

ROOT = notebooks.ROOT
HTML = ROOT / "_docs/html"
PAGES = (
    "index.html",
    "course.html",
    "gallery.html",
    "nbs/lessons/07_spectra_piece_by_piece.html",
    "nbs/01_routing/07_capacity.html",
    "docs/claims.html",
    "live/PlaneLab/index.html",
)
WITHOUT_NETWORK = """
import runpy, socket
def refuse(*address): raise OSError(f"the build asks for {address[1:]}")
socket.socket.connect = socket.getaddrinfo = refuse
runpy.run_path("site/build.py", run_name="__main__")
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def html() -> Path:
    "The folder of a site that was built just now."
    pytest.importorskip(
        "myst_nb", reason="`make docs` and `make test-slow` install what the site is made with"
    )
    built = subprocess.run([sys.executable, "-c", WITHOUT_NETWORK], cwd=ROOT, capture_output=True, text=True)
    assert not built.returncode, built.stdout + built.stderr
    return HTML


def test_nothing_is_dead_fetched_or_heavy(html):
    assert not check.complaints(html)
    assert len(check.external(html)) > 20  # papers, and the repository


def test_lessons_and_gallery_lead_to_what_plays(html):
    "Each lesson to the pages of its explorations, and each of these back to its lessons."
    gallery = (html / "gallery.html").read_text("utf8")
    for name in live.names():
        page = (html / f"live/{name}/index.html").read_text("utf8")
        assert f'href="live/{name}/index.html"' in gallery
        for lesson in pages.users(name):
            text = (html / f"nbs/lessons/{lesson.stem}.html").read_text("utf8")
            assert f'href="../../live/{name}/index.html"' in text and f"{lesson.stem}.html" in page, lesson


def test_every_public_name_can_be_linked_to(html):
    for name, path in pages.notebooks().items():
        page = html / path.relative_to(ROOT).with_suffix(".html")
        anchors = check.attributes(page)[0]
        missing = [public for public in notebooks.modules()[name].public if f"{name}.{public}" not in anchors]
        assert not missing, f"{name}: {missing}"


def test_words_that_a_lesson_explains_lead_to_the_glossary(html):
    "All but those in what unfolds, which is kept as it is written."
    for lesson in pages.lessons():
        text = (html / f"nbs/lessons/{lesson.stem}.html").read_text("utf8")
        shown = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
        linked = re.findall(r'docs/glossary\.html#[\w-]+"><abbr title="', shown)
        assert len(linked) == shown.count("<abbr title=") > 0, lesson.stem


def test_every_name_and_lesson_is_found_by_the_search(html):
    index = (html / "searchindex.js").read_text("utf8")
    found = json.loads(index[index.index("(") + 1 : index.rindex(")")])
    assert {f"nbs/lessons/{lesson.stem}" for lesson in pages.lessons()} <= set(found["docnames"])
    names = {f"{prefix}.{entry[-1]}" for prefix, entries in found["objects"].items() for entry in entries}
    assert set(pages.front_door().values()) <= names


@pytest.fixture(scope="module")
def chromium():
    "A browser that cannot reach anything."
    import shutil

    playwright = pytest.importorskip("playwright.sync_api")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("no Chromium")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_network(html, chromium, name, scheme):
    "Nothing fails, nothing runs over the edge of a narrow window, formulas are set, names and colours can be read."
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(viewport={"width": 1000, "height": 800}, color_scheme=scheme, offline=True)
    page, failed = context.new_page(), []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto((html / name).as_uri(), wait_until="load")
    if "spectra" in name:
        page.wait_for_selector("mjx-container", state="attached")
    assert not failed
    page.add_style_tag(content="* { transition: none !important }")  # colours as they are, not on their way
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not serious
    context.close()


def test_a_lesson_is_projected(html, chromium):
    "One section at a time, larger than the page, without code; a key turns, and the address names the slide."
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    lesson = (html / "nbs/lessons/01_why_experts_die.html").as_uri()
    page.goto(lesson)
    usual = page.evaluate("getComputedStyle(document.querySelector('article p')).fontSize")
    page.goto(f"{lesson}?present=1")
    large = page.evaluate("getComputedStyle(document.querySelector('article p')).fontSize")
    assert float(large[:-2]) > 1.3 * float(usual[:-2])
    shown = page.locator("article section > section:visible")
    assert shown.count() == 1 and not page.locator(".cell_input:visible").count()
    first = shown.first.get_attribute("id")
    page.keyboard.press("ArrowRight")
    assert shown.count() == 1 and shown.first.get_attribute("id") != first and page.url.endswith("?present=2")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.documentElement.classList.contains('present')")
    context.close()


def test_the_search_answers(html, chromium):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto((html / "search.html").as_uri() + "?q=top_k")
    page.wait_for_selector("#search-results li a")
    assert "presets" in page.locator("#search-results").inner_html()
    context.close()
