"""The picture that a link to the site is shown with."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)  # pixels, what those who show links ask for


def draw_preview(still: Path, title: str, said: str, to: Path):
    "A title and a sentence above a still."
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    pen.text((48, 36), title, "#1f2328", ImageFont.load_default(64))
    pen.text((48, 118), said, "#57606a", ImageFont.load_default(30))
    picture = Image.open(still).convert("RGB")
    width, height = SIZE[0] - 96, SIZE[1] - 210
    scale = min(width / picture.width, height / picture.height)
    picture = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
    )
    page.paste(picture, ((SIZE[0] - picture.width) // 2, 180))
    to.parent.mkdir(parents=True, exist_ok=True)
    page.quantize(128).save(to, optimize=True)
