"What tests of the data floor share: a process of its own, and a folder of images."

import os
import subprocess
import sys
from pathlib import Path

import datasets
import huggingface_hub
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]


def run(*arguments, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {k: str(v) for k, v in environment.items()},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )


def ask_hub(
    monkeypatch, home: Path, address: str = ""
):  # home: what is there without asking; "": nobody is asked
    "Say to this process, until the test ends, what HF_HOME, HF_ENDPOINT or HF_HUB_OFFLINE say to one that begins."
    said = {"ENDPOINT": address, "HF_ENDPOINT": address} if address else {"HF_HUB_OFFLINE": True}
    said |= {"HF_HUB_CACHE": str(home / "hub"), "HF_DATASETS_CACHE": home / "datasets"}
    for module in (huggingface_hub.constants, datasets.config):
        for name in said.keys() & vars(module).keys():
            monkeypatch.setattr(module, name, said[name])


def folder_of_images(folder: Path, classes: int = 2, each: int = 5) -> Path:
    for label in range(classes):
        (folder / f"class{label}").mkdir(parents=True)
        for i in range(each):
            pixels = np.full((6, 6, 3), (40 * label, i, 0), np.uint8)
            Image.fromarray(pixels).save(folder / f"class{label}" / f"{i}.png")
    return folder
