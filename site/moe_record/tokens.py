"""ExpertCards and SpecialistMap of a small language model; a run goes from expert to expert."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ipywidgets as w
import numpy as np
import traitlets

from moe_lab.colours import expert_colour
from moe_lab.data.cache import cache_folder
from moe_lab.experiments.systems.language import DEMONSTRATION, build, demonstration
from moe_lab.explore.shared.controls import card, flow, styled
from moe_lab.explore.shared.html_page import Page, ink, visible
from moe_lab.explore.shared.views import View, behind_views, pack_float32
from moe_lab.explore.tokens.expert_cards import ExpertCards, profiles
from moe_lab.explore.tokens.map_layers import MAP_METHODS, LayerMap, MapLayer, MapState, map_in_words
from moe_lab.explore.tokens.map_stage import MapStore
from moe_lab.explore.tokens.routed import Seen, look_into
from moe_lab.explore.tokens.selection import selection_page

from .grid import Along, Axis, Recording
from .stage import Stage, Values

POINTS = 600
HINT = "<h4>No selection</h4><small>Draw around points of the map, or press one, or an expert below.</small>"
EXPERTS = list(range(DEMONSTRATION.n_experts))
LAYERS = Axis("layer", "layer", tuple(range(DEMONSTRATION.layers)), ["layer 1", "layer 2"])
OF = "a language model of 8 experts a layer, trained on code, scripture and dialogue"


@cache
def layers() -> dict[str, Seen]:
    "What each layer's router of the model was given and decided, and before its training."
    model, texts, held_out = demonstration()
    return look_into(model, held_out, build(DEMONSTRATION, texts).model.eval())


def cards() -> Recording:
    "Both layers; a run goes from card to card."
    known = [(seen, profiles(seen.routed, untrained=seen.untrained)) for seen in layers().values()]
    shown = ExpertCards(known[0][0].routed, known[0][1])

    def play(values: dict[str, Any]) -> Iterator[Values]:
        seen, own = known[values["layer"]]
        shown.show(seen.routed, own)
        for expert in EXPERTS:
            shown.selected = expert
            share = own[expert].load[-1]
            words = f"<b>E{expert} gets {share:.0%} of the visits</b>; an even share would be {1 / len(EXPERTS):.0%}."
            yield stage.look(said=words)

    stage = Stage(w.VBox([card(shown)]))
    busiest = max(known[0][1], key=lambda profile: profile.load[-1]).expert
    presets = {
        f"the busiest of layer {layer + 1}": {
            "at": {"layer": layer},
            "shows": "",
            "ask": "",
            "start": max(own, key=lambda profile: profile.load[-1]).expert,
        }
        for layer, (_, own) in enumerate(known)
    }
    return Recording(
        panel="ExpertCards",
        kind="cards",
        heading=("Who are the experts?", OF),
        question="What does each expert read, and would you have found a name for it by chance alone?",
        hint="Press a card. The mark in each bar is what shuffled experts would show: a bar that does not pass it says "
        "nothing.",
        axes=[LAYERS],
        along=Along("expert", "expert", EXPERTS, words=[f"E{e}" for e in EXPERTS]),
        stage=stage,
        presets=presets,
        usual={"layer": 0, "expert": busiest},
        follows="selected",
        code="",
        frames=1,
    ).record(play)


class TokenPoints(View):
    "A map of tokens, as site/live/player/map.js draws it."

    _esm: Any = behind_views(Path(__file__).parents[1] / "live" / "player" / "map.js")
    height = traitlets.Int(430).tag(sync=True)
    names = traitlets.List().tag(sync=True)  # of the colours
    shades = traitlets.List().tag(sync=True)  # #RRGGBB of each
    contexts = traitlets.List().tag(sync=True)  # of the points

    def draw(
        self,
        sight: LayerMap,  # the map
        colour: str,  # what the colours say
        chosen: np.ndarray,  # (n,) numbers of points
    ):
        "Show a map; its places in a square from -1 to 1."
        points, labels = sight.layer.points, sight.labels(colour)
        self.names, self.shades = list(labels), [*labels.values()]
        self.contexts = points["context"].tolist()
        middle = (sight.flat.max(0) + sight.flat.min(0)) / 2
        at = (sight.flat - middle) / np.abs(sight.flat - middle).max()
        colours = [self.names.index(name) for name in points[colour]]
        inside = np.isin(np.arange(len(points)), chosen)
        self.title, self.unit = f"Router inputs of layer {1 + sight.number}", f"{len(points)} tokens"
        self.frame = pack_float32([len(points), len(chosen) > 0], *at.T, colours, points["number"], inside)


def choice_of(known: list[MapLayer]) -> dict[str, Any]:
    "What the page knows of the points of each layer: words and domains by number, experts, who is how heavy."
    tokens = np.unique(np.concatenate([layer.points["token"] for layer in known]))
    routed = known[0].seen.routed

    def points_of(layer: MapLayer) -> dict[str, list]:
        points = layer.points
        heavy = points.sort_values(["weight", "sequence", "position"], ascending=[False, True, True]).index
        return {
            "word": np.searchsorted(tokens, points["token"]).tolist(),
            "domain": layer.seen.routed.domain[points["sequence"]].tolist(),
            "expert": points["number"].tolist(),
            "rank": np.argsort(heavy).tolist(),
        }

    return {
        "vocabulary": [visible(routed.vocabulary[token]) for token in tokens],
        "domains": list(routed.domain_names),
        "colours": [(expert_colour(e), ink(expert_colour(e))) for e in EXPERTS],
        "layers": [points_of(layer) for layer in known],
    }


def specialists() -> Recording:
    "Two layers, two methods, three ways to colour; a run chooses the points of one expert after the other."
    store = MapStore(layers(), cache_folder() / "maps")
    dots, page = TokenPoints(), Page(value=HINT)
    first = next(iter(layers().values()))
    below = ExpertCards(first.routed, profiles(first.routed, untrained=first.untrained))
    names = {value: label for label, value in MAP_METHODS.items()}
    axes = [
        LAYERS,
        Axis("method", "map by", ("pca", "tsne"), [names["pca"], names["tsne"]]),
        Axis("colour", "colour", ("expert", "domain", "kind"), ["expert", "kind of text", "kind of token"]),
        Axis("points", "points", (POINTS,), kind="hidden"),
    ]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        state = MapState(**values)
        sight = store.get(state) or store.draw(state)
        sight.compare()
        sight.number = values["layer"]
        below.show(sight.layer.seen.routed, sight.layer.profiles)
        for expert in (-1, *EXPERTS):
            chosen = sight.points_of(expert) if expert >= 0 else np.zeros(0, int)
            dots.draw(sight, values["colour"], chosen)
            said = sight.said(chosen) if len(chosen) else None
            page.value = selection_page(said, sight.layer.seen.routed.domain_names) if said else HINT
            dots.selected = page.selected = below.selected = expert
            yield stage.look(said=map_in_words(sight))

    box = w.VBox([flow(card(dots), card(page), least=(460, 330)), card(below)])
    stage = Stage(styled(box, "moe-map"))
    places = [MapState("pca", layer, points=POINTS) for layer in LAYERS.values]
    choice = choice_of([(store.get(state) or store.draw(state)).layer for state in places])
    choice["views"] = {"dots": stage.widgets.index(dots), "page": stage.widgets.index(page)}
    presets = {
        name: {
            "at": {"layer": layer, "method": method, "colour": colour, "lasso": ""},
            "shows": shows,
            "ask": ask,
            "start": 0,
        }
        for name, layer, method, colour, shows, ask in PRESETS
    }
    return Recording(
        panel="SpecialistMap",
        kind="map",
        heading=("Where do tokens go?", OF),
        question="A map falls into islands. Are they the experts, the kinds of text, or just words?",
        hint="Colour the same points by expert, by kind of text and by kind of token. Draw around an island to read "
        "what is in it; press an expert to see which points are its own.",
        axes=axes,
        along=Along("expert", "points of", [-1, *EXPERTS], words=["all", *(f"E{e}" for e in EXPERTS)]),
        stage=stage,
        presets=presets,
        usual=MapState().values(),
        follows="selected",
        besides={"choice": choice, "free": ["lasso"]},
        note="The map is drawn by a script of this site; in a notebook it is jupyter-scatter. ",
        code="",
        frames=1,
    ).record(play)


PRESETS = [
    ("experts", 1, "tsne", "expert", "Islands of one colour: what an expert is given lies together.", ""),
    (
        "kinds of text",
        1,
        "tsne",
        "domain",
        "The same points, coloured by where they come from.",
        "do the islands keep one colour?",
    ),
    ("kinds of token", 1, "tsne", "kind", "The same points once more: most islands are one word.", ""),
    (
        "two directions",
        1,
        "pca",
        "expert",
        "The two strongest directions of the same numbers, to compare with.",
        "",
    ),
]
