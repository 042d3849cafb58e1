"""The simulation study: how published figures behave where the truth was planted.

Each function answers one question with rows that count how often something happened.
Ways: `own_spread` takes the chance of a practice from its own persons, `national_spread` from the
nation; which of them is published is a rule of the report year (conf/rules.yml, amount_interval).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.random import Generator
from scipy import stats

from spiegel_core.contracts.rules import NATIONAL_SPREAD, OWN_SPREAD
from spiegel_core.engine.intervals import Interval, normal_quantile, wilson
from spiegel_core.engine.spread import spread_limits
from spiegel_core.statistics.overdispersion import overdispersion_of_errors
from spiegel_core.statistics.resampled import (
    Figures,
    Floats,
    Persons,
    drawn,
    figures,
    truth,
)

COVERAGE, FALSE_SIGNALS, POWER, CHANGES = "coverage", "false_signals", "power", "changes"
OWN: str = OWN_SPREAD
NATIONAL: str = NATIONAL_SPREAD
WAYS = (OWN, NATIONAL)
SIGNAL_LEVEL = 0.998
_LEVEL_OF_ROWS = 0.95

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StudyRow:
    """One counted answer.

    Args:
        question: COVERAGE, FALSE_SIGNALS, POWER or CHANGES.
        way: OWN or NATIONAL.
        setting: what was planted, or at which level.
        outcome: as in conf/outcomes.yml.
        persons: of each practice; for a group of practices the middle one.
        trials, hits: practices with a figure, and of how many it happened: the interval held the
            truth, or there was a signal, or a change was found.
        without: practices without a figure, in neither.
        at_least, at_most: what the share should be; None where nothing is asked.
    """

    question: str
    way: str
    setting: str
    outcome: str
    persons: int
    trials: int
    hits: int
    without: int
    at_least: float | None = None
    at_most: float | None = None

    @property
    def share(self) -> float:
        """Hits / trials; 0 where there were none."""
        return self.hits / self.trials if self.trials else 0.0

    @property
    def interval(self) -> Interval:
        """95% limits of the share, by the chance of the study itself (Wilson)."""
        return wilson(self.hits, max(self.trials, 1), _LEVEL_OF_ROWS)

    @property
    def holds(self) -> bool | None:
        """Whether the share is what it should be; None where nothing is asked."""
        if self.at_least is None and self.at_most is None:
            return None
        highest = 1.0 if self.at_most is None else self.at_most
        return (self.at_least or 0.0) <= self.share <= highest


def own_limits(found: Figures, level: float) -> tuple[Floats, Floats]:
    """`engine.intervals.ratio_interval` of many practices at once; nan where it has no limits."""
    quantile: Floats = np.asarray(stats.t.ppf(1 - (1 - level) / 2, found.persons - 1))[:, None]
    ratio = np.where(found.ratio > 0, found.ratio, np.nan)
    reach = quantile * found.error / ratio
    reach = np.where(reach > 700, np.nan, reach)
    return ratio * np.exp(-reach), ratio * np.exp(reach)


def coverage_rows(
    persons: Persons,
    spread: Floats,
    effects: Floats,
    size: int,
    practices: int,
    level: float,
    generator: Generator,
    *,
    setting: str = "",
    at_least: float | None = None,
) -> list[StudyRow]:
    """How often the interval of an index holds the truth of practices of one size.

    Args:
        persons: those practices are drawn from.
        spread: national spread per outcome (`resampled.spread_of`).
        effects: of practices on segments, of which each drawn practice gets one row.
        size: persons of each practice.
        practices: how many are drawn.
        level: of the interval; generator: source of chance.
        setting: told in the rows; the level by itself when empty.
        at_least: share that should be covered.
    """
    moments = drawn(persons, size, practices, generator)
    factors = effects[generator.integers(0, len(effects), practices)]
    found, true = figures(moments, factors), truth(persons, factors)
    rows = []
    for way in WAYS:
        lower, upper = (
            own_limits(found, level) if way == OWN
            else spread_limits(found.observed, found.expected, spread, level)
        )  # fmt: skip
        has_limits = ~(np.isnan(lower) | np.isnan(upper))
        covered = has_limits & (lower <= true) & (true <= upper)
        rows += [
            StudyRow(
                COVERAGE, way, setting or f"{100 * level:g}%", outcome, size,
                int(has_limits[:, n].sum()), int(covered[:, n].sum()),
                int((~has_limits[:, n]).sum()), at_least,
            )
            for n, outcome in enumerate(persons.outcomes)
        ]  # fmt: skip
    return rows


def log_error(found: Figures, spread: Floats, way: str) -> Floats:
    """Standard error of the logarithm of the ratio: SE / R, or sqrt(phi / E)."""
    if way == OWN:
        return found.error / np.where(found.ratio > 0, found.ratio, np.nan)
    error: Floats = np.sqrt(spread / np.where(found.expected > 0, found.expected, np.nan))
    return error


def signalled(found: Figures, errors: Floats) -> tuple[Flags, Flags]:
    """Who lies outside the 99.8% limits of the group, with its own spread between practices.

    tau2 is estimated per outcome without a tenth at both ends, with what cutting takes off a
    normal put back (`overdispersion`, is_normal).

    Returns:
        practices x outcomes: outside, and whether there is a figure to judge.
    """
    usable = (found.ratio > 0) & (errors > 0) & np.isfinite(errors)
    outside = np.zeros_like(usable)
    for n in range(usable.shape[1]):
        who = usable[:, n]
        ratio, error = found.ratio[who, n], errors[who, n]
        between = overdispersion_of_errors(
            ratio.tolist(), (ratio * error).tolist(), is_normal=True
        ).between
        reach = normal_quantile(SIGNAL_LEVEL) * np.sqrt(error**2 + between)
        outside[who, n] = np.abs(np.log(ratio)) > reach
    return outside, usable


def false_signal_rows(
    groups: Sequence[Floats],
    natures: Sequence[Floats],
    spread: Floats,
    outcomes: Sequence[str],
    setting: str,
    at_most: float | None,
) -> list[StudyRow]:
    """How often a practice is signalled on which nothing was planted that others have not.

    Args:
        groups: moments of the practices of each group.
        natures: of each group, practices x segments: what they do more or less by nature.
        spread: national spread per outcome.
        outcomes: names.
        setting: told in the rows.
        at_most: share that may be signalled.
    """
    rows = []
    for way in WAYS:
        outside, usable = _signals_of_groups(groups, natures, spread, way)
        rows += [
            StudyRow(
                FALSE_SIGNALS, way, setting, outcome, _middle_size(groups),
                int(usable[:, n].sum()), int(outside[:, n].sum()), int((~usable[:, n]).sum()),
                at_most=at_most,
            )
            for n, outcome in enumerate(outcomes)
        ]  # fmt: skip
    return rows


def _signals_of_groups(
    groups: Sequence[Floats], factors: Sequence[Floats], spread: Floats, way: str
) -> tuple[Flags, Flags]:
    found = [figures(group, own) for group, own in zip(groups, factors, strict=True)]
    pairs = [signalled(one, log_error(one, spread, way)) for one in found]
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


def _middle_size(groups: Sequence[Floats]) -> int:
    return int(np.median(np.concatenate([group[:, 0, 0] for group in groups])))


def power_rows(
    groups: Sequence[Floats],
    natures: Sequence[Floats],
    spread: Floats,
    outcomes: Sequence[str],
    effect: float,
    every: int,
    edges: Sequence[int],
) -> Iterator[StudyRow]:
    """How often a planted effect is found, by size of practice.

    Args:
        groups, natures, spread, outcomes: as in `false_signal_rows`.
        effect: what all segments of a planted practice are multiplied by, on top of its nature.
        every: each so-manieth practice of a group has it.
        edges: sizes (persons) at which a new row begins.
    """
    planted = [np.arange(len(group)) % every == 0 for group in groups]
    factors = [
        own * np.where(has_it, effect, 1.0)[:, None]
        for own, has_it in zip(natures, planted, strict=True)
    ]
    sizes = np.concatenate([group[:, 0, 0] for group in groups])
    band = np.digitize(sizes, edges)
    for way in WAYS:
        outside, usable = _signals_of_groups(groups, factors, spread, way)
        for number in range(len(edges) + 1):
            who = np.concatenate(planted) & (band == number)
            if not who.any():
                continue
            for n, outcome in enumerate(outcomes):
                yield StudyRow(
                    POWER, way, f"{100 * (effect - 1):+.0f}%", outcome,
                    int(np.median(sizes[who])),
                    int((who & usable[:, n]).sum()), int((who & outside[:, n]).sum()),
                    int((who & ~usable[:, n]).sum()),
                )  # fmt: skip
