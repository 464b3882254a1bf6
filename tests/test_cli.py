"""`moe-lab` as it is typed: what it makes, what it refuses and how, and what a refusal or a stop leaves behind."""

import io
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pandas as pd
import pytest
import torch
from data.tools import ask_hub

import moe_lab
from moe_lab.cli import main
from moe_lab.experiments.systems.srnn import measurements as srnn

COMMAND = Path(sys.executable).with_name("moe-lab")
SMALL = ["--limit", "1024", "--batch-size", "64", "--checkpoint-every", "4", "--workers", "1"]
PICTURES = {"who_survives.png", "how_the_load_is_shared.png", "what_balance_costs.png"}


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    "Pictures are decoded into a folder of these tests, and training has one thread."
    threads = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOE_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.delenv("MOE_LAB_DATA", raising=False)
        torch.set_num_threads(1)
        yield
    torch.set_num_threads(threads)


def call(*arguments: str | Path) -> tuple[int, str, str]:
    "Exit status, standard output and standard error of a command in this process."
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:  # the parser refuses
            status = end.code
    return status, out.getvalue(), err.getvalue()


def one_message(err: str) -> str:
    "The one line of standard error that is no progress bar."
    lines = [line for line in err.replace("\r", "\n").splitlines() if line.strip() and "%|" not in line]
    assert len(lines) == 1, err
    return lines[0]


def refused(*arguments: str | Path) -> str:
    "The one error of a command that fails."
    status, out, err = call(*arguments)
    assert status not in (0, None) and out == ""
    assert "Traceback" not in err
    return one_message(err)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, str]:
    "The folder and the standard output of a finished run."
    out = tmp_path_factory.mktemp("runs") / "demo"
    status, said, err = call("run", "srnn-demo", *SMALL, "--out", out)
    assert status == 0, err
    return out, said


def test_a_run_writes_table_figures_and_page(finished):
    out, said = finished
    for word in ("active", "N_eff", "CV", "held-out loss", "growing", "by chance", "report.html"):
        assert word in said
    table = pd.read_parquet(out / "summary.parquet")
    assert set(table["split"]) > {"held out", "held out, experts silenced", "first images, at the end"}
    assert table[table["metric"].isin(["active", "n_eff", "cv"])]["floor"].notna().all()
    assert {path.name for path in (out / "figures").iterdir()} == PICTURES
    assert all((out / "figures" / name).read_bytes().startswith(b"\x89PNG") for name in PICTURES)
    page = (out / "report.html").read_text("utf8")
    assert "Does it run?" in page and "by chance" in page
    assert page.count("data:image/png;base64,") == 3


def test_report_writes_the_same_page_again(finished):
    out, _ = finished
    before = content(out)
    (out / "report.html").unlink()
    for name in PICTURES:
        (out / "figures" / name).unlink()
    status, said, _ = call("report", out)
    assert (status, said.strip()) == (0, f"report: {out / 'report.html'}")
    assert content(out) == before


BAD = {
    "k > E": (["--k", "3"], "--k 3: a token cannot choose more than the --start 2 experts"),
    "too few experts at the end": (["--n-experts", "1"], "--n-experts 1: growth cannot end below --start 2"),
    "unknown router": (["--router", "magic"], "--router 'magic': needs one of top_k, dense"),
    "unknown loss": (["--aux-loss", "swich_loss"], "did you mean 'switch_loss'?"),
    "unknown data set": (["--data", "tiny-imagent"], "did you mean 'tiny-imagenet'?"),
    "growth past the plan": (
        ["--limit", "500"],
        "--limit 500, --epochs 1, --batch-size 128: these make 4 steps, too few for 14 births",
    ),
    "no checkpoints": (
        ["--checkpoint-every", "0"],
        "--checkpoint-every 0: needs a whole number of at least 1",
    ),
    "a seed that cannot be": (["--seed", "-1"], "--seed -1: needs a whole number from 0"),
    "no seeds": (["--seeds", "0"], "--seeds 0: needs a whole number of at least 1"),
    "missing folder": (["--data", "./missing"], "'./missing'"),
    "empty folder": (["--data", "./empty"], "holds neither images in sub-folders nor parquet files"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_refused_before_anything_is_written(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    arguments, message = BAD[case]
    assert message in refused("run", "srnn-demo", *arguments, "--out", "out")
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "domains+poetri"], "unknown text 'poetri'"),
        (["--data", "/no/such/folder"], "there is no folder '/no/such/folder'"),
        (["--aux-warmup-frac", "0.5"], "--aux-warmup-frac 0.5"),
        (["--k", "9"], "--k 9: a token can choose at most all of the --n-experts 8 experts"),
    ],
)
def test_settings_of_a_language_model_are_refused_before_anything_is_read(tmp_path, arguments, message):
    assert message in refused("run", "lm-domains", *arguments, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_unknown_experiment():
    message = refused("run", "srnn-dmo")
    assert "srnn-dmo" in message and "did you mean 'srnn-demo'?" in message


@pytest.mark.parametrize("command", ["run", "study"])
def test_the_page_of_all_names_tells_the_options_of_none(command):
    status, page, _ = call(command, "--help")
    assert status == 0 and len(page.splitlines()) < 200
    assert "--router" not in page and f"{command} NAME --help" in " ".join(page.replace("│", " ").split())


def test_one_experiment_tells_what_its_router_can_be():
    _, page, _ = call("run", "srnn-demo", "--help")
    assert page.count("--router is one of top_k, dense") == 1


def test_the_version_is_told():
    assert call("--version")[:2] == (0, f"moe-lab {moe_lab.__version__}\n")


@pytest.mark.parametrize("wrong", [["--k", "0"], ["--seeds", "0"], ["--router", "topk"], ["--data", "mnits"]])
def test_what_cannot_be_has_one_status(tmp_path, wrong):
    assert call("run", "srnn-demo", *wrong, "--out", tmp_path / "out")[0] == 2


def test_the_likely_name_stands_before_the_list():
    message = refused("run", "srnn-demo", "--router", "topk")
    assert message.startswith("moe-lab: --router 'topk': did you mean 'top_k'? Needs one of top_k, dense")


def test_a_hub_name_while_offline(tmp_path, monkeypatch):
    ask_hub(monkeypatch, tmp_path / "hub")
    status, out, err = call("run", "srnn-demo", "--data", "mnist", "--out", tmp_path / "out")
    assert (status, out) == (1, "")
    message = one_message(err)
    assert "'ylecun/mnist' is not on this machine" in message and "MOE_LAB_DATA" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_hub_name_while_offline_as_it_is_typed(tmp_path):
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    arguments = ["run", "srnn-demo", "--data", "mnist", "--out", str(tmp_path / "out")]
    ended = subprocess.run([COMMAND, *arguments], env=offline, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout == ""
    message = one_message(ended.stderr)
    assert "'ylecun/mnist' is not on this machine" in message and "MOE_LAB_DATA" in message
    assert not (tmp_path / "out").exists()


def test_an_out_folder_that_cannot_be_written(tmp_path):
    file = tmp_path / "file"
    file.write_text("precious")
    message = refused("run", "srnn-demo", *SMALL, "--out", file / "below")
    assert f"--out {file / 'below'} cannot be written" in message
    assert file.read_text() == "precious"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "holds a run already; add --resume to go on, or choose another --out"),
        (["--resume", "--router", "srnn"], "stored → asked: settings.router: srnn_as_printed → srnn"),
    ],
    ids=["without --resume", "other settings"],
)
def test_a_folder_with_a_run_is_not_touched(finished, arguments, message):
    out, _ = finished
    before = content(out)
    assert message in refused("run", "srnn-demo", *SMALL, "--out", out, *arguments)
    assert content(out) == before


def test_report_of_what_is_no_experiment(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        assert f"{folder}: no settings.json" in refused("report", folder)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def stopped(tmp_path, monkeypatch) -> Path:
    "The folder of a run that met a picture of NaN in its tenth step, with two checkpoints."

    def poisoned(settings, data, callbacks=()):
        trainer = whole(settings, data, callbacks)
        pictures = trainer.batch
        trainer.batch = lambda step: pictures(step) * (float("nan") if step == 9 else 1.0)
        return trainer

    whole = srnn.build
    with monkeypatch.context() as patch:
        patch.setattr(srnn, "build", poisoned)
        message = refused("run", "srnn-demo", *SMALL, "--out", tmp_path / "out")
    assert "not finite; look for NaN or inf" in message
    return tmp_path / "out"


def assert_finished_alike(out: Path, finished: tuple[Path, str]):
    one, other = (pd.read_parquet(folder / "summary.parquet") for folder in (out, finished[0]))
    pd.testing.assert_frame_equal(one, other)
    assert (out / "report.html").exists()


def test_nan_in_the_data_costs_nothing_that_was_done(stopped, finished):
    assert len(list(stopped.glob("runs/*/checkpoints/step-*"))) == 2
    status, _, err = call("run", "srnn-demo", *SMALL, "--out", stopped, "--resume")
    assert status == 0, err
    assert_finished_alike(stopped, finished)


def test_a_corrupted_checkpoint_is_named_and_the_one_before_it_used(stopped, finished):
    newest = max(stopped.glob("runs/*/checkpoints/step-*"))
    weights = newest / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.warns(UserWarning, match=f"{newest.name} is damaged .*; trying the checkpoint before it"):
        status, _, err = call("run", "srnn-demo", *SMALL, "--out", stopped, "--resume")
    assert status == 0, err
    assert_finished_alike(stopped, finished)


@pytest.mark.parametrize(
    "seeds",
    [pytest.param(1, id="one process"), pytest.param(2, id="two processes", marks=pytest.mark.slow)],
)
def test_control_c_says_how_to_go_on_and_resume_goes_on(tmp_path, seeds):
    out, steps = tmp_path / "out", 96
    small = f"--limit {64 * steps} --batch-size 64 --checkpoint-every 4 --seeds {seeds} --workers {seeds}"
    asked = [COMMAND, "run", "srnn-demo", *small.split(), "--out", out]
    process = subprocess.Popen(asked, text=True, stderr=subprocess.PIPE, start_new_session=True)
    try:
        while len({path.parent for path in out.glob("runs/*/checkpoints/step-*[0-9]")}) < seeds:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does: the whole group is told
        err = process.communicate(timeout=120)[1]
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert "interrupted" in last and last.endswith("the same command with --resume goes on from there")
    assert not (out / "summary.parquet").exists()
    status, _, err = call(*asked[1:], "--resume")
    assert status == 0, err
    assert pd.read_parquet(out / "summary.parquet")["seed"].nunique() == seeds
    for run in (out / "runs").iterdir():
        assert max(run.glob("checkpoints/step-*")).name == f"step-{steps - 1:08d}"
