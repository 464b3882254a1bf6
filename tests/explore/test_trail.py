"""Someone else's model on the trail: what is shown is what it decided, and a forced expert changes what it says."""

import pytest
import torch

from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import train_tokenizer

pytest.importorskip("transformers", reason="TRANSFORMERS IS NOT INSTALLED: pip install moe_lab[transformers]")

from moe_lab.explore.tokens.token_trail import TokenTrail
from moe_lab.measure.trace.counterfactuals import reroute
from moe_lab.measure.transformers.adapters import to_table
from moe_lab.measure.transformers.hooks import listen
from moe_lab.measure.transformers.tiny_models import quiet, tiny_model


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(load_text("code+scripture", limit=8_000).train, 300)


def grown(family: str) -> torch.nn.Module:
    "A tiny model with a vocabulary as large as the tokenizer's, rounded up."
    with quiet():
        model = tiny_model(family)
        model.resize_token_embeddings(320)
    return model.eval()


@pytest.mark.parametrize("family", ["mixtral", "qwen3_moe", "gpt_oss", "deepseek_v3", "llama4"])
def test_a_transformers_model_is_followed_and_changed(family, tokenizer):
    model = grown(family)
    lab = TokenTrail(model, tokenizer, "And God said")
    ids = torch.tensor([tokenizer.encode("And God said").ids])
    with torch.no_grad(), listen(model) as heard:
        logits = model(ids).logits[0]
    seen = lab.stage.passage
    assert len(seen.layers) == len(heard) > 0
    torch.testing.assert_close(seen.log_p, logits.log_softmax(-1))
    for (experts, weights), (_, routing) in zip(seen.tables, heard):
        torch.testing.assert_close(experts, to_table(routing)[0])
        torch.testing.assert_close(weights, to_table(routing)[1].float())
    lab.change({"change": "force", "expert": 1})
    forced = lab.stage.passage
    assert all(forced.visits(t, 0)[0][0] == 1 for t in range(ids.shape[1]))
    assert (forced.log_p - seen.log_p).abs().max() > 1e-6
    assert "everything through" in lab.news.value and "data-expert='1'" in lab.page.value
    lab.change({"change": "nothing"})
    torch.testing.assert_close(lab.stage.passage.log_p, seen.log_p)


@pytest.mark.parametrize("family", ["qwen3_moe", "deepseek_v3"])
def test_another_route_of_one_token(family, tokenizer):
    "What the panel says of a route is what the model loses with that token rerouted, and no token before it changes."
    model = grown(family)
    lab = TokenTrail(model, tokenizer, "And God said", state="trail?change=reroute&token=1")
    before, found = lab.stage.before, lab.stage.routes
    assert "Choose a route" in lab.news.value
    assert set(lab.knobs["route"].options) == {" ".join(map(str, route)) for route in found.routes}
    lab.knobs["route"].value = lab.knobs["route"].options[-1]
    ids = torch.tensor([tokenizer.encode("And God said").ids])
    with torch.no_grad(), reroute(model, 0, 1, found.routes[-1]):
        log_p = model(ids).logits[0].log_softmax(-1)
    lost = -log_p[1:-1].gather(1, ids[0, 2:, None]).mean()
    assert lab.stage.routes.chosen == pytest.approx(float(lost), abs=1e-5)
    assert lab.stage.routes.chosen == pytest.approx(found.others[-1], abs=1e-5)
    torch.testing.assert_close(lab.stage.passage.log_p[0], before.log_p[0])


def test_what_cannot_be_followed_is_said(tokenizer):
    with quiet():
        lab = TokenTrail(tiny_model("mixtral"), tokenizer, "And God said")
        assert "its tokenizer must be another one" in lab.news.value and not lab.page.value
        with pytest.raises(ValueError, match="its tokenizer must be another one"):
            lab.still()
        lab = TokenTrail(tiny_model("switch_transformers"), tokenizer, "And God said")
        assert "its tokenizer must be another one" in lab.news.value and not lab.page.value
    with pytest.raises(ValueError, match="without a MoE layer"):
        TokenTrail(torch.nn.Embedding(300, 300), tokenizer)
