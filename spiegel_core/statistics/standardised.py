"""Indirect standardisation: what a population would have had with the rates of a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.domain import (
    require,
    require_numbers,
    require_positive,
    require_same_length,
)
from spiegel_core.engine.intervals import Interval
from spiegel_core.statistics.sums import Number, exact_sum

Strata = Sequence[Number | None]


def expected_of_strata(
    population: Strata, ref_observed: Strata, ref_population: Strata
) -> Fraction:
    """E = sum over strata of persons x reference rate.

    Args:
        population: persons per stratum of the provider; None counts as 0.
        ref_observed, ref_population: persons or events, and persons, of the reference.

    Returns:
        What is expected, exact, in the unit of `ref_observed`.

    Raises:
        WrongUse: a number is negative, or persons are in a stratum the reference has none in:
            nothing is known of what to expect there.

    Source:
        PHEindicatormethods calculate_ISRatio; background, statistics B1 formula 1.

    Example:
        >>> expected_of_strata([100, None], [3, 4], [50, 50])
        Fraction(6, 1)
    """
    require_same_length("the strata of a standardisation", population, ref_observed, ref_population)
    total = Fraction(0)
    for persons, had, of in zip(population, ref_observed, ref_population, strict=True):
        require_numbers([persons or 0, had or 0, of or 0], "the strata of a standardisation", 0)
        if not persons:
            continue
        require(bool(of), "a stratum without reference persons", "reference persons for everybody")
        total += Fraction(persons) * Fraction(had or 0) / Fraction(of or 1)
    return total


def observed_of_strata(observed: Strata) -> Fraction:
    """O = sum over strata; None counts as 0, and so do no persons: what was observed counts.

    Example:
        >>> observed_of_strata([3, None, 4])
        Fraction(7, 1)
    """
    require_numbers((value or 0 for value in observed), "what was observed in strata", 0)
    return exact_sum(Fraction(value or 0) for value in observed)


def reference_rate(ref_observed: Strata, ref_population: Strata) -> Fraction:
    """The crude rate of the reference, per person.

    An indirectly standardised rate is observed / expected times this.

    Example:
        >>> float(reference_rate([3, 4], [50, 50]))
        0.07
    """
    persons = observed_of_strata(ref_population)
    require(persons > 0, "a reference population", "at least one person")
    return observed_of_strata(ref_observed) / persons


def scaled(limits: Interval, factor: float) -> Interval:
    """Limits in another unit: those of a count / expected, times 100 for an index.

    Example:
        >>> scaled(Interval(None, 3.0), 100 / 4)
        Interval(lower=None, upper=75.0)
    """
    require_positive([factor], "the factor of a scale")
    lower, upper = (None if x is None else x * factor for x in (limits.lower, limits.upper))
    return Interval(lower, upper)


@dataclass(frozen=True)
class GroupRatio:
    """Observed and expected of a group of rows.

    Args:
        group: its name or number.
        observed, expected: sums, exact.
    """

    group: str | int
    observed: Fraction
    expected: Fraction

    @property
    def ratio(self) -> float | None:
        """observed / expected; None where nothing is expected."""
        return float(self.observed / self.expected) if self.expected > 0 else None


def ratios_by_group(
    groups: Sequence[str | int], observed: Sequence[Number], expected: Sequence[Number]
) -> tuple[GroupRatio, ...]:
    """Observed over expected per group, by name of the group, whatever the order of the rows.

    Source:
        FunnelPlotR aggregate_func.

    Example:
        >>> [found.ratio for found in ratios_by_group(["b", "a", "b"], [1, 3, 1], [2, 1, 2])]
        [3.0, 0.5]
    """
    require_same_length("rows of groups", groups, observed, expected)
    require_numbers([*observed, *expected], "observed and expected of the rows")
    alike = len({isinstance(group, str) for group in groups}) == 1
    require(alike, "the groups of rows", "all names, or all numbers")
    sums: dict[str | int, tuple[Fraction, Fraction]] = {}
    for group, y, e in zip(groups, observed, expected, strict=True):
        before = sums.get(group, (Fraction(0), Fraction(0)))
        sums[group] = (before[0] + Fraction(y), before[1] + Fraction(e))
    order = sorted(sums, key=lambda group: (0, group) if isinstance(group, str) else (group, ""))
    return tuple(GroupRatio(group, *sums[group]) for group in order)
