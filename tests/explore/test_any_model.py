"Any MoE of transformers in the explorations: what they show is what each layer decided about each word of each text."

import warnings

import numpy as np
import pytest
import torch

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from explore.somebody_elses import ALL, FAMILIES, TEXTS, TOKENIZERS, model_of

from moe_lab.explore.shared.html_page import legible
from moe_lab.explore.tokens.expert_cards import ExpertCards
from moe_lab.explore.tokens.readers import model_reader, reader
from moe_lab.explore.tokens.routed import look_into
from moe_lab.explore.tokens.specialist_map import SpecialistMap
from moe_lab.explore.tokens.token_trail import TokenTrail
from moe_lab.measure.maps import router_inputs
from moe_lab.measure.transformers.adapters import to_table
from moe_lab.measure.transformers.hooks import listen, routed_layers
from moe_lab.measure.transformers.tiny_models import quiet


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_words_are_readable_with_their_spaces(kind):
    tokenizer = TOKENIZERS[kind]()
    words = reader(tokenizer)
    for text in ALL:
        ids = words.read(text)
        shown = legible("".join(words.vocabulary[i] for i in ids if i not in words.special))
        if kind == "word_piece":  # it keeps no spaces, and parts words at punctuation
            assert shown.split() == tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str(text) or (
                "".join(shown.split()) == "".join(text.split())
            )
        else:
            assert shown.replace("⏎", "\n").removeprefix(" ") == text
        assert {*ids} & words.special, "a mark of the beginning or the end is read"


def alone(model, words, text: str):
    "Name -> experts (T, K), weights, inputs (T, d), of one text read on its own, marks left out."
    ids = words.read(text)
    asked, keep = model_reader(model), [i for i, token in enumerate(ids) if token not in words.special]
    with torch.no_grad(), listen(model) as heard, router_inputs(model) as given:
        asked.read(torch.tensor([ids]))
    found = {}
    for name, routing in heard:
        experts, weights = (part[len(part) - len(ids) :][keep] for part in to_table(routing))
        found[name] = experts, weights, given[name][0][-len(ids) :][keep]
    return [ids[i] for i in keep], found


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "doge"])
def test_what_is_seen_is_what_each_layer_decided(family):
    model, tokenizer = model_of(family), TOKENIZERS[FAMILIES[family]]()
    words = reader(tokenizer)
    with quiet():
        seen = look_into(model, TEXTS, tokenizer=tokenizer)
    assert list(seen) == list(routed_layers(model))
    domains = [name for name, some in TEXTS.items() for _ in some]
    own = [alone(model, words, text) for text in ALL]
    for name, (routed, inputs, _) in seen.items():
        assert len(inputs) == sum(len(ids) for ids, _ in own) and routed.n_experts > 1
        for number, (ids, found) in enumerate(own):
            experts, weights, given = found[name]
            frame = routed.frame[routed.frame["sequence"] == number]
            row = frame["row"].to_numpy() - sum(len(ids) for ids, _ in own[:number])
            chosen = (experts >= 0) & (weights != 0)
            pairs = {(t, int(e)) for t, k in chosen.nonzero().tolist() for e in [experts[t, k]]}
            assert {*zip(row.tolist(), frame["expert"].tolist())} == pairs, f"{name}, text {number}"
            assert frame["token"].tolist() == [ids[r] for r in row]
            first = sum(len(ids) for ids, _ in own[:number])
            np.testing.assert_allclose(inputs[first : first + len(ids)], given, atol=1e-4)
            assert routed.domain_names[routed.domain[number]] == domains[number]
        assert not {*routed.frame["token"]} & words.special


def test_a_router_that_mixes_the_tokens_of_a_batch_is_seen_text_by_text():
    "Doge cuts its logits across tokens, so that what a token does depends on the whole batch."
    model, tokenizer = model_of("doge"), TOKENIZERS["byte_level"]()
    for text in ALL[:2]:
        ids, found = alone(model, reader(tokenizer), text)
        for name, (routed, inputs, _) in look_into(model, [text], tokenizer=tokenizer).items():
            experts, _, given = found[name]
            assert routed.frame["expert"].tolist() == experts.flatten().tolist() and len(ids) == len(inputs)
            np.testing.assert_allclose(inputs, given, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_trail_shows_words_and_their_experts_and_forces_where_it_can(family):
    model, tokenizer = model_of(family), TOKENIZERS[FAMILIES[family]]()
    words, text = reader(tokenizer), "And God said"
    trail = TokenTrail(model, tokenizer, text)
    ids, found = alone(model, words, text)
    passage = trail.stage.passage
    assert passage.words == tuple(words.vocabulary[i] for i in ids)
    assert passage.layers == tuple(found)
    for (experts, weights), (own, how, _) in zip(passage.tables, found.values()):
        torch.testing.assert_close(experts, own)
        torch.testing.assert_close(weights, how.float())
    torch.testing.assert_close(passage.log_p.exp().sum(-1), torch.ones(len(ids)))
    known = passage.surprise[~passage.surprise.isnan()]
    assert len(known) >= len(ids) - 1 and (known > 0).all()
    trail.change({"change": "force", "expert": 1})
    if next(iter(routed_layers(model).values())).can_change:
        assert all(trail.stage.passage.visits(t, 0)[0][0] == 1 for t in range(len(ids)))
        assert (trail.stage.passage.log_p - passage.log_p).abs().max() > 1e-7
    else:
        assert "chooses and computes in one: its choice cannot be changed" in trail.news.value
    trail.change({"change": "nothing"})
    torch.testing.assert_close(trail.stage.passage.log_p, passage.log_p)


@pytest.mark.parametrize("family", ["deepseek_v3", "switch_transformers", "doge"])
def test_maps_and_cards_take_it(family, tmp_path):
    model, tokenizer = model_of(family), TOKENIZERS[FAMILIES[family]]()
    with quiet():
        seen = look_into(model, TEXTS, untrained=model, tokenizer=tokenizer)
    panel = SpecialistMap(seen, "map?method=pca&points=60", tmp_path)
    assert "the same model untrained" in panel.news.value
    contexts = " ".join(panel.stage.sight.layer.points["context"])
    assert "[" in contexts and "<s>" not in contexts and "</s>" not in contexts
    cards = ExpertCards(seen[list(seen)[-1]].routed)
    assert cards.value.count("moe-tag") == cards.routed.n_experts and ">verse<" in cards.value
    panel.close()


def test_a_name_is_enough(tmp_path):
    "A folder with a model and its tokenizer, as the hub has them."
    model, tokenizer = model_of("olmoe"), TOKENIZERS["byte_level"]()
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with quiet():
        seen, trail = look_into(tmp_path, TEXTS), TokenTrail(str(tmp_path), text="And God said")
        same = look_into(model, TEXTS, tokenizer=tokenizer)
    for name, layer in same.items():
        np.testing.assert_array_equal(seen[name].routed.frame["expert"], layer.routed.frame["expert"])
    assert trail.stage.passage.words == TokenTrail(model, tokenizer, "And God said").stage.passage.words


def test_long_texts_are_cut_and_none_is_lost():
    model, tokenizer = model_of("mixtral"), TOKENIZERS["metaspace"]()
    with quiet():
        seen = look_into(model, {"long": " ".join(ALL)}, tokenizer=tokenizer, length=16)
    routed = next(iter(seen.values())).routed
    words = reader(tokenizer)
    ids = [i for i in words.ids(" ".join(ALL)) if i not in words.special]
    assert routed.firsts["token"].tolist() == ids and routed.firsts["position"].max() == 15
    assert {*routed.documents_of(routed.frame)} == {0}


def test_what_cannot_be_followed_is_said():
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        headless = model_of("mixtral").model
        with pytest.raises(ValueError, match="MixtralModel, which does not say what comes next"):
            TokenTrail(headless, TOKENIZERS["metaspace"]())
        assert look_into(headless, TEXTS, tokenizer=TOKENIZERS["metaspace"]())
        with pytest.raises(ValueError, match="its tokenizer must be another one"):
            look_into(model_of("switch_transformers"), TEXTS, tokenizer=TOKENIZERS["metaspace"]())
