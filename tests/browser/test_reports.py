"A report of data whose names are scripts: all of them are shown as text, none of them runs."

import json
import re
from dataclasses import dataclass, replace
from html import escape

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from moe_lab.experiments.core.experiment import Experiment, launch
from moe_lab.experiments.core.report import write_report
from moe_lab.experiments.core.sweep import Column, Job, seed_range

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 2'>",
    '"><svg onload=window.ran=3>',
    "'--></style></script><script>window.ran=4</script>",
    "</pre><iframe srcdoc='<script>parent.ran=5</script>'></iframe>",
    "{{ 7 * 7 }}{% raw %}<b onmouseover=window.ran=6>over</b>",
    "javascript:window.ran=7",
    "<a href=javascript:window.ran=8 autofocus onfocus=window.ran=8>$\\frac{a}{$</a>",
]


@dataclass(frozen=True)
class Named:
    data: str = "usual"
    seed: int = 0


def jobs(settings, seeds):
    return [
        Job(name, settings.data, seed, replace(settings, data=name + settings.data, seed=seed))
        for seed in seed_range(settings, seeds)
        for name in HOSTILE
    ]


def work(settings, run, callbacks):
    return [{"split": "held out", "metric": "loss", "value": 0.5, "floor": 0.1}]


def drawn(out, table):
    figure = plt.Figure()
    figure.subplots().barh(list(table["arm"]), table["value"])
    return figure


def experiment(text: str) -> Experiment:
    return Experiment(
        "named " + text,
        text.replace("{", "{{").replace("}", "}}") + " {data}",
        Named(),
        jobs,
        work,
        {text: Column("held out", "loss", ".2f")},
        figures={text: drawn},
        about="About {data}",
        reading="Reading {data}",
        tables={text: lambda out, table: pd.DataFrame({text: [text]}, index=[text])},
    )


# All of them name the arms of each report; in `make test` two of them are its titles, too.
TITLES = [pytest.param(i, marks=[] if i in (0, 4) else pytest.mark.slow) for i in range(len(HOSTILE))]


@pytest.fixture(scope="module", params=TITLES)
def report(request, tmp_path_factory):
    "The page of an experiment in which every text is hostile, and what its data folder is called."
    text, out = HOSTILE[request.param], tmp_path_factory.mktemp("reports") / "out"
    own = experiment(text)
    launch(replace(own, settings=Named(data=text)), out, workers=1)
    (out / "environment.json").write_text(json.dumps({"torch": text}))
    return write_report(out, own), text


def test_nothing_in_a_report_runs(report, chromium):
    path, text = report
    page = chromium.new_page(
        bypass_csp=True
    )  # escaping alone has to do; the page's own policy is the second wall
    try:
        page.goto(path.as_uri())
        page.mouse.move(200, 200)
        page.wait_for_timeout(200)
        assert page.evaluate("window.ran") is None
        assert (
            page.locator("script, iframe, svg, a, [onerror], [onload], [onfocus], [onmouseover]").count() == 0
        )
        seen = " ".join(page.locator("body").inner_text().split())
        for place in (f"About {text}", f"Reading {text}", text + " " + text, f"named {text}"):
            assert " ".join(place.split()) in seen
        pictures = page.locator("img")
        assert pictures.count() == 1 and pictures.evaluate("image => image.naturalWidth") > 0
    finally:
        page.close()


def test_the_page_allows_no_script(report, chromium):
    path, _ = report
    spoilt = path.with_name("spoilt.html")
    spoilt.write_text(
        path.read_text("utf8").replace("</html>", "<script>window.ran = 9</script></html>"), "utf8"
    )
    page = chromium.new_page()
    try:
        page.goto(spoilt.as_uri())
        assert page.evaluate("window.ran") is None
    finally:
        page.close()


def test_what_is_escaped_is_escaped_once(report):
    path, text = report
    page = path.read_text("utf8")
    assert not re.search(r"&amp;(lt|gt|amp|#39|quot);", page)
    assert text not in page or escape(text) == text
