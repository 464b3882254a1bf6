"What is recorded is what the text is, however the model was called: compiled, packed, padded, in pieces, with drafts."

import copy
import subprocess
import sys

import pytest
import torch
from torch import nn

from moe_lab.measure.trace.trace import record
from moe_lab.measure.transformers.hooks import listen
from moe_lab.measure.transformers.interventions import ablate, force
from moe_lab.models.language.language_model import DecoderSettings, decoder

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from moe_lab.measure.transformers.tiny_models import quiet, tiny_model

LEFT = torch.tensor([[0, 0, 11, 12], [5, 6, 7, 8], [0, 9, 10, 3]])
TWICE = torch.tensor([[11, 12, 13, 11, 12, 13]])  # prompt look-up finds something here


def mask_of(ids: torch.Tensor) -> torch.Tensor:
    return (ids > 0).long()


def rows(trace, layer=0) -> list[tuple[int, int, int]]:
    "(sequence, position, token) of a layer, in order."
    frame = trace.tokens(layer).sort_values(["sequence", "position"])
    return list(zip(frame.sequence.tolist(), frame.position.tolist(), frame.token.tolist()))


def expected(texts) -> list[tuple[int, int, int]]:
    return [(s, p, token) for s, text in enumerate(texts) for p, token in enumerate(text)]


def spoken(model, **how):
    "A recording of a text that the model writes, and the text."
    with quiet(), torch.no_grad(), record(model) as trace:
        text = model.generate(TWICE, max_new_tokens=6, pad_token_id=0, **{"do_sample": False} | how)
    return trace, text


@pytest.fixture
def mixtral():
    return tiny_model("mixtral")


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"prompt_lookup_num_tokens": 3},
        {"prefill_chunk_size": 4},
        {"cache_implementation": "static"},
        {"cache_implementation": "static", "prefill_chunk_size": 4},
        {"do_sample": True, "num_return_sequences": 3},
    ],
    ids=str,
)
def test_each_token_of_a_written_text_is_recorded_once(mixtral, how):
    trace, texts = spoken(mixtral, **how)
    for layer in trace.layers:
        assert rows(trace, layer) == expected(texts[:, :-1].tolist())


def test_drafts_of_an_assistant_are_left_out(mixtral):
    helper = tiny_model("mixtral")
    helper.lm_head.weight.data.normal_(generator=torch.Generator().manual_seed(5))
    trace, texts = spoken(mixtral, assistant_model=helper)
    assert rows(trace) == expected(texts[:, :-1].tolist())
    plain, _ = spoken(mixtral)
    for layer in trace.layers:
        assert trace.of_layer(layer)["experts"].to_pylist() == plain.of_layer(layer)["experts"].to_pylist()


@pytest.mark.parametrize("how", [{}, {"cache_implementation": "static"}, {"prefill_chunk_size": 2}], ids=str)
@pytest.mark.parametrize("family", ["mixtral", "gpt_oss", "qwen3_next"])
def test_texts_that_end_at_different_times_have_no_padding(family, how):
    model = tiny_model(family)
    usual = {"attention_mask": mask_of(LEFT), "max_new_tokens": 6, "do_sample": False, "pad_token_id": 0}
    with quiet(), torch.no_grad():
        stop = int(model.generate(LEFT, eos_token_id=None, **usual)[0, 5])
        with record(model) as trace:
            texts = model.generate(LEFT, eos_token_id=stop, **usual, **how).tolist()
    whole = []
    for prompt, text in zip(LEFT.tolist(), texts):
        new = text[4:]
        end = new.index(stop) + 1 if stop in new else len(new) - 1
        whole.append([token for token in prompt if token] + new[: min(end, len(new) - 1)])
    assert rows(trace) == expected(whole)
    assert any(stop in text[4:-2] for text in texts)  # one did end early


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"num_beams": 3}, "num_beams=3: beam search"),
        ({"use_cache": False}, "use_cache=False: the whole text"),
    ],
    ids=str,
)
def test_what_cannot_be_recorded_is_refused_and_nothing_stays_behind(mixtral, how, says):
    with pytest.raises(ValueError, match=says), quiet(), record(mixtral):
        mixtral.generate(TWICE, max_new_tokens=3, **how)
    assert mixtral.generate(TWICE, max_new_tokens=3, pad_token_id=0, **how).shape == (1, 9)
    assert not {"generate", "_get_stopping_criteria"} & vars(mixtral).keys()


def test_a_block_inside_another_one_leaves_it_in_place(mixtral):
    with pytest.raises(ValueError, match="num_beams=2"), quiet(), record(mixtral):
        with listen(mixtral):
            mixtral(TWICE)
        mixtral.generate(TWICE, max_new_tokens=3, num_beams=2)
    assert not {"generate", "_get_stopping_criteria"} & vars(mixtral).keys()


def test_rows_of_a_cache_that_change_their_places_are_refused(mixtral):
    with (
        torch.no_grad(),
        pytest.raises(ValueError, match="reorder_cache: rows of the cache"),
        record(mixtral),
    ):
        cache = mixtral(torch.tensor([[5, 6], [7, 8]]), use_cache=True).past_key_values
        cache.reorder_cache(torch.tensor([1, 0]))
    cache.reorder_cache(torch.tensor([1, 0]))  # after the block it may


def test_texts_written_in_turn_keep_their_numbers(mixtral):
    with torch.no_grad(), record(mixtral) as trace:
        one = mixtral(torch.tensor([[3, 4, 5]]), use_cache=True).past_key_values
        other = mixtral(torch.tensor([[6, 7]]), use_cache=True).past_key_values
        mixtral(torch.tensor([[8]]), past_key_values=one)
        mixtral(torch.tensor([[9]]), past_key_values=other)
    assert rows(trace) == expected([[3, 4, 5, 8], [6, 7, 9]])


def test_texts_with_one_beginning_go_on_from_its_end(mixtral):
    with torch.no_grad():
        beginning = mixtral(torch.tensor([[3, 4, 5]]), use_cache=True).past_key_values
        with record(mixtral) as trace:
            for ids in ([[8, 9]], [[10]]):
                mixtral(torch.tensor(ids), past_key_values=copy.deepcopy(beginning))
    assert rows(trace) == [(0, 3, 8), (0, 4, 9), (1, 3, 10)]


def test_a_cache_that_is_cut_back_begins_another_text(mixtral):
    with torch.no_grad(), record(mixtral) as trace:
        cache = mixtral(torch.tensor([[3, 4, 5]]), use_cache=True).past_key_values
        mixtral(torch.tensor([[8, 9]]), past_key_values=cache)
        cache.crop(-2)
        mixtral(torch.tensor([[10]]), past_key_values=cache)
    assert rows(trace) == [(0, i, t) for i, t in enumerate([3, 4, 5, 8, 9])] + [(1, 3, 10)]


def choices(trace) -> list:
    return [trace.of_layer(layer)["experts"].to_pylist() for layer in trace.layers]


def causal(real: torch.Tensor) -> torch.Tensor:
    "(B, 1, S, S) bool: who attends to whom among real tokens (B, S)."
    return torch.ones(real.shape[1], real.shape[1]).tril().bool() & real[:, None, None, :].bool()


@pytest.mark.parametrize("side", ["left", "right"])
def test_vectors_and_masks_of_four_dimensions_are_read_as_the_ids_and_mask(mixtral, side):
    ids = LEFT if side == "left" else LEFT.flip(1)
    real = mask_of(ids)
    own = causal(real)
    added = torch.zeros(own.shape).masked_fill(~own, torch.finfo(torch.float32).min)
    ways = {
        "ids": {"input_ids": ids, "attention_mask": real},
        "bool": {"input_ids": ids, "attention_mask": own},
        "added": {"input_ids": ids, "attention_mask": added},
        "vectors": {"inputs_embeds": mixtral.get_input_embeddings()(ids), "attention_mask": real},
    }
    traces = {}
    for name, given in ways.items():
        with torch.no_grad(), record(mixtral) as traces[name]:
            mixtral(**given, position_ids=(real.cumsum(1) - 1).clamp_min(0))
    texts = [[t for t in text if t] for text in ids.tolist()]
    assert rows(traces["ids"]) == rows(traces["bool"]) == rows(traces["added"]) == expected(texts)
    assert [row[:2] for row in rows(traces["vectors"])] == [row[:2] for row in expected(texts)]
    assert {row[2] for row in rows(traces["vectors"])} == {-1}
    assert all(choices(trace) == choices(traces["ids"]) for trace in traces.values())


PACKED = torch.tensor([[0, 1, 2, 0, 1, 0, 1, 2, 3]])


@pytest.mark.parametrize("how", ["positions", "mask", "starts", "numbers"])
def test_texts_packed_into_one_row_are_counted_one_by_one(mixtral, how):
    ids = torch.randint(3, 80, (1, 9), generator=torch.Generator().manual_seed(0))
    blocks = torch.block_diag(*(torch.ones(n, n) for n in (3, 2, 4))).tril().bool()[None, None]
    given = {
        "positions": {"position_ids": PACKED},
        "mask": {"attention_mask": blocks},
        "starts": {"cu_seq_lens_q": torch.tensor([0, 3, 5, 9], dtype=torch.int32)},
        "numbers": {"seq_idx": torch.tensor([[0, 0, 0, 1, 1, 2, 2, 2, 2]])},
    }[how]
    with torch.no_grad(), record(mixtral) as trace:
        mixtral(ids, **given)
    texts = ids[0].split([3, 2, 4])
    assert rows(trace) == expected([text.tolist() for text in texts])


def test_a_static_cache_in_ones_own_loop(mixtral):
    from transformers import StaticCache

    cache = StaticCache(config=mixtral.config, max_cache_len=12)
    ids, real = LEFT, mask_of(LEFT)
    with torch.no_grad(), record(mixtral) as trace:
        mixtral(ids, attention_mask=real, past_key_values=cache)
        for token in (20, 21):
            real = torch.cat([real, torch.ones(3, 1, dtype=torch.long)], 1)
            mixtral(torch.full((3, 1), token), attention_mask=real, past_key_values=cache)
    assert rows(trace) == expected([[t for t in text if t] + [20, 21] for text in ids.tolist()])


class Wrapped(nn.Module):
    "A model that is given batches of its own kind, as under DistributedDataParallel or in a trainer."

    def __init__(self, model):
        super().__init__()
        self.module = model

    def forward(self, batch):
        return self.module(**batch).logits


def test_a_wrapped_model_still_tells_its_texts(mixtral):
    wrapped = Wrapped(mixtral)
    with torch.no_grad(), record(wrapped) as trace:
        wrapped({"input_ids": LEFT, "attention_mask": mask_of(LEFT)})
    assert rows(trace) == expected([[t for t in text if t] for text in LEFT.tolist()])


def test_an_encoder_and_a_decoder_that_writes_have_one_number_for_a_text():
    model = tiny_model("nllb_moe")
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 0, 0]])
    with quiet(), torch.no_grad(), record(model) as trace:
        written = model.generate(
            ids,
            attention_mask=mask_of(ids),
            max_new_tokens=4,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
        )
    assert rows(trace, "model.encoder.layers.3.ffn") == expected([[5, 6, 7, 8], [9, 10]])
    assert rows(trace, "model.decoder.layers.3.ffn") == expected(written[:, :-1].tolist())


def test_what_modules_inside_pass_on_may_have_any_shape(mixtral):
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = mixtral.model.layers[0].mlp

        def forward(self, inputs_embeds, attention_mask):
            return self.inner(inputs_embeds)

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.part, self.embed = Odd(), mixtral.get_input_embeddings()

        def forward(self, input_ids, attention_mask):
            return self.part(self.embed(input_ids), object())

    with torch.no_grad(), record(outer := Outer()) as trace:
        outer(LEFT, mask_of(LEFT))
    assert rows(trace) == expected([[t for t in text if t] for text in LEFT.tolist()])


def compiled_whole(model):
    return torch.compile(model, backend="eager")


def compiled_in_place(model):
    model.compile(backend="eager")
    return model


def compiled_experts(model):
    for layer in model.model.layers:
        layer.mlp.experts = torch.compile(layer.mlp.experts, backend="eager")
        layer.mlp.gate = torch.compile(layer.mlp.gate, backend="eager")
    return model


@pytest.mark.parametrize(
    ("compiled", "called_before"),
    [
        (compiled_whole, True),
        (compiled_in_place, False),
        (compiled_experts, True),
    ],
)
def test_a_compiled_model_is_recorded_as_it_was_written(compiled, called_before):
    mixtral = tiny_model("mixtral", num_hidden_layers=2)
    given = {"input_ids": LEFT, "attention_mask": mask_of(LEFT)}
    with torch.no_grad():
        with record(mixtral) as plain:
            before = mixtral(**given).logits
        model = compiled(copy.deepcopy(mixtral))
        if called_before:
            model(**given)
        with record(model) as trace, listen(model) as heard:
            model(**given)
        with ablate(model, 0, 1) as changed:
            assert not torch.allclose(changed(**given).logits, before)
        with force(model, "model.layers.0.mlp", 2), listen(model) as forced:
            model(**given)
        after = model(**given).logits
    assert trace.layers == plain.layers and choices(trace) == choices(plain) and len(heard) == 2
    assert forced[0][1].counts.tolist() == [0, 0, 9, 0, 0, 0, 0, 0]
    torch.testing.assert_close(after, before)


@pytest.mark.slow  # as one of Transformers', above
def test_a_compiled_model_of_the_kit_is_recorded_as_it_was_written():
    torch.manual_seed(0)
    model = decoder(DecoderSettings(vocabulary=50, d=16, heads=2, layers=2, hidden=8, n_experts=4)).eval()
    ids = torch.randint(1, 50, (2, 6))
    compiled = torch.compile(model, backend="eager")
    with torch.no_grad():
        with record(model) as plain:
            model(ids)
        compiled(ids)
        with record(compiled) as trace, listen(compiled) as heard:
            compiled(ids)
        with force(compiled, 0, 1), listen(compiled) as forced:
            compiled(ids)
    assert trace.layers == plain.layers and choices(trace) == choices(plain) and len(heard) == 2
    assert forced[0][1].counts.tolist() == [0, 12, 0, 0]


INSIDE = """
import sys, torch
from moe_lab import record
from moe_lab.models.language.language_model import DecoderSettings, decoder

model = decoder(DecoderSettings(vocabulary=50, d=16, heads=2, layers=2, hidden=8, n_experts=4)).eval()
assert "torch._dynamo" not in sys.modules
with torch.no_grad(), record(model) as trace:
    compiled = torch.compile(model, backend="eager")
    for _ in range(2):
        compiled(torch.randint(1, 50, (2, 6)))
print(len(trace))
"""


@pytest.mark.slow
def test_a_model_that_is_compiled_while_it_is_recorded():
    done = subprocess.run([sys.executable, "-c", INSIDE], capture_output=True, text=True)
    assert done.stdout.split() == ["48"], done.stderr


def test_a_sample_keeps_whole_texts_while_they_are_written(mixtral):
    with quiet(), torch.no_grad(), record(mixtral, sample=0.5, seed=1) as trace:
        for _ in range(4):
            texts = mixtral.generate(
                LEFT, attention_mask=mask_of(LEFT), max_new_tokens=4, do_sample=False, eos_token_id=None
            )
    lengths = trace.tokens(0).groupby("sequence").size().to_dict()
    assert 0 < len(lengths) < 12
    whole = {s: int((LEFT[s % 3] > 0).sum()) + texts.shape[1] - 4 - 1 for s in lengths}
    assert lengths == whole
