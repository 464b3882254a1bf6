"Runs are killed at every moment and go on; nothing is lost, and nobody trains on alone."

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = Path(__file__).with_name("kills.py")


def account(tmp_path: Path, *options: str) -> dict[str, float]:
    "What the script counted; fails with all it said where something was not as it should be."
    own = os.environ | {"MOE_LAB_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    apart = ["unshare", "--mount"] if "--disk" in options else []
    command = [*apart, sys.executable, str(KILLS), *options]
    ended = subprocess.run(command, capture_output=True, text=True, env=own)
    said = ended.stdout.strip()
    assert ended.returncode == 0, said + ended.stderr[-2000:]
    counted = re.findall(r"(kills|disk full|stories|lost|processes left|longest end) ([\d.]+)", said)
    return {what: float(number) for what, number in counted}


def may_mount() -> bool:
    "Whether a small file system can be made here."
    if not shutil.which("unshare"):
        return False
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(tried, capture_output=True).returncode == 0


@pytest.mark.slow
def test_a_handful_of_kills(tmp_path):
    "Of whole commands; in `make test`, single runs are killed and go on (`tests/training/test_resume.py`)."
    found = account(tmp_path, "--kills", "3", "--side-by-side", "0", "--seed", "2")
    assert (found["kills"], found["lost"], found["processes left"]) == (3, 0, 0)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_hundred_kills(tmp_path):
    disk = ["--disk"] if may_mount() else []
    found = account(tmp_path, "--kills", "100", *disk)
    assert (found["kills"], found["lost"], found["processes left"]) == (100, 0, 0)
    assert found["disk full"] >= 5
