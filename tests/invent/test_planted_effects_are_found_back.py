"""What is planted per practice is what benchmarks must find: here the plain way, by age and sex.

Expected amounts are means per age, sex and income of the neighbourhood, so nothing of the
practice is in them. The variance between practices beyond chance must be the planted one. The
same is done at 1,000,000 persons from the delivered files (test_a_million_persons...).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest

from spiegel_core.invent.country import Country
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.truth_files import logs_of
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.inventing import read_country_conf
from tests.invent.conftest import Made
from tests.invent.person_level import PieceSums, calibrated_pieces
from tests.invent.spread import Spread, spread_of

_PRACTICES = 60
_INCOME_CLASSES = 3


@dataclass(frozen=True)
class Found:
    country: Country
    pieces: list[PieceSums]

    def column(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.concatenate([getattr(piece, name) for piece in self.pieces])

    def spread(self, outcome: str) -> Spread:
        poverty = self.country.geography.poverty[self.column("of_neighbourhood")]
        income = np.searchsorted([-0.5, 0.5], poverty)
        planted = logs_of(
            self.country.effects,
            np.sum([piece.families for piece in self.pieces], axis=0),
            np.sum([piece.without_therapists for piece in self.pieces], axis=0),
        )
        return spread_of(
            np.exp(planted[outcome]),
            self.column("home"),
            self.column("cell") * _INCOME_CLASSES + income,
            self.column("exposure").astype(float),
            np.concatenate([piece.outcomes[outcome] for piece in self.pieces]),
        )


@pytest.fixture(scope="module")
def found() -> Found:
    plan = CountryPlan(200_000, _PRACTICES, 2021, 2021, seed=5)
    conf = read_country_conf(Conf())
    return Found(*calibrated_pieces(conf, plan, 2021, with_outcomes=True))


_OUTCOMES = [row.outcome for row in read_country_conf(Conf()).planted_effects if row.sd > 0]


@pytest.mark.parametrize("outcome", _OUTCOMES)
def test_variance_beyond_chance_is_the_planted_one(found: Found, outcome: str) -> None:
    spread = found.spread(outcome)

    assert spread.is_the_planted_one, spread


@pytest.mark.parametrize("outcome", _OUTCOMES)
def test_a_practice_that_was_planted_higher_is_found_higher(found: Found, outcome: str) -> None:
    spread = found.spread(outcome)

    assert spread.is_each_where_planted, spread


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


def test_the_truth_states_what_was_planted_for_every_outcome(small: Made) -> None:
    conf = {row.outcome: row.sd for row in read_country_conf(Conf()).planted_effects}
    stated = {row["outcome"]: row for row in small.truth("planted_sd.csv")}
    logs = defaultdict(list)
    for row in small.truth("practice_effects.csv"):
        logs[row["outcome"]].append(float(row["log_effect"]))
    follows = {name for name, row in stated.items() if row["acts_on"] == "follows"}

    assert set(stated) == set(logs) == set(conf) | follows
    assert follows == {"cost_total", "cost_huisartsenzorg", "cost_eerstelijnsdiagnostiek"}
    for name, row in stated.items():
        assert (
            row["planted_sd"] == "" if name in follows else float(row["planted_sd"]) == conf[name]
        )
        assert len(logs[name]) == small.plan.practices
        assert abs(np.std(logs[name]) - float(row["sd_between_practices"])) < 1e-5
        if name not in follows | {"cost_fysiotherapie", "cost_overig"}:
            assert abs(np.std(logs[name]) - conf[name]) < 1e-5
    # Therapists near a practice act on the cost of its patients too.
    assert np.std(logs["cost_fysiotherapie"]) > conf["cost_fysiotherapie"] + 0.005
    assert all(float(stated[name]["sd_between_practices"]) > 0.01 for name in follows)
