"Mistakes at the command line: each is one sentence that names the option as it was typed."

from pathlib import Path

from faults.table import Bad, Refused, command

STORED = str(Path(__file__).parents[2] / "nbs" / "lessons" / "stored")
SMALL = ("--limit", "1024", "--batch-size", "64", "--workers", "1")


def typed(name: str, *words: str, says: tuple[str, ...]) -> Bad:
    "A row: what is typed behind `moe-lab`, and what it must say."
    return Bad(name, lambda: command(*words), says, Refused)


def demo(name: str, *words: str, says: tuple[str, ...]) -> Bad:
    "A row of `moe-lab run srnn-demo`, which must leave no folder behind."

    def refused():
        try:
            command("run", "srnn-demo", *words, "--out", "out")
        finally:
            assert not Path("out").exists()

    return Bad(name, refused, says, Refused)


def on_a_folder(name: str, content: str, says: tuple[str, ...]) -> Bad:
    "A row of `moe-lab report` on a folder whose settings are this text."

    def report():
        Path("folder").mkdir()
        Path("folder/settings.json").write_text(content)
        command("report", "folder")

    return Bad(name, report, says, Refused)


def in_a_file():
    Path("file").write_text("precious")
    command("run", "srnn-demo", *SMALL, "--out", "file/below")


def on_a_run():
    "The report of a single run, which is no experiment."
    from moe_lab.experiments.systems.srnn.settings import SRNNSettings
    from moe_lab.training.runs import Run

    command("report", Run.open("runs", "one", SRNNSettings()).folder)


ROWS = [
    typed("nothing behind moe-lab", says=("a command is missing", "run, study, report")),
    typed("a misspelt command", "reprot", says=("reprot", "did you mean 'report'?")),
    typed("an option before any command", "--resume", says=("--resume", "has it")),
    typed("run without an experiment", "run", says=("run: needs one of", "srnn-demo")),
    typed("a misspelt experiment", "run", "srnn-dmo", says=("srnn-dmo", "did you mean 'srnn-demo'?")),
    typed("two experiments at once", "run", "srnn-demo", "srnn-fixed", says=("srnn-fixed", "no such option")),
    typed("report without a folder", "report", says=("report: needs PATH", "--out folder")),
    typed("report of two folders", "report", "a", "b", says=("b: there is no such option",)),
    typed("report of a folder that is not there", "report", "nowhere", says=("nowhere: no settings.json",)),
    on_a_folder("report of empty settings", "{}", ("folder: settings.json names no experiment",)),
    on_a_folder("report of half a file", '{"name": ', ("settings.json is damaged", "choose another folder")),
    on_a_folder("report of a list", "[1, 2]", ("settings.json names no experiment",)),
    on_a_folder(
        "report of settings that are a word",
        '{"name": "srnn-demo", "settings": "all"}',
        ("settings.json names no experiment",),
    ),
    on_a_folder(
        "report of an experiment nobody knows",
        '{"name": "srnn-dmo", "settings": {}}',
        ("folder: holds 'srnn-dmo'", "srnn-demo, srnn-fixed"),
    ),
    on_a_folder(
        "report where nothing is finished",
        '{"name": "srnn-demo", "settings": {}}',
        ("folder: no summary.parquet", "finished experiment"),
    ),
    Bad("report of a single run", on_a_run, ("settings.json names no experiment",), Refused),
    demo(
        "no checkpoints at all",
        "--checkpoint-every",
        "0",
        says=("--checkpoint-every 0: needs a whole number of",),
    ),
    demo("checkpoints backwards", "--checkpoint-every", "-5", says=("--checkpoint-every -5:", "at least 1")),
    demo("an option that is misspelt", "--limt", "3", says=("--limt 3", "did you mean --limit?")),
    demo("a word for a number", "--limit", "many", says=("--limit many: needs a whole number or None",)),
    demo("a fraction for a count", "--batch-size", "64.5", says=("--batch-size 64.5: needs a whole number",)),
    demo("a word for a rate", "--lr-moe", "fast", says=("--lr-moe fast: needs a number",)),
    demo("a rate that is no number", "--lr-moe", "nan", says=("--lr-moe nan: needs a finite number",)),
    demo("a rate without end", "--lr-autoencoder", "inf", says=("--lr-autoencoder inf: needs a finite",)),
    demo(
        "a rate below zero", "--lr-moe", "-0.1", says=("--lr-moe -0.1: needs a finite number of at least 0",)
    ),
    demo("a device that is not offered", "--device", "tpu", says=("--device tpu: needs one of", "'auto'")),
    demo("births at no known time", "--births", "often", says=("--births often: needs one of", "'phase'")),
    demo("a value behind a switch", "--skips", "maybe", says=("maybe: there is no such option",)),
    demo(
        "no images in a step",
        "--batch-size",
        "0",
        says=("--batch-size 0: needs a whole number of at least 1",),
    ),
    demo("larger steps than there are images", "--limit", "100", says=("--batch-size 128",)),
    demo("pictures of no pixels", "--size", "0", says=("--size 0",)),
    demo("k beyond the first experts", "--k", "3", says=("--k 3:", "--start 2")),
    demo("fewer experts in the end", "--n-experts", "1", says=("--n-experts 1:", "--start 2")),
    demo(
        "too few steps for the births",
        "--limit",
        "600",
        says=("--limit 600, --epochs 1, --batch-size 128", "15 steps"),
    ),
    demo("a phase beyond the end", "--phase-one", "1.5", says=("--phase-one 1.5: needs a fraction",)),
    demo("a router that is misspelt", "--router", "lossfree", says=("--router 'lossfree'", "loss_free")),
    demo(
        "a loss that is misspelt",
        "--aux-loss",
        "swich_loss",
        says=("--aux-loss 'swich_loss'", "'switch_loss'"),
    ),
    demo("a coefficient below zero", "--aux-loss-coef-end", "-1", says=("--aux-loss-coef-end -1",)),
    demo("no seeds", "--seeds", "0", says=("--seeds 0: needs a whole number of at least 1",)),
    demo("a seed below zero", "--seed", "-1", says=("--seed -1: needs a whole number from 0",)),
    demo(
        "a seed beyond the generators",
        "--seed",
        "5000000000",
        says=("--seed 5000000000: needs a whole number",),
    ),
    demo("fewer workers than none", "--workers", "-2", says=("--workers -2: needs a whole number",)),
    demo("a folder of images that is not there", "--data", "./pictures", says=("./pictures",)),
    Bad(
        "an --out below a file", in_a_file, ("--out file/below cannot be written", "choose a folder"), Refused
    ),
    typed("no value behind --out", "run", "srnn-demo", "--out", says=("--out: needs a value",)),
    typed(
        "a setting that every arm replaces", "run", "health", "--k", "3", says=("--k 3: every run of health",)
    ),
    typed(
        "a vocabulary below all bytes",
        "run",
        "lm-domains",
        "--vocabulary",
        "10",
        says=("--vocabulary 10: needs",),
    ),
    typed("texts of one token", "run", "lm-domains", "--length", "1", says=("--length 1: needs at least 2",)),
    typed("heads that do not divide", "run", "lm-domains", "--heads", "5", says=("--d 128", "--heads 5")),
    typed("an empty step of texts", "run", "choice", "--batch-size", "0", says=("--batch-size 0",)),
    typed("no experts to choose from", "run", "choice", "--n-experts", "0", says=("--n-experts 0",)),
    typed("room without end", "run", "choice", "--capacity-factor", "inf", says=("--capacity-factor inf",)),
    typed("no tokens to route", "routers", "--n-tokens", "0", says=("--n-tokens 0: needs a whole number",)),
    typed("tokens under another name", "routers", "--tokens", "0", says=("did you mean --n-tokens?",)),
    typed("more choices than experts", "routers", "--k", "99", says=("--k 99:", "--n-experts 64")),
    typed(
        "vectors without numbers", "routers", "--d", "0", says=("--d 0: needs a whole number of at least 1",)
    ),
    typed(
        "trained routers that are nowhere",
        "health",
        "--runs",
        "x",
        says=("x/summary.parquet is missing", "health"),
    ),
    typed("a family nobody knows", "compatibility", "--families", "mistrall", says=("mistrall",)),
    typed(
        "a router misspelt where it has no option", "routers", "topk", says=("moe-lab: 'topk': did you mean",)
    ),
    typed("an exploration nobody knows", "app", "Nope", says=("moe-lab: 'Nope': needs one of PlaneLab",)),
    typed(
        "a study nobody knows", "study", "nope", says=("no study is called 'nope'", "moe-lab study --help")
    ),
    typed("a list that is no option", "run", "--list", says=("--list", "there are", "moe-lab run --help")),
    typed("a page of no kind", "claims", "--stored", STORED, "--out", "new/x.txt", says=("--out new/x.txt",)),
    typed(
        "a page nowhere",
        "claims",
        "--stored",
        STORED,
        "--out",
        "/proc/x/a.md",
        says=("--out /proc/x cannot",),
    ),
    typed("no threads", "bench", "--threads", "0", says=("--threads 0: needs a whole number of at least 1",)),
    typed("half a thread", "overhead", "--threads", "0.5", says=("--threads 0.5: needs a whole number",)),
    typed("no rounds", "tried", "--rounds", "0", says=("--rounds 0: needs a whole number of at least 1",)),
]
