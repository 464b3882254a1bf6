"""BalanceLab: pairs of rules, with more and more of a head start for one expert."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ipywidgets as w

from moe_lab.data.vision.photographs import load_photographs
from moe_lab.explore.balance.balance_lab import BALANCE_PRESETS
from moe_lab.explore.balance.comparison import comparison_in_words, measure_outcome
from moe_lab.explore.balance.rules import BalanceState, decide_side
from moe_lab.explore.balance.stage import BalanceStage
from moe_lab.explore.balance.token_batch import encode_patches
from moe_lab.explore.shared.controls import card, flow, styled

from .grid import Along, Axis, Recording
from .stage import Stage, Values

STARTS = [round(0.25 * n, 2) for n in range(13)]  # logits


def balance() -> Recording:
    "Every preset with four, eight or sixteen experts; the run goes along the head start."
    images = load_photographs(patch=8).test.take(slice(None, None, 8))
    batch = encode_patches(images)
    stage = BalanceStage(batch)
    headings = [w.HTML(), w.HTML()]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        scene = BALANCE_PRESETS[values["rules"]].state.having({"n_experts": values["n_experts"]})
        for start in STARTS:
            now = replace(scene, head_start=start)
            a, b = (measure_outcome(decide_side(now, side, batch), batch) for side in (now.a, now.b))
            stage.show(a, b, False)
            for s, heading in zip("ab", headings):
                heading.value = f"<b class='moe-{s}'>{s.upper()}</b> {rule_in_words(getattr(now, s))}"
            yield seen.look(said=comparison_in_words(a, b))

    cards = flow(*(card(headings[i], stage.maps[i], stage.loads[i]) for i in (0, 1)), least=(320, 320))
    seen = Stage(styled(w.VBox([cards, stage.below]), "moe-rules"))
    presets = {
        name: {
            "at": {"rules": name},
            "state": preset.state.values(),
            "shows": preset.shows,
            "ask": preset.ask,
            "start": STARTS.index(preset.state.head_start),
        }
        for name, preset in BALANCE_PRESETS.items()
    }
    axes = [
        Axis("rules", "two rules", list(BALANCE_PRESETS), kind="hidden"),
        Axis("n_experts", "experts", (4, 8, 16), kind="slider"),
    ]
    return Recording(
        panel="BalanceLab",
        kind="balance",
        heading=("Two ways to choose", f"{len(images)} patches of 8×8 pixels, routed twice"),
        question="The same tokens through two routers: who is used, and what did it cost?",
        hint="Choose two rules, then drag the head start of expert 0: it is what an untrained router gives one expert "
        "by accident. Point at a token to see its patch.",
        axes=axes,
        along=Along("head_start", "head start of E0", STARTS),
        stage=seen,
        presets=presets,
        usual=BalanceState().values() | {"rules": "a bias"},
        frames=4,
    ).record(play)


def rule_in_words(side: Any) -> str:  # a `SideState`
    "What a side does, in the words of its menus (HTML)."
    from html import escape

    parts = [side.router] if side.router != "by parts" else [side.score, side.adjust, side.select]
    values = side.values()
    usual = type(side)().values()
    shown = [n for n in ("k", "temperature", "strength", "epsilon") if values[n] != usual[n] or n == "k"]
    more = ", ".join(f"{n} {values[n]:g}" for n in shown)
    return escape(f"{' · '.join(parts)} ({more})")
