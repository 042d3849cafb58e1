"""What is planted per practice is what benchmarks must find: here the plain way, by age and sex.

Expected amounts are means per age, sex and income of the neighbourhood, so nothing of the
practice is in them. The variance between practices beyond chance must be the planted one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from spiegel_core.invent.cells import CELLS
from spiegel_core.invent.country import Country
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.inventing import read_country_conf
from tests.invent.person_level import PieceSums, calibrated_pieces

_PRACTICES = 100
_INCOME_CLASSES = 3
_FEWEST = 300


@dataclass(frozen=True)
class Spread:
    """Of one outcome: the planted sd, the one found, and how well practices can be told apart."""

    planted: float
    found: float
    error: float
    slope: float


@dataclass(frozen=True)
class Found:
    country: Country
    pieces: list[PieceSums]

    def column(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.concatenate([getattr(piece, name) for piece in self.pieces])

    def spread(self, outcome: str) -> Spread:
        """Observed over expected by practice, its variance beyond chance, and the planted one."""
        home, cell = self.column("home"), self.column("cell")
        exposure = self.column("exposure")
        poverty = self.country.geography.poverty[self.column("of_neighbourhood")]
        classes = cell * _INCOME_CLASSES + np.searchsorted([-0.5, 0.5], poverty)
        amount = np.concatenate([piece.outcomes[outcome] for piece in self.pieces])
        kept = home >= 0
        home, classes, exposure, amount = (x[kept] for x in (home, classes, exposure, amount))
        number = CELLS * _INCOME_CLASSES
        mean = np.bincount(classes, amount, number) / np.bincount(classes, exposure, number)
        per_person = mean[classes] * exposure
        expected = np.bincount(home, per_person, _PRACTICES)
        ratio = np.bincount(home, amount, _PRACTICES) / expected
        error2 = np.bincount(home, (amount - ratio[home] * per_person) ** 2, _PRACTICES)
        error2 = error2 / expected**2
        place = self.country.effects.place(outcome)
        planted = np.exp(self.country.effects.logs[place, :-1])
        is_large = np.bincount(home, minlength=_PRACTICES) >= _FEWEST
        weight = np.where(is_large, 1 / (error2 + planted.std() ** 2), 0.0)
        off = ratio - np.average(ratio, weights=weight)
        true = planted - np.average(planted, weights=weight)
        beyond = np.average(off**2 - error2, weights=weight)
        return Spread(
            planted=float(np.sqrt(np.average(true**2, weights=weight))),
            found=float(np.sign(beyond) * np.sqrt(abs(beyond))),
            error=float(np.sqrt(np.average(error2, weights=weight))),
            slope=float(
                np.average(off * true, weights=weight) / np.average(true**2, weights=weight)
            ),
        )


@pytest.fixture(scope="module")
def found() -> Found:
    plan = CountryPlan(400_000, _PRACTICES, 2021, 2021, seed=5)
    conf = read_country_conf(Conf())
    return Found(*calibrated_pieces(conf, plan, 2021, with_outcomes=True))


_OUTCOMES = [row.outcome for row in read_country_conf(Conf()).planted_effects if row.sd > 0]


@pytest.mark.parametrize("outcome", _OUTCOMES)
def test_variance_beyond_chance_is_the_planted_one(found: Found, outcome: str) -> None:
    spread = found.spread(outcome)

    # A tenth of what was planted, and a quarter of the error of one practice: 100 practices
    # estimate a standard deviation no better than that.
    tolerance = 0.1 * spread.planted + 0.25 * spread.error
    assert abs(spread.found - spread.planted) < tolerance, spread
    assert spread.found > 0.5 * spread.planted


@pytest.mark.parametrize("outcome", _OUTCOMES)
def test_a_practice_that_was_planted_higher_is_found_higher(found: Found, outcome: str) -> None:
    spread = found.spread(outcome)

    # Slope of found on planted; its error shrinks with the square root of 100 practices.
    assert abs(spread.slope - 1) < 0.05 + 0.25 * spread.error / spread.planted, spread


def test_effects_are_standardised(found: Found) -> None:
    effects, share = found.country.effects, found.country.practices.share
    sds = {row.outcome: row.sd for row in found.country.conf.planted_effects}

    for place, outcome in enumerate(effects.outcomes):
        logs = effects.logs[place, :-1]
        assert np.isclose(share @ np.exp(logs), 1.0)
        assert np.isclose(logs.std(), sds[outcome])
        assert effects.logs[place, -1] == 0


def test_sessions_of_therapists_differ_by_the_planted_effect(found: Found) -> None:
    for name in ("fysiotherapie", "oefentherapie", "logopedie"):
        effect = found.country.providers[name].effect
        assert np.isclose(effect.std(), 0.25)
        assert np.isclose(effect.mean(), 0.0)
