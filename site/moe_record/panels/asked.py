"""GateLab and TokenTrail, which answer what they are asked: the panels themselves, turned to every value of a grid."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as w

from moe_lab.experiments.systems.language import demonstration
from moe_lab.explore.gates.gate_lab import GATE_PRESETS, GateLab
from moe_lab.explore.gates.replays import KNOBS_OF, GateState
from moe_lab.explore.shared.controls import Preset, card
from moe_lab.explore.tokens.token_trail import TokenTrail, token_of
from moe_lab.explore.tokens.trail_page import TRAIL_PRESETS, TrailState

from ..grid import Along, Axis, Recording, presets_of
from ..stage import Stage, Values


def gates() -> Recording:
    "Five gates over the stored curves; the run goes along draws of seeds."
    panel = GateLab()
    axes = [
        Axis("gate", "gate", tuple(GateState.CHOICES["gate"])),
        Axis("gain", "gain, nats", (0.02, 0.06), kind="slider"),
        Axis("times", "wait for", (1, 3), kind="slider"),
        Axis("gap", "gap at most, nats", (0.0, 0.05, 0.1), kind="slider"),
        Axis("p", "p", (0.1, 0.3), kind="slider"),
        Axis("first", "halve after", (2, 4), kind="slider"),
        Axis("seeds", "seeds", (1, 3, 5), kind="slider"),
    ]
    draws = list(range(5))

    def play(values: dict[str, Any]) -> Iterator[Values]:
        for draw in draws:
            panel.begin(GateState(**values, draw=draw))
            yield seen.look(said=panel.said)

    def same(values: dict[str, Any]) -> Any:
        return values["gate"], values["seeds"], *(values.get(name) for name in KNOBS_OF[values["gate"]])

    seen = Stage(w.VBox([panel.stage.box]))
    return Recording(
        panel="GateLab",
        kind="gates",
        heading=panel.heading,
        question="Which runs deserve more time, and how often does a gate throw the winner away?",
        hint="Press Play: the same gate sees other seeds. Then make it impatient, or let it see one seed alone.",
        axes=axes,
        along=Along("draw", "draw of seeds", draws),
        stage=seen,
        presets=presets_of(GATE_PRESETS, axes, Along("draw", "", draws)),
        usual=GateState().values(),
        note="What the gate said of the other rows is in the notebook. ",
        frames=1,
    ).record(play, same)


def silent(known: Mapping[str, Preset]) -> dict[str, Preset]:  # known: presets of a panel
    "Those without a route, each looking at its first token, and at E0 where it looks at no expert."
    seen = {name: replace(p.state, token=0, expert=max(0, p.state.expert)) for name, p in known.items()}
    first = {name: preset._replace(state=seen[name]) for name, preset in known.items()}
    return {name: preset for name, preset in first.items() if not preset.state.is_reroute}


def trail() -> Recording:
    "Three texts, two experts silenced or forced on everybody; the run goes from token to token."
    model, _, held_out = demonstration()
    panel = TokenTrail(model, held_out)
    presets = silent(TRAIL_PRESETS)
    texts = tuple(dict.fromkeys(preset.state.text for preset in presets.values()))
    axes = [
        Axis("text", "text", texts, [" ".join(text.split()[:3]) + " …" for text in texts]),
        Axis("change", "do", ("nothing", "silence", "force")),
        Axis("expert", "to expert", (0, 1), ("E0", "E1")),
    ]
    longest = 0

    def play(values: dict[str, Any]) -> Iterator[Values]:
        nonlocal longest
        state = TrailState(**values)
        panel.begin(state)
        words = len(panel.stage.passage.words)
        longest = max(longest, words)
        for token in range(words):
            panel.begin(replace(state, token=token))
            assert token_of(panel.state, panel.stage.passage) == token
            yield seen.look(said=panel.said)

    def same(values: dict[str, Any]) -> Any:
        return values["text"], TrailState(**values).is_change and (values["change"], values["expert"])

    seen = Stage(w.VBox([card(panel.page)]))
    along = Along("token", "token", [])
    made = Recording(
        panel="TokenTrail",
        kind="trail",
        heading=(panel.heading[0], f"{len(texts)} texts, read by a small language model"),
        question="Which way do the tokens of a text go, and what if an expert were silent?",
        hint="Press a word to read what comes after it. Then silence an expert, or send everybody to it.",
        axes=axes,
        along=along,
        stage=seen,
        presets={},
        usual=TrailState().values(),
        follows="token",
        code="",
        frames=2,
    ).record(play, same)
    made.along = along._replace(marks=list(range(longest)))
    made.presets = presets_of(presets, axes, made.along)
    return made
