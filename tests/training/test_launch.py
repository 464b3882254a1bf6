"The page from one laptop to several machines does what it says: its script in one process, in two, on two machines."

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from training.situations import ENVIRONMENT

PAGE = (Path(__file__).parents[2] / "docs" / "several_machines.md").read_text("utf8")
(SCRIPT,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
ALONE, TWO, FIRST, SECOND, EXPERIMENT = (c.strip() for c in re.findall(r"```bash\n(.*?)```", PAGE, re.S))


def start(command: str, folder: Path, script: str = SCRIPT) -> subprocess.Popen:
    "A command of the page, in a folder with its script."
    (folder / "train.py").write_text(script)
    words = shlex.split(command)
    program = {
        "python": [sys.executable],
        "accelerate": [sys.executable, "-m", "accelerate.commands.accelerate_cli"],
    }
    if words[0] == "accelerate" and "--main_process_port" not in words:
        words[2:2] = ["--main_process_port", "0"]  # any that is free
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return subprocess.Popen([*program[words[0]], *words[1:]], cwd=folder, env=ENVIRONMENT, **pipes)


def said(started: subprocess.Popen) -> str:
    out, err = started.communicate(timeout=300)
    assert started.returncode == 0, err[-4000:]
    return out


def numbers(line: str) -> tuple[int, int, float]:
    "Processes, steps and squared weights of the only line that is printed."
    processes, steps, weights = re.fullmatch(
        r"(\d) processes, (\d+) steps, squared weights ([\d.]+)\s*", line
    ).groups()
    return int(processes), int(steps), float(weights)


def folder(root: Path, name: str) -> Path:
    (root / name).mkdir()
    return root / name


@pytest.mark.slow
def test_two_processes_print_what_one_does(tmp_path):
    running = [start(command, folder(tmp_path, name)) for name, command in (("alone", ALONE), ("two", TWO))]
    (one, steps, weights), (two, *others) = (numbers(said(each)) for each in running)
    assert (one, two, steps) == (1, 2, 40)
    assert others == [40, pytest.approx(weights, abs=2e-3)]
    assert len([*(tmp_path / "two" / "runs").glob("mine-*/checkpoints/*")]) == 2


@pytest.mark.slow
def test_two_machines_do_as_one(tmp_path):
    alone, shared = (folder(tmp_path, name) for name in ("alone", "shared"))
    weights = numbers(said(start(ALONE, alone)))[2]
    first, second = (start(command, shared) for command in (FIRST, SECOND))
    assert numbers(said(first)) == (2, 40, pytest.approx(weights, abs=2e-3))
    assert said(second) == ""


@pytest.mark.slow
def test_an_experiment_is_written_by_the_first(tmp_path):
    out = said(start(EXPERIMENT, folder(tmp_path, "experiment")))
    assert out.count("report:") == 1
    made = {path.name for path in (tmp_path / "experiment" / "demo").iterdir()}
    assert {"summary.parquet", "report.html", "settings.json", "runs"} <= made


@pytest.mark.slow
def test_the_exercise(tmp_path):
    "Without the weights of tokens one and two processes differ."
    unweighed = SCRIPT.replace(
        "    next_token,\n", "    lambda model, tokens: next_token(model, tokens).value,\n"
    )
    assert unweighed != SCRIPT
    running = [
        start(command, folder(tmp_path, name), unweighed)
        for name, command in (("alone", ALONE), ("two", TWO))
    ]
    alone, two = (numbers(said(each))[2] for each in running)
    assert abs(alone - two) > 2e-3
