"""Mirror a data set of the Hugging Face hub into a local folder, in the hub's own layout.

    python data_scripts/mirror.py zh-plus/tiny-imagenet --into data
    python data_scripts/mirror.py zh-plus/tiny-imagenet --into data --verify

Set MOE_LAB_DATA to the folder given as --into, and moe_lab reads the mirror in place of the hub. A download
that was interrupted goes on where it stopped when the command is run again. Files are compared with the
checksums that the hub has for them, and `manifest.sha256` keeps the checksums of all: --verify, or
`sha256sum -c` in the folder, checks the mirror without a network.
"""

import os
import sys
from hashlib import file_digest
from pathlib import Path

import tyro
from tqdm.auto import tqdm

MANIFEST = "manifest.sha256"
INTO = Path(os.environ.get("MOE_LAB_DATA") or "data")


def checksums(folder: Path) -> dict[str, str]:
    "The SHA-256 of every file in a folder by its path, hidden files and the manifest left out."
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    kept = [p for p in paths if not any(part.startswith(".") for part in p.parts) and str(p) != MANIFEST]
    found = {}
    for path in tqdm(kept, desc=f"checksums of {folder}", unit="file"):
        with open(folder / path, "rb") as file:
            found[path.as_posix()] = file_digest(file, "sha256").hexdigest()
    return found


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


def download(hub_id: str, folder: Path, revision: str) -> None:
    "Fetch what is not there yet, compare it with the hub's checksums and write the manifest."
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

    try:
        info = HfApi().dataset_info(hub_id, revision=revision, files_metadata=True, timeout=10)
        snapshot_download(hub_id, repo_type="dataset", revision=info.sha, local_dir=folder)
    except RepositoryNotFoundError as error:
        raise ValueError(f"{hub_id!r}: the hub has no such data set, or it needs a login") from error
    except (HTTPError, OfflineModeIsEnabled) as error:
        raise ConnectionError(
            f"{hub_id!r}: the hub cannot be reached ({error}); run again to go on"
        ) from error
    found = checksums(folder)
    expected = {s.rfilename: s.lfs.sha256 for s in info.siblings or [] if s.lfs}
    if wrong := [path for path, digest in expected.items() if found.get(path) != digest]:
        for path in wrong:
            (folder / path).unlink(missing_ok=True)
        raise ValueError(f"{', '.join(wrong)} did not arrive as the hub has them and were removed: run again")
    write_manifest(folder, found)
    print(f"{folder}: {len(found)} files of revision {info.sha}, {len(expected)} checked against the hub")


def main(
    hub_id: tyro.conf.Positional[str],
    into: Path = INTO,
    revision: str = "main",
    verify: bool = False,
) -> None:
    """Mirror a data set of the Hugging Face hub, or verify a mirror.

    Args:
        hub_id: The data set, as owner/name.
        into: The folder above <owner>/<name>; by default MOE_LAB_DATA, or data.
        revision: Branch, tag or commit.
        verify: Compare the files with the manifest; nothing is downloaded.
    """
    if hub_id.count("/") != 1:
        raise ValueError(f"{hub_id!r} should be owner/name")
    folder = into.expanduser() / hub_id
    if not verify:
        return download(hub_id, folder, revision)
    expected = read_manifest(folder)
    if wrong := differences(expected, checksums(folder)):
        raise ValueError(f"{folder} differs from its manifest\n" + "\n".join(wrong))
    print(f"{folder}: all {len(expected)} files are as they were")
    return None


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except (ValueError, OSError) as error:
        sys.exit(f"error: {error}")
