"""Figures of the simulation study: a panel per way, in lines and marks that also tell in grey."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from spiegel_core.mirrors.canvas import DARK, INK, LIGHT, MIDDLE, WIDTH, Canvas
from spiegel_core.mirrors.numbers import MINUS, dutch
from spiegel_core.mirrors.page_model import Chart
from spiegel_core.mirrors.study_table import TOTAL, percent
from spiegel_core.statistics.study import WAYS, StudyRow

STUDY = "study"
_SMALL = 7.6
_TOP, _BOTTOM, _HEIGHT = 42.0, 182.0, 210.0
_MARGIN, _PANEL, _INSET = 32.0, 206.0, 10.0
_LEGEND_LINE, _LETTER = 18.0, 3.8
# Colour, width, dashed, marker.
_STYLES: Mapping[str, tuple[str, float, bool, str | None]] = {
    "total": (DARK, 1.8, False, "o"), "segment": (MIDDLE, 0.7, False, None),
    "norm": (INK, 1.0, True, None), "size_0": (LIGHT, 1.3, False, "o"),
    "size_1": (MIDDLE, 1.3, False, "s"), "size_2": (DARK, 1.3, False, "^"),
    "size_3": (INK, 1.3, False, "D"),
}  # fmt: skip
_SIZES = 4
Points = list[tuple[float, float]]


def coverage_chart(rows: Sequence[StudyRow], words: Mapping[str, str]) -> Chart:
    """How often the interval holds the truth, by persons of the practice, with what is asked.

    Args:
        rows: answers on coverage that have a norm; those of other mixes of persons are left out.
        words: what each way is called.
    """
    plain = [row for row in rows if "," not in row.setting]
    asked = sorted({(float(row.persons), 100 * (row.at_least or 0.0)) for row in plain})
    lowest = min((100 * row.share for row in plain), default=90.0)
    panels = [
        {"title": words[way].capitalize(), "lines": [*_outcomes(plain, way),
                                                     {"style": "norm", "points": _steps(asked)}]}
        for way in WAYS
    ]  # fmt: skip
    told = "; ".join(f"{words[way]}: {_ends(plain, way)}" for way in WAYS)
    return Chart(
        STUDY, "Dekking naar aantal patiënten",
        "Deel van de praktijken waarvan het 95%-interval de waarheid bevat, per aantal patiënten: "
        "een lijn voor de totale kosten en een per segment, naast de norm. De totale kosten met "
        f"{told}.",
        {"name": "study_coverage", "panels": panels, "low": 5 * math.floor(lowest / 5), "step": 5,
         "is_log": True, "ticks": [(size, dutch(int(size))) for size, _ in asked],
         "axis": "patiënten per praktijk",
         "legend": [("totale kosten", "total"), ("elk segment", "segment"),
                    ("gevraagd, ten minste", "norm")]},
    )  # fmt: skip


def _outcomes(rows: Iterable[StudyRow], way: str) -> list[dict[str, Any]]:
    """A line per outcome, the total last and so on top."""
    lines: dict[str, Points] = {}
    for row in rows:
        if row.way == way:
            lines.setdefault(row.outcome, []).append((row.persons, 100 * row.share))
    return [
        {"style": "total" if name == TOTAL else "segment", "points": sorted(lines[name])}
        for name in sorted(lines, key=lambda name: name == TOTAL)
    ]


def _steps(asked: Points) -> Points:
    """What is asked of a size holds up to the next."""
    corners = [[(x, y), (after, y)] for (x, y), (after, _) in pairwise(asked)]
    return [*(corner for pair in corners for corner in pair), *asked[-1:]]


def _ends(rows: Iterable[StudyRow], way: str) -> str:
    own = sorted((r.persons, r.share) for r in rows if (r.way, r.outcome) == (way, TOTAL))
    ends = dict([*own[:1], *own[-1:]])
    told = [f"{percent(share)} bij {dutch(size)} patiënten" for size, share in ends.items()]
    return " en ".join(told) or "geen"


def power_chart(rows: Sequence[StudyRow], words: Mapping[str, str], outcome: str = TOTAL) -> Chart:
    """How often a planted effect is found, by its size and that of the practice.

    Args:
        rows: answers on power.
        words: what each way is called.
        outcome: whose.
    """
    own = [row for row in rows if row.outcome == outcome]
    sizes = sorted({row.persons for row in own})[:_SIZES]
    effects = sorted({_effect(row) for row in own})
    panels = [
        {"title": words[way].capitalize(),
         "lines": [{"style": f"size_{place}", "points": _found(own, way, size)}
                   for place, size in enumerate(sizes)]}
        for way in WAYS
    ]  # fmt: skip
    named = [f"ongeveer {dutch(size)} patiënten" for size in sizes]
    return Chart(
        STUDY, "Ingebracht verschil gevonden, naar omvang van de praktijk",
        "Deel van de praktijken met een ingebracht verschil dat een signaal krijgt, per verschil "
        f"in de kosten, met een lijn per omvang: {', '.join(named)}. De tabel eronder geeft de "
        "getallen.",
        {"name": f"study_power_{outcome}", "panels": panels, "low": 0, "step": 20,
         "is_log": False, "axis": "ingebracht verschil in de kosten",
         "ticks": [(effect, f"{effect:+d}%".replace("-", MINUS)) for effect in effects],
         "legend": [(name, f"size_{place}") for place, name in enumerate(named)]},
    )  # fmt: skip


def _effect(row: StudyRow) -> int:
    return int(row.setting.rstrip("%"))


def _found(rows: Iterable[StudyRow], way: str, size: int) -> Points:
    return sorted(
        (_effect(row), 100 * row.share) for row in rows if (row.way, row.persons) == (way, size)
    )


def study_figure(data: Mapping[str, Any]) -> bytes:
    """The panels of such a chart beside one another, shares in percent upward, as SVG."""
    canvas = Canvas(_HEIGHT)
    _legend(canvas, data["legend"])
    for place, panel in enumerate(data["panels"]):
        left = _MARGIN + place * (WIDTH - _PANEL - _MARGIN)
        _frame(canvas, left, panel["title"], data)
        for line in panel["lines"]:
            colour, width, dashed, marker = _STYLES[line["style"]]
            xs = [left + _x(x, data) for x, _ in line["points"]]
            ys = [_y(y, data["low"]) for _, y in line["points"]]
            canvas.line(xs, ys, colour, width, dashed, marker)
    return canvas.svg()


def _frame(canvas: Canvas, left: float, title: str, data: Mapping[str, Any]) -> None:
    canvas.text(left, _TOP - 14, title, bold=True)
    for tick in range(data["low"], 101, data["step"]):
        y = _y(tick, data["low"])
        canvas.line([left, left + _PANEL], [y, y], LIGHT, 0.4)
        canvas.text(left - 4, y, f"{tick}%", "right", _SMALL)
    for value, label in data["ticks"]:
        canvas.text(left + _x(value, data), _BOTTOM + 9, label, "center", _SMALL)
    canvas.text(left + _PANEL / 2, _BOTTOM + 21, data["axis"], "center", _SMALL)


def _x(value: float, data: Mapping[str, Any]) -> float:
    """Where a value stands from the left of its panel."""
    ends = data["ticks"][0][0], data["ticks"][-1][0]
    at, low, high = (math.log(v) if data["is_log"] else float(v) for v in (value, *ends))
    return _INSET + (_PANEL - 2 * _INSET) * (at - low) / ((high - low) or 1.0)


def _y(share: float, low: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (share - low) / (100 - low)


def _legend(canvas: Canvas, names: Iterable[tuple[str, str]]) -> None:
    x = 0.0
    for name, style in names:
        colour, width, dashed, marker = _STYLES[style]
        middle = x + _LEGEND_LINE / 2
        canvas.line([x, middle, x + _LEGEND_LINE], [8, 8, 8], colour, width, dashed, marker)
        canvas.text(x + _LEGEND_LINE + 5, 8, name, size=_SMALL)
        x += _LEGEND_LINE + 16 + _LETTER * len(name)
