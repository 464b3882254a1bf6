"An audit finds what was planted, and nothing where nothing is."

import numpy as np
import pytest
import torch

from moe_lab.bench.families.planted import NO_TEXT, reading_model
from moe_lab.explore.audit.auditing import audit, audit_reading
from moe_lab.explore.audit.costs import pruned
from moe_lab.explore.audit.page import audit_page
from moe_lab.explore.audit.reading import read_model
from moe_lab.measure.trace.trace import Trace, record
from moe_lab.measure.transformers.loudness import outputs_heard

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from transformers import PreTrainedTokenizerFast

from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import train_tokenizer
from moe_lab.measure.transformers.tiny_models import families, tiny_model


@pytest.fixture(scope="module")
def texts():
    return load_text("reference+licences", limit=20_000)


@pytest.fixture(scope="module")
def tokenizer(texts):
    return PreTrainedTokenizerFast(tokenizer_object=train_tokenizer(texts.train, 300))


def small(family: str = "olmoe"):
    return tiny_model(family, vocab_size=300, num_hidden_layers=2)


def told(model, texts, tokenizer, **others):
    return audit(model, texts.train, tokenizer=tokenizer, length=32, at_most=40, **others)


def choices(seed: int, n_layers: int = 3, n_experts: int = 16, k: int = 2) -> np.ndarray:
    "Of 40 texts of 50 tokens, uniform and independent: (40, 50, L, k)."
    drawn = np.random.default_rng(seed).random((40, 50, n_layers, n_experts))
    return np.argsort(drawn, -1)[..., :k]


def test_uniform_routers_have_no_findings():
    "Ten recordings, thirty layers: chance alone gives no alarm."
    found = [audit(Trace.from_routed_experts(choices(seed), n_experts=16)).findings for seed in range(10)]
    assert not [str(one) for some in found for one in some]


def test_a_layer_that_always_chooses_two_is_a_fault():
    planted = choices(0)
    planted[:, :, 1] = [3, 5]
    found = audit(Trace.from_routed_experts(planted, n_experts=16)).findings
    assert (found[0].kind, found[0].where) == ("fault", "layer 1") and "14 of 16" in str(found)


def test_layers_that_repeat_each_other_are_noticed():
    planted = np.repeat(choices(0, 1), 3, 2)
    found = audit(Trace.from_routed_experts(planted, n_experts=16)).findings
    assert [one.where for one in found] == ["all layers"] and "independent layers" in found[0].what


def test_a_kind_of_text_that_moves_the_load_is_named(texts, tokenizer):
    "Licences go to the lower half of the experts, the rest to the upper half."
    reading = read_model(small(), texts.train, tokenizer, length=32, at_most=60)
    rows, planted = reading.rows, []
    licence = rows.domain == rows.domain_names.index("licences")
    for row in range(len(rows)):
        lengths = int(rows.mask[row].sum())
        drawn = np.argsort(np.random.default_rng(row).random((lengths, 2, 4)), -1)[..., :2]
        planted.append(drawn + 4 * int(licence[row]))
    ids = [row[real].tolist() for row, real in zip(rows.tokens, rows.mask)]
    trace = Trace.from_routed_experts(planted, ids, n_experts=8, layers=reading.trace.layers)
    from dataclasses import replace

    found = audit_reading(replace(reading, trace=trace, asked=None)).findings
    assert [one for one in found if "licences" in one.what or "reference" in one.what]


def test_an_expert_that_shouts_and_one_that_harms_are_found(texts, tokenizer):
    model = small()
    with torch.no_grad():
        model.model.layers[0].mlp.experts.down_proj[3] *= 300
    found = told(model, texts, tokenizer).findings
    shouts = [one for one in found if "Super experts" in one.advice]
    assert shouts and "E3" in shouts[0].what and shouts[0].where == "model.layers.0.mlp"


def test_a_reading_changes_nothing(texts, tokenizer):
    model = small("qwen3_moe")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        said = model(ids).logits
        told(model, texts, tokenizer)
        assert torch.equal(model(ids).logits, said)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("family", ["mixtral", "deepseek_v3", "gpt_oss"])
def test_pruned_experts_are_not_chosen_and_the_others_take_over(family):
    model, ids = tiny_model(family), torch.tensor([[5, 6, 7, 3, 8, 9, 11, 2]])
    with torch.no_grad(), record(model) as before:
        model(ids)
    layer = before.layers[-1]
    gone = torch.zeros(before.about["n_experts"][layer], dtype=torch.bool)
    gone[before.assignments(layer)["expert"].mode()[0]] = True
    with torch.no_grad(), pruned(model, {layer: gone}) as edits, record(model) as after:
        model(ids)
    assert not edits[layer].silent
    assert len(after.assignments(layer)) == len(before.assignments(layer))
    assert not gone.numpy()[after.assignments(layer)["expert"]].any()


def test_what_an_expert_says_alone_adds_up_to_its_layer():
    "The weighted outputs of a layer's visits, summed, are the layer."
    model, ids = tiny_model("mixtral"), torch.tensor([[5, 6, 7]])
    experts, given = model.model.layers[0].mlp.experts, []
    experts.register_forward_hook(lambda _m, _x, y: given.append(y))
    with torch.no_grad(), outputs_heard(model) as heard:
        model(ids)
    loud = heard["model.layers.0.mlp"]
    assert float(loud.said.sum()) >= float(given[0].norm(dim=-1).sum()) > 0


def test_readers_are_told_layers_and_no_modules():
    "Two layers that would have the same name keep a word of their path; which module is which stands at the end."
    paths, planted = ["encoder.layers.1.ffn", "decoder.layers.1.ffn"], choices(0, 2)
    planted[:, :, 1] = [3, 5]
    found = audit(Trace.from_routed_experts(planted, n_experts=16, layers=paths))
    first, asked = audit_page(found, {}).split("What was asked")
    assert found.findings[0].where == paths[1] and str(found.findings[0]).startswith("layer 1, decoder")
    assert "layer 1, encoder.layers.ffn" in first and not [
        path for path in paths if path in first + str(found)
    ]
    assert all(path in asked for path in paths)


def test_the_page_escapes_what_others_wrote():
    trace = Trace.from_routed_experts(choices(0, 1), n_experts=16, layers=["<script>alert(1)</script>"])
    page = audit_page(audit(trace), {"model": "<i>"})
    assert "<script>alert" not in page and "&lt;script&gt;" in page


KNOWN = ("dbrx", "switch_transformers")
SELDOM = ("doge", "switch_transformers", "ernie4_5_vl_moe")
ODD = ["dbrx", "openai_privacy_filter", *(pytest.param(family, marks=pytest.mark.slow) for family in SELDOM)]


def audited(family, texts, tokenizer):
    return audit(reading_model(family, 300), texts.train, tokenizer=tokenizer, length=8, at_most=6)


@pytest.mark.parametrize("family", ODD)
def test_odd_families_are_audited_and_what_cannot_be_known_is_said(family, texts, tokenizer):
    sections = {section.title: section for section in audited(family, texts, tokenizer).sections}
    assert {"Load", "Partners and paths", "Words and kinds of text", "Experts"} <= {*sections}
    known = family in KNOWN
    assert ("Pruning" in sections) == known == (not sections["Experts"].missing)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted({*families()} - NO_TEXT))
def test_every_family_is_audited(family, texts, tokenizer):
    assert audited(family, texts, tokenizer).sections[0].tables["layers"]["tokens"].min() > 0


def test_a_single_document_has_costs_without_intervals(tokenizer):
    found = audit(
        small(), ["The quick brown fox jumps over the lazy dog, which sleeps."], tokenizer=tokenizer
    )
    experts = next(section for section in found.sections if section.title == "Experts")
    assert "one document" in experts.missing
    assert experts.tables["experts"]["cost"].notna().all() and experts.tables["experts"]["low"].isna().all()


def test_too_little_text_is_said_and_not_taken_for_good_news(texts, tokenizer):
    found = audit(small(), texts.train["text"][:1], tokenizer=tokenizer, length=16, at_most=3)
    assert found.what.endswith("of 1 document")
    said = str(found)
    assert "too little text" in said and "4 are needed" in said and "Nothing stands out" not in said


def test_an_untrained_model_is_no_better_than_guessing(texts, tokenizer):
    found = told(small(), texts, tokenizer)
    (own,) = (one for one in found.findings if one.where == "the model")
    assert own.kind == "fault" and f"ln V = {np.log(300):.2f}" in own.what
    assert "by guessing" in audit_page(found, {})
