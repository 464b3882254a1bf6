"""Which of many cases `make test` tries, so that each value or part comes once; `make test-slow` tries the others.

For products whose every combination asks the same question: a mistake in one value then shows in any
combination with it. Where two values meet in one line of code, list the pairs.
"""

from collections.abc import Callable, Hashable, Iterable
from itertools import product

import pytest


def covering(**values: Iterable) -> pytest.MarkDecorator:  # parameter -> its values
    "A mark that tries all combinations: `make test` those of a diagonal, in which each value comes at least once."
    own = [list(some) for some in values.values()]
    quick = {tuple(i % len(some) for some in own) for i in range(max(map(len, own)))}
    cases = [
        pytest.param(
            *(some[i] for some, i in zip(own, place)), marks=[pytest.mark.slow] * (place not in quick)
        )
        for place in product(*(range(len(some)) for some in own))
    ]
    return pytest.mark.parametrize(",".join(values), cases)


def representatives(
    cases: Iterable,
    features: Callable[..., Iterable[Hashable]],  # of a case
) -> list:
    "The cases, for `parametrize`: those with a feature that none before them had; the others are slow."
    seen, found = set[Hashable](), []
    for case in cases:
        own = set(features(case))
        found.append(pytest.param(case, marks=[pytest.mark.slow] * (own <= seen)))
        seen |= own
    return found
