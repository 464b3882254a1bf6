"The mirror script, and a small hub over HTTP."

import hashlib
import json
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from data.tools import ROOT, ask_hub, folder_of_images, run

from moe_lab.data.vision.loading import load_images

# ---- the mirror script

MIRROR = ROOT / "data_scripts" / "mirror.py"


@pytest.fixture
def finished_mirror(tmp_path) -> Path:
    folder = tmp_path / "someone" / "pets"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "train.parquet").write_bytes(b"not really")
    (folder / "README.md").write_text("pets")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "anything").write_text("is not counted")
    lines = subprocess.run(
        ["sha256sum", "README.md", "data/train.parquet"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / "manifest.sha256").write_text(lines.stdout)
    return folder


def test_a_mirror_verifies_until_it_differs(finished_mirror, tmp_path):
    verify = (MIRROR, "someone/pets", "--into", tmp_path, "--verify")
    good = run(*verify)
    assert (good.returncode, "all 2 files are as they were" in good.stdout) == (0, True)
    (finished_mirror / "data" / "train.parquet").write_bytes(b"not reallY")
    (finished_mirror / "README.md").unlink()
    (finished_mirror / "extra").write_text("!")
    bad = run(*verify)
    assert bad.returncode == 1
    assert bad.stderr.splitlines()[-3:] == [
        "missing: README.md",
        "changed: data/train.parquet",
        "unknown: extra",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pets"], "moe-lab: 'pets' should be owner/name"),
        (["someone/pets", "--verify"], "is no finished mirror"),
        (["someone/pets"], "the hub cannot be reached"),
    ],
)
def test_the_mirror_script_says_what_is_wrong(tmp_path, arguments, says):
    done = run(MIRROR, *arguments, "--into", tmp_path, HF_ENDPOINT="http://127.0.0.1:9")
    assert (done.returncode, says in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


# ---- a small hub of our own, over HTTP


def described(path: str, content: bytes) -> dict:
    "What the hub says about one of its files: those called parquet are large, and the others small."
    digest = hashlib.sha256(content).hexdigest()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    lfs = {"oid": digest, "sha256": digest, "size": len(content), "pointerSize": 1}
    told = {
        "type": "file",
        "path": path,
        "rfilename": path,
        "size": len(content),
        "oid": blob,
        "blobId": blob,
    }
    return told | ({"lfs": lfs} if path.endswith(".parquet") else {})


class Hub(BaseHTTPRequestHandler):
    "The few answers of the hub that reading a data set needs."

    files: dict[str, bytes] = {}  # what someone/pets holds
    claims: dict[str, bytes] = {}  # files whose checksum is announced as if they held this
    revision = "a" * 40  # the newest
    most: int | None = None  # bytes of a file that arrive; None: all

    def do_GET(self):
        path, revision = urlsplit(self.path).path, self.revision
        api, resolve = "/api/datasets/someone/pets", "/datasets/someone/pets/resolve/"
        listing = [described(name, self.claims.get(name, content)) for name, content in self.files.items()]
        info = {"_id": "1", "id": "someone/pets", "sha": revision, "siblings": listing, "tags": []}
        answers = {f"{api}{end}": info for end in ("", "/revision/main", f"/revision/{revision}")}
        answers[f"{api}/tree/{revision}"] = listing
        file = path.removeprefix(resolve).partition("/")[2]
        if path in answers:
            self.answer(json.dumps(answers[path]).encode())
        elif path.startswith(resolve) and file in self.files:
            content = self.files[file]
            told = described(file, content)
            self.answer(content[: self.most], ETag=told.get("lfs", told)["oid"], X_Repo_Commit=revision)
        else:
            ours = path.startswith((api + "/", resolve))
            self.answer(b"{}", 404, X_Error_Code="EntryNotFound" if ours else "RepoNotFound")

    do_HEAD = do_GET

    def answer(self, body: bytes, status: int = 200, **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format, *args):
        "Pytest's output is not the place for an access log."


@pytest.fixture
def hub(tmp_path, serve):
    "The address of a hub that holds someone/pets: ten pictures of two classes in one parquet file."
    import datasets

    folder = folder_of_images(tmp_path / "pictures")
    rows = datasets.load_dataset("imagefolder", data_dir=str(folder), cache_dir=str(tmp_path / "datasets"))[
        "train"
    ]
    rows.to_parquet(tmp_path / "train.parquet")
    Hub.files = {"train.parquet": (tmp_path / "train.parquet").read_bytes(), "README.md": b"Pets."}
    Hub.claims, Hub.most, Hub.revision = {}, None, "a" * 40
    return serve(Hub)


def test_a_hub_id_is_read_over_http_and_then_from_the_caches(hub, tmp_path, monkeypatch):
    load = "from moe_lab.data.vision.loading import load_images; print(load_images('someone/pets').train.images.shape)"
    first = run("-c", load, HF_HOME=tmp_path / "hf", HF_ENDPOINT=hub)
    assert first.stdout.strip() == "torch.Size([8, 3, 6, 6])", first.stderr
    ask_hub(monkeypatch, tmp_path / "nothing")
    decoded = load_images("someone/pets").train.images
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path / "empty"))
    with pytest.raises(ConnectionError, match="is not on this machine"):
        load_images("someone/pets")
    ask_hub(monkeypatch, tmp_path / "hf")
    downloaded = load_images("someone/pets").train.images
    assert decoded.shape == downloaded.shape == (8, 3, 6, 6)


def test_a_hub_id_that_does_not_exist_is_said_to_be_so(hub, tmp_path, monkeypatch):
    ask_hub(monkeypatch, tmp_path, hub)
    with pytest.raises(
        ValueError, match=r"^'someone/cats': the hub has no such data set, or it needs a login$"
    ):
        load_images("someone/cats")


def test_the_mirror_script_mirrors_and_moe_lab_reads_it(hub, tmp_path, monkeypatch):
    done = run(
        MIRROR, "someone/pets", "--into", tmp_path / "mirrors", HF_ENDPOINT=hub, HF_HOME=tmp_path / "hf"
    )
    assert "2 files of revision aaaa" in done.stdout, done.stderr
    assert run(MIRROR, "someone/pets", "--into", tmp_path / "mirrors", "--verify").returncode == 0
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path / "mirrors"))
    assert load_images("someone/pets").train.label_names == ("class0", "class1")


def mirrored(hub, tmp_path, **environment):
    return run(
        MIRROR, "someone/pets", "--into", tmp_path, HF_ENDPOINT=hub, HF_HOME=tmp_path / "hf", **environment
    )


@pytest.mark.parametrize(("file", "stays"), [("train.parquet", "README.md"), ("README.md", "train.parquet")])
def test_the_mirror_script_keeps_no_file_that_differs_from_the_hubs_hash(hub, tmp_path, file, stays):
    Hub.claims = {file: Hub.files[file][::-1]}
    done = mirrored(hub, tmp_path)
    assert (done.returncode, f"{file} did not arrive" in done.stderr) == (1, True), done.stderr
    folder = tmp_path / "someone" / "pets"
    assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == [stays]


def test_a_mirror_that_was_not_finished_is_not_read_and_is_finished_by_another_run(
    hub, tmp_path, monkeypatch
):
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    Hub.claims = {"README.md": b"Pests."}
    assert mirrored(hub, tmp_path).returncode == 1
    with pytest.raises(ValueError, match=r"not finished: run data_scripts/mirror\.py someone/pets again"):
        load_images("someone/pets")
    assert run(MIRROR, "someone/pets", "--into", tmp_path, "--verify").returncode == 1
    Hub.claims = {}
    assert mirrored(hub, tmp_path).returncode == 0
    assert len(load_images("someone/pets").train) == 8


def test_a_file_that_arrives_in_part_is_not_taken_for_whole(hub, tmp_path):
    Hub.most = 100
    done = mirrored(hub, tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert not (tmp_path / "someone" / "pets" / "train.parquet").exists()


def test_what_an_earlier_revision_brought_goes_and_what_somebody_put_there_is_named(hub, tmp_path):
    Hub.files = Hub.files | {"old.parquet": b"of an earlier revision"}
    assert mirrored(hub, tmp_path).returncode == 0
    del Hub.files["old.parquet"]
    Hub.revision = "b" * 40
    assert mirrored(hub, tmp_path).returncode == 0
    folder = tmp_path / "someone" / "pets"
    assert not (folder / "old.parquet").exists()
    (folder / "mine.csv").write_text("text")
    done = mirrored(hub, tmp_path)
    assert (done.returncode, "what the hub does not have: mine.csv" in done.stderr) == (1, True), done.stderr


def test_a_name_that_leads_out_of_the_mirror_is_refused(hub, tmp_path):
    Hub.files = {"../../stolen": b"!"}
    done = mirrored(hub, tmp_path)
    assert (done.returncode, "would lie outside of the mirror" in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "stolen").exists()
