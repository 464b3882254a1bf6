"Nothing from outside is run: no code of models or data sets, no pickles, no text as HTML."

import ast
import json
import re
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(path for path in (ROOT / "nbs").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
BY_NAME = {"from_pretrained", "load_dataset", "pipeline"}  # what loads something by its name


def calls(text: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]


def code_of(notebook: Path) -> str:
    cells = json.loads(notebook.read_text("utf8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(re.sub(r"^\s*[%!].*", "", text, flags=re.M) for text in texts)


def name_of(call: ast.Call) -> str:
    "The last two parts of what is called: torch.load."
    return ".".join(ast.unparse(call.func).split(".")[-2:])


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_runs_what_it_loads(notebook):
    for call in calls(code_of(notebook)):
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        name = name_of(call)
        if name.split(".")[-1] in BY_NAME:
            refused = given.get("trust_remote_code") == "False" or "no_programs()" in ast.unparse(call)
            safely = "**safely" in ast.unparse(call)
            assert refused or safely, f"{notebook.name}: {ast.unparse(call)} may run code from outside"
        assert name not in ("pickle.load", "pickle.loads", "joblib.load", "yaml.unsafe_load", "dill.load")
        assert ast.unparse(call.func) != "torch.load" or given.get("weights_only") == "True", ast.unparse(
            call
        )
        assert given.get("allow_pickle") != "True", ast.unparse(call)


def test_the_reader_of_calls_sees_them():
    found = calls("torch.load(x)\nAutoModel.from_pretrained('a', trust_remote_code=False)")
    assert [name_of(call) for call in found] == ["torch.load", "AutoModel.from_pretrained"]


@pytest.fixture
def mixtral(tmp_path) -> Path:
    from moe_lab.measure.transformers.tiny_models import tiny_model

    tiny_model("mixtral").save_pretrained(tmp_path)
    return tmp_path


def test_a_model_that_brings_code_is_refused_and_its_code_not_run(mixtral):
    from moe_lab.measure.transformers.loading import load_model

    (mixtral / "conf.py").write_text(f"open({str(mixtral / 'ran')!r}, 'w')")
    config = {
        "model_type": "mine",
        "auto_map": {"AutoConfig": "conf.Mine", "AutoModelForCausalLM": "conf.Mine"},
    }
    (mixtral / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="needs code of its own, which is not run"):
        load_model(str(mixtral))
    assert not (mixtral / "ran").exists()


class Trap:
    "What a pickle can do when it is read."

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_model_in_a_pickle_is_refused_and_not_read(mixtral):
    from moe_lab.measure.transformers.loading import load_model

    for weights in mixtral.glob("*.safetensors"):
        weights.unlink()
    torch.save({"trap": Trap(mixtral / "ran")}, mixtral / "pytorch_model.bin")
    with pytest.raises(ValueError, match="holds no safetensors"):
        load_model(str(mixtral))
    assert not (mixtral / "ran").exists()
