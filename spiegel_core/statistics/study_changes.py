"""The simulation study, on change: how often a stable practice is said to have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from spiegel_core.statistics.change import (
    guarded_change,
    least_sure,
    parcel_change,
    plain_change,
)
from spiegel_core.statistics.overdispersion import overdispersion_of_errors
from spiegel_core.statistics.resampled import Figures, Floats, figures
from spiegel_core.statistics.study import CHANGES, NATIONAL, OWN, WAYS, Flags, StudyRow, log_error

GUARDED, PLAIN, BOTH = "guarded", "plain", "guarded by both spreads"
EVERYBODY, FAR = "everybody", "furthest tenth"
# Of each way the test that is asked to say "changed" of few stable practices only.
_ASKED = {OWN: GUARDED, NATIONAL: BOTH}
Key = tuple[str, str, str, int]


def change_rows(
    first: Sequence[Floats],
    second: Sequence[Floats],
    natures: Sequence[Floats],
    spread: tuple[Floats, Floats],
    outcomes: Sequence[str],
    setting: str,
    limit: float,
) -> list[StudyRow]:
    """How often the change of a stable practice has a p-value below the limit.

    Regression to the mean is guarded: the second year is held against what a stable practice with
    that first year would have, by the spread between practices, which is estimated from the first
    year; with the own spread by `change.guarded_change`, with the national one by
    `change.parcel_change`. Rows with the furthest tenth of practices in the first year
    show what the guard is for: without it, those are said to have changed far too often. Beside
    the national spread the own one must tell the change too (`change.least_sure`): either alone
    is too small for some outcomes.

    Args:
        first, second: moments of the practices of each group in two years.
        natures: what each practice does more or less in both years, practices x segments.
        spread: national spread per outcome in both years.
        outcomes: names.
        setting: whose persons the second year has; told in the rows.
        limit: of p (0-1); the share should be at most this.
    """
    counted: dict[Key, list[int]] = {}
    for group, later, own in zip(first, second, natures, strict=True):
        years = (figures(group, own), figures(later, own))
        errors = {
            way: tuple(log_error(y, s, way) for y, s in zip(years, spread, strict=True))
            for way in WAYS
        }
        for n in range(len(outcomes)):
            for key, values in _group(years, errors, n, limit).items():
                total = counted.setdefault((*key, n), [0, 0, 0])
                for place, value in enumerate(values):
                    total[place] += value
    size = int(np.median(np.concatenate([group[:, 0, 0] for group in first])))
    return [
        StudyRow(
            CHANGES, way, f"{test}, {chosen}, {setting}", outcomes[n], size, trials, hits, without,
            at_most=limit if _ASKED[way] == test else None,
        )
        for (way, test, chosen, n), (trials, hits, without) in counted.items()
    ]  # fmt: skip


def _group(
    years: tuple[Figures, Figures], errors: Mapping[str, tuple[Floats, ...]], n: int, limit: float
) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    """Of one group and outcome: per way, test and choice the practices, those found, the rest."""
    usable = np.logical_and.reduce([
        (year.ratio[:, n] > 0) & (error[:, n] > 0) & np.isfinite(error[:, n])
        for of_way in errors.values() for year, error in zip(years, of_way, strict=True)
    ])  # fmt: skip
    first, second = (year.ratio[usable, n] for year in years)
    found: dict[tuple[str, str], Flags] = {}
    guarded = {}
    is_far: dict[str, Flags] = {}
    for way, of_way in errors.items():
        own, later = (error[usable, n] for error in of_way)
        tau2 = overdispersion_of_errors(
            first.tolist(), (first * own).tolist(), is_normal=True
        ).between
        rows = list(zip(first, own, second, later, strict=True))
        judge = guarded_change if way == OWN else parcel_change
        guarded[way] = [judge(*row, tau2) for row in rows]
        found[way, GUARDED] = np.array([change.p < limit for change in guarded[way]])
        found[way, PLAIN] = np.array([plain_change(*row).p < limit for row in rows])
        distance = np.abs(np.log(first)) / np.sqrt(own**2 + tau2)
        is_far[way] = distance >= np.quantile(distance, 0.9)
    pairs = zip(guarded[OWN], guarded[NATIONAL], strict=True)
    found[NATIONAL, BOTH] = np.array([least_sure(*pair).p < limit for pair in pairs])
    rest = int((~usable).sum())
    return {
        (way, test, choice): (int(who.sum()), int((flags & who).sum()), rest)
        for (way, test), flags in found.items()
        for choice, who in ((EVERYBODY, np.ones_like(flags)), (FAR, is_far[way]))
    }
