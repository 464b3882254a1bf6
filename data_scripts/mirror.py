"""Mirror a data set of the Hugging Face hub into a local folder, in the hub's own layout.

    python data_scripts/mirror.py zh-plus/tiny-imagenet --into data
    python data_scripts/mirror.py zh-plus/tiny-imagenet --into data --verify

Set MOE_LAB_DATA to the folder given as --into, and moe_lab reads the mirror in place of the hub. A download
that was interrupted goes on where it stopped when the command is run again; until it is complete, moe_lab does
not read it. Every file is compared with the hash that the hub has for it (SHA-256 of large files, git's own of
small ones), and `manifest.sha256` keeps the checksums of all: --verify, or `sha256sum -c` in the folder, checks
the mirror without a network.
"""

import sys
from hashlib import file_digest, sha1
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import tyro
from tqdm.auto import tqdm

from moe_lab.data.sources.files import visible_files
from moe_lab.data.sources.hub import HUB_NAME, UNFINISHED, data_folders

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

MANIFEST = "manifest.sha256"
INTO = (data_folders() or [Path("data")])[0]


def sha256_of(path: Path) -> str:
    "The SHA-256 of a file."
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def contents(folder: Path) -> list[str]:
    "The paths of all files in a folder, hidden files and the manifest left out."
    paths = [path.relative_to(folder).as_posix() for path in visible_files(folder)]
    return [path for path in paths if path != MANIFEST]


def checksums(folder: Path) -> dict[str, str]:
    "The SHA-256 of every file in a folder by its path, hidden files and the manifest left out."
    listed = tqdm(contents(folder), desc=f"checksums of {folder}", unit="file")
    return {path: sha256_of(folder / path) for path in listed}


def read_manifest(folder: Path) -> dict[str, str]:
    "The checksums that `write_manifest` wrote, by path."
    file = folder / MANIFEST
    if not file.exists():
        raise FileNotFoundError(
            f"{folder} is no finished mirror: there is no {MANIFEST}; run without --verify first"
        )
    lines = [line.split("  ", 1) for line in file.read_text().splitlines()]
    return {path: digest for digest, path in lines}


def write_manifest(folder: Path, found: dict[str, str]) -> None:
    "Keep the checksums in the format of `sha256sum`, all of them or nothing."
    unfinished = folder / f".{MANIFEST}"
    unfinished.write_text("".join(f"{digest}  {path}\n" for path, digest in found.items()))
    unfinished.replace(folder / MANIFEST)


def differences(expected: dict[str, str], found: dict[str, str]) -> list[str]:
    "One line for each file that is missing, changed or unknown."
    missing = [f"missing: {path}" for path in expected if path not in found]
    changed = [f"changed: {path}" for path in expected if found.get(path, expected[path]) != expected[path]]
    return missing + changed + [f"unknown: {path}" for path in found if path not in expected]


def git_hash(path: Path) -> str:
    "What git calls a file by: the SHA-1 of its length and its bytes."
    digest = sha1(b"blob %d\0" % path.stat().st_size)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def as_on_the_hub(folder: Path, file: "RepoSibling") -> bool:
    "Whether a file has arrived as the hub has it; `ValueError` where the hub has no hash to compare it with."
    path = folder / file.rfilename
    if not path.is_file() or (file.size is not None and path.stat().st_size != file.size):
        return False
    if file.lfs:
        return sha256_of(path) == file.lfs.sha256
    if not file.blob_id:
        raise ValueError(f"{file.rfilename}: the hub has no hash of it, so that it cannot be compared")
    return git_hash(path) == file.blob_id


def fetch(hub_id: str, folder: Path, revision: str) -> tuple[str, list["RepoSibling"]]:
    "Fetch what is not there yet; the revision's own name, and what the hub says of each of its files."
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

    try:
        info = HfApi().dataset_info(hub_id, revision=revision, files_metadata=True, timeout=10)
        files = info.siblings or []
        if odd := [f.rfilename for f in files if {"..", "/"} & {*PurePosixPath(f.rfilename).parts}]:
            raise ValueError(f"{hub_id!r}: {odd[0]!r} would lie outside of the mirror, so nothing is fetched")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / UNFINISHED).touch()
        snapshot_download(hub_id, repo_type="dataset", revision=info.sha, local_dir=folder)
    except RepositoryNotFoundError as error:
        raise ValueError(f"{hub_id!r}: the hub has no such data set, or it needs a login") from error
    except (HTTPError, OfflineModeIsEnabled) as error:
        raise ConnectionError(
            f"{hub_id!r}: the hub cannot be reached ({error}); run again to go on"
        ) from error
    return str(info.sha), files


def remove_older(folder: Path, files: list["RepoSibling"]) -> None:
    "Remove what an earlier revision brought and this one does not have; name what somebody else put there."
    earlier = read_manifest(folder) if (folder / MANIFEST).exists() else {}
    own = {file.rfilename for file in files}
    for path in earlier.keys() - own:
        (folder / path).unlink(missing_ok=True)
    if others := sorted(path for path in contents(folder) if path not in own):
        raise ValueError(
            f"{folder} holds what the hub does not have: {', '.join(others)}; remove it, run again"
        )


def download(hub_id: str, folder: Path, revision: str) -> None:
    "Fetch what is not there yet, compare every file with the hub's own hash of it, and write the manifest."
    name, files = fetch(hub_id, folder, revision)
    remove_older(folder, files)
    if wrong := [file.rfilename for file in files if not as_on_the_hub(folder, file)]:
        for path in wrong:
            (folder / path).unlink(missing_ok=True)
        raise ValueError(f"{', '.join(wrong)} did not arrive as the hub has them and were removed: run again")
    found = checksums(folder)
    write_manifest(folder, found)
    (folder / UNFINISHED).unlink()
    print(f"{folder}: {len(found)} files of revision {name}, all as the hub has them")


def main(
    hub_id: tyro.conf.Positional[str],
    into: Path = INTO,
    revision: str = "main",
    verify: bool = False,
) -> None:
    """Mirror a data set of the Hugging Face hub, or verify a mirror.

    Args:
        hub_id: The data set, as owner/name.
        into: The folder above <owner>/<name>; by default the first of MOE_LAB_DATA, or data.
        revision: Branch, tag or commit.
        verify: Compare the files with the manifest; nothing is downloaded.
    """
    if not HUB_NAME.fullmatch(hub_id) or ":" in hub_id:
        raise ValueError(f"{hub_id!r} should be owner/name")
    folder = into.expanduser() / hub_id
    if not verify:
        return download(hub_id, folder, revision)
    expected = read_manifest(folder)
    if (folder / UNFINISHED).exists():
        raise ValueError(f"{folder} is a mirror that was not finished: run without --verify again")
    if wrong := differences(expected, checksums(folder)):
        raise ValueError(f"{folder} differs from its manifest\n" + "\n".join(wrong))
    print(f"{folder}: all {len(expected)} files are as they were")
    return None


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except (ValueError, OSError) as error:
        sys.exit(f"moe-lab: {error}")
