"""The flow diagram as PNG, by matplotlib's own renderer and its bundled DejaVu Sans."""

from __future__ import annotations

import io
import warnings

from screener.handoff.flow_picture import INK, SHADE, STROKE, Arrow, Box, Line, Picture, head

DPI = 200


def to_png(picture: Picture) -> bytes:
    """The picture at 200 dots per inch, a point of the layout being 1/72 inch."""
    # Imported here: it takes longer than the rest of the program together.
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import Polygon, Rectangle

    fonts = {
        bold: FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
        for bold in (False, True)
    }

    def write(axes: Axes, line: Line) -> None:
        axes.text(
            line.x,
            line.y,
            line.text,
            fontproperties=fonts[line.bold],
            fontsize=line.size,
            color=INK,
            ha="center" if line.centred else "left",
            va="baseline",
            rotation=90 if line.upright else 0,
            rotation_mode="anchor",
            parse_math=False,
        )

    def box(axes: Axes, it: Box) -> None:
        axes.add_patch(
            Rectangle(
                (it.x, it.y),
                it.width,
                it.height,
                facecolor=SHADE if it.shaded else "white",
                edgecolor="none" if it.shaded else INK,
                linewidth=0 if it.shaded else STROKE,
            )
        )
        for line in it.lines:
            write(axes, line)

    def arrow(axes: Axes, it: Arrow) -> None:
        tip = head(it)
        middle = ((tip[1][0] + tip[2][0]) / 2, (tip[1][1] + tip[2][1]) / 2)
        xs, ys = zip(*[*it.points[:-1], middle], strict=True)
        axes.plot(xs, ys, color=INK, linewidth=STROKE, solid_capstyle="butt", solid_joinstyle="miter")
        axes.add_patch(Polygon(tip, closed=True, facecolor=INK, edgecolor="none"))

    figure = Figure(figsize=(picture.width / 72, picture.height / 72), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, picture.width)
    axes.set_ylim(picture.height, 0)
    for each in picture.boxes:
        box(axes, each)
    for each_arrow in picture.arrows:
        arrow(axes, each_arrow)
    for note in picture.notes:
        write(axes, note)
    out = io.BytesIO()
    # Without the version of matplotlib in the file, equal pictures are equal bytes.
    with warnings.catch_warnings():
        # DejaVu Sans has no Chinese: such a name shows as boxes here and in full in the SVG.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()
