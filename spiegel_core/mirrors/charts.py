"""Charts as SVG: one function per kind of chart, colours that also work in grey.

Text stays text in the SVG, so that it is set in the document's own typeface. The same data give
the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, DARK, MIDDLE, LIGHT, PALE = "#222222", "#0b3c5d", "#6a8caf", "#b9cbdc", "#e8eef4"
_WIDTH = 7.0
_FAMILY = "Source Sans Pro"


def draw_chart(kind: str, data: Mapping[str, Any]) -> bytes:
    """The chart of a kind as SVG; raises KeyError for a kind there is no chart of."""
    _prepare()
    return {"index": _index, "ages": _ages, "trend": _trend}[kind](data)


@cache
def font_files() -> tuple[Path, ...]:
    """The typeface of the documents (SIL Open Font Licence), from its package."""
    import font_source_sans_pro

    folder = Path(font_source_sans_pro.__file__).parent / "files"
    names = ("Regular", "It", "Semibold", "SemiboldIt", "Bold")
    return tuple(folder / f"SourceSansPro-{name}.ttf" for name in names)


@cache
def _prepare() -> None:
    import matplotlib
    from matplotlib import font_manager

    for file in font_files():
        font_manager.fontManager.addfont(str(file))
    matplotlib.rcParams.update(
        {
            "font.family": _FAMILY, "font.size": 9, "svg.fonttype": "none",
            "svg.hashsalt": "spiegel", "axes.edgecolor": LIGHT, "axes.labelcolor": INK,
            "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.8,
        }
    )  # fmt: skip


def _index(data: Mapping[str, Any]) -> bytes:
    """Index and intervals: thin line 99.8%, thick line 95%, diamond the index, around 100."""
    rows = data["rows"]
    figure, axes = _figure(_WIDTH, 0.27 * len(rows) + 0.62)
    limits = [v for r in rows for v in (*r["wider"], r["index"]) if v is not None]
    low, high = _span(limits)
    for place, row in enumerate(rows):
        axes.axhspan(place - 0.5, place + 0.5, color=PALE if place % 2 else "white", linewidth=0)
        if row["index"] is None:
            axes.text(
                100, place, "niet getoond", ha="center", va="center", fontsize=8, color=MIDDLE
            )
            continue
        for limit, width, colour in (("wider", 1.1, MIDDLE), ("wide", 3.4, MIDDLE)):
            if None not in row[limit]:
                start, end = (min(max(value, low), high) for value in row[limit])
                axes.plot([start, end], [place, place], color=colour, linewidth=width,
                          solid_capstyle="butt")  # fmt: skip
        axes.plot([min(max(row["index"], low), high)], [place], marker="D", color=DARK,
                  markersize=5)  # fmt: skip
    axes.axvline(100, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(rows)), [row["label"] for row in rows])
    axes.tick_params(axis="y", length=0)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)), [row["text"] for row in rows])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(low, high)
    axes.set_xlabel("index; 100 = zoals verwacht; dikke streep 95%, dunne streep 99,8%")
    axes.spines[["top", "right", "left"]].set_visible(False)
    return _svg(figure)


def _span(values: list[float]) -> tuple[float, float]:
    """An axis around 100 that holds what there is, but not one extreme alone."""
    reach = sorted(abs(value - 100) for value in values) or [20.0]
    wanted = max(20.0, min(reach[-1] * 1.04, 3 * reach[len(reach) * 3 // 4]))
    return max(100 - wanted, 0.0), 100 + wanted


def _ages(data: Mapping[str, Any]) -> bytes:
    """Shares by age group: women left, men right; bars the practice, outlines the country."""
    labels = data["labels"]
    figure, axes = _figure(_WIDTH, 0.3 * len(labels) + 0.75)
    places = range(len(labels))
    highest = 1.0
    for sex, side in (("V", -1), ("M", 1)):
        own, country = data["by_sex"][sex]["own"], data["by_sex"][sex]["country"]
        highest = max([highest, *(v for v in (*own, *country) if v is not None)])
        axes.barh(places, [side * (v or 0) for v in own], height=0.62,
                  color=DARK if sex == "M" else MIDDLE)  # fmt: skip
        axes.barh(places, [side * v for v in country], height=0.84, fill=False, edgecolor=INK,
                  linewidth=0.9)  # fmt: skip
        for place, value in enumerate(own):
            if value is None:
                axes.text(side * 0.3, place, "–", ha="center", va="center")
    axes.axvline(0, color="white", linewidth=1.2)
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-1.12 * highest, 1.12 * highest)
    ticks = axes.get_xticks()
    axes.set_xticks(ticks, [f"{abs(tick):g}%".replace(".", ",") for tick in ticks])
    axes.set_xlim(-1.12 * highest, 1.12 * highest)
    axes.set_xlabel("vrouwen links, mannen rechts; vlak: uw praktijk, lijn: Nederland")
    axes.spines[["top", "right", "left"]].set_visible(False)
    return _svg(figure)


def _trend(data: Mapping[str, Any]) -> bytes:
    """A small panel per segment: observed as a line with points, expected dashed."""
    panels, years = data["panels"], data["years"]
    columns = 3
    rows = -(-len(panels) // columns)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, 1.5 * rows + 0.25), layout="constrained")
    for place, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, place + 1)
        axes.plot(years, panel["expected"], color=MIDDLE, linewidth=1.3, linestyle=(0, (4, 2)))
        axes.plot(years, [float("nan") if v is None else v for v in panel["observed"]],
                  color=DARK, linewidth=1.6, marker="o", markersize=3.5)  # fmt: skip
        values = [v for v in (*panel["observed"], *panel["expected"]) if v is not None]
        top = 1.25 * max([*values, 1.0])
        axes.set_ylim(0, top)
        axes.set_xticks(years, [str(year) for year in years])
        axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
        axes.locator_params(axis="y", nbins=3)
        ticks = [tick for tick in axes.get_yticks() if tick <= top]
        axes.set_yticks(ticks, [f"{tick:,.0f}".replace(",", ".") for tick in ticks])
        axes.tick_params(labelsize=7.5, length=2)
        axes.set_title(panel["label"], fontsize=9, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
    return _svg(figure)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Figure) -> bytes:
    sink = io.BytesIO()
    figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return sink.getvalue()
