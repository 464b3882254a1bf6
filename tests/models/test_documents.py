"Documents that are packed into one row are read as if each stood alone."

from itertools import chain

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from moe_lab.data.language.tokens import END
from moe_lab.models.language.attention import Cache
from moe_lab.models.language.language_model import DecoderSettings, decoder
from moe_lab.models.language.recurrent import shared_depth

SHAPE = {"vocabulary": 12, "d": 16, "heads": 2, "layers": 2, "hidden": 8, "n_experts": 4, "length": 16}
documents = st.lists(
    st.lists(st.integers(1, 11), max_size=4).map(lambda ids: [*ids, END]), min_size=1, max_size=4
)


def model(positions: str = "rotary", make=decoder):
    torch.manual_seed(0)
    return make(DecoderSettings(**SHAPE, positions=positions, separator=END)).eval()


@pytest.mark.parametrize("positions", ["rotary", "learned", "none"])
@pytest.mark.parametrize("make", [decoder, shared_depth])
@settings(max_examples=15)
@given(texts=documents, padding=st.integers(0, 3), left=st.booleans())
def test_a_packed_row_is_read_as_its_documents_are(positions, make, texts, padding, left):
    reader = model(positions, make)
    row = torch.tensor([[*chain(*texts)]])
    blank = torch.zeros(1, padding, dtype=torch.long)
    mask = torch.cat([blank.bool(), row > -1] if left else [row > -1, blank.bool()], 1)
    padded = torch.cat([blank, row] if left else [row, blank], 1)
    alone = torch.cat([reader(torch.tensor([ids])) for ids in texts], 1)
    torch.testing.assert_close(reader(padded, mask)[mask][None], alone)


@given(texts=documents, cut=st.integers(1, 10))
@settings(max_examples=25)
def test_a_cache_keeps_documents_apart_too(texts, cut):
    reader, row = model(), torch.tensor([[*chain(*texts)]])
    cache = Cache()
    parts = [part for part in (row[:, :cut], row[:, cut:]) if part.numel()]
    torch.testing.assert_close(torch.cat([reader(part, cache=cache) for part in parts], 1), reader(row))


def test_without_a_separator_a_row_is_one_document():
    torch.manual_seed(0)
    reader = decoder(DecoderSettings(**SHAPE)).eval()
    first, other = torch.tensor([[3, END, 5, 7]]), torch.tensor([[4, END, 5, 7]])
    assert not torch.allclose(reader(first)[:, 2:], reader(other)[:, 2:])
    assert torch.equal(model()(first)[:, 2:], model()(other)[:, 2:])


def test_no_gradient_crosses_from_one_document_to_the_other():
    reader = model().train()
    row = torch.tensor([[3, 4, END, 5, 7, 8]])
    reader(row)[:, 3:].square().sum().backward()
    assert not reader.embed.weight.grad[[3, 4, END]].any() and reader.embed.weight.grad[[5, 7, 8]].any()
