"Mistakes with studies: what is varied, stages, the book of trials, and the command."

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from experiments.studies.lines import LINES
from faults.table import Bad, Refused, command

from moe_lab.command.asked import asked_study
from moe_lab.experiments.studies.engine.launch import begin, join, launch_study
from moe_lab.experiments.studies.engine.space import Among, Between, Sampled, grid
from moe_lab.experiments.studies.engine.storage import open_storage
from moe_lab.experiments.studies.engine.study import STUDIES, Stage
from moe_lab.training.watch.trackers import TensorBoard, Trackio


def typed(name: str, *words: str, says: tuple[str, ...], before: Callable[[], object] = lambda: None) -> Bad:
    "A row: what is typed behind `moe-lab study`, where there is a study of lines."

    def refused():
        before()
        STUDIES.add(LINES)
        try:
            command("study", *words)
        finally:
            STUDIES.remove("lines")

    return Bad(name, refused, says, Refused)


def begun() -> None:
    begin(LINES, Path("out"))


def without_checkpoints() -> None:
    "Work that cannot go on from where it paused."
    from experiments.studies import lines

    forgetful = replace(LINES.experiment, work=lambda s, run, own: lines.learn(s, run, own, saves=False))
    launch_study(replace(LINES, experiment=forgetful), Path("out"), workers=1)


UNREACHABLE = "postgresql://lab:secret@127.0.0.1:1/lab"
ROWS = [
    Bad("a grid without values", lambda: grid(lr=()), ("lr=()", "at least one")),
    Bad("a grid of a number", lambda: grid(lr=0.1), ("lr=0.1", "list of values")),
    Bad("an empty space", lambda: replace(LINES, space={}), ("space={}", "at least one arm")),
    Bad("an empty grid", lambda: replace(LINES, space=grid()), ("space={}", "at least one arm")),
    Bad(
        "a setting that is not there",
        lambda: replace(LINES, space={"usual": {"lrr": 1}}),
        ("usual: setting='lrr'", "did you mean 'lr'"),
    ),
    Bad("seeds as a setting", lambda: replace(LINES, space={"usual": {"seed": 1}}), ("setting='seed'",)),
    Bad(
        "the same arm twice",
        lambda: replace(LINES, space={"usual": {}, "same": {"lr": 0.1}}),
        ("'usual' and 'same' are the same settings",),
    ),
    Bad("a range upside down", lambda: Between(1, 0), ("low=1, high=0", "low < high")),
    Bad("a logarithm of 0", lambda: Between(0, 1, log=True), ("low=0", "0 < low")),
    Bad("a choice of nothing", lambda: Among(()), ("values=()", "at least one")),
    Bad("a sampler without ranges", lambda: Sampled({}), ("ranges={}", "at least one")),
    Bad("a range that is a number", lambda: Sampled({"lr": 1}), ("lr=1", "Between(low, high)")),
    Bad(
        "a sampler nobody knows", lambda: Sampled({"lr": Between(0, 1)}, sampler="Dice"), ("sampler='Dice'",)
    ),
    Bad("no points", lambda: Sampled({"lr": Between(0, 1)}, trials=0), ("trials=0", "at least 1")),
    Bad(
        "a range of no setting",
        lambda: replace(LINES, space=Sampled({"lrr": Between(0, 1)}), reference=""),
        ("setting='lrr'", "did you mean 'lr'"),
    ),
    Bad(
        "a reference that is no arm",
        lambda: replace(LINES, reference="usal"),
        ("reference='usal'", "'usual'"),
    ),
    Bad(
        "a reference among points",
        lambda: replace(LINES, space=Sampled({"lr": Between(0, 1)})),
        ("reference='usual'", "leave it out"),
    ),
    Bad("no stages", lambda: replace(LINES, stages=()), ("stages=[]", "at least one")),
    Bad(
        "stages that shrink", lambda: replace(LINES, stages=(Stage(8), Stage(4))), ("stages=[8, 4]", "rising")
    ),
    Bad("a stage beyond the run", lambda: replace(LINES, stages=(Stage(99),)), ("[99]", "steps=8")),
    Bad("a look after the stage", lambda: replace(LINES, every=5), ("every=5", "at most the 4 steps")),
    Bad("no looks", lambda: replace(LINES, every=0), ("every=0", "at least 1")),
    Bad("a study without seeds", lambda: replace(LINES, seeds=0), ("seeds=0", "at least 1")),
    Bad("a gate that is a number", lambda: replace(LINES, gate=0.05), ("gate=0.05", "function")),
    Bad(
        "an experiment's name",
        lambda: replace(LINES, experiment="line"),
        ("experiment is a str", "Experiment"),
    ),
    Bad("too few stages", lambda: asked_study(LINES, LINES.settings, 2, 2, (4,)), ("stages=[4]", "needs 2")),
    Bad("no storage's address", lambda: open_storage("lab", Path()), ("storage='lab'", "postgresql://")),
    Bad("no driver", lambda: open_storage("nosql://lab", Path()), ("nosql://lab", "driver"), ImportError),
    Bad(
        "a server that is not there",
        lambda: open_storage(UNREACHABLE, Path()),
        ("lab:***@", "server"),
        OSError,
    ),
    Bad("to join nothing", lambda: join(LINES, Path("out")), ("without --join", "--out"), FileNotFoundError),
    Bad("work that cannot pause", without_checkpoints, ("cannot pause", "Checkpoints(run)")),
    Bad("TensorBoard of a folder", lambda: TensorBoard("board"), ("run is a str", "Run.open")),
    Bad("Trackio of a folder", lambda: Trackio("runs", "lab"), ("run is a str", "Run.open")),
    typed("a misspelt study", "lnes", says=("lnes", "lines")),
    typed("fewer than no workers", "lines", "--workers", "-1", says=("--workers -1", "0 (one per core)")),
    typed("other stages", "lines", "--stages", "4", says=("--stages", "needs 2")),
    typed("no seeds", "lines", "--seeds", "0", says=("--seeds 0", "at least 1")),
    typed(
        "storage without a server",
        "lines",
        "--storage",
        UNREACHABLE,
        says=("lab:***@", "is the server there?"),
    ),
    typed("a study begun twice", "lines", "--out", "out", says=("add --resume",), before=begun),
    typed(
        "a study of other seeds",
        "lines",
        "--out",
        "out",
        "--resume",
        "--seeds",
        "3",
        says=("seeds: 2 → 3",),
        before=begun,
    ),
    typed(
        "to join another study",
        "lines",
        "--out",
        "out",
        "--join",
        "--lr",
        "0.5",
        says=("--join out", "lr: 0.1 → 0.5"),
        before=begun,
    ),
    typed(
        "to join from nowhere",
        "lines",
        "--out",
        "out",
        "--join",
        says=("study.json is missing", "without --join"),
    ),
]
