"Mistakes with data: names, mirrors, folders, files, columns, encodings, limits and seeds."

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from unittest.mock import patch

import torch
from faults.table import Bad, Refused, command
from PIL import Image

import moe_lab
from moe_lab import load_images, load_scenes, load_text
from moe_lab.data.batching import spread_rows
from moe_lab.data.language.alike import hold_out_documents, phrases
from moe_lab.data.vision.photographs import load_photographs, photograph

MIRROR = Path(moe_lab.__file__).parents[1] / "data_scripts" / "mirror.py"


@cache
def home() -> Path:
    "A folder of small texts, a table, a damaged table, pictures, a mirror, one that was not finished."
    root = Path(mkdtemp())
    files = {f"tales/{i}.txt": f"The tale of {name}." for i, name in enumerate(["oak", "elm", "ash", "yew"])}
    files |= {
        "news.csv": "story,desk\nRain.,art\nSnow.,sport\n",
        "cut.json": '[{"text": "Ra',
        "ten.txt": "1 + 1 = 2",
    }
    files |= {
        "notes.csv": "tag,n\na,1\n",
        "one/a.txt": "Alone.",
        "pets/cat/notes.txt": "Fur.",
        "pets/dog/0.png": "broken",
        "pets/cat/0.png": "broken",
    }
    files |= {
        "hub/me/begun/.unfinished-mirror": "",
        "hub/me/two/main/a.csv": "text\nA.\n",
        "hub/me/two/more/a.csv": "text\nB.\n",
    }
    files |= {"scripted/scripted.py": "raise SystemExit", "bare.parquet": "PAR1"}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    (root / "raw.bin").write_bytes(b"\0\1\2" * 100)
    (root / "nothing").mkdir()
    for kind in ("cat", "dog"):
        (root / "sizes" / kind).mkdir(parents=True)
        for i, side in enumerate((4, 6, 8)):
            Image.new("L", (side, side)).save(root / "sizes" / kind / f"{i}.png")
    for name, sides, shade in (
        ("dark", (6, 6), 0),
        ("solo", (6,), 1),
        ("mixed", (6, 8, 6, 8), 1),
        ("bare", (6, 6), None),
    ):
        for i, side in enumerate(sides):
            half = Image.new("L", (side, side))
            half.paste(255 * (shade or 0), (0, 0, side // 2, side))
            for kind in ["Imgs", *["GT"] * (shade is not None)]:
                (root / "scenes" / name / kind).mkdir(parents=True, exist_ok=True)
                half.save(root / "scenes" / name / kind / f"{i}.png")
    return root


def at(name: str, load: Callable = load_text, **options) -> Callable[[], object]:
    "Load what has this name in `home`."
    return lambda: load(str(home() / name), **options)


def mirrored(name: str, load: Callable = load_text, root: str = "hub") -> Callable[[], object]:
    "Load a name of the hub, which is out of reach, with `home`'s mirrors, or with another folder of them."

    def call() -> object:
        nobody = patch("huggingface_hub.HfApi.dataset_info", side_effect=ConnectionError("refused"))
        with patch.dict(os.environ, {"MOE_LAB_DATA": str(home() / root)}), nobody:
            return load(name)

    return call


def script(*arguments: object) -> Callable[[], object]:
    "The script that makes mirrors; `Refused` with what it printed."

    def call() -> None:
        done = subprocess.run(
            [sys.executable, MIRROR, *map(str, arguments)], capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise Refused(done.stderr)

    return call


def in_a_folder(load, name="my/lomg.txt"):
    "Loading what is called nearly as a file that is there."

    def call():
        Path("my").mkdir()
        for place in (Path("my"), Path()):
            (place / "long.txt").write_text("A tale of some length.\n\n" * 40)
        load(name)

    return call


ROWS = [
    # ---- names
    Bad(
        "a column of the kit's own text",
        lambda: load_text("code", text_column="nope"),
        ("text_column='nope'", "code"),
    ),
    Bad("a misspelt text", lambda: load_text("domain"), ("'domain'", "did you mean 'domains'?")),
    Bad(
        "a misspelt part of a joined name",
        lambda: load_text("code+dialog"),
        ("'dialog'", "did you mean 'dialogue'?"),
    ),
    Bad(
        "a misspelt file",
        in_a_folder(load_text),
        ("'my/lomg.txt'", "did you mean 'my/long.txt'?"),
        FileNotFoundError,
    ),
    Bad("misspelt images", in_a_folder(load_images), ("'my/lomg.txt'", "did you mean"), FileNotFoundError),
    Bad("misspelt scenes", in_a_folder(load_scenes), ("'my/lomg.txt'", "did you mean"), FileNotFoundError),
    Bad("a misspelt file right here", in_a_folder(load_text, "lomg.txt"), ("did you mean 'long.txt'?",)),
    Bad(
        "a column of what is no table",
        in_a_folder(lambda name: load_text(name, text_column="nope"), "my/long.txt"),
        ("text_column='nope'", "long.txt holds no table"),
    ),
    Bad("an empty name", lambda: load_text(""), ("unknown text ''", "owner/name")),
    Bad("a plus at the end", lambda: load_text("code+"), ("unknown text ''",)),
    Bad(
        "the same kind twice",
        lambda: load_text("code+code", limit=1000),
        ("each domain can be named once", "code"),
    ),
    Bad("None for a text", lambda: load_text(None), ("name=None", "needs the name of a text")),
    Bad("a list of names", lambda: load_text(["code"]), ("name=['code']", "needs the name")),
    Bad("a number for a data set", lambda: load_images(7), ("name=7", "needs the name of a data set")),
    Bad(
        "a folder that is not there",
        lambda: load_text("no/such/folder"),
        ("there is no folder 'no/such",),
        FileNotFoundError,
    ),
    Bad("an endless name", lambda: load_text("x" * 5000), ("unknown text", "nor a folder")),
    Bad("a name with a zero byte", lambda: load_text("a\0b"), ("unknown text", "nor a folder")),
    Bad("a misspelt data set", lambda: load_images("mnits"), ("'mnits'", "did you mean 'mnist'?")),
    Bad("no room for phrases", lambda: phrases(["a tale"], room=0), ("room=0", "at least 1")),
    Bad(
        "a seed below 0",
        lambda: [*hold_out_documents(lambda: ["a", "b"], "x", -1, [])],
        ("seed=-1", "at least 0"),
    ),
    # ---- the hub and its mirrors
    Bad(
        "no mirror and no hub",
        mirrored("me/else"),
        ("'me/else' is not on this machine", "MOE_LAB_DATA"),
        ConnectionError,
    ),
    Bad(
        "a folder of mirrors that is not there",
        mirrored("gsm8k", root="nope"),
        ("nope, where it is not",),
        ConnectionError,
    ),
    Bad(
        "a file for a folder of mirrors",
        mirrored("gsm8k", root="ten.txt"),
        ("ten.txt, where it is not",),
        ConnectionError,
    ),
    Bad(
        "a mirror that was not finished",
        mirrored("me/begun"),
        ("was not finished", "mirror.py me/begun again"),
    ),
    Bad("no configuration of two", mirrored("me/two"), ("write owner/name:configuration", "main, more")),
    Bad(
        "a configuration that there is not",
        mirrored("me/two:less"),
        ("no configuration 'less'", "main, more"),
    ),
    Bad(
        "a mirror of texts for images",
        mirrored("me/two:main", load_images),
        ("name='me/two:main'", "owner/name, without a configuration"),
    ),
    Bad("a mirror of no owner", script("pets"), ("moe-lab: 'pets' should be owner/name",)),
    Bad("a mirror that leads upwards", script("someone/.."), ("'someone/..' should be owner/name",)),
    Bad(
        "a mirror to verify that is not there",
        script("a/b", "--verify", "--into", "/nowhere"),
        ("is no finished mirror",),
    ),
    # ---- folders and files of one's own
    Bad("an empty folder of texts", at("nothing"), ("nothing holds no files",), FileNotFoundError),
    Bad(
        "an empty folder of images", at("nothing", load_images), ("holds neither images",), FileNotFoundError
    ),
    Bad("a file that is no text", at("raw.bin"), ("nothing in it can be read", "raw.bin (is no text)")),
    Bad("a table that was cut off", at("cut.json"), ("cut.json (is damaged",)),
    Bad("parquet that is none", at("bare.parquet"), ("nothing in it can be read", "bare.parquet (")),
    Bad("a text without a letter", at("ten.txt"), ("ten", "no document with a letter")),
    Bad("a single document", at("one"), ("one: a single document cannot be split", "two are needed")),
    Bad(
        "pictures that are none",
        at("pets", load_images),
        ("no two pictures that can be read", "is no picture"),
    ),
    Bad(
        "a folder of texts for images",
        at("tales", load_images),
        ("each of two or more classes has a sub-folder",),
    ),
    Bad(
        "a file for a folder of images",
        at("news.csv", load_images),
        ("news.csv is a file", "needed is a folder"),
    ),
    Bad("pictures of several sizes", at("sizes", load_images), ("sizes differ", "set size= to resize all")),
    # ---- columns and encodings
    Bad(
        "columns without a text",
        at("notes.csv"),
        ("no text is found in the columns [.tag., .n.]".replace(".", chr(39)), "text_column"),
    ),
    Bad(
        "a text column that there is not",
        at("news.csv", text_column="tale"),
        ("text_column='tale'", "['story', 'desk']"),
    ),
    Bad(
        "a domain column that there is not",
        at("news.csv", domain_column="topic"),
        ("domain_column='topic'", "['story', 'desk']"),
    ),
    Bad(
        "a domain column of plain texts",
        at("tales", domain_column="topic"),
        ("domain_column='topic'", "no table"),
    ),
    Bad("an empty column", at("news.csv", text_column=""), ("text_column=''", "needs the name of a column")),
    Bad(
        "a number for a column",
        at("news.csv", domain_column=1),
        ("domain_column=1", "needs the name of a column"),
    ),
    Bad(
        "an encoding that there is not",
        at("tales", encoding="utf-9"),
        ("encoding='utf-9'", "Python knows no such"),
    ),
    Bad("an encoding that is none of text", at("tales", encoding="base64"), ("encoding='base64'",)),
    Bad("a number for an encoding", at("tales", encoding=8), ("encoding=8",)),
    Bad(
        "a misspelt encoding on the command line",
        lambda: command("run", "lm-domains", "--encoding", "utf-9"),
        ("utf-9",),
    ),
    # ---- limits, sizes, seeds
    Bad("a limit of one character", at("tales", limit=1), ("limit=1", "needs at least 100 characters")),
    Bad("a limit of nothing", at("tales", limit=0), ("limit=0", "at least 1")),
    Bad("a limit in words", at("tales", limit="100"), ("limit='100'", "needs a whole number")),
    Bad("half a character", at("tales", limit=200.5), ("limit=200.5", "needs a whole number")),
    Bad(
        "a limit that is not a number", at("tales", limit=float("nan")), ("limit=nan", "needs a whole number")
    ),
    Bad("a negative seed of texts", at("tales", seed=-1), ("seed=-1", "needs a whole number from 0")),
    Bad("a seed in words of texts", at("tales", seed="one"), ("seed='one'", "needs a whole number from 0")),
    Bad("a limit of images below 1", lambda: load_images("digits", limit=-5), ("limit=-5", "at least 1")),
    Bad("images of no size", lambda: load_images("digits", size=0), ("size=0", "at least 1")),
    Bad(
        "images larger than memory",
        lambda: load_images("digits", size=100_000),
        ("size=100000", "1 to 4096 pixels"),
    ),
    Bad(
        "a fraction for a seed of images",
        lambda: load_images("digits", seed=0.5),
        ("seed=0.5", "whole number from 0"),
    ),
    Bad("patches of no pixels", lambda: load_photographs(patch=0), ("patch=0", "at least 1")),
    Bad(
        "patches larger than a photograph",
        lambda: load_photographs(patch=400),
        ("patch=400 is too large", "or less"),
    ),
    Bad("half a pixel", lambda: load_photographs(patch=8.5), ("patch=8.5", "whole number")),
    Bad("more patches than there are", lambda: load_photographs(train=10**9), ("patches of 8", "room for")),
    Bad("no row to be spread", lambda: spread_rows(torch.arange(4), 0), ("n=0", "at least 1")),
    Bad(
        "rows of no classes",
        lambda: spread_rows(torch.rand(4), 2),
        ("label: torch.float32 (4,)", "long (N,)"),
    ),
    Bad("a misspelt photograph", lambda: photograph("cats"), ("name='cats'", "did you mean 'cat'?")),
]
