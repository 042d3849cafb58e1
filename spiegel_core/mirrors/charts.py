"""The charts of the mirrors as SVG: one function per kind, in colours that also work in grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spiegel_core.mirrors.canvas import DARK, INK, LIGHT, MIDDLE, PALE, WIDTH, Canvas, ticks
from spiegel_core.mirrors.numbers import dutch, rounded
from spiegel_core.mirrors.study_figures import STUDY, study_figure

_SMALL = 7.6
_MINUTE = 1e-9
_AGES_ROW, _AGES_TOP = 18.0, 32.0


def draw_chart(kind: str, data: Mapping[str, Any]) -> bytes:
    """The chart of a kind as SVG; raises KeyError for a kind there is no chart of."""
    kinds = {"index": _index, "ages": _ages, "trend": _trend, STUDY: study_figure}
    return kinds[kind](data)


def _index(data: Mapping[str, Any]) -> bytes:
    """Index and intervals: thin line 99.8%, thick line 95%, diamond the index, around 100."""
    rows, top = data["rows"], 20.0
    height = 19.0 if len(rows) < 10 else 16.5
    left, right = 190.0, 400.0
    bottom = top + height * len(rows)
    canvas = Canvas(bottom + 18)
    low, high = _span([v for r in rows for v in (*r["wider"], r["index"]) if v is not None])

    def x_of(value: float) -> float:
        return left + (right - left) * (min(max(value, low), high) - low) / (high - low)

    _index_legend(canvas)
    for place, row in enumerate(rows):
        y = top + height * (place + 0.5)
        if place % 2 == 0:
            canvas.box(0, y - height / 2, WIDTH, height, fill=PALE)
        canvas.text(4, y, row["label"])
        is_shown = row["index"] is not None
        canvas.text(right + 14, y, row["text"], colour=INK if is_shown else DARK,
                    italic=not is_shown)  # fmt: skip
        for limits, width in ((row["wider"], 1.0), (row["wide"], 3.6)):
            if limits:
                canvas.line([x_of(v) for v in limits], [y, y], MIDDLE, width)
        _beyond(canvas, row["wider"], (low, high), (left, right), y)
        if is_shown:
            canvas.line([x_of(row["index"])], [y], DARK, 0, marker="D", size=5)
    canvas.line([x_of(100)] * 2, [top, bottom], INK, 0.8, dashed=True)
    canvas.line([left, right], [bottom, bottom], LIGHT)
    for tick in ticks(low, high, 6):
        canvas.line([x_of(tick)] * 2, [bottom, bottom + 3], LIGHT)
        canvas.text(x_of(tick), bottom + 10, _number(tick), "center", _SMALL)
    return canvas.svg()


def _index_legend(canvas: Canvas) -> None:
    y = 8.0
    canvas.line([194], [y], DARK, 0, marker="D", size=5)
    canvas.text(200, y, "index", size=_SMALL)
    for x, width, text in ((230, 3.6, "95%-interval"), (298, 1.0, "99,8%-interval")):
        canvas.line([x, x + 16], [y, y], MIDDLE, width)
        canvas.text(x + 20, y, text, size=_SMALL)
    canvas.line([376, 376], [y - 5, y + 5], INK, 0.8, dashed=True)
    canvas.text(380, y, "100: zoals verwacht", size=_SMALL)


def _beyond(
    canvas: Canvas,
    limits: Sequence[float],
    span: tuple[float, float],
    sides: tuple[float, float],
    y: float,
) -> None:
    """An arrow where an interval goes on beyond the drawing."""
    if limits and limits[0] < span[0]:
        canvas.line([sides[0]], [y], MIDDLE, 0, marker="<", size=5)
    if limits and limits[1] > span[1]:
        canvas.line([sides[1]], [y], MIDDLE, 0, marker=">", size=5)


def _span(values: list[float]) -> tuple[float, float]:
    """An axis around 100 that holds what there is, but not one extreme alone."""
    reach = sorted(abs(value - 100) for value in values) or [20.0]
    wanted = max(20.0, min(reach[-1] * 1.04, 3 * reach[len(reach) * 3 // 4]))
    return max(100 - wanted, 0.0), 100 + wanted


def _ages(data: Mapping[str, Any]) -> bytes:
    """Shares by age group, two sides: bars the practice, outlines the country."""
    labels, sides = data["labels"], data["by_sex"]
    bottom = _AGES_TOP + _AGES_ROW * len(labels)
    canvas = Canvas(bottom + 18)
    shares = [v for side in sides.values() for values in side.values() for v in values]
    highest = 1.06 * max([1.0, *(v for v in shares if v is not None)])
    _ages_legend(canvas)
    for (name, side), sign, colour in zip(sides.items(), (-1, 1), (DARK, MIDDLE), strict=True):
        start = WIDTH / 2 + sign * 36
        scale = sign * (WIDTH / 2 - 36) / highest
        canvas.text(start, 24, name, _align(sign), bold=True)
        for place, (own, country) in enumerate(zip(side["own"], side["country"], strict=True)):
            _age_bar(
                canvas, own, country, (start, bottom - _AGES_ROW * (place + 0.5)), scale, colour
            )
        for tick in ticks(0, highest, 4):
            x = start + tick * scale
            canvas.line([x, x], [bottom, bottom + 3], LIGHT)
            canvas.text(x, bottom + 10, f"{_number(tick)}%", "center", _SMALL)
        canvas.line([start, start + highest * scale], [bottom, bottom], LIGHT)
    for place, label in enumerate(labels):
        canvas.text(WIDTH / 2, bottom - _AGES_ROW * (place + 0.5), label, "center")
    return canvas.svg()


def _age_bar(
    canvas: Canvas,
    own: float | None,
    country: float | None,
    foot: tuple[float, float],
    scale: float,
    colour: str,
) -> None:
    """The bar of the practice and the outline of the country; negative scales go left."""
    start, y = foot
    if own is not None:
        canvas.box(min(start, start + own * scale), y - 5, abs(own * scale), 10, fill=colour)
    if country is not None:
        canvas.box(min(start, start + country * scale), y - 7, abs(country * scale), 14, edge=INK)
    if own is None:
        sign = 1 if scale > 0 else -1
        end = start + (country or 0) * scale + 5 * sign
        canvas.text(end, y, "niet getoond", _align(sign), _SMALL, DARK, italic=True)


def _align(sign: int) -> str:
    return "right" if sign < 0 else "left"


def _ages_legend(canvas: Canvas) -> None:
    y = 8.0
    canvas.box(0, y - 4, 8, 8, fill=DARK)
    canvas.box(10, y - 4, 8, 8, fill=MIDDLE)
    canvas.text(23, y, "uw praktijk", size=_SMALL)
    canvas.box(72, y - 4, 18, 8, edge=INK)
    canvas.text(95, y, "Nederland", size=_SMALL)


def _trend(data: Mapping[str, Any]) -> bytes:
    """A small panel per segment: observed as a line with points, expected dashed."""
    panels, across, width, height, top = data["panels"], 3, 146.0, 120.0, 20.0
    gap = (WIDTH - across * width) / (across - 1)
    canvas = Canvas(top + height * -(-len(panels) // across))
    canvas.line([3, 12, 21], [8, 8, 8], DARK, 1.6, marker="o")
    canvas.text(28, 8, "uw praktijk", size=_SMALL)
    canvas.line([79, 99], [8, 8], INK, 1.1, dashed=True)
    canvas.text(104, 8, "verwacht voor uw praktijk", size=_SMALL)
    for place, panel in enumerate(panels):
        left = (place % across) * (width + gap)
        _panel(canvas, panel, data["years"], (left, top + height * (place // across)), width)
    return canvas.svg()


def _panel(
    canvas: Canvas,
    panel: Mapping[str, Any],
    years: Sequence[int],
    corner: tuple[float, float],
    width: float,
) -> None:
    left, top = corner[0] + 28, corner[1] + 22
    right, bottom = corner[0] + width, corner[1] + 98
    low, high = _reach([v for v in (*panel["observed"], *panel["expected"]) if v is not None])
    xs = [left + 12 + (right - left - 24) * (year - years[0]) / max(years[-1] - years[0], 1)
          for year in years]  # fmt: skip

    def y_of(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    canvas.text(corner[0], corner[1] + 10, panel["label"], bold=True)
    for tick in ticks(low, high, 3):
        canvas.line([left, right], [y_of(tick)] * 2, LIGHT, 0.5)
        canvas.text(left - 4, y_of(tick), _number(tick), "right", _SMALL)
    canvas.line(xs, [y_of(v) for v in panel["expected"]], INK, 1.1, dashed=True)
    for run in _runs(panel["observed"]):
        canvas.line([xs[p] for p in run], [y_of(panel["observed"][p]) for p in run], DARK, 1.6,
                    marker="o")  # fmt: skip
    if None in panel["observed"]:
        canvas.text(right, top - 3, "niet alle jaren getoond", "right", 6.6, DARK, italic=True)
    every = -(-len(years) // 4)
    for place in range((len(years) - 1) % every, len(years), every):
        canvas.text(xs[place], bottom + 9, str(years[place]), "center", _SMALL)


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """An axis that fits the values, but never so tight that a small step looks large."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    middle = (low + high) / 2
    half = max(0.6 * (high - low), 0.2 * abs(middle), _MINUTE)
    return (0.0 if low >= 0 and middle < half else middle - half), middle + half


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """The places of values that follow one another without a gap.

    Example:
        >>> _runs([1.0, None, 2.0, 3.0])
        [[0], [2, 3]]
    """
    runs: list[list[int]] = []
    for place, value in enumerate(values):
        if value is not None and place and values[place - 1] is not None:
            runs[-1].append(place)
        elif value is not None:
            runs.append([place])
    return runs


def _number(tick: float) -> str:
    """A tick's value, with decimals only where it has them."""
    places = 0 if tick == round(tick) else 1
    return dutch(rounded(tick, places), places)
