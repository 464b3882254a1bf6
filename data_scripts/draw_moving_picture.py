"""The picture that moves on the front page: `python data_scripts/draw_moving_picture.py` writes docs/plane.gif.

Eight straight experts learn to divide two spirals, as `PlaneLab` shows it: the plane, and each expert's share of the
load.
"""

from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image

from moe_lab.explore import PlaneLab
from moe_lab.measure.figures import calm

OUT = Path(__file__).parents[1] / "docs" / "plane.gif"
FRAMES, STEPS = 36, 10  # pictures; steps of training between two of them
SECONDS, LAST = 0.16, 2.5  # that a picture stands, and that the last one stands


def picture(lab: PlaneLab, step: int) -> Image.Image:
    "The plane and the load so far."
    figure, (plane, load) = plt.subplots(1, 2, figsize=(8, 4), dpi=80, layout="constrained")
    lab.stage.plane.still(plane)
    lab.stage.load.still(load)
    load.set(xlim=(0, FRAMES * STEPS), xlabel="steps of training")
    calm(plane, f"Who owns which region, step {step}", x_label="")
    content = BytesIO()
    figure.savefig(content)
    plt.close(figure)
    return Image.open(content).convert("RGB").quantize(64)


def main():
    "Draw all pictures and write them into one."
    lab = PlaneLab(opening=0)
    pictures = [picture(lab.run(STEPS), (i + 1) * STEPS) for i in range(FRAMES)]
    stand = [round(1000 * SECONDS)] * (FRAMES - 1) + [round(1000 * LAST)]
    pictures[0].save(OUT, save_all=True, append_images=pictures[1:], duration=stand, loop=0, optimize=True)
    print(f"{OUT}: {FRAMES} pictures, {OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
