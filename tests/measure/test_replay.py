"""Recorded choices are carried out in another run, in other people's models as in the kit's."""

import warnings

import numpy as np
import pytest
import torch

from moe_lab.measure.trace.replaying import as_recorded, by_own_gate, replay
from moe_lab.measure.trace.trace import Trace, record
from moe_lab.measure.transformers.hooks import routed_layers

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from moe_lab.bench.families.compatibility import texts_for
from moe_lab.measure.transformers.tiny_models import families, quiet, tiny_model

OF_EACH_GATE = ("mixtral", "qwen3_moe", "deepseek_v3", "deepseek_v4", "llama4", "jetmoe", "dots1", "nllb_moe")
BY_NO_GATE = {"zaya", "inkling", "phimoe"}  # their weights do not follow from the router's logits alone
PAST_CHANGING = {"doge", "vitpose_backbone"}


def another(family: str) -> torch.nn.Module:
    "The family's model with other weights, so that it chooses otherwise."
    model, numbers = tiny_model(family), torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        spread = 0.5 * parameter.detach().std(correction=0)
        parameter.data += spread * torch.randn(parameter.shape, generator=numbers)
    return model


def replayed_everywhere(family: str) -> None:
    model, other = tiny_model(family), another(family)
    given, _ = texts_for(model)
    with record(model) as trace:
        before = model(**given)[0]
    with replay(model, trace):
        assert torch.equal(model(**given)[0], before), "a run that replays itself is another one"
    for weigh in (as_recorded,) if family in BY_NO_GATE else (by_own_gate, as_recorded):
        with replay(other, trace, weigh=weigh) as said, record(other) as again:
            other(**given)
        assert said.replayed and not said.own
        for layer in trace.layers:
            assert np.array_equal(np.sort(again.choices([layer])), np.sort(trace.choices([layer]))), layer
    if family in BY_NO_GATE:
        with pytest.raises(ValueError, match="no known gate explains"), replay(other, trace):
            other(**given)


@pytest.mark.parametrize("family", OF_EACH_GATE)
def test_another_model_of_the_family_chooses_what_was_recorded(family):
    with quiet(), torch.no_grad():
        replayed_everywhere(family)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted({*families()} - PAST_CHANGING))
def test_every_family(family):
    with quiet(), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        replayed_everywhere(family)


def test_what_an_engine_returns_is_what_the_model_did_and_can_be_replayed():
    "Ids of S tokens and experts of S − 1, unlike lengths, other names of layers."
    model, other = tiny_model("mixtral"), another("mixtral")
    texts = [torch.tensor([[5, 6, 7, 3, 8]]), torch.tensor([[9, 3, 11]])]
    with torch.no_grad(), record(model) as trace:
        for ids in texts:
            model(ids)
    returned = [part[:-1] for part in trace.routed_experts()]
    bare = Trace.from_routed_experts(returned, [ids[0] for ids in texts], n_experts=8)
    with torch.no_grad(), replay(other, bare) as said, record(other) as again:
        for ids in texts:
            other(ids)
    assert (said.replayed, said.own) == (6 * len(bare.layers), 2 * len(bare.layers))
    for now, then in zip(again.routed_experts(), returned):
        assert np.array_equal(now[:-1], then)


def test_padding_before_the_text_is_not_counted():
    model, other = tiny_model("mixtral"), another("mixtral")
    ids = torch.tensor([[5, 6, 7, 3]])
    with torch.no_grad(), record(model) as trace:
        model(ids)
    padded, mask = torch.nn.functional.pad(ids, (2, 0)), torch.tensor([[0, 0, 1, 1, 1, 1]])
    with torch.no_grad(), replay(other, trace) as said, record(other) as again:
        other(padded, attention_mask=mask)
    assert said.replayed == 4 * len(trace.layers) and np.array_equal(again.choices(), trace.choices())


def test_recomputed_activations_are_refused_rather_than_chosen_anew():
    model, other = tiny_model("mixtral"), another("mixtral").train()
    ids = torch.tensor([[5, 6, 7, 3]])
    with torch.no_grad(), record(model) as trace:
        model(ids)
    other.gradient_checkpointing_enable({"use_reentrant": False})
    with replay(other, trace), pytest.raises(ValueError, match="activations are recomputed"):
        other(ids, labels=ids).loss.backward()


def test_no_hook_stays_behind():
    model = tiny_model("deepseek_v3")
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        with record(model) as trace:
            before = model(ids).logits
        with replay(model, trace):
            model(ids)
        assert torch.equal(model(ids).logits, before)
    hooks = [module._forward_hooks or module._forward_pre_hooks for module in model.modules()]
    assert not any(hooks) and routed_layers(model)
