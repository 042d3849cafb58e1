"""Variance between practices beyond chance, found the plain way, beside what was planted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Floats, Ints

_FEWEST = 300


@dataclass(frozen=True)
class Spread:
    """Of one outcome: the planted sd, the one found, and how well practices can be told apart.

    Args:
        planted: sd of the factors that were planted, weighted as the found one.
        found: sd of observed over expected beyond chance; negative when there is less than chance.
        error: standard error of one practice.
        practices: how many there are, as their weights count them.
        slope: of found on planted; 1 when each practice is found where it was planted.
    """

    planted: float
    found: float
    error: float
    practices: float
    slope: float

    @property
    def is_the_planted_one(self) -> bool:
        """Found within a tenth of the planted variance and three standard errors of it.

        The planted factors are known, so chance is in what is added to them: with errors e of
        practices around true values of sd p, the mean of squares less e2 has variance
        (4 p2 e2 + 2 e4) / n.
        """
        e2, p2 = self.error**2, self.planted**2
        chance = np.sqrt((4 * p2 * e2 + 2 * e2**2) / self.practices)
        return bool(abs(np.sign(self.found) * self.found**2 - p2) < 0.1 * p2 + 3 * chance)

    @property
    def is_each_where_planted(self) -> bool:
        """The slope is 1 within 0.05 and three standard errors."""
        chance = self.error / self.planted / np.sqrt(self.practices)
        return bool(abs(self.slope - 1) < 0.05 + 3 * chance)


def spread_of(
    planted: Floats, home: Ints, classes: Ints, exposure: Floats, amount: Floats
) -> Spread:
    """Observed over expected by practice, its variance beyond chance, and the planted one.

    Args:
        planted: per practice, what it does as a factor.
        home: practice of each person; -1 is none.
        classes: class of each person; expected is the mean of the class per insured year.
        exposure: insured years.
        amount: cents or a count.
    """
    kept = home >= 0
    home, classes, exposure, amount = (x[kept] for x in (home, classes, exposure, amount))
    practices = len(planted)
    sums, years = np.bincount(classes, amount), np.bincount(classes, exposure)
    mean = np.divide(sums, years, out=np.zeros_like(sums), where=years > 0)
    per_person = mean[classes] * exposure
    expected = np.bincount(home, per_person, practices).clip(min=1e-9)
    ratio = np.bincount(home, amount, practices) / expected
    error2 = np.bincount(home, (amount - ratio[home] * per_person) ** 2, practices) / expected**2
    is_large = np.bincount(home, minlength=practices) >= _FEWEST
    weight = np.where(is_large, 1 / (error2 + planted.std() ** 2).clip(min=1e-9), 0.0)
    off = ratio - np.average(ratio, weights=weight)
    true = planted - np.average(planted, weights=weight)
    beyond = np.average(off**2 - error2, weights=weight)
    variance = np.average(true**2, weights=weight)
    return Spread(
        planted=float(np.sqrt(variance)),
        found=float(np.sign(beyond) * np.sqrt(abs(beyond))),
        error=float(np.sqrt(np.average(error2, weights=weight))),
        practices=float(weight.sum() ** 2 / (weight**2).sum()),
        slope=float(np.average(off * true, weights=weight) / variance),
    )
