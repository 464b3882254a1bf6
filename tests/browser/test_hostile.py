"Hostile names and texts in a real JupyterLab: nothing of them runs, and all of them is shown as it is written."

from pathlib import Path

import pytest
from browser import tools
from explore.hostile import HOSTILE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
]  # in `make test`: test_reports.py, explore/test_hostile.py

TESTS = Path(__file__).parents[1]
LAYERS = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
import torch
from pathlib import Path
from tempfile import TemporaryDirectory
from explore.hostile import HOSTILE, hostile_layer
from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import train_tokenizer
from moe_lab.explore.shared.html_page import point_together
from moe_lab.explore.tokens.expert_cards import ExpertCards
from moe_lab.explore.tokens.specialist_map import SpecialistMap
from moe_lab.explore.tokens.token_trail import TokenTrail
from moe_lab.models.language.language_model import DecoderSettings, decoder

tokenizer, maps = train_tokenizer(load_text("code", limit=4_000).train, 300), TemporaryDirectory()
torch.manual_seed(0)
model = decoder(DecoderSettings(tokenizer.get_vocab_size(), d=16, heads=2, layers=1, hidden=16, n_experts=3))
seen = {{name: hostile_layer(name) for name in HOSTILE[:3]}}
"""
PANELS = (
    "trail = TokenTrail(model, tokenizer, HOSTILE[0])\ntrail",
    "cards = ExpertCards(seen[HOSTILE[0]].routed)\ncards.selected = 1\ncards",
    "lab = SpecialistMap(seen, 'map?method=pca&points=200&colour=domain', Path(maps.name))\nlab",
)


@pytest.fixture(scope="module")
def page(chromium, jupyter):
    tools.write_notebook(jupyter.root / "hostile.ipynb", LAYERS, *PANELS)
    browser = chromium.browser_type.launch(executable_path=tools.CHROMIUM, args=tools.WEBGL)
    with tools.watched_page(browser) as page:
        page.on("dialog", lambda dialog: dialog.dismiss())
        tools.open_notebook(page, jupyter, "hostile.ipynb")
        tools.do(page, "application:toggle-left-area")
        tools.do(page, "notebook:hide-all-cell-code")
        assert tools.run_all(page)
        page.locator(".moe-tag").nth(5).wait_for(timeout=60_000)
        yield page
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    browser.close()


def is_calm(page) -> bool:
    "Whether no script of a name or a text has run, and none of their elements is there."
    page.wait_for_timeout(300)  # a picture that cannot be loaded takes a moment to say so
    inside = (
        "() => document.querySelectorAll('.moe-page img, .moe-page script, .moe-page svg, .moe-page iframe, "
    )
    inside += ".moe-lab iframe, .jp-OutputArea iframe[srcdoc], .moe-news img').length"
    return page.evaluate("() => window.ran === undefined") and page.evaluate(inside) == 0


def test_typed_text_is_text(page):
    for text in HOSTILE[:7]:
        page.locator(".moe-lab textarea").first.fill(text)
        page.wait_for_function(
            """text => [...document.querySelectorAll('.moe-trail code')].map(e => e.textContent).join('')
            .replaceAll('␣', ' ') === text""",
            arg=text,
        )
        assert is_calm(page), text
    page.locator(".moe-word").first.click()
    page.get_by_text("comes …").first.wait_for()
    assert is_calm(page)
    tools.screenshot(page, "hostile_trail")


def test_cards_show_names_as_they_are_written(page):
    cards = page.locator(".moe-detail").first
    shown = cards.inner_text()
    assert cards.locator("code", has_text="<img src=x onerror=").count()
    assert "\u202e" not in shown and "\x07" not in shown
    for tag in range(3):
        page.locator(".moe-tag").nth(tag).hover()
        assert is_calm(page)
    width, room = (cards.evaluate(f"e => e.{side}") for side in ("scrollWidth", "clientWidth"))
    assert width <= room + 1, "a very long word stays within its column"


def test_maps_show_names_as_they_are_written(page):
    lab = page.locator(".moe-lab").last
    lab.evaluate("lab => lab.scrollIntoView({block: 'start'})")
    lab.locator(".moe-tag").nth(1).click()
    lab.locator("h4", has_text="The selection: ").first.wait_for()
    assert is_calm(page)
    box = page.locator(".moe-card canvas").first.bounding_box()
    for x in range(10):  # over the middle, where points are dense: the token's own card opens
        page.mouse.move(
            box["x"] + box["width"] * (0.45 + 0.01 * x), box["y"] + box["height"] * (0.4 + 0.02 * x)
        )
        page.wait_for_timeout(60)
    assert is_calm(page)
    lab.locator("select").first.select_option(index=1)  # another layer of a hostile name
    page.locator(".moe-news", has_text="neighbours kept").last.wait_for(timeout=30_000)
    assert is_calm(page)
    tools.screenshot(page, "hostile_map")
