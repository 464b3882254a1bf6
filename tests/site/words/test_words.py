"""What a lasso's points have in common, in JavaScript, against what the library says of them."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from moe_record.tokens import POINTS, choice_of, layers
from moe_site.live import HERE, joined

from moe_lab.explore.shared.html_page import visible
from moe_lab.explore.tokens.map_layers import MapLayer, packed, unpacked
from moe_lab.explore.tokens.selection import describe_selection

MODULES = ("player/tape", "tokens/lasso")
DRAWS = (5, 40, 200)  # points


def in_node(modules: tuple[str, ...], harness: str, given: dict | list) -> list:
    "What a program prints of what it is given, as JSON."
    node = shutil.which("node")
    if not node:
        pytest.skip("no node on the PATH")
    command = [node, "--input-type=module", "--eval", joined(modules) + harness]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_keywords_domains_and_experts_are_those_of_the_library():
    "Of points drawn at random, and of one expert's; what chance would show is the expectation in place of a draw."
    name, seen = next(iter(layers().items()))
    layer = MapLayer.of(name, seen, POINTS)
    points, choice = layer.points, choice_of([layer])
    rng = np.random.default_rng(0)
    selections = [np.flatnonzero(points["number"] == 1)]
    selections += [np.sort(rng.choice(len(points), n, replace=False)) for n in DRAWS]
    given = {"points": choice["layers"][0], "choice": choice, "selections": [s.tolist() for s in selections]}
    harness = (HERE.parents[1] / "tests/site/words/describe.js").read_text("utf8")
    rows = points["row"].to_numpy()
    for chosen, made in zip(selections, in_node(("tokens/words",), harness, given)):
        said = describe_selection(seen.routed, rows[chosen], rows)
        assert made["n"] == said.n == len(chosen)
        np.testing.assert_allclose(made["experts"], said.experts)
        assert [word["text"] for word in made["words"]] == [visible(text) for text in said.words["text"]]
        np.testing.assert_allclose([word["share"] for word in made["words"]], said.words["share"])
        assert [own["d"] for own in made["domains"]] == said.domains.order
        for own in made["domains"]:
            assert own["share"] == pytest.approx(said.domains.share[own["d"]])
            assert own["base"] == pytest.approx(said.domains.base[own["d"]])
        quoted = choice["vocabulary"]
        words = [quoted[choice["layers"][0]["word"][t]] for t in made["quotes"]]
        assert words == [visible(text) for text in said.quotes["text"]]


def test_a_lasso_is_read_as_the_panel_writes_it():
    "And the other way round, whatever the numbers of the points."
    harness = """
const { lassos, numbers } = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));
const read = await Promise.all(lassos.map((lasso) => unpackedLasso(lasso, 600)));
console.log(JSON.stringify([read, await Promise.all(numbers.map(packed))]));
"""
    numbers = [[0], [599], [3, 7, 8, 100], [*range(0, 600, 7)], []]
    lassos = [packed(np.array(own, dtype=int)) for own in numbers]
    read, written = in_node(MODULES, harness, {"lassos": lassos, "numbers": numbers})
    assert read == numbers
    assert [unpacked(text, 600).tolist() for text in written] == numbers
