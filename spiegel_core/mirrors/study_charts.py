"""Charts of the simulation study, in greys that print; forms tell lines apart, not colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spiegel_core.mirrors.model_charts import new_figure, png_of
from spiegel_core.statistics.study import (
    CHANGES,
    COVERAGE,
    FALSE_SIGNALS,
    NATIONAL,
    OWN,
    POWER,
    StudyRow,
)
from spiegel_core.statistics.study_changes import BOTH, GUARDED, PLAIN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DARK, _MIDDLE, _LIGHT = "#222222", "#777777", "#bbbbbb"
_TOTAL = "cost_total"
_TITLES = {OWN: "spread from the practice's own persons",
           NATIONAL: "spread from the nation"}  # fmt: skip
_MARKS = ("o", "s", "^", "D", "v", "P")


def coverage_chart(rows: Sequence[StudyRow], way: str, setting: str = "95%") -> bytes:
    """How often the interval holds the truth, by size of practice, as PNG.

    Args:
        rows: of the study.
        way: whose spread.
        setting: of the rows shown.
    """
    figure, axes = new_figure(7.2, 4.4)
    shown = [r for r in rows if (r.question, r.way, r.setting) == (COVERAGE, way, setting)]
    outcomes = list(dict.fromkeys(row.outcome for row in shown))
    for outcome in outcomes:
        own = sorted((r.persons, 100 * r.share) for r in shown if r.outcome == outcome)
        is_total = outcome == _TOTAL
        axes.plot(*zip(*own, strict=True), color=_DARK if is_total else _LIGHT,
                  linewidth=2 if is_total else 1, marker="o" if is_total else ".",
                  zorder=3 if is_total else 2,
                  label="total cost" if is_total else "each segment")  # fmt: skip
    _norm(axes, shown)
    sizes = sorted({row.persons for row in shown})
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(84, 100)
    axes.set_xlabel("persons of the practice")
    axes.set_ylabel("% of practices with the truth in the interval")
    axes.set_title(f"95% interval: {_TITLES[way]}", loc="left", fontsize=10)
    _legend(axes, "lower right")
    return png_of(figure)


def _norm(axes: Axes, shown: Sequence[StudyRow]) -> None:
    asked = sorted({(r.persons, 100 * r.at_least) for r in shown if r.at_least is not None})
    axes.step(*zip(*asked, strict=True), where="post", color=_MIDDLE, linestyle="--",
              linewidth=1, label="asked, at least")  # fmt: skip


def _legend(axes: Axes, place: str, columns: int = 1) -> None:
    """Each name once."""
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    figure = axes.get_figure()
    holder: Any = figure if place.startswith("outside") else axes
    holder.legend(
        list(once.values()), list(once), frameon=False, loc=place, fontsize=8, ncols=columns
    )


def power_chart(rows: Sequence[StudyRow], way: str, outcome: str = _TOTAL) -> bytes:
    """How often a planted effect is found, by its size and that of the practice, as PNG."""
    figure, axes = new_figure(7.2, 4.4)
    shown = [r for r in rows if (r.question, r.way, r.outcome) == (POWER, way, outcome)]
    sizes = sorted({row.persons for row in shown})
    shades = (_LIGHT, "#999999", "#555555", _DARK)
    for place, size in enumerate(sizes):
        own = sorted(
            (int(row.setting.rstrip("%")), 100 * row.share) for row in shown if row.persons == size
        )
        axes.plot(*zip(*own, strict=True), color=shades[place % len(shades)], linewidth=1.4,
                  marker=_MARKS[place % len(_MARKS)], label=f"about {size:,} persons")  # fmt: skip
    axes.set_ylim(0, 103)
    axes.set_xlabel("planted effect, % of cost")
    axes.set_ylabel("% of planted practices signalled")
    axes.set_title(f"Planted effects found at 99.8%, practices that differ by nature: {outcome}",
                   loc="left", fontsize=10)  # fmt: skip
    _legend(axes, "lower right")
    return png_of(figure)


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
    _legend(axes, "outside lower center", 3)
    return png_of(figure)
