"""What an insured year of each class costs, year beside year.

A weight says what a class adds to the reference class, which is another one in other years (the
largest). Weights of two years can therefore not be set side by side; the intercept and the weight
together can: that is what an insured year in the class is expected to cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spiegel_core.engine.design import NO_PERSONS
from spiegel_core.engine.model import MONEY_DIGITS, SCALE_DIGITS
from spiegel_core.open_data.expected import YearResult

# From the engine's 10^-9 to the six decimals money is rounded to.
_TO_MONEY = 10 ** (SCALE_DIGITS - MONEY_DIGITS)


@dataclass(frozen=True)
class ClassCost:
    """What an insured year in a class is expected to cost.

    Args:
        year, segment, name: calendar year, segment and class of age and sex.
        exposure: hundredths of an insured year in the reference.
        cost: in 10^-6 of a eurocent.
        change: cost less that of the calendar year before; None where that year, or the segment
            or class in it, is not there.
    """

    year: int
    segment: str
    name: str
    exposure: int
    cost: int
    change: int | None


def class_costs(result: YearResult, segment: str) -> dict[str, int]:
    """Intercept and weight together, per class with insured years (10^-6 eurocents).

    Args:
        result: observed and expected of the year.
        segment: a segment of that year.

    Example:
        >>> import numpy as np
        >>> from spiegel_core.open_data.cells import YearCells
        >>> from spiegel_core.open_data.expected import expect
        >>> cells = YearCells(
        ...     2021, ("M 85-89", "M 90+", "V 90+"), ("A",), ("total",), np.array([0, 0]),
        ...     np.array([0, 1]), np.array([300, 100]), np.array([[600], [500]]), 0, (0,),
        ... )
        >>> class_costs(expect(cells), "total")
        {'M 85-89': 200000000, 'M 90+': 500000000}
    """
    model = result.model
    place = result.cells.segments.index(segment)
    intercept, *added = (int(weight) // _TO_MONEY for weight in model.weights[:, place])
    return {
        name: intercept + weight
        for (_, name), weight, note in zip(
            model.design.columns[1:], added, model.notes[1:], strict=True
        )
        if note != NO_PERSONS
    }


def trend(results: Sequence[YearResult], segments: Sequence[str]) -> Iterator[ClassCost]:
    """The cost of every class, per segment and class, years in order.

    Args:
        results: observed and expected, a year each.
        segments: the segments wanted, in order.
    """
    years = sorted(results, key=lambda one: one.cells.year)
    for segment in segments:
        costs = {
            one.cells.year: class_costs(one, segment)
            for one in years if segment in one.cells.segments
        }  # fmt: skip
        for number, name in enumerate(years[0].cells.classes, 1):
            for one in years:
                year = one.cells.year
                cost = costs.get(year, {}).get(name)
                if cost is None:
                    continue
                before = costs.get(year - 1, {}).get(name)
                yield ClassCost(
                    year, segment, name, one.model.persons[number], cost,
                    None if before is None else cost - before,
                )  # fmt: skip
