"""A sheet to draw charts on with matplotlib, measured in points from the top left; out comes SVG.

Text stays text in the SVG, so that it is set in the document's own typeface. The same drawing is
the same bytes. Axes and layout engines of matplotlib are left out: they cost most of its time.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

INK, DARK, MIDDLE, LIGHT, PALE = "#222222", "#0b3c5d", "#6a8caf", "#b9cbdc", "#e8eef4"
# The width between the margins of an A4 page.
WIDTH = 482.0
_FAMILY = "Source Sans Pro"
_POINTS_PER_INCH = 72
_DASHES = (3.0, 2.0)


@cache
def font_files() -> tuple[Path, ...]:
    """The typeface of the documents (SIL Open Font Licence), from its package."""
    import font_source_sans_pro

    folder = Path(font_source_sans_pro.__file__).parent / "files"
    names = ("Regular", "It", "Semibold", "SemiboldIt", "Bold")
    return tuple(folder / f"SourceSansPro-{name}.ttf" for name in names)


@cache
def _prepare() -> None:
    from matplotlib import font_manager

    for file in font_files():
        font_manager.fontManager.addfont(str(file))


class Canvas:
    """A sheet of WIDTH by a height, in points; y grows downward.

    Args:
        height: in points.
        dots: dots per point of a picture; drawings as SVG have one.
    """

    def __init__(self, height: float, dots: int = 1) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D, IdentityTransform

        _prepare()
        self.height = height
        inches = (WIDTH / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
        self._figure = Figure(figsize=inches, dpi=dots * _POINTS_PER_INCH)
        self._points = IdentityTransform() if dots == 1 else Affine2D().scale(dots)

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        colour: str = INK,
        width: float = 0.8,
        dashed: bool = False,
        marker: str | None = None,
        size: float = 4.0,
    ) -> None:
        """A line through points, with a marker on each if one is named."""
        from matplotlib.lines import Line2D

        style: Any = (0, _DASHES) if dashed else "-"
        self._figure.add_artist(
            Line2D(
                list(xs), [self.height - y for y in ys], color=colour, linewidth=width,
                linestyle=style if width else "none", marker=marker, markersize=size,
                markeredgewidth=0, solid_capstyle="butt", transform=self._points,
            )
        )  # fmt: skip

    def box(
        self, left: float, top: float, width: float, height: float, fill: str = "", edge: str = ""
    ) -> None:
        """A rectangle, filled, outlined, or both."""
        from matplotlib.patches import Rectangle

        self._figure.add_artist(
            Rectangle(
                (left, self.height - top - height), width, height, linewidth=0.9 if edge else 0,
                facecolor=fill or "none", edgecolor=edge or "none", transform=self._points,
            )
        )  # fmt: skip

    def text(
        self,
        x: float,
        y: float,
        text: str,
        align: str = "left",
        size: float = 8.6,
        colour: str = INK,
        bold: bool = False,
        italic: bool = False,
    ) -> None:
        """Text with the middle of its small letters at a height y."""
        from matplotlib.text import Text

        # The baseline lies a third of the size under the middle of the letters.
        self._figure.add_artist(
            Text(
                x, self.height - y - size / 3, text, color=colour, fontsize=size, ha=align,
                va="baseline", fontfamily=_FAMILY, fontweight=600 if bold else 400,
                fontstyle="italic" if italic else "normal", parse_math=False,
                transform=self._points,
            )
        )  # fmt: skip

    def svg(self) -> bytes:
        """What was drawn; the same every time."""
        from matplotlib import rc_context

        sink = io.BytesIO()
        metadata = {"Date": None, "Creator": None}
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "spiegel"}):
            self._figure.savefig(sink, format="svg", metadata=metadata, transparent=True)
        return sink.getvalue()

    def png(self) -> bytes:
        """What was drawn as a picture on white; the same every time."""
        sink = io.BytesIO()
        self._figure.savefig(sink, format="png", facecolor="white", metadata={"Software": None})
        return sink.getvalue()


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round values between two others, about as many as asked.

    Example:
        >>> ticks(61.0, 139.0, 4), ticks(0.0, 1.4, 3)
        ([80.0, 100.0, 120.0], [0.0, 0.5, 1.0])
    """
    wanted = (high - low) / max(about, 1)
    power = 10.0 ** len(str(int(wanted))) / 10 if wanted >= 1 else 0.1
    step = next(power * s for s in (1, 2, 2.5, 5, 10, 20) if power * s >= wanted * 0.75)
    first = int(low // step) + (0 if low % step == 0 else 1)
    return [step * place for place in range(first, int(high // step) + 1)]
