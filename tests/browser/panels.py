"""Every exploration, the knob of it that is turned first, and what a reader does with it, wherever it is shown."""

import time
from typing import NamedTuple

from browser import tools

from moe_lab import explore
from moe_lab.explore.shared.live_panel import LivePanel
from moe_lab.serving import PAGES

MADE = """
import numpy as np
import pandas as pd
import torch
from transformers import MixtralConfig, MixtralForCausalLM
from moe_lab.colours import expert_colour
from moe_lab.experiments.systems.language import DEMONSTRATION, text_of
from moe_lab.explore.questions.depths import DepthLab, Depths
from moe_lab.explore.questions.flat_maps import FlatMap, FlatMapLab, FlatMapState, Paint
from moe_lab.explore.questions.interventions import InterventionLab, InterventionState
from moe_lab.explore.questions.keywords import KeywordLab, Visited
from moe_lab.explore.questions.pieces import PiecesLab, Similar
from moe_lab.explore.shared.controls import Preset
from moe_lab.measure.maps import neighbourhood
dice = np.random.default_rng(0)
def visits():
    where = {"sequence": np.arange(900) // 30, "position": np.arange(900) % 30, "row": np.arange(900)}
    return pd.DataFrame(where | {"token": dice.integers(0, 40, 900), "expert": dice.integers(0, 8, 900)})
words = [f" word{'s' * (i % 9)}".replace("word", "word" + chr(97 + i % 26)) for i in range(40)]
cosines = torch.corrcoef(torch.from_numpy(dice.normal(size=(8, 4))).float())
experts = [dice.permuted(np.tile(np.arange(8), (400, 1)), axis=1)[:, :2] for _ in range(4)]
met = {(a, b): experts for a in ("shared", "indexed") for b in ("trained", "untrained")}
points = dice.normal(size=(200, 5)).astype(np.float32)
flat, other = (FlatMap(points[:, at], neighbourhood(points, points[:, at])) for at in ([0, 1], [2, 3]))
paint = Paint(lambda name: points.argmax(1), [f"E{e}" for e in range(5)], expert_colour)
coloured = {"all": Preset(FlatMapState("all", "expert"))}
def mixtral():
    texts, held_out = text_of(DEMONSTRATION)
    shape = dict(hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_local_experts=4)
    heads = dict(num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=64)
    torch.manual_seed(0)
    model = MixtralForCausalLM(MixtralConfig(vocab_size=len(texts.vocabulary), **shape, **heads)).eval()
    examples = {"first": held_out.take(slice(0, 1)), "another": held_out.take(slice(5, 6))}
    return model, examples, texts.vocabulary, {"without E2": Preset(InterventionState("first", expert=2))}
"""  # what panels of lessons are given here: small, and made of dice


class Tried(NamedTuple):
    "What makes `panel`, and the knob that is turned first, as screen readers call it; empty: a card is pressed."

    knob: str
    code: str


def made(expression: str) -> str:
    "The code of a panel that `MADE` is needed for."
    return f"{MADE}\npanel = {expression}\npanel"


FIRST_KNOBS = {
    "PlaneLab": "how many",
    "CollapseLab": "top-k",
    "BalanceLab": "head start",
    "SceneLab": "camouflage",
    "MemoryLab": "shuffle",
    "SparseLab": "density",
    "TicketLab": "after round",
    "GateLab": "gain",
    "AlarmLab": "all together",
    "TokenTrail": "do",
    "SpecialistMap": "layer",
    "ExpertCards": "",
}
PANELS = {name: Tried(FIRST_KNOBS[name], page.code) for name, page in PAGES.items()}
PANELS |= {
    "InterventionLab": Tried("expert", made("InterventionLab(*mixtral())")),
    "PiecesLab": Tried(
        "λ", made("PiecesLab(Similar(torch.from_numpy(dice.uniform(-1, 1, (64, 8))).float(), cosines))")
    ),
    "KeywordLab": Tried(
        "layer", made("KeywordLab(Visited([visits(), visits()], [visits(), visits()], words, 8))")
    ),
    "FlatMapLab": Tried(
        "points", made("FlatMapLab({'all': flat, 'others': other}, {'expert': paint}, coloured)")
    ),
    "DepthLab": Tried("from token", made("DepthLab(Depths(met, words * 10, 8))")),
}

PANEL = ".moe-lab, .moe-page"
PAINTED = {"SpecialistMap"}  # with WebGL
STATE = "([...document.querySelectorAll('.moe-lab input[type=text]')].at(-1)?.value ?? '')"
STEP = "+(document.querySelector('.moe-status')?.innerText.match(/^step (\\d+)/)?.[1] ?? NaN)"
PICTURES = """async () => {
  const found = [...document.querySelectorAll('.moe-main > *, .moe-page')];
  const parts = found.filter((part) => !part.matches('.moe-chips, .moe-scrub'));
  const all = (kind) => [...new Set(parts.flatMap((part) => [...part.querySelectorAll(kind)]))];
  const copied = async (node) => {
    await node.decode?.();
    const size = {width: node.naturalWidth ?? node.width, height: node.naturalHeight ?? node.height};
    const copy = Object.assign(document.createElement('canvas'), size);
    if (size.width && size.height) copy.getContext('2d', {willReadFrequently: true}).drawImage(node, 0, 0);
    return copy;
  };
  const copies = await Promise.all([...all('canvas'), ...all('img')].map(copied));
  return {said: parts.map((part) => part.innerText).join('|'), copies, files: copies.map((copy) => copy.toDataURL())};
}"""  # what stands in the views: words, copies of every canvas and image, and these as files
DRAWN = f"""async () => {{
  const {{said, files}} = await ({PICTURES})();
  const step = (hash, letter) => (31 * hash + letter.charCodeAt(0)) | 0;
  return [said, ...files.map((file) => `${{file.length}}:${{[...file].reduce(step, 7)}}`)].join(' ');
}}"""
KEEP = f"async (name) => {{ (window.kept ??= {{}})[name] = await ({PICTURES})(); }}"
# A canvas that was used before may draw an edge in another shade: of its dots, so many are clearly others.
UNLIKE = f"""async (name) => {{
  const [now, then] = [await ({PICTURES})(), window.kept[name]];
  if (now.said !== then.said) return `it says ${{now.said}} in place of ${{then.said}}`;
  if (now.files.length !== then.files.length) return `${{now.files.length}} pictures, not ${{then.files.length}}`;
  const dots = (copy) => copy.getContext('2d').getImageData(0, 0, copy.width, copy.height).data;
  const share = (a, b) => a.reduce((n, x, i) => n + (Math.abs(x - b[i]) > 32), 0) / a.length;
  const others = then.files.flatMap((file, i) => (file === now.files[i] ? [] : [[then.copies[i], now.copies[i]]]));
  if (others.some(([a, b]) => a.width !== b.width || a.height !== b.height)) return 'a picture has another size';
  const worst = Math.max(0, ...others.map(([a, b]) => share(dots(a), dots(b))));
  return worst > 0.002 ? `${{worst}} of a picture is another` : '';
}}"""


def plays(name: str) -> bool:
    "Whether there is a run in an exploration."
    return issubclass(getattr(explore, name), LivePanel)


def shown(page, than: str = "", patience: float = 60) -> str:  # than: another picture; seconds
    "What is drawn, once nothing changes any more; another picture than the one that was there before."
    before, now, deadline = than, page.evaluate(DRAWN), time.monotonic() + patience
    while before != now or now == than:
        assert time.monotonic() < deadline, "nothing else is drawn" if now == than else "it never rests"
        page.wait_for_timeout(250)
        before, now = now, page.evaluate(DRAWN)
    return now


def keep(page, name: str):
    "Remember what is drawn, under a name."
    page.evaluate(KEEP, name)


def shows(page, name: str, patience: float = 60):  # seconds
    "Wait until the same is drawn as when it was kept under this name."
    deadline = time.monotonic() + patience
    while unlike := page.evaluate(UNLIKE, name):
        assert time.monotonic() < deadline, unlike
        page.wait_for_timeout(100)


def line_of(page) -> str:
    "The state, as the line of text says it."
    return page.evaluate(f"() => {STATE}")


def wait_for_line(page, is_there: str, than: str, timeout: float = 60):  # seconds
    "Wait until the line is (`===`), or is another than (`!==`), this one; the line."
    page.wait_for_function(f"than => {STATE} && {STATE} {is_there} than", arg=than, timeout=timeout * 1000)
    return line_of(page)


def enter(page, line: str):
    "Enter a state, as a reader does who was sent it."
    field = page.locator(".moe-lab input[type=text]").last
    field.fill(f"{line} ")
    field.press("Enter")
    wait_for_line(page, "===", line, timeout=300)


def step_of(page) -> int:
    "How many steps the run has taken."
    return page.evaluate(f"() => {STEP}")


def wait_for_step(page, how: str, other: int, timeout: float = 300):  # how: `>`, `<`, `===` …; seconds
    "Wait until the steps stand so to this number."
    page.wait_for_function(f"other => {STEP} {how} other", arg=other, timeout=timeout * 1000)


def rested(page):
    "Wait until a run rests, and its line says at which step."
    page.locator(".moe-lab").get_by_role("button", name="▶ Play", exact=True).wait_for(timeout=300_000)
    page.wait_for_function(f"() => {STATE}.endsWith(`step=${{{STEP}}}`)", timeout=300_000)


def press(page, name: str):
    "Press a button of the panel."
    page.locator(".moe-lab").get_by_role("button", name=name, exact=True).click()


def view(page, i: int):
    "The canvas of a view, from the top."
    return page.locator(".moe-lab .moe-view > canvas").nth(i)


def wait_for_views(page, n: int):
    "Wait until so many views have drawn, and said what."
    drawn = "n => document.querySelectorAll('.moe-lab canvas[aria-label]').length === n"
    page.wait_for_function(drawn, arg=n)


def show(page, name: str):
    "Keep a picture of the whole panel."
    page.locator(".moe-lab").evaluate("panel => panel.scrollIntoView({block: 'start'})")
    tools.screenshot(page, name)


def control(page, knob: str):
    "The slider or the list of this name."
    panel = page.locator(".moe-lab")
    return (
        panel.get_by_role("slider", name=knob, exact=True)
        .or_(panel.get_by_role("combobox", name=knob, exact=True))
        .first
    )


def turn(page, knob: str):
    "A slider one step to the right, a list to its next entry, or the last card."
    if not knob:
        page.locator(".moe-tag").last.click()
        return
    node = control(page, knob)
    node.focus()
    if node.evaluate("node => node.tagName") == "SELECT":
        node.select_option(index=node.evaluate("list => (list.selectedIndex + 1) % list.length"))
    else:
        node.press("ArrowRight")
