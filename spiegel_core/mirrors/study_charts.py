"""Charts of the simulation study that stand on no card, in greys that print, told by forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spiegel_core.mirrors.model_charts import new_figure, png_of
from spiegel_core.statistics.study import (
    CHANGES,
    FALSE_SIGNALS,
    NATIONAL,
    OWN,
    StudyRow,
)
from spiegel_core.statistics.study_changes import BOTH, GUARDED, PLAIN

_DARK, _MIDDLE = "#222222", "#777777"
_TITLES = {OWN: "spread from the practice's own persons",
           NATIONAL: "spread from the nation"}  # fmt: skip
_MARKS = ("o", "s", "^", "D", "v", "P")


def false_signals_chart(rows: Sequence[StudyRow], labels: Mapping[str, str]) -> bytes:
    """Practices signalled without an effect, per outcome, with the study's own chance, as PNG."""
    shown = [r for r in rows if r.question == FALSE_SIGNALS and r.at_most is not None]
    limit = max((100 * (r.at_most or 0) for r in shown), default=0.0)
    series = {_TITLES[way]: [r for r in shown if r.way == way] for way in (OWN, NATIONAL)}
    title = "Outside the 99.8% limits with no planted effect"
    return _dots(series, labels, limit, title, "% of practices signalled")


def changes_chart(
    rows: Sequence[StudyRow], labels: Mapping[str, str], persons: str, way: str
) -> bytes:
    """Stable practices said to have changed, guarded and plain, of those furthest off, as PNG.

    Args:
        rows: of the study.
        labels: of outcomes.
        persons: `same persons` or `other persons` in the second year.
        way: whose spread.
    """
    shown = [r for r in rows if (r.question, r.way) == (CHANGES, way)]
    series = {
        f"{test}, {chosen}": [r for r in shown if r.setting == f"{test}, {chosen}, {persons}"]
        for test in ((BOTH if way == NATIONAL else GUARDED), PLAIN)
        for chosen in ("everybody", "furthest tenth")
    }
    limit = max((100 * (r.at_most or 0) for r in shown), default=0.0)
    title = f"Stable practices with p below 0.05, {persons} in both years"
    return _dots(series, labels, limit, title, "% of practices said to have changed")


def _dots(
    series: Mapping[str, Sequence[StudyRow]],
    labels: Mapping[str, str],
    limit: float,
    title: str,
    unit: str,
) -> bytes:
    names = list(dict.fromkeys(row.outcome for rows in series.values() for row in rows))
    figure, axes = new_figure(7.2, 0.42 * len(names) + 2.0)
    shades = (_DARK, _MIDDLE, _DARK, _MIDDLE)
    for place, (label, rows) in enumerate(series.items()):
        height = [names.index(row.outcome) + 0.16 * (place - 1) for row in rows]
        shares = [100 * row.share for row in rows]
        reach = [
            [100 * (row.share - (row.interval.lower or 0.0)) for row in rows],
            [100 * ((row.interval.upper or 0.0) - row.share) for row in rows],
        ]
        # An outcome without a trial has no place on the axis.
        axes.errorbar(shares, height, xerr=[[max(x, 0) for x in side] for side in reach],
                      fmt=_MARKS[place], color=shades[place], markersize=5, elinewidth=0.8,
                      fillstyle="full" if place < 2 else "none", label=label)  # fmt: skip
    axes.axvline(limit, color=_MIDDLE, linestyle="--", linewidth=1, label="asked, at most")
    axes.set_yticks(range(len(names)), [labels.get(n, n) for n in names], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left", fontsize=10)
    figure.legend(frameon=False, loc="outside lower center", fontsize=8, ncols=3)
    return png_of(figure)
