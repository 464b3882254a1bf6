"""Kills runs and goes on with them, over and over: `python tests/experiments/kills.py --kills 100`.

A story is one `--out` folder: its run is killed at a moment that dice choose, resumed, killed again, until it comes to
its end; then every number, checkpoint and page must be those of a run that nobody killed, and no process may be left.
Moments: the start, a step, any file of a checkpoint, the metrics, a run's summary, the table, a figure, the report.
Killed are the whole group, the parent alone or a worker alone, by SIGKILL or SIGTERM. Besides, the disk is full: by a
limit on the size of files (RLIMIT_FSIZE), and with `--disk` by a file system that is too small (tmpfs; needs root).

Each run is forked from this process, which has imported everything; workers are started as always, and import this
file, so that they tell of their moments too.
"""

import argparse
import os
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

import moe_lab.files
import moe_lab.training.checkpoints
from moe_lab.cli import main
from moe_lab.experiments.core import report  # noqa: F401  (imported once, before all forks)
from moe_lab.training.checkpoints import stored_checkpoints
from moe_lab.training.runs import StoredRun
from moe_lab.training.trainer import Trainer

PATIENCE = 240  # seconds until a process counts as left behind, or hanging
ASKED = [
    "run",
    "srnn-demo",
    "--limit",
    "1024",
    "--batch-size",
    "64",
    "--checkpoint-every",
    "4",
    "--seeds",
    "2",
]
MOMENTS = {  # kind -> how often it happens in one run at least, whichever process tells of it
    "start": 1,
    "step": 20,
    "settings.json": 2,
    "optimizer.safetensors": 6,
    "manifest.json": 6,
    "parquet": 6,
    "summary.json": 2,
    "summary.parquet": 1,
    "png": 2,
    "report.html": 1,
}
IN_WORKERS = ("step", "optimizer.safetensors", "manifest.json", "parquet", "summary.json")


def tell(kind: str):
    "One line about this moment, for whoever waits to kill."
    os.write(1, f"\n@{os.getpid()} {kind}\n".encode())


def tell_of_moments():
    "From now on steps and files are told of just before they happen."
    step, write = Trainer.step, moe_lab.files.write_durably

    def telling_step(self):
        tell("step")
        return step(self)

    def telling_write(path, content):
        name = path.name.removesuffix(".tmp")
        tell(name if name in MOMENTS else name.rpartition(".")[2])
        write(path, content)

    Trainer.step = telling_step
    moe_lab.files.write_durably = moe_lab.training.checkpoints.write_durably = telling_write


if "MOMENTS_ARE_TOLD" in os.environ:
    tell_of_moments()


@dataclass
class Going:
    "A run on its way: its process, and the pipe that it and its workers write to."

    pid: int
    pipe: int
    said: str = ""

    def read(self, seconds: float) -> bool:
        "Read what there is, waiting at most so long; False when nobody can write any more."
        if not select.select([self.pipe], [], [], seconds)[0]:
            raise TimeoutError
        more = os.read(self.pipe, 1 << 16)
        self.said += more.decode(errors="replace")
        return bool(more)

    def wait_for(self, kind: str, times: int) -> int:
        "The process that told of a moment for the n-th time; 0 if the run came to its end before."
        while len(found := re.findall(rf"^@(\d+) {re.escape(kind)}$", self.said, re.M)) < times:
            if not self.read(PATIENCE):
                return 0
        return int(found[times - 1])

    def end(self) -> int:
        "Wait until no process of the run is left; the exit status of the first."
        while self.read(PATIENCE):
            pass
        os.close(self.pipe)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def begin(out: Path, workers: int, most_bytes: int | None = None) -> Going:
    "Start or resume the run in `out`, in a group of processes of its own."
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Going(pid, reading)
    os.setsid()
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    os.environ["MOMENTS_ARE_TOLD"] = "1"
    tell_of_moments()
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    tell("start")
    status = 1
    try:
        status = main([*ASKED, "--out", str(out), "--workers", str(workers), "--resume"])
    finally:
        os._exit(status)


def outcome(out: Path) -> dict[str, object]:
    "All that a finished run leaves: tables, pages and figures, and of each run its last checkpoint and its metrics."
    files = [*out.glob("*.html"), *out.glob("*.parquet"), *out.glob("figures/*")]
    found: dict[str, object] = {str(path.relative_to(out)): path.read_bytes() for path in files}
    for folder in sorted((out / "runs").iterdir()):
        run = StoredRun(folder)
        newest = stored_checkpoints(run.checkpoints)[-1]
        parts = {part.name: part.read_bytes() for part in newest.iterdir() if part.suffix == ".safetensors"}
        found[folder.name] = (newest.name, parts, run.metrics.frame().to_csv())
    return found


@dataclass
class Account:
    "What happened so far."

    kills: dict[str, int] = field(default_factory=dict)  # by what was killed, and when
    full: int = 0  # disks
    stories: int = 0  # that came to their end
    lost: int = 0  # of them, those whose outcome is another
    left: int = 0  # processes that outlived their run
    longest: float = 0.0  # seconds until the last process had ended
    wrong: list[str] = field(default_factory=list)  # what else was not as it should be

    def killed(self, what: str):
        self.kills[what] = self.kills.get(what, 0) + 1

    def ended(self, going: Going) -> int:
        "The exit status of a run whose end was begun; counts what is left behind."
        since = time.monotonic()
        try:
            return going.end()
        except TimeoutError:
            self.left += 1
            os.killpg(going.pid, signal.SIGKILL)
            return -1
        finally:
            self.longest = max(self.longest, time.monotonic() - since)

    def compare(self, out: Path, usual: dict[str, object]):
        "The story in `out` is at its end: is the outcome the usual one?"
        self.stories += 1
        found = outcome(out)
        if found != usual:
            self.lost += 1
            differ = [name for name in usual.keys() | found.keys() if usual.get(name) != found.get(name)]
            self.wrong.append(f"{out.name}: other {', '.join(sorted(differ))}")

    def __str__(self) -> str:
        by = ", ".join(f"{what} {n}" for what, n in sorted(self.kills.items()))
        told = f"kills {sum(self.kills.values())} ({by}); disk full {self.full}; stories {self.stories}; "
        told += f"lost {self.lost}; processes left {self.left}; longest end {self.longest:.1f} s"
        return told + "".join(f"\nWRONG {text}" for text in self.wrong)


def kill_once(out: Path, workers: int, dice: random.Random, account: Account) -> bool:
    "Start the run, kill it at one moment; False if it came to its end before."
    target = dice.choice(("group", "parent", "worker")) if workers > 1 else "group"
    kind = dice.choice(IN_WORKERS if target == "worker" else tuple(MOMENTS))
    going = begin(out, workers)
    teller = going.wait_for(kind, dice.randint(1, MOMENTS[kind]))
    if not teller or (target == "worker" and teller == going.pid):
        if status := account.ended(going):
            account.wrong.append(f"{out.name}: status {status} without a kill: {going.said[-400:]}")
        return False
    time.sleep(dice.random() / 200)
    number = dice.choice((signal.SIGKILL,) * 4 + (signal.SIGTERM,))
    if target == "group":
        os.killpg(going.pid, number)
    else:
        os.kill(going.pid if target == "parent" else teller, number)
    status = account.ended(going)
    account.killed(f"{target if workers > 1 else 'alone'}/{kind}")
    if target == "worker" and (status != 1 or "was killed" not in going.said or "Traceback" in going.said):
        account.wrong.append(f"{out.name}: worker killed, status {status}: {going.said[-400:]}")
    return True


def fill_once(out: Path, workers: int, most_bytes: int | None, account: Account) -> bool:
    "Start the run where no file may be as large, or on a disk that is too small; False if it came to its end."
    going = begin(out, workers, most_bytes)
    status = account.ended(going)
    if not status:
        return False
    account.full += 1
    lines = [line for line in going.said.splitlines() if line.startswith("moe-lab: ")]
    told = lines and re.search("file too large|no space left", lines[-1], re.I)
    if status != 1 or not told or "Traceback" in going.said:
        account.wrong.append(f"{out.name}: disk full, status {status}: {going.said[-400:]}")
    return True


def tell_story(out: Path, workers: int, dice: random.Random, account: Account, usual: dict, most: int):
    "Kill a run until it comes to its end, at most so often, and look at what it leaves."
    left = most
    while left and kill_once(out, workers, dice, account):
        left -= 1
        if dice.random() < 0.2:
            fill_once(out, workers, dice.choice((200, 5_000, 100_000)), account)
    if not left and account.ended(begin(out, workers)):
        account.wrong.append(f"{out.name}: did not come to its end")
    account.compare(out, usual)
    shutil.rmtree(out)


def fill_disk(out: Path, account: Account, usual: dict):
    "A run on a file system that is too small, and grows a little each time."
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o"]
    subprocess.run([*mount, "size=64k", "none", out], check=True)
    try:
        for size in (*range(128, 2048, 256), 65536):
            fill_once(out, 1, None, account)
            subprocess.run([*mount, f"remount,size={size}k", "none", out], check=True)
        fill_once(out, 1, None, account)
        account.compare(out, usual)
    finally:
        subprocess.run(["umount", out], check=True)


def tell_all(asked: argparse.Namespace, home: Path) -> Account:
    "Every story that was asked for."
    dice, account = random.Random(asked.seed), Account()
    if status := account.ended(begin(home / "usual", 1)):
        raise SystemExit(f"the run that nobody kills ended with {status}")
    usual = outcome(home / "usual")
    number = 0
    while (done := sum(account.kills.values())) < asked.kills:
        number += 1
        alone = sum(n for what, n in account.kills.items() if what.startswith("alone"))
        workers = 1 if alone < (1 - asked.side_by_side) * (done + 1) else 2
        tell_story(home / f"story-{number}", workers, dice, account, usual, min(8, asked.kills - done))
        print(f"{time.strftime('%H:%M:%S')} {account}", file=sys.stderr, flush=True)
    if asked.disk:
        fill_disk(home / "small-disk", account, usual)
    return account


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--side-by-side", type=float, default=0.25, help="share of kills with two workers")
    options.add_argument("--seed", type=int, default=0, help="of the dice")
    options.add_argument("--disk", action="store_true", help="a disk that is too small as well; needs root")
    asked = options.parse_args()
    pd.DataFrame({"warm": [0]}).to_csv()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MOE_LAB_CACHE", f"{folder}/cache")
        account = tell_all(asked, Path(folder))
    print(account)
    sys.exit(bool(account.lost or account.left or account.wrong))
