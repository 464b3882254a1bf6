"Mistakes with audits of models and recordings."

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from faults.table import Bad

from moe_lab.command.actions import audit as audit_command
from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.explore.audit.auditing import audit
from moe_lab.explore.audit.findings import Finding
from moe_lab.explore.audit.reading import drawn_rows, read_model
from moe_lab.explore.audit.recordings import look_at
from moe_lab.measure.trace.mismatch import routing_mismatch
from moe_lab.measure.trace.replaying import replay
from moe_lab.measure.trace.trace import Trace
from moe_lab.measure.transformers.loading import load_model, load_tokenizer
from moe_lab.measure.transformers.tiny_models import tiny_model
from moe_lab.routing.presets import top_k


def recording(n_layers: int = 1) -> Trace:
    drawn = np.argsort(np.random.default_rng(0).random((4, 10, n_layers, 4)), -1)[..., :2]
    return Trace.from_routed_experts(drawn, n_experts=4)


def layer() -> MoE:
    return MoE(top_k(8, 4, 2), Bottleneck(8, 4, 4))


def beside(there: str, act: Callable, name: str) -> Callable[[], object]:
    "The act on a name beside a folder that is there, far from any hub."

    def call():
        Path(there).mkdir(parents=True)
        with patch("huggingface_hub.HfApi.model_info", side_effect=ConnectionError("refused")):
            found = act(name)
            return found() if callable(found) else found

    return call


def command(*given, **named) -> Callable[[], None]:
    return lambda: audit_command(*given, **named)()


ROWS = [
    Bad("a finding of no kind", lambda: Finding("news", "layer 0", "x"), ("kind='news'", "fault")),
    Bad("a model without texts", lambda: audit(tiny_model("olmoe")), ("texts=None", "load_text")),
    Bad("a model without a tokenizer", lambda: audit(tiny_model("olmoe"), ["a b"]), ("tokenizer is None",)),
    Bad("a model that reads no tokens", lambda: audit(layer(), ["a b"]), ("tokenizer is None",)),
    Bad("a dense model", lambda: audit(torch.nn.Linear(2, 2), ["a"]), ("Linear without a MoE layer",)),
    Bad("a recording by number", lambda: look_at(3), ("trace is an int", "folder")),
    Bad("replaying nothing", lambda: replay(layer(), None).__enter__(), ("trace is None", "Trace")),
    Bad("comparing nothing", lambda: routing_mismatch(None, None), ("a is None", "Trace")),
    Bad(
        "a folder misspelt",
        beside("mix", audit_command, "mixx/../mixx"),
        ("no such folder",),
        FileNotFoundError,
    ),
    Bad("a model misspelt", beside("mix", load_model, "mixx"), ("did you mean 'mix'?",), FileNotFoundError),
    Bad(
        "a model without its words",
        beside("mix/x", load_tokenizer, "mix"),
        ("no tokenizer.json",),
        FileNotFoundError,
    ),
    Bad("a model by number", lambda: audit(3, ["a"]), ("model is an int",)),
    Bad(
        "a recording against a model",
        lambda: audit(recording(), against=layer()),
        ("against", "another recording"),
    ),
    Bad(
        "a recording against one of more layers",
        lambda: audit(recording(), against=recording(2)),
        ("a has 1 layers, b 2",),
    ),
    Bad("no rows", lambda: drawn_rows(None, 0), ("at_most=0", "at least 1")),
    Bad(
        "texts that are a number",
        lambda: read_model(tiny_model("olmoe"), 3, object()),
        ("tokenizer is an object",),
    ),
    Bad(
        "a folder without a model or a recording",
        command("."),
        ("'.': nothing to audit: the folder has no config.json and no trace.json",),
        FileNotFoundError,
    ),
    Bad("a folder that is not there", command("/nowhere"), ("there is no such folder",), FileNotFoundError),
    Bad(
        "another checkpoint that is not there",
        lambda: audit_command("owner/name", against="./nowhere")(),
        ("'./nowhere': nothing to audit: there is no such folder",),
        FileNotFoundError,
    ),
    Bad("a text that nobody knows", command("owner/name", "versee"), ("versee",)),
]
