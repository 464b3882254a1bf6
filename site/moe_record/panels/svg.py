"""Figures of matplotlib as SVG for a page: letters stay letters, a table of many cells is one small picture."""

import io
import re
from html import escape
from typing import Any

from moe_lab.explore.shared.figure_panel import fitted

WIDE = 760  # pixels that the views of a page have side by side in a window of 1,100
CELLS = 200  # from which a table is a picture
LOOK = {
    "svg.fonttype": "none",
    "svg.hashsalt": "moe_lab",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
}  # of one width


def as_pictures(ax: Any):
    "Tables of many cells become pictures with a pixel for each; they are not smoothed."
    from matplotlib.collections import QuadMesh

    for image in ax.images:
        image.set_interpolation("none")
    for mesh in [own for own in ax.collections if isinstance(own, QuadMesh)]:
        values = mesh.get_array()
        if values.ndim != 2 or values.size < CELLS:
            continue
        corners, limits = mesh.get_coordinates(), (ax.get_xlim(), ax.get_ylim())
        (left, first), (right, last) = corners[0, 0], corners[-1, -1]
        extent, colours = (left, right, last, first), mesh.to_rgba(values, bytes=True)
        mesh.remove()
        ax.imshow(colours, extent=extent, aspect="auto", interpolation="none", zorder=0)
        ax.set(xlim=limits[0], ylim=limits[1])


def short(number: re.Match) -> str:
    "As many places behind the point as are seen."
    value = float(number[0])
    return f"{value:.{1 if abs(value) >= 10 else 2}f}".rstrip("0").rstrip(".")


def svg_of(figure: Any, says: str) -> str:  # figure: of matplotlib; it changes; says: HTML
    "A figure as HTML, no wider than there is room on a page."
    import matplotlib as mpl

    fitted(figure, WIDE)
    figure.set_dpi(72)  # as SVG has it: letters are measured in what they are written in
    figure.get_layout_engine().execute(figure)  # before pictures are put in the place of tables
    figure.set_layout_engine("none")
    insets = [inset for ax in figure.axes for inset in ax.child_axes]
    for ax in (*figure.axes, *insets):
        as_pictures(ax)
    file = io.StringIO()
    with mpl.rc_context(LOOK):
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", file.getvalue(), flags=re.S)
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"\s*\n\s*", " ", re.sub(r"(?<![#\w.])-?\d+\.\d+", short, svg))
    words = escape(re.sub("<.*?>", "", says), quote=True)
    look = f'style="max-width: {1.25 * 96 * figure.get_figwidth():.0f}px"'
    head = rf'<svg role="img" aria-label="{words}" viewBox="\1" {look}>'
    svg = re.sub(r'<svg .*?viewBox="(.*?)".*?>', head, svg, flags=re.S)
    return f'<div class="live-figure">{svg}</div>'
