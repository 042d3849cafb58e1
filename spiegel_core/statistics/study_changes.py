"""The simulation study, on change: how often a stable practice is said to have changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spiegel_core.statistics.change import guarded_change, plain_change
from spiegel_core.statistics.overdispersion import overdispersion_of_errors
from spiegel_core.statistics.resampled import Figures, Floats, figures
from spiegel_core.statistics.study import CHANGES, Flags, StudyRow, log_error

GUARDED, PLAIN = "guarded", "plain"
EVERYBODY, FAR = "everybody", "furthest tenth"


def change_rows(
    first: Sequence[Floats],
    second: Sequence[Floats],
    natures: Sequence[Floats],
    spread: tuple[Floats, Floats],
    outcomes: Sequence[str],
    way: str,
    setting: str,
    limit: float,
) -> list[StudyRow]:
    """How often the change of a stable practice has a p-value below the limit.

    Regression to the mean is guarded by `change.guarded_change`: the second year is held against
    what a stable practice with that first year would have, by the spread between practices, which
    is estimated from the first year. Rows with the furthest tenth of practices in the first year
    show what the guard is for: without it, those are said to have changed far too often.

    Args:
        first, second: moments of the practices of each group in two years.
        natures: what each practice does more or less in both years, practices x segments.
        spread: national spread per outcome in both years.
        outcomes: names.
        way: where the chance of a practice is taken from.
        setting: whose persons the second year has; told in the rows.
        limit: of p (0-1); the share should be at most this.
    """
    counted: dict[tuple[str, str, int], list[int]] = {}
    for group, later, own in zip(first, second, natures, strict=True):
        years = (figures(group, own), figures(later, own))
        errors = tuple(log_error(y, s, way) for y, s in zip(years, spread, strict=True))
        for n in range(len(outcomes)):
            for key, values in _group(years, errors, n, limit).items():
                total = counted.setdefault((*key, n), [0, 0, 0])
                for place, value in enumerate(values):
                    total[place] += value
    size = int(np.median(np.concatenate([group[:, 0, 0] for group in first])))
    return [
        StudyRow(
            CHANGES, way, f"{test}, {chosen}, {setting}", outcomes[n], size, trials, hits, without,
            at_most=limit if test == GUARDED else None,
        )
        for (test, chosen, n), (trials, hits, without) in counted.items()
    ]  # fmt: skip


def _group(
    years: tuple[Figures, Figures], errors: tuple[Floats, ...], n: int, limit: float
) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Of one group and outcome: per test and choice the practices, those found, and the rest."""
    usable = np.logical_and.reduce([
        (year.ratio[:, n] > 0) & (error[:, n] > 0) & np.isfinite(error[:, n])
        for year, error in zip(years, errors, strict=True)
    ])  # fmt: skip
    (first, second), (own, later) = (
        [array[usable, n] for array in arrays]
        for arrays in ([year.ratio for year in years], errors)
    )
    between = overdispersion_of_errors(first.tolist(), (first * own).tolist(), is_normal=True)
    quadruples = list(zip(first, own, second, later, strict=True))
    guarded = np.array([guarded_change(*q, between.between).p < limit for q in quadruples])
    plain = np.array([plain_change(*q).p < limit for q in quadruples])
    distance = np.abs(np.log(first)) / np.sqrt(own**2 + between.between)
    is_far: Flags = distance >= np.quantile(distance, 0.9)
    everybody = np.ones_like(is_far)
    rest = int((~usable).sum())
    return {
        (test, choice): (int(who.sum()), int((found & who).sum()), rest)
        for test, found in ((GUARDED, guarded), (PLAIN, plain))
        for choice, who in ((EVERYBODY, everybody), (FAR, is_far))
    }
