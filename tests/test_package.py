"What is handed out: one version everywhere, and a wheel that works where there is nothing but what it asks for."

import os
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

import moe_lab

ROOT = Path(__file__).parents[1]
STILL = """
from moe_lab import CollapseLab
CollapseLab("collapse?").run(3).still().savefig("still.png")
"""


def test_the_version_is_the_same_everywhere():
    ini = ConfigParser(delimiters=["="])
    ini.read(ROOT / "settings.ini", encoding="utf8")
    version = ini["DEFAULT"]["version"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    assert moe_lab.__version__ == cited["version"] == version
    assert cited["repository-code"] == ini["DEFAULT"]["git_url"]
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text("utf8"), re.M)


def run(*command: str | Path, at: Path) -> str:
    "A command that must end well; nothing of this checkout is on its path."
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(list(map(str, command)), cwd=at, env=clean, capture_output=True, text=True)
    assert not ended.returncode, ended.stdout[-2000:] + ended.stderr[-4000:]
    return ended.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    "A folder with an sdist, and the wheel that was made of it, not of the checkout."
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, at=folder)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_wheel_of_the_sdist_holds_the_whole_package(built):
    [wheel], [_] = built.glob("*.whl"), built.glob("*.tar.gz")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("moe_lab/")}
    listed = run("git", "ls-files", "moe_lab", at=ROOT).split()
    assert held == set(listed)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_an_empty_environment_runs_an_experiment_and_a_panel(built, tmp_path):
    [wheel] = built.glob("*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "empty", at=tmp_path)
    python = tmp_path / "empty/bin/python"
    run(python, "-m", "pip", "install", "--constraint", ROOT / "constraints.txt", wheel, at=tmp_path)
    assert str(tmp_path) in run(python, "-c", "import moe_lab; print(moe_lab.__file__)", at=tmp_path)
    run(
        tmp_path / "empty/bin/moe-lab",
        "run",
        "srnn-demo",
        "--limit",
        "2560",
        "--out",
        tmp_path / "demo",
        at=tmp_path,
    )
    assert (tmp_path / "demo/summary.parquet").exists()
    run(python, "-c", STILL, at=tmp_path)
    assert (tmp_path / "still.png").stat().st_size > 10_000
