"Mistakes with recordings, listening, interventions, tables of choices, check-ups and models of transformers."

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from faults.table import Bad

from moe_lab import ablate, force, listen, load_model, record, top_k
from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.measure.load.confidence import Gates, agreement
from moe_lab.measure.load.health import CheckUp, Thresholds, busiest, check_ups, health_of, judge
from moe_lab.measure.load.metrics import Load
from moe_lab.measure.trace.trace import Trace, join, rescue
from moe_lab.measure.transformers.adapters import from_table, rank_of
from moe_lab.measure.transformers.loading import vocabulary_of
from moe_lab.measure.transformers.tiny_models import tiny_model

D, EXPERTS = 8, 4


def layer(n_experts: int = EXPERTS) -> MoE:
    return MoE(top_k(D, n_experts, 2), Bottleneck(D, 4, n_experts))


def recording(model=None, **settings) -> Trace:
    "A recording of four tokens."
    model = layer() if model is None else model
    with record(model, **settings) as trace:
        model(torch.randn(4, D))
    return trace


def damaged(name: str, holds: bytes) -> Path:
    "The folder of a recording, of which one file holds something else."
    folder = recording(folder="damaged").folder
    (folder / name).write_bytes(holds)
    return folder


def inside(block: Callable) -> Callable[[], None]:
    "Opens a block."

    def call():
        with block():
            pass

    return call


def mixtral_reads(**given) -> Trace:
    model = tiny_model("mixtral", num_hidden_layers=1)
    with torch.no_grad(), record(model) as trace:
        model(**given)
    return trace


def mixtral_writes(**how) -> Trace:
    model = tiny_model("mixtral", num_hidden_layers=1)
    with torch.no_grad(), record(model) as trace:
        model.generate(torch.tensor([[5, 6, 7]]), max_new_tokens=2, pad_token_id=0, **how)
    return trace


def other_rows() -> bytes:
    "A file of rows that are not those of a trace."
    import pyarrow as pa

    table, sink = pa.table({"a": [1]}), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def exchanged() -> None:
    model = tiny_model("mixtral", num_hidden_layers=1)
    with torch.no_grad(), record(model):
        cache = model(torch.tensor([[5, 6], [7, 8]]), use_cache=True).past_key_values
        cache.reorder_cache(torch.tensor([1, 1]))


def routed(n_tokens: int = 64, n_experts: int = EXPERTS):
    return layer(n_experts).router(torch.randn(n_tokens, D), None)


IDS, TABLE = torch.tensor([[5, 6, 7]]), (torch.zeros(3, 2).long(), torch.ones(3, 2))
ROWS = [
    # what is recorded
    Bad("a model by its name", lambda: recording("someone/tiny"), ("model", "someone/tiny", "load_model")),
    Bad("no model", inside(lambda: listen(None)), ("model", "NoneType", "torch.nn.Module")),
    Bad("a class of models", inside(lambda: listen(torch.nn.Linear)), ("model", "needs a torch.nn.Module")),
    Bad("a dense model", lambda: recording(torch.nn.Linear(D, D)), ("Linear", "without a MoE layer")),
    Bad(
        "half of the texts in words",
        lambda: recording(sample="half"),
        ("sample='half'", "above 0, at most 1"),
    ),
    Bad("no share of the texts", lambda: recording(sample=0), ("sample=0", "above 0")),
    Bad("a share that is no number", lambda: recording(sample=float("nan")), ("sample=nan", "at most 1")),
    Bad("a truth value as share", lambda: recording(sample=True), ("sample=True", "share")),
    Bad("a negative seed of a sample", lambda: recording(seed=-1), ("seed=-1", "whole number")),
    Bad("a fraction as seed of a sample", lambda: recording(seed=1.5), ("seed=1.5", "whole number")),
    Bad("one layer without a list", lambda: recording(layers=0), ("layers=0", "[0, 1]")),
    Bad("a layer's name without a list", lambda: recording(layers="moe"), ("layers='moe'", "list of names")),
    Bad("no layer at all", lambda: recording(layers=[]), ("layers=[]", "at least one")),
    Bad("a layer twice", lambda: recording(layers=[0, 0]), ("layers=[0, 0]", "once")),
    Bad("a layer that is not there", lambda: recording(layers=[7]), ("layer=7", "below 1")),
    Bad("a folder that is a number", lambda: recording(folder=3), ("folder=3", "path of a folder")),
    Bad("a folder that is a file", lambda: recording(folder=__file__), ("is a file",), FileExistsError),
    Bad(
        "a folder with a recording",
        lambda: (recording(folder="twice"), recording(folder="twice")),
        ("twice", "Trace.load opens it"),
        FileExistsError,
    ),
    Bad(
        "a vocabulary as one text", lambda: recording(vocabulary="abc"), ("vocabulary: str", "vocabulary_of")
    ),
    Bad("a vocabulary by text", lambda: recording(vocabulary={"a": 0}), ("vocabulary: dict", "list")),
    Bad("a vocabulary of numbers", lambda: recording(vocabulary=[1, 2]), ("vocabulary: 1", "texts alone")),
    Bad(
        "a tokenizer as vocabulary",
        lambda: recording(vocabulary=object()),
        ("vocabulary: object", "vocabulary_of"),
    ),
    # what the model is given
    Bad("ids as a list", lambda: mixtral_reads(input_ids=[[5, 6]]), ("input_ids: list", "tensor (B, S)")),
    Bad("ids with a fraction", lambda: mixtral_reads(input_ids=IDS.float()), ("input_ids", "whole numbers")),
    Bad("ids of one text without a batch", lambda: mixtral_reads(input_ids=IDS[0]), ("input_ids", "(B, S)")),
    Bad("ids of another tokenizer", lambda: mixtral_reads(input_ids=IDS + 90), ("id 97", "96 tokens")),
    Bad("negative ids", lambda: mixtral_reads(input_ids=IDS - 6), ("id -1", "96 tokens")),
    Bad(
        "a mask of three dimensions",
        lambda: mixtral_reads(input_ids=IDS, attention_mask=torch.ones(1, 3, 3)),
        ("attention_mask", "(1, 3, 3)", "(B, 1, S, places)"),
    ),
    Bad(
        "a mask as a list",
        lambda: mixtral_reads(input_ids=IDS, attention_mask=[[1, 1, 1]]),
        ("attention_mask: list", "needs a tensor"),
    ),
    Bad(
        "a mask that is too short",
        lambda: mixtral_reads(input_ids=IDS, attention_mask=torch.ones(1, 2)),
        ("attention_mask: 2 places", "3 tokens"),
    ),
    Bad(
        "a mask of other texts",
        lambda: mixtral_reads(input_ids=IDS, attention_mask=torch.ones(2, 3)),
        ("attention_mask: (2, 3)", "1 texts"),
    ),
    Bad(
        "positions of another length",
        lambda: mixtral_reads(input_ids=IDS, position_ids=torch.arange(2)[None]),
        ("position_ids", "(B, 3)"),
    ),
    Bad("beams", lambda: mixtral_writes(num_beams=2), ("num_beams=2", "record one call")),
    Bad(
        "writing without a cache",
        lambda: mixtral_writes(use_cache=False),
        ("use_cache=False", "leave the cache on"),
    ),
    Bad("texts that change their rows", exchanged, ("reorder_cache", "exchanged")),
    # what is read again
    Bad("no recording there", lambda: Trace.load("nowhere"), ("nowhere", "no trace.json"), FileNotFoundError),
    Bad("no folder to load", lambda: Trace.load(None), ("folder=None", "path of a folder")),
    Bad(
        "a torn description",
        lambda: Trace.load(damaged("trace.json", b"{")),
        ("trace.json", "not readable as JSON"),
    ),
    Bad(
        "an empty description",
        lambda: Trace.load(damaged("trace.json", b"{}")),
        ("without a usable model",),
    ),
    Bad(
        "a description that is a list",
        lambda: Trace.load(damaged("trace.json", b"[]")),
        ("holds a list",),
    ),
    Bad(
        "a description in no encoding",
        lambda: Trace.load(damaged("trace.json", b"\xff\xfe")),
        ("trace.json", "JSON"),
    ),
    Bad(
        "a description without layers",
        lambda: Trace.load(
            damaged("trace.json", json.dumps({"model": "a", "k": {}, "finished": True}).encode())
        ),
        ("without a usable n_experts",),
    ),
    Bad("torn rows", lambda: Trace.load(damaged("rows.arrow", b"abc")), ("rows.arrow", "damaged")),
    Bad(
        "rows of something else",
        lambda: Trace.load(damaged("rows.arrow", other_rows())),
        ("not the rows",),
    ),
    Bad(
        "a torn vocabulary",
        lambda: Trace.load(damaged("vocabulary.json", b"[1")).vocabulary,
        ("vocabulary.json", "JSON"),
    ),
    Bad(
        "a copy over another folder",
        lambda: recording().save("."),
        ("there is one already",),
        FileExistsError,
    ),
    Bad("nothing to rescue", lambda: rescue("nowhere"), ("nowhere", "nothing to rescue"), FileNotFoundError),
    Bad("a misspelt layer of a trace", lambda: recording().tokens("moe"), ("layer='moe'", "needs one of")),
    Bad("a layer as a fraction", lambda: recording().tokens(0.0), ("layer=0.0", "number below 1")),
    Bad("choices of a layer without a list", lambda: recording().choices(0), ("layers=0", "list")),
    Bad("a join of a list", lambda: join([1], kind=["a"]), ("frame: list", "Trace.assignments")),
    Bad(
        "too few labels",
        lambda: join(recording().tokens(0), kind=["a"]),
        ("kind has 1 entries", "goes from 0 to 3"),
    ),
    Bad(
        "a number as labels",
        lambda: join(recording().tokens(0), kind=3),
        ("kind=3", "one entry for each sequence"),
    ),
    # interventions
    Bad("an expert too many", inside(lambda: ablate(layer(), 0, EXPERTS)), ("expert=4", "experts 0 to 3")),
    Bad("an expert from behind", inside(lambda: force(layer(), 0, -1)), ("expert=-1", "experts 0 to 3")),
    Bad("half an expert", inside(lambda: ablate(layer(), 0, 0.5)), ("expert=0.5", "experts 0 to 3")),
    Bad(
        "an expert as truth value",
        inside(lambda: ablate(layer(), 0, True)),
        ("expert=True", "experts 0 to 3"),
    ),
    Bad("several experts", inside(lambda: force(layer(), 0, [0, 1])), ("expert=[0, 1]", "experts 0 to 3")),
    Bad("no layer to force", inside(lambda: force(layer(), None, 0)), ("layer=None", "needs one of")),
    # tables of choices
    Bad(
        "a table of fractions",
        lambda: from_table(TABLE[0].float(), TABLE[1], 4),
        ("experts torch.float32", "whole"),
    ),
    Bad(
        "too few weights",
        lambda: from_table(TABLE[0], TABLE[1][:, :1], 4),
        ("weights (3, 1)", "as many weights"),
    ),
    Bad("a table of one dimension", lambda: from_table(TABLE[0][0], TABLE[1][0], 4), ("experts", "(T, k)")),
    Bad(
        "a table in NumPy",
        lambda: from_table(np.zeros((3, 2), int), TABLE[1], 4),
        ("experts: ndarray", "tensor"),
    ),
    Bad("a table without experts", lambda: from_table(*TABLE, 0), ("n_experts=0", "at least 1")),
    Bad(
        "a short mask of a table",
        lambda: from_table(*TABLE, 4, torch.ones(2).bool()),
        ("mask", "(3,) truth values"),
    ),
    Bad(
        "a mask of floats",
        lambda: from_table(*TABLE, 4, torch.ones(3)),
        ("mask torch.float32", "truth values"),
    ),
    Bad("ranks of nothing", lambda: rank_of(None), ("routing: NoneType", "Routing")),
    # gates and health
    Bad("gates of one decision", lambda: Gates.of(routed()), ("routings is a Routing", "needs a list")),
    Bad("gates of nothing", lambda: Gates.of([]), ("routings is empty",)),
    Bad(
        "gates of named decisions",
        lambda: Gates.of([("a", routed())]),
        ("routings is a tuple", "needs Routing"),
    ),
    Bad("gates of two layers", lambda: Gates.of([routed(), routed(8, 3)]), ("[3, 4] experts", "4")),
    Bad("the health of nothing", lambda: health_of(None), ("routing is None", "needs Routing")),
    Bad("inputs of other tokens", lambda: health_of(routed(), torch.randn(3, D)), ("x: (3, 8)", "64 rows")),
    Bad(
        "ids of other tokens",
        lambda: health_of(routed(), None, torch.arange(3)),
        ("token_ids: (3,)", "64 rows"),
    ),
    Bad(
        "inputs that are not finite",
        lambda: health_of(routed(), torch.full((64, D), torch.nan)),
        ("x:", "not finite"),
    ),
    Bad("inputs in NumPy", lambda: health_of(routed(), np.zeros((64, D))), ("x: ndarray", "tensor")),
    Bad("a check-up of no model", inside(lambda: check_ups(None)), ("model: NoneType", "MoE layer")),
    Bad(
        "a check-up of a dense model",
        inside(lambda: check_ups(torch.nn.Linear(2, 2))),
        ("model: Linear", "MoE layer"),
    ),
    Bad("a negative sample of inputs", inside(lambda: check_ups(layer(), -1)), ("sample=-1", "whole number")),
    Bad("a verdict before the first token", lambda: CheckUp().verdict(), ("call update(routing) first",)),
    Bad(
        "thresholds the wrong way round",
        lambda: Thresholds(collapsed=0.9),
        ("collapsed=0.9", "collapsed ≤ amber"),
    ),
    Bad(
        "a threshold that is no number",
        lambda: Thresholds(information=torch.nan),
        ("information=nan", "at least 0"),
    ),
    Bad(
        "gates of another layer",
        lambda: judge(Load.of([routed()]), Gates.of([routed(8, 3)])),
        ("4 experts", "gates are for 3"),
    ),
    Bad("a verdict without gates", lambda: judge(Load.of([routed()]), None), ("Load, NoneType", "Gates")),
    Bad("a part above all", lambda: busiest(Load.of([routed()]), 2.0), ("part=2.0", "at most 1")),
    Bad(
        "visits of other tokens",
        lambda: agreement(torch.randn(4, D), torch.ones(3, EXPERTS).bool()),
        ("visits: (3, 4)", "4 rows"),
    ),
    # models of transformers
    Bad("a model without a name", lambda: load_model(""), ("name=''", "owner/name")),
    Bad("a model by number", lambda: load_model(3), ("name=3", "owner/name")),
    Bad(
        "a folder without a model",
        lambda: load_model("."),
        ("no model to load: the folder has no config.json",),
        FileNotFoundError,
    ),
    Bad("a misspelt family", lambda: tiny_model("mixtrall"), ("family='mixtrall'", "mixtral")),
    Bad("a family without experts", lambda: tiny_model("bert"), ("family='bert'", "no MoE family")),
    Bad("a vocabulary of nothing", lambda: vocabulary_of(None), ("tokenizer: NoneType", "AutoTokenizer")),
]
