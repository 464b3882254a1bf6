"""Other people's experts: what is recorded of a transformers model is what its routers decided."""

import os
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler

import pytest
import torch
from torch import nn

from moe_lab.measure.trace.trace import join, record
from moe_lab.measure.transformers.hooks import listen, routed_layers
from moe_lab.measure.transformers.interventions import ablate, force
from moe_lab.measure.transformers.loading import load_model, vocabulary_of

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from moe_lab.bench.families.compatibility import WAYS, compatibility, examine, printable, texts_for
from moe_lab.measure.transformers.tiny_models import quiet, tiny_model

ODD = ("switch_transformers", "nllb_moe", "llama4", "jetmoe", "gpt_oss", "dbrx", "zaya", "longcat_flash")
USUAL = ("mixtral", "qwen3_moe", "deepseek_v3", "olmoe", "gemma4", "granitemoehybrid")


QUICK = (
    "right",
    "left",
    "vectors",
    "static",
)  # compiling takes seconds a family: all ways are tried in the slow test
THOROUGH = {"mixtral", "deepseek_v3", "gpt_oss", "nllb_moe", "granitemoehybrid"}  # the others in two ways


@pytest.mark.parametrize("family", ODD + USUAL)
def test_the_trace_is_what_the_router_says_and_an_expert_can_be_taken_away(family):
    ways = QUICK if family in THOROUGH else QUICK[:2]
    with quiet():
        row = examine(tiny_model(family), ways)
    assert row["verified"], row["why"]
    assert row["ablation"] and row["visits"] > 0
    assert [row[way] for way in ways] == ["yes"] * len(ways)


def test_doge_is_recorded_though_its_choice_is_past_changing():
    model = tiny_model("doge")
    row = examine(model, QUICK[:2])
    assert row["verified"] and not row["ablation"]
    with pytest.raises(ValueError, match="DogeCDMoE chooses and computes in one"), ablate(model, 0, 1):
        pass


@pytest.mark.slow
def test_nearly_every_family_of_the_installed_transformers_is_recorded_and_verified():
    found = compatibility()
    print(printable(found))
    assert (~found["verified"]).sum() <= 1  # ViTPose has no router
    assert (found.loc[~found["verified"], "why"] != "").all()
    assert (found.drop(index="vitpose_backbone")[list(WAYS)] != "no").all(axis=None)


def test_a_wrong_trace_is_not_called_verified(monkeypatch):
    from moe_lab.measure.transformers import adapters as huggingface

    plain = huggingface.PLAIN_ADAPTER
    swapped = huggingface.Adapter(
        lambda m, v, l: (v[1].flatten(0, -2).roll(1, 0), v[2].flatten(0, -2)), plain.write
    )
    monkeypatch.setitem(huggingface.BY_ARGUMENTS, ("hidden_states", "top_k_index", "top_k_weights"), swapped)
    row = examine(tiny_model("mixtral"), ["right"])
    assert not row["verified"] and "other experts in the trace" in row["why"]


def test_probabilities_are_recognised_and_become_logits():
    model = tiny_model("gemma4")
    said = []
    router = next(hooks.router for hooks in routed_layers(model).values())
    router.register_forward_hook(lambda _m, _x, values: said.append(values[0]))
    with torch.no_grad(), listen(model) as heard:
        model(**texts_for(model)[0])
    torch.testing.assert_close(said[0].sum(-1), torch.ones(24))
    torch.testing.assert_close(heard[0][1].logits.softmax(-1), said[0])


@pytest.mark.parametrize("family", ["mixtral", "jamba", "granitemoehybrid", "deepseek_v3", "qwen3_next"])
def test_generation_goes_on_with_the_sequences_of_the_prompt(family):
    model = tiny_model(family)
    ids, real = torch.tensor([[5, 6, 7, 8], [0, 0, 8, 9]]), torch.tensor([[1, 1, 1, 1], [0, 0, 1, 1]])
    with quiet(), record(model) as trace:
        texts = model.generate(
            ids, attention_mask=real, max_new_tokens=3, do_sample=False, eos_token_id=None, pad_token_id=0
        )
    for layer in trace.layers:
        tokens = trace.tokens(layer).sort_values(["sequence", "position"])
        assert list(zip(tokens.sequence, tokens.position)) == [(0, i) for i in range(6)] + [
            (1, i) for i in range(4)
        ]
        assert tokens.token.tolist() == texts[0, :6].tolist() + texts[1, 2:6].tolist()


def test_a_second_forward_pass_for_checkpointing_is_not_recorded_twice():
    model = tiny_model("mixtral").train()
    model.gradient_checkpointing_enable()
    given, real = texts_for(model)
    with quiet(), record(model) as trace:
        for trace.step in (3, 4):
            model(**given, labels=given["input_ids"]).loss.backward()
    assert len(trace) == 2 * int(real.sum()) * len(trace.layers)
    assert sorted(set(trace.tokens(0).step)) == [3, 4]
    assert model.model.layers[0].mlp.gate.weight.grad is not None


def test_hooks_are_gone_afterwards():
    model = tiny_model("mixtral")
    given = texts_for(model)[0]
    before = model(**given).logits
    with record(model), ablate(model, 0, 1), force(model, 1, 2):
        model(**given)
    assert torch.equal(model(**given).logits, before)
    for module in model.modules():  # transformers keeps hooks of its own that collect outputs
        names = [
            hook.__module__ for hook in [*module._forward_hooks.values(), *module._forward_pre_hooks.values()]
        ]
        assert not any(name.startswith("moe_lab") for name in names)


def test_what_does_not_fit_is_one_clear_error():
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    dense = LlamaForCausalLM(LlamaConfig(vocab_size=16, **sizes))
    with pytest.raises(ValueError, match="LlamaForCausalLM without a MoE layer"), record(dense):
        pass
    model = tiny_model("mixtral")
    with pytest.raises(ValueError, match="id 96, but the model knows 96 tokens"), record(model):
        model(torch.tensor([[95, 96]]))
    for change in (ablate, force):
        with pytest.raises(ValueError, match="expert=8: the layer has experts 0 to 7"), change(model, 0, 8):
            pass
        with (
            pytest.raises(ValueError, match=r"layer=.nose.: needs one of model\.layers\.0\.mlp"),
            change(model, "nose", 0),
        ):
            pass


def test_a_tokenizer_that_is_too_small_is_refused():
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"a": 0, "b": 1}, "a"))
    vocabulary = vocabulary_of(PreTrainedTokenizerFast(tokenizer_object=words))
    assert vocabulary == [" a", " b"]
    model = tiny_model("mixtral")
    refused = pytest.raises(ValueError, match="vocabulary has 2 entries, but token goes to")
    with refused, record(model, vocabulary=vocabulary):
        model(**texts_for(model)[0])
    with record(model) as trace:
        model(**texts_for(model)[0])
    with pytest.raises(ValueError, match="vocabulary has 2 entries, but token goes from"):
        join(trace.assignments(0), vocabulary)


def test_models_are_loaded_from_folders_and_from_below_the_data_folder(tmp_path, monkeypatch):
    model = tiny_model("mixtral")
    ids = texts_for(model)[0]["input_ids"]
    model.save_pretrained(tmp_path / "someone" / "tiny")
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    with torch.no_grad():
        for name in (str(tmp_path / "someone" / "tiny"), "someone/tiny"):
            assert torch.equal(load_model(name)(ids).logits, model(ids).logits)
    (tmp_path / "someone" / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="'someone/empty': no model to load"):
        load_model("someone/empty")


class Hub(SimpleHTTPRequestHandler):
    "The files of models in a folder, by the hub's addresses: /someone/tiny/resolve/main/config.json."

    def translate_path(self, path: str) -> str:
        return super().translate_path(
            path.replace("/resolve/main/", "/").replace(f"/resolve/{'a' * 40}/", "/")
        )

    def send_error(self, code: int, *why):
        self.send_response(code)
        known = os.path.isdir(os.path.join(self.directory, *self.path.split("/")[1:3]))
        self.send_header("X-Error-Code", "EntryNotFound" if known else "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def end_headers(self):
        self.send_header("X-Repo-Commit", "a" * 40)
        self.send_header("ETag", f'"{self.path.rpartition("/")[2]}"')
        super().end_headers()

    def log_message(self, format, *args):
        "Pytest's output is not the place for an access log."


@pytest.fixture
def hub(tmp_path, serve):
    "The address of a hub that holds someone/tiny."
    tiny_model("mixtral").save_pretrained(tmp_path / "models" / "someone" / "tiny")
    return serve(partial(Hub, directory=str(tmp_path / "models")))


LOAD = """
import torch, moe_lab

print(moe_lab.load_model("someone/tiny")(torch.tensor([[1]])).logits.sum().item())
moe_lab.load_model("someone/missing")
"""


@pytest.mark.slow
def test_a_model_is_loaded_by_hub_id_over_http_and_then_from_the_cache(hub, tmp_path):
    with torch.no_grad():
        own = (
            load_model(str(tmp_path / "models" / "someone" / "tiny"))(torch.tensor([[1]])).logits.sum().item()
        )
    for how in ({"HF_ENDPOINT": hub}, {"HF_HUB_OFFLINE": "1"}):  # the library reads them when it is imported
        new = os.environ | how | {"HF_HOME": str(tmp_path / "hf")}
        done = subprocess.run(
            [sys.executable, "-c", LOAD], env=new, capture_output=True, text=True, timeout=120
        )
        assert done.stdout and float(done.stdout) == own, done.stderr
        missing = (
            "FileNotFoundError: 'someone/missing': no model to load, neither in a folder nor from the hub"
        )
        assert done.stderr.strip().splitlines()[-1].startswith(missing)


def test_without_transformers_only_loading_needs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r"pip install moe_lab\[transformers\]"):
        load_model("someone/tiny")
    with pytest.raises(ValueError, match="Linear without a MoE layer"):
        routed_layers(nn.Linear(2, 2))
