"Mistakes with `SceneLab`: lines that are pasted, photographs that are none, experts and models that are not there."

import torch
from faults.table import Bad

from moe_lab import SceneLab
from moe_lab.data.vision.photographs import photograph, photograph_path
from moe_lab.explore.scene.picture import SceneState, checked_picture, opened, scene_of
from moe_lab.explore.scene.trained import crowd, read_trained, store, train_again
from moe_lab.explore.scene.views import Looks, ScenePicture

FLOWER = photograph_path("flower")


def lab(line, **more):
    return lambda: SceneLab(line, **more)


LINES = [
    Bad("a scene line without its beginning", lab("seed=3"), ("seed=3", "scene?")),
    Bad("no scene line at all", lab(None), ("state=None", "a line of text such as 'scene?'")),
    Bad(
        "a picture where the line belongs", lambda: SceneLab(photograph("cat")), ("state=", "a line of text")
    ),
    Bad("a model that nobody trained", lab("scene?model=balanced"), ("model='balanced'", "over-balanced")),
    Bad("a photograph that does not come along", lab("scene?photograph=dog"), ("photograph='dog'", "cat")),
    Bad("a photograph that nobody gave", lab("scene?photograph=your+own"), ("'your own'", "drop one in")),
    Bad(
        "an expert that there is not", lab("scene?act=alone&expert=colour"), ("expert='colour'", "frequency")
    ),
    Bad("an act that there is not", lab("scene?act=ablate"), ("act='ablate'", "silenced")),
    Bad("a fifth scale", lab("scene?scale=5"), ("scale=5", "from 1 to 4")),
    Bad("a scale as a share", lab("scene?scale=1/2"), ("scale=1/2", "not a value like 1")),
    Bad("more camouflage than there is", lab("scene?strength=1.5"), ("strength=1.5", "from 0 to 1")),
    Bad("camouflage that is no number", lab("scene?strength=nan"), ("strength=nan", "from 0 to 1")),
    Bad("a scene below the first", lab("scene?seed=-1"), ("seed=-1", "from 0 to 99")),
    Bad("half a truth", lab("scene?whole=perhaps"), ("whole=perhaps", "not a value like False")),
    Bad("a whole that is a number", lambda: SceneState(whole=1), ("whole=1", "not a value like False")),
]
PICTURES = [
    Bad("a picture by its name", lab("scene?", picture=str(FLOWER)), ("picture: str", "uint8 (3, H, W)")),
    Bad(
        "a picture of fractions", lambda: checked_picture(photograph("cat") / 255), ("torch.float32", "uint8")
    ),
    Bad("a batch of pictures", lambda: checked_picture(photograph("cat")[None]), ("(1, 3,", "(3, H, W)")),
    Bad("a picture without pixels", lambda: checked_picture(torch.empty(3, 0, 9).byte()), ("(3, 0, 9)",)),
    Bad(
        "a picture too small to hide in",
        lab("scene?photograph=your+own", picture=photograph("cat")[:, :40]),
        ("451×40 is too small", "64"),
    ),
    Bad(
        "a file that is text",
        lambda: opened(b"text", "notes.txt"),
        ("notes.txt: cannot be read", "no picture"),
    ),
    Bad("a file that is empty", lambda: opened(b"", "empty.png"), ("empty.png: cannot be read",)),
    Bad(
        "a file that was cut off",
        lambda: opened(FLOWER.read_bytes()[:9000], "half.jpg"),
        ("half.jpg: cannot be read",),
    ),
    Bad(
        "no photograph to hide in",
        lambda: scene_of(SceneState(photograph="your own")),
        ("give SceneLab a picture=",),
    ),
]
MODELS = [
    Bad("weights of nobody", lambda: read_trained("best"), ("name='best'", "guarded")),
    Bad("a training of nobody", lambda: train_again("best"), ("name='best'", "guarded")),
    Bad("a store for nobody", lambda: store("best", None, {}), ("name='best'", "guarded")),
    Bad("a crowd beyond all camouflage", lambda: crowd(2.0), ("strength=2.0", "from 0")),
    Bad("a scene before it is shown", lambda: ScenePicture().still(), ("has shown nothing yet", "show(")),
    Bad("a table before it is shown", lambda: Looks().still(), ("has shown nothing yet", "show(")),
]
ROWS = [*LINES, *PICTURES, *MODELS]
