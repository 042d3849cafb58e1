"""How the figures of this house behave where the truth is known, because it was made up.

The same seed gives the same numbers. What comes out is counted, so that a study can put any
confidence around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from spiegel_core.engine.domain import require, require_level, require_numbers
from spiegel_core.statistics.change import Change, guarded_change, plain_change
from spiegel_core.statistics.drawn import Kind, drawn_practice, generator_of
from spiegel_core.statistics.funnel import funnel_of_error
from spiegel_core.statistics.outliers import is_outside
from spiegel_core.statistics.overdispersion import overdispersion_of_errors
from spiegel_core.statistics.ratios import Ratio


@dataclass(frozen=True)
class Coverage:
    """How often an interval held the truth.

    Args:
        practices: drawn.
        covered: whose interval held their true ratio.
        too_high, too_low: whose whole interval lay above, or below it.
        without: who had no interval.
    """

    practices: int
    covered: int
    too_high: int
    too_low: int
    without: int


def coverage(
    kinds: Sequence[Kind], persons: int, practices: int, level: float, seed: int
) -> Coverage:
    """How often the interval of a cost index holds the truth, for practices of one size.

    Args:
        kinds: of persons.
        persons: per practice.
        practices: how many are drawn.
        level: of the interval; as a share it is what `covered` should be.
        seed: of chance.

    Example:
        >>> from spiegel_core.statistics.drawn import AVERAGE_COUNTRY
        >>> coverage(AVERAGE_COUNTRY, 100, 50, 0.95, seed=1).practices
        50
    """
    generator = generator_of(seed)
    covered = high = low = without = 0
    for _ in range(practices):
        limits = drawn_practice(kinds, persons, 1.0, generator).limits(level)
        if limits.lower is None or limits.upper is None:
            without += 1
            continue
        high += limits.lower > 1
        low += limits.upper < 1
        covered += limits.lower <= 1 <= limits.upper
    return Coverage(practices, covered, high, low, without)


@dataclass(frozen=True)
class Signals:
    """Who lay outside the limits of his group.

    Args:
        planted, found: practices with a planted effect, and how many of them were signalled.
        others, false: practices without, and how many of them were signalled.
        unusable: practices without an error, left out of all.
    """

    planted: int
    found: int
    others: int
    false: int
    unusable: int


def signals(
    kinds: Sequence[Kind],
    sizes: Sequence[int],
    between: float,
    seed: int,
    *,
    planted: Sequence[int] = (),
    effect: float = 1.0,
    level: float = 0.998,
    share: float = 0.1,
    is_normal: bool = True,
) -> Signals:
    """Who is signalled by the additive overdispersed funnel of a group that differs by itself.

    Args:
        kinds: of persons.
        sizes: persons of each practice of the group.
        between: true variance of the logarithm of the ratios of practices (>= 0).
        seed: of chance.
        planted: places of practices with an effect on top of that.
        effect: theirs (1 = none).
        level: of the funnel.
        share, is_normal: how tau2 is estimated (`overdispersion`).

    Example:
        >>> from spiegel_core.statistics.drawn import AVERAGE_COUNTRY
        >>> found = signals(AVERAGE_COUNTRY, [200] * 20, 0.0, seed=1, planted=[0], effect=3.0)
        >>> found.planted, found.found
        (1, 1)
    """
    require_numbers([between], "the variance between drawn practices", 0)
    require_level(level)
    require(all(0 <= p < len(sizes) for p in planted), "a planted place", "one of the practices")
    generator = generator_of(seed)
    own = set(planted)
    drawn = [
        (place in own, drawn_practice(kinds, size, _of_nature(between, generator)
                                      * (effect if place in own else 1.0), generator))
        for place, size in enumerate(sizes)
    ]  # fmt: skip
    usable = [
        (is_planted, *_logarithmic(one)) for is_planted, one in drawn if one.error and one.ratio
    ]
    spread = overdispersion_of_errors(
        [ratio for _, ratio, _ in usable], [ratio * error for _, ratio, error in usable],
        share=share, is_normal=is_normal,
    )  # fmt: skip
    outside = [
        (is_planted, is_outside(ratio, funnel_of_error(error, spread.between, level)))
        for is_planted, ratio, error in usable
    ]
    return Signals(
        sum(p for p, _ in outside), sum(p and o for p, o in outside),
        sum(not p for p, _ in outside), sum(o and not p for p, o in outside),
        len(drawn) - len(usable),
    )  # fmt: skip


def _of_nature(between: float, generator: Generator) -> float:
    """The true ratio of a practice."""
    return math.exp(math.sqrt(between) * float(generator.standard_normal()))


def _logarithmic(one: Ratio) -> tuple[float, float]:
    """A ratio and the standard error of its logarithm."""
    assert one.ratio is not None and one.error is not None
    return one.ratio, one.error / one.ratio


@dataclass(frozen=True)
class Changes:
    """Stable practices with a test of their change that said otherwise.

    Args:
        chosen: practices looked at, by their first year.
        guarded, plain: how many of them had a p-value below the limit, with the guard against
            regression to the mean and without.
    """

    chosen: int
    guarded: int
    plain: int


def changes_of_stable_practices(
    kinds: Sequence[Kind],
    sizes: Sequence[int],
    between: float,
    seed: int,
    *,
    is_chosen: Callable[[float], bool],
    limit: float = 0.05,
) -> Changes:
    """How often nothing is taken for a change.

    Every practice keeps its true ratio. Some are chosen by their first year, as those are who lie
    far from 100; of these the share with p below the limit should be the limit.

    Args:
        kinds, sizes, between, seed: as in `signals`; tau2 is taken to be known.
        is_chosen: whether a practice is looked at, by its ratio of the first year.
        limit: of p (0-1).

    Example:
        >>> from spiegel_core.statistics.drawn import AVERAGE_COUNTRY
        >>> everybody = changes_of_stable_practices(
        ...     AVERAGE_COUNTRY, [300] * 10, 0.02, seed=1, is_chosen=lambda ratio: True)
        >>> everybody.chosen
        10
    """
    chosen = [
        pair for pair in _two_years(kinds, sizes, between, seed) if is_chosen(pair[0].foreseen)
    ]
    return Changes(
        len(chosen), sum(g.p < limit for _, g in chosen), sum(p.p < limit for p, _ in chosen)
    )


def _two_years(
    kinds: Sequence[Kind], sizes: Sequence[int], between: float, seed: int
) -> Iterator[tuple[Change, Change]]:
    """The plain and the guarded change of each stable practice."""
    require_numbers([between], "the variance between drawn practices", 0)
    generator = generator_of(seed)
    for size in sizes:
        truth = _of_nature(between, generator)
        years = [drawn_practice(kinds, size, truth, generator) for _ in range(2)]
        if all(year.error and year.ratio for year in years):
            first, second = (_logarithmic(year) for year in years)
            yield plain_change(*first, *second), guarded_change(*first, *second, between)
