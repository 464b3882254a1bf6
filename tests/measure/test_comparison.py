"A word is right as often as it promises, whatever the arms are paired by; SciPy's numbers come out of it."

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind, ttest_rel

from moe_lab.measure.comparison import apart, compare, compare_all, comparison_table
from moe_lab.measure.statistics import wilson


def test_pairs_are_found_by_seed_in_whatever_order():
    a, b = pd.Series([1.0, 2.0, 4.0], [7, 3, 5]), pd.Series([0.5, 0.25, 0.125, 9.0], [3, 5, 7, 1])
    assert apart(a, b) == apart(a.sort_index(), b.sort_index())
    same = compare(a, b, "higher")
    assert (
        same.p == pytest.approx(ttest_rel([1.0, 2.0, 4.0], [0.125, 0.5, 0.25]).pvalue) and same.effect.n == 3
    )


def test_unlike_seeds_are_compared_by_welch():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 6), rng.normal(1, 3, 9)
    found = compare(dict(enumerate(a)), {i + 50: x for i, x in enumerate(b)}, "lower", 5.0)
    own = ttest_ind(a, b, equal_var=False)
    low, high = own.confidence_interval()
    assert (found.p, found.effect.low, found.effect.high) == pytest.approx((own.pvalue, low, high))
    to_either = (
        ttest_ind(a + 5, b, equal_var=False, alternative="greater"),
        ttest_ind(a - 5, b, equal_var=False, alternative="less"),
    )
    assert found.p_equal == pytest.approx(max(test.pvalue for test in to_either))


@pytest.mark.parametrize(
    "a, b, word",
    [
        ([1.0] * 5, [1.0] * 5, "equal in every pair"),
        ([1.0] * 5, [2.0] * 5, "better"),
        ([2.0] * 5, [1.0] * 5, "worse"),
        ([0.1 + 0.2] * 5, [0.3] * 5, "equivalent within 0.5"),
        ([1.4] * 5, [1.0] * 5, "equivalent within 0.5"),
    ],
)
def test_arms_without_spread_get_the_word_of_what_was_seen(a, b, word):
    found = compare(a, b, "lower", 0.5)
    assert found.word == word and found.effect.low == found.effect.high and found.detectable == 0


def test_a_false_word_is_rare_in_a_family_with_one_true_difference():
    "Nine arms that are nothing and one that is far off; the nothings are called by a word in at most 5 of 100."
    draws, false = np.random.default_rng(5).normal(0, 1, (200, 11, 5)), 0
    for own in draws:
        arms = {str(i): pd.Series(x) for i, x in enumerate(own)}
        found = compare_all(arms | {"9": arms["9"] + 50}, "10", "lower")
        assert found["9"].word == "worse"
        false += any(found[str(i)].word != "cannot tell" for i in range(9))
    assert wilson(false, 200).low < 0.05


def test_words_do_not_change_with_units_and_turn_with_what_is_better():
    a, b = np.random.default_rng(2).normal([[3.0], [0.0]], 1, (2, 8))
    for scale in (1e-6, 1, 1e6):
        up, down = (compare(scale * a, scale * b, better, scale) for better in ("higher", "lower"))
        assert (up.word, down.word) == ("better", "worse")
        assert up.p == pytest.approx(compare(a, b, "higher").p)


def test_a_table_of_two_names_keeps_them():
    found = compare_all({"one": [1.0, 2.0], "other": [1.0, 2.5], "none": [1.0, 2.0]}, "none", "lower")
    table = comparison_table({("MNIST", arm): one for arm, one in found.items()}, "none")
    assert list(table.index) == [("MNIST", "one"), ("MNIST", "other")]
    assert list(table["word"]) == ["equal in every pair", "cannot tell"]
