"Mistakes with the explorations of text: models, tokenizers, texts and states that do not belong there."

from functools import cache

import numpy as np
import torch
from explore.hostile import hostile_layer
from faults.table import Bad

from moe_lab import ExpertCards, SpecialistMap, TokenTrail, look_into, top_k
from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import pack_documents, train_tokenizer
from moe_lab.explore.tokens.domains import compared_domains
from moe_lab.explore.tokens.passage import reread
from moe_lab.explore.tokens.readers import KitModel, model_reader, reader
from moe_lab.explore.tokens.selection import describe_selection
from moe_lab.explore.tokens.token_trail import TrailReader
from moe_lab.explore.tokens.trail_page import TrailState
from moe_lab.measure.transformers.loading import load_tokenizer
from moe_lab.measure.transformers.tiny_models import quiet, tiny_model
from moe_lab.models.language.language_model import DecoderSettings, decoder


@cache
def texts():
    "A few rows of code, and their tokenizer."
    documents = load_text("code", limit=4_000).train
    return pack_documents(documents, train_tokenizer(documents, 300), 16)


@cache
def model():
    torch.manual_seed(0)
    return decoder(DecoderSettings(len(texts().vocabulary), d=16, heads=2, layers=2, hidden=16, n_experts=4))


@cache
def theirs():
    with quiet():
        return tiny_model("mixtral", max_position_embeddings=32)


def routed():
    return hostile_layer("moe").routed


def trail(text: str = "a word", **state):
    line = "&".join(f"{name}={value}" for name, value in state.items())
    return TokenTrail(model(), texts(), text, f"trail?{line}")


def routed_by(route: str, token: int = 0):
    reading = TrailReader(model(), texts())
    state = TrailState("a word", "reroute", token=token, route=route)
    return reading.routes(state, *reading.read(state))


def changed(change: str = "force", layer: str = "blocks.0.feed", expert: int = 0):
    words = reader(texts())
    return reread(model(), words.read("a word"), words, change, layer, expert)


ROWS = [
    Bad(
        "a trail of a number", lambda: TokenTrail(5, texts()), ("model is an int", "of the kit or of transf")
    ),
    Bad(
        "a trail of a class",
        lambda: TokenTrail(torch.nn.Linear, texts()),
        ("model is a type", "needs a model"),
    ),
    Bad(
        "a trail without experts", lambda: TokenTrail(torch.nn.Linear(2, 2), texts()), ("Linear", "MoE layer")
    ),
    Bad(
        "a trail without a tokenizer",
        lambda: TokenTrail(model()),
        ("tokenizer is None", "needs the TokenSet"),
    ),
    Bad(
        "a trail with a name for a tokenizer",
        lambda: TokenTrail(model(), "bert"),
        ("tokenizer is a str", "TokenS"),
    ),
    Bad("a trail of an empty folder", lambda: TokenTrail("."), ("'.': no model to load",), FileNotFoundError),
    Bad(
        "a tokenizer of an empty folder",
        lambda: load_tokenizer("."),
        ("no tokenizer to load",),
        FileNotFoundError,
    ),
    Bad("a trail of an empty text", lambda: trail(""), ("text is empty", "type a few words")),
    Bad("a trail of numbers", lambda: trail("1 + 2"), ("no letters", "type a few words")),
    Bad("a trail of a long text", lambda: trail("word " * 400), ("tokens, 256 can be followed", "shorten")),
    Bad(
        "a text longer than the model",
        lambda: TokenTrail(theirs(), texts(), "word " * 40),
        ("32 can be followed", "shorten"),
    ),
    Bad("a trail of layer 7", lambda: trail(layer=7), ("layer=7", "2 layers")),
    Bad("a trail of expert 9", lambda: trail(expert=9), ("expert=9", "at most 4 experts")),
    Bad("a trail with a change misspelt", lambda: trail(change="forse"), ("change", "forse", "force")),
    Bad("a trail of an unknown word", lambda: trail(speed=3), ("speed",)),
    Bad(
        "reading with a change misspelt", lambda: changed("forse"), ("change='forse'", "did you mean 'force'")
    ),
    Bad(
        "reading with a layer misspelt",
        lambda: changed(layer="blocks.9"),
        ("layer='blocks.9'", "blocks.0.feed"),
    ),
    Bad("reading through expert 7", lambda: changed(expert=7), ("expert=7", "0 to 3")),
    Bad("a route of words", lambda: TrailState(route="a b"), ("route='a b'", "'0 1'")),
    Bad("a route with a comma", lambda: trail(change="reroute", route="0,1"), ("route='0,1'", "spaces")),
    Bad("a route of more experts", lambda: routed_by("0 1 2"), ("route='0 1 2'", "2 different ones")),
    Bad("a route through one twice", lambda: routed_by("1 1"), ("route='1 1'", "2 different ones")),
    Bad("a route through expert 9", lambda: routed_by("0 9"), ("experts=[0, 9]", "0 to 3")),
    Bad("another route at the end", lambda: routed_by("0 1", token=9), ("nothing follows the last token",)),
    Bad(
        "a model without a head", lambda: TokenTrail(theirs().model, texts()), ("MixtralModel", "comes next")
    ),
    Bad(
        "a model that reads no tokens",
        lambda: KitModel(torch.nn.Linear(3, 3)).read(torch.ones(1, 5).long()),
        ("model is a Linear", "does not read tokens"),
    ),
    Bad("a reader of a list", lambda: model_reader([model()]), ("model is a list", "needs a model")),
    Bad("looking into a number", lambda: look_into(5, texts()), ("model is an int", "needs a model")),
    Bad(
        "looking at a number",
        lambda: look_into(model(), 5, tokenizer=texts()),
        ("texts is an int", "by domain"),
    ),
    Bad("looking at no text", lambda: look_into(model(), [], tokenizer=texts()), ("texts: 0", "no token")),
    Bad(
        "looking at numbers",
        lambda: look_into(model(), ["a", 3], tokenizer=texts()),
        ("texts: number 1 is an int", "str"),
    ),
    Bad(
        "looking without a tokenizer",
        lambda: look_into(model(), ["a word"]),
        ("tokenizer is None", "TokenSet"),
    ),
    Bad(
        "looking with two tokenizers",
        lambda: look_into(model(), texts(), tokenizer=texts()),
        ("texts is a TokenSet", "has its own"),
    ),
    Bad(
        "looking in rows of nothing",
        lambda: look_into(model(), ["a word"], tokenizer=texts(), length=0),
        ("length=0", "at least 1"),
    ),
    Bad(
        "looking with somebody else's tokens",
        lambda: look_into(theirs(), texts()),
        ("input_ids: id", "another one"),
    ),
    Bad(
        "cards of a routing",
        lambda: ExpertCards(top_k(8, 4, 2)),
        ("routed is a Router", "look_into"),
    ),
    Bad("cards of all layers", lambda: ExpertCards({"moe": 1}), ("routed is a dict", "look_into")),
    Bad("cards with too few profiles", lambda: ExpertCards(routed(), []), ("known: 0", "3 experts")),
    Bad(
        "a map of a model",
        lambda: SpecialistMap(model()),
        ("seen is a LanguageModel", "look_into"),
    ),
    Bad(
        "a map of a layer",
        lambda: SpecialistMap(hostile_layer("moe")),
        ("seen is a Seen", "layers"),
    ),
    Bad("a map of no layer", lambda: SpecialistMap({}), ("seen is a dict", "look_into")),
    Bad(
        "a map of layer 4",
        lambda: SpecialistMap({"moe": hostile_layer("moe")}, "map?layer=4"),
        ("layer=4", "1 layers"),
    ),
    Bad(
        "a map by a method misspelt",
        lambda: SpecialistMap({"moe": hostile_layer("moe")}, "map?method=tnse"),
        ("method", "tnse", "tsne"),
    ),
    Bad(
        "a map with a torn lasso",
        lambda: SpecialistMap({"moe": hostile_layer("moe")}, "map?method=pca&lasso=xyz"),
        ("lasso='xyz'", "not a selection"),
    ),
    Bad(
        "a map of a layer that has collapsed",
        lambda: SpecialistMap(
            {"moe": hostile_layer("moe")._replace(inputs=np.ones((240, 8)))}, "map?method=pca"
        ),
        ("240 points do not differ",),
    ),
    Bad(
        "a selection of nothing", lambda: describe_selection(routed(), np.array([], int)), ("rows: 0 given",)
    ),
    Bad(
        "domains without permutations",
        lambda: compared_domains(routed(), routed().frame, 3, 0),
        ("permutations=0", "at least 1"),
    ),
]
