"""A waterfall: from one total over steps to another, in greys that print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.mirrors.canvas import WIDTH, Canvas, ticks
from spiegel_core.mirrors.numbers import dutch, rounded

_INK, _TOTAL, _UP, _DOWN, _LINE = "#1a1a1a", "#4d4d4d", "#8c8c8c", "#ffffff", "#bfbfbf"
_ROW, _TOP, _LEFT, _RIGHT, _SMALL = 21.0, 62.0, 186.0, 410.0, 7.6
_MINUTE = 1e-9
_DOTS = 3


@dataclass(frozen=True)
class Bar:
    """A row of a waterfall.

    Args:
        label: what it is.
        value: a total, or what a step adds.
        text: the value as it is printed.
        is_total: a bar from the axis on, else one from where the last one ended.
    """

    label: str
    value: Fraction
    text: str
    is_total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """The rows of a waterfall in order, with what it is about."""

    title: str
    under: str
    unit: str
    bars: Sequence[Bar]


def waterfall_png(chart: Waterfall) -> bytes:
    """The waterfall as PNG: totals dark, a rise grey, a fall white with an edge."""
    bottom = _TOP + _ROW * len(chart.bars)
    canvas = Canvas(bottom + 34, _DOTS)
    canvas.box(0, 0, WIDTH, bottom + 34, fill="#ffffff")
    canvas.text(4, 12, chart.title, size=12, colour=_INK, bold=True)
    canvas.text(4, 28, chart.under, size=8.6, colour=_INK)
    _legend(canvas)
    low, high = _reach(chart.bars)

    def x_of(value: Fraction) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (float(value) - low) / (high - low)

    for tick in ticks(low, high, 4):
        x = x_of(Fraction(tick))
        canvas.box(x, _TOP, 0.5, bottom + 3 - _TOP, fill=_LINE)
        canvas.text(x, bottom + 10, _number(tick), "center", _SMALL, _INK)
    canvas.text((_LEFT + _RIGHT) / 2, bottom + 24, chart.unit, "center", _SMALL, _INK)
    level = Fraction(0)
    for place, bar in enumerate(chart.bars):
        y = _TOP + _ROW * (place + 0.5)
        start = Fraction(low) if bar.is_total else level
        level = bar.value if bar.is_total else level + bar.value
        canvas.text(4, y, bar.label, colour=_INK, bold=bar.is_total)
        _bar(canvas, x_of(start), x_of(level), y, bar)
        canvas.text(WIDTH - 4, y, bar.text, "right", colour=_INK, bold=bar.is_total)
        if place + 1 < len(chart.bars) and not (bar.is_total and chart.bars[place + 1].is_total):
            canvas.line([x_of(level)] * 2, [y + 6, y + _ROW - 6], _INK, 0.6)
    return canvas.png()


def _bar(canvas: Canvas, start: float, end: float, y: float, bar: Bar) -> None:
    fill = _TOTAL if bar.is_total else _UP if bar.value > 0 else _DOWN
    # A step too small to see is still a line.
    canvas.box(min(start, end), y - 6, max(abs(end - start), 0.8), 12, fill=fill, edge=_INK)


def _legend(canvas: Canvas) -> None:
    for x, fill, text in ((4, _TOTAL, "totaal"), (60, _UP, "erbij"), (112, _DOWN, "eraf")):
        canvas.box(x, 41, 10, 8, fill=fill, edge=_INK)
        canvas.text(x + 15, 45, text, size=_SMALL, colour=_INK)
    canvas.text(WIDTH - 4, 45, "de as begint niet altijd bij nul", "right", _SMALL, _INK)


def _reach(bars: Sequence[Bar]) -> tuple[float, float]:
    """An axis that holds every level the waterfall passes, so that small steps can be seen."""
    levels = []
    level = Fraction(0)
    for bar in bars:
        level = bar.value if bar.is_total else level + bar.value
        levels.append(float(level))
    span = max(max(levels) - min(levels), 0.02 * abs(levels[0]), _MINUTE)
    low = min(levels) - 0.25 * span
    return (0.0 if 0 < min(levels) < span else low), max(levels) + 0.1 * span


def _number(tick: float) -> str:
    """A tick's value, with decimals only where it has them."""
    places = next((n for n in range(6) if abs(round(tick, n) - tick) < _MINUTE), 6)
    return dutch(rounded(tick, places), places)
