"The domains of cards and selections stand against those of all visits, with what documents give by chance."

import numpy as np
import pandas as pd
import pytest

from moe_lab.explore.tokens.domains import compared_domains
from moe_lab.explore.tokens.expert_cards import ExpertCards
from moe_lab.explore.tokens.routed import Routed, load_by_step
from moe_lab.explore.tokens.selection import describe_selection, selection_page

NAMES = ("code", "verse", "talk")


def routed_by(chance: np.ndarray, lengths: np.ndarray, seed: int = 0) -> Routed:
    "Documents of the domains in turn; `chance` (D, E): where its tokens go; `lengths` (D,): of documents."
    rng, (n_domains, n_experts) = np.random.default_rng(seed), chance.shape
    domain = np.arange(30 * n_domains) % n_domains
    sequence = np.repeat(np.arange(len(domain)), lengths[domain])
    position = np.concatenate([np.arange(lengths[d]) for d in domain])
    expert = np.array([rng.choice(n_experts, p=chance[domain[s]]) for s in sequence])
    frame = pd.DataFrame({"step": 0, "sequence": sequence, "position": position, "token": position % 7})
    frame = frame.assign(row=np.arange(len(frame)), expert=expert, rank=0, weight=1.0)
    load = load_by_step(frame, n_experts)
    return Routed(frame, n_experts, list("abcdefg"), domain, NAMES[:n_domains], load)


MOSTLY_CODE = routed_by(np.array([[0.4, 0.6], [0.8, 0.2], [0.5, 0.5]]), np.array([60, 10, 10]))


def test_the_most_frequent_domain_of_an_expert_may_be_one_it_sees_less_of_than_chance():
    first, second = compared_domains(MOSTLY_CODE, MOSTLY_CODE.frame, 2)
    assert first.share.argmax() == 0 and first.base.tolist() == [0.75, 0.125, 0.125]
    visits = MOSTLY_CODE.frame.groupby("expert")["sequence"].apply(
        lambda s: np.bincount(s % 3, minlength=3) / len(s)
    )
    np.testing.assert_allclose([first.share, second.share], np.stack(visits.to_list()))
    np.testing.assert_allclose(first.lift, first.share / [0.75, 0.125, 0.125])
    assert first.lift[0] < first.low[0] and first.lift[1] > first.high[1] and first.order[0] == 1
    assert second.order[0] == 0 and second.lift[1] < second.low[1]


def test_cards_show_it_on_the_page_and_on_paper():
    cards = ExpertCards(MOSTLY_CODE)
    cards.selected = 0
    assert cards.value.index(">verse<") < cards.value.index(">talk<") < cards.value.index("Chosen together")
    first = cards.profiles[0].domains
    assert f"--floor:{first.base[1]:.4f}" in cards.value and f"<b>×{first.lift[1]:.2f}</b>" in cards.value
    (axes,) = [ax for ax in cards.still().axes if ax.get_title(loc="left").startswith("Domains")]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[-1] == f"verse  ×{first.lift[1]:.2f}" and names[0].startswith("code")
    np.testing.assert_allclose(axes.lines[0].get_xdata(), first.base[first.order[::-1]])


def test_a_selection_is_held_against_all_tokens():
    verse = MOSTLY_CODE.frame.query("sequence % 3 == 1")["row"].to_numpy()
    said = describe_selection(MOSTLY_CODE, verse)
    assert said.domains.share.tolist() == [0, 1, 0] and said.domains.lift[1] == 8
    assert "<b>×8.00</b>" in selection_page(said, NAMES)


def test_experts_that_take_no_notice_of_domains_are_within_chance():
    plain = routed_by(np.full((3, 4), 0.25), np.array([40, 20, 10]), seed=1)
    found = compared_domains(plain, plain.frame, 4)
    inside = [(d.low <= d.lift) & (d.lift <= d.high) for d in found]
    assert np.mean(inside) > 0.8


def test_one_domain_leaves_nothing_to_compare():
    alone = routed_by(np.array([[0.5, 0.5]]), np.array([10]))
    for one in compared_domains(alone, alone.frame, 2):
        assert [float(x[0]) for x in (one.lift, one.low, one.high)] == pytest.approx([1, 1, 1])
