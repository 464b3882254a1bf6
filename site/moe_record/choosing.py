"""BalanceLab: rules, each with more and more of a head start for one expert; a page puts two of them side by side."""

import base64
from collections.abc import Iterator
from html import escape
from typing import Any

import ipywidgets as w
import numpy as np

from moe_lab.data.vision.photographs import load_photographs
from moe_lab.explore.balance.balance_lab import BALANCE_PRESETS
from moe_lab.explore.balance.comparison import Outcome, losses_in_words, measure_outcome, spots
from moe_lab.explore.balance.rules import BY_PARTS, NAMED, BalanceState, SideState, decide_side
from moe_lab.explore.balance.stage import BalanceStage, most_tokens, number_cell
from moe_lab.explore.balance.token_batch import TokenBatch, encode_patches
from moe_lab.explore.balance.views import tokens_per_expert
from moe_lab.explore.shared.controls import card, flow, styled
from moe_lab.explore.shared.views import pack_float32

from .grid import Along, Axis, Recording
from .rules import RULES
from .stage import Stage, Values

STARTS = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0]  # logits
LEVELS = 127  # of a weight of 1


def rule_in_words(side: SideState) -> str:
    "What a side does, in the words of its menus (HTML)."
    parts = [side.score, side.adjust, side.select] if side.router == BY_PARTS else [NAMED[side.router].label]
    values, usual = side.values(), SideState().values()
    known = [n for n in ("k", "temperature", "strength", "epsilon") if n in side.knobs()]
    more = ", ".join(f"{n} {values[n]:g}" for n in known if values[n] != usual[n] or n == "k")
    return escape(" · ".join(parts) + f" ({more})" * bool(more))


def choices(seen: Outcome) -> bytes:  # of T tokens and E experts, at most 16
    """E, T; of each token whom it visits, in two numbers of 8 bits, which of its visits counts most, and its requests
    refused; levels of the weights, token by token."""
    e, visits = seen.visits.shape[1], seen.visits.numpy()
    bits = np.pad(visits, ((0, 0), (0, 16 - e))) @ (1 << np.arange(16))  # (T,)
    weights = seen.weight[seen.visits]  # (A,)
    before = np.tril(np.ones((e, e)), -1)  # (E, E): experts with a smaller number
    first = (visits * before[seen.main.clamp_min(0)]).sum(1)  # (T,)
    of_tokens = bits & 255, bits >> 8, first, seen.refused.sum(1)
    return pack_float32([e, len(bits)], *of_tokens, (LEVELS * weights).round())


def side_values(seen: Outcome, stage: BalanceStage, number: dict[str, int]) -> Values:
    "What the page needs of one side: pictures, and the words and numbers that the panel would show."
    tokens = tokens_per_expert(seen)
    stage.loads[0].show(seen, stage.batch, most_tokens([tokens]))
    measured = seen.numbers["N_eff"]
    return {
        f"{number['map']}.choices": choices(seen),
        f"{number['load']}.frame": stage.loads[0].frame,
        f"{number['map']}.photographs": stage.maps[0].photographs,
        f"{number['plane']}.spots": pack_float32(spots(seen).ravel()),
        "cells": [number_cell(name, seen.numbers[name]) for name in seen.numbers],
        "effective": [f"{v:.1f}" for v in (measured.value, measured.floor)],
        "losses": [losses_in_words(name, seen) for name in "AB"],
    }


def rule_of(side: SideState) -> dict[str, Any]:
    "Which of `RULES` a side is, and its k; `StopIteration` for one that is none of them."
    own = side.knobs() - {"k"}
    same = (name for name, values in RULES.items() if {n: getattr(side, n) for n in own} == kept(values, own))
    return {"rule": next(same), "k": side.k}


def kept(values: dict[str, Any], names: set[str]) -> dict[str, Any]:
    "The values of a rule by these names, as usual where it says nothing."
    return {n: v for n, v in SideState(**values).values().items() if n in names}


def presets() -> dict[str, dict[str, Any]]:
    "Those of the panel."
    made = {}
    for name, preset in BALANCE_PRESETS.items():
        sides = {s: rule_of(getattr(preset.state, s)) for s in "ab"}
        at = {f"{s}.{key}": value for s in "ab" for key, value in sides[s].items()}
        made[name] = {
            "at": {"n_experts": preset.state.n_experts} | at,
            "shows": preset.shows,
            "ask": preset.ask,
            "start": STARTS.index(preset.state.head_start),
        }
    return made


def tokens_of(batch: TokenBatch) -> str:
    "Where the tokens lie, and the photograph of each: x, y, label, in base64."
    return base64.b64encode(pack_float32(*batch.x[:, :2].T, batch.images.label)).decode()


def balance() -> Recording:
    "Every rule with four, eight or sixteen experts; the run goes along the head start."
    images = load_photographs(patch=8).test.take(slice(None, None, 8))
    batch = encode_patches(images)
    stage, headings = BalanceStage(batch), [w.HTML(), w.HTML()]
    cards = flow(*(card(headings[i], stage.maps[i], stage.loads[i]) for i in (0, 1)), least=(320, 320))
    seen = Stage(styled(w.VBox([cards, stage.below]), "moe-rules"))
    place = seen.widgets.index
    views = {
        "headings": [*map(place, headings)],
        "maps": [*map(place, stage.maps)],
        "loads": [*map(place, stage.loads)],
        "plane": place(stage.plane),
        "moves": place(stage.moves),
        "table": place(stage.table),
    }
    number = {"map": views["maps"][0], "load": views["loads"][0], "plane": views["plane"]}

    def side_of(values: dict[str, Any]) -> SideState:
        return SideState(**RULES[values["rule"]], k=values["k"])

    def play(values: dict[str, Any]) -> Iterator[Values]:
        side = side_of(values)
        for start in STARTS:
            scene = BalanceState(values["n_experts"], head_start=start, a=side, b=side)
            outcome = measure_outcome(decide_side(scene, side, batch), batch)
            yield side_values(outcome, stage, number) | {"words": rule_in_words(side)}

    def same(values: dict[str, Any]) -> Any:
        return values["rule"], values["k"] if "k" in side_of(values).knobs() else 1, values["n_experts"]

    fixed = {name: value for name, value in seen.look().items() if not isinstance(value, bytes)}
    any_outcome = measure_outcome(decide_side(BalanceState(), SideState(), batch), batch)
    pair = {
        "fixed": fixed,
        "views": views,
        "levels": LEVELS,
        "tokens": tokens_of(batch),
        "pixels": images.images.shape[-1],
        "rows": list(any_outcome.numbers),
        "side": SideState().values(),
        "rules": [kept(values, SideState(**values).knobs()) for values in RULES.values()],
    }
    return Recording(
        panel="BalanceLab",
        kind="balance",
        heading=("Two ways to choose", f"{len(images)} patches of 8×8 pixels, routed twice"),
        question="The same tokens through two routers: who is used, and what did it cost?",
        hint="Choose two rules, then drag the head start of expert 0: it is what an untrained router gives one expert "
        "by accident. Point at a token to see its patch.",
        axes=[
            Axis("rule", "chooses by", list(RULES)),
            Axis("k", "experts a token", (1, 2), kind="slider"),
            Axis("n_experts", "experts", (4, 8, 16), kind="slider"),
        ],
        along=Along("head_start", "head start of E0", STARTS),
        stage=seen,
        presets=presets(),
        usual=BalanceState().values(),
        frames=4,
        note=f"Any two of {len(RULES)} rules can be compared; weights are kept in steps of 1/{LEVELS}. ",
        besides={
            "pair": pair,
            "more": "In a notebook every part and every value of both rules can be turned",
        },
    ).record(play, same)
