"docs/your_own_model.md is true: its blocks run one after the other, the model learns, and its experts are asked."

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs/your_own_model.md").read_text("utf8")


def test_a_dense_model_becomes_a_mixture_and_learns(capsys):
    names: dict = {"__name__": "__main__"}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        exec(compile(block, "your_own_model.md", "exec", dont_inherit=True), names)
    assert names["losses"][-1] < 0.7 * names["losses"][0]
    assert [name for name, _ in names["routings"]] == ["1.mlp", "2.mlp"]
    said = capsys.readouterr().out
    assert said.count("Measured(") == 2 and "mean" in said


def test_at_most_ten_lines_are_new():
    section = PAGE.partition("## The ten lines")[2].partition("\n## ")[0]
    lines = re.search(r"```python\n(.*?)```", section, re.S)[1].splitlines()
    new = [line for line in lines if line.endswith("  # new")]
    assert 5 < len(new) <= 10
    assert not [
        line for line in lines if re.search(r"moe_lab|MoE|observe|routing|layer", line) and line not in new
    ]
