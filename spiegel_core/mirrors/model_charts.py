"""Charts an auditor looks at first: weights beside last year's, practices, calibration by age."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DARK, _MIDDLE, _LIGHT = "#1b3a4b", "#5d8aa8", "#c9d6df"


@dataclass(frozen=True)
class WeightPoint:
    """The weight of a class this year and, where there is one, last year (euros per person)."""

    label: str
    this_year: float
    last_year: float | None


@dataclass(frozen=True)
class PracticePoint:
    """Observed and expected of a practice (euros per person) and its persons."""

    observed: float
    expected: float
    persons: int


@dataclass(frozen=True)
class AgePoint:
    """Observed and expected of an age class and sex (euros per person)."""

    label: str
    observed: float
    expected: float


def weights_chart(points: Sequence[WeightPoint], year: int) -> bytes:
    """Weights of the total cost, this year's and last year's, as PNG."""
    figure, axes = new_figure(8.0, 0.19 * len(points) + 1.4)
    places = range(len(points))
    axes.axvline(0, color=_LIGHT, linewidth=1)
    earlier = [(p.last_year, n) for n, p in zip(places, points, strict=True)
               if p.last_year is not None]  # fmt: skip
    if earlier:
        axes.scatter(
            [x for x, _ in earlier], [y for _, y in earlier], marker="o", facecolors="none",
            edgecolors=_MIDDLE, s=26, label=str(year - 1),
        )  # fmt: skip
    axes.scatter([p.this_year for p in points], list(places), marker="D", color=_DARK, s=16,
                 label=str(year))  # fmt: skip
    axes.set_yticks(list(places), [p.label for p in points], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("euro per person, total cost, against the reference class")
    axes.set_title(f"Weights {year}" + (f" and {year - 1}" if earlier else ""), loc="left")
    axes.legend(frameon=False, loc="lower right")
    return png_of(figure)


def practices_chart(points: Sequence[PracticePoint], year: int) -> bytes:
    """Observed against expected total cost of practices, as PNG."""
    figure, axes = new_figure(6.0, 5.4)
    values = [v for p in points for v in (p.observed, p.expected)] or [0.0, 1.0]
    low, high = 0.95 * min(values), 1.05 * max(values)
    axes.plot([low, high], [low, high], color=_LIGHT, linewidth=1.2)
    axes.scatter([p.expected for p in points], [p.observed for p in points],
                 s=[max(p.persons / 40, 8) for p in points], color=_DARK, alpha=0.6)  # fmt: skip
    axes.set_xlabel("expected, euro per person")
    axes.set_ylabel("observed, euro per person")
    axes.set_title(f"Practices {year}: total cost (area: persons)", loc="left")
    return png_of(figure)


def calibration_chart(points: Sequence[AgePoint], year: int) -> bytes:
    """Observed and expected total cost by age and sex, as PNG."""
    figure, axes = new_figure(8.0, 4.6)
    places = list(range(len(points)))
    axes.plot(places, [p.expected for p in points], color=_MIDDLE, linewidth=1.6,
              label="expected")  # fmt: skip
    axes.scatter(places, [p.observed for p in points], color=_DARK, s=14, label="observed")
    axes.set_xticks(places, [p.label for p in points], rotation=90, fontsize=6)
    axes.set_ylabel("euro per person, total cost")
    axes.set_title(f"Calibration by age and sex {year}", loc="left")
    axes.legend(frameon=False)
    return png_of(figure)


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure with one plot, in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def png_of(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes every time."""
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=110, metadata={"Software": None})
    return sink.getvalue()
