"""Persons the simulation study draws from are those of the country, without effects."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from spiegel_core.invent.calibration import factors_of, totals_of
from spiegel_core.invent.country import Country, build_country
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.study_country import SMALL_STUDY, StudyCountry
from spiegel_core.invent.study_persons import (
    StudyPersons,
    planted_factors,
    study_persons,
    without_effects,
)
from spiegel_core.invent.truth_parts import TruthPart, truth_of
from spiegel_core.population.factors import Factors, practice_factors
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.inventing import read_country_conf
from spiegel_core.runtime.study_results import country_of_study

YEAR = 2021
RULES = Conf().rules(YEAR)
FACTORS: Factors = practice_factors(RULES)


@pytest.fixture(scope="module")
def country() -> Country:
    return build_country(read_country_conf(Conf()), CountryPlan(8_000, 8, YEAR, YEAR, 3))


@pytest.fixture(scope="module")
def found(country: Country) -> StudyPersons:
    return study_persons(country, YEAR, RULES, FACTORS)


@pytest.fixture(scope="module")
def told(country: Country) -> TruthPart:
    """What the country tells of the same persons, in another way."""
    prices = factors_of(country, [totals_of(country, 0, YEAR)])[YEAR]
    limits = (RULES.numbers.high_cost_ggz_cents, RULES.numbers.high_cost_total_cents)
    return truth_of(country, 0, YEAR, prices, limits)


def test_the_persons_that_count_have_the_cost_of_the_truth(
    found: StudyPersons, told: TruthPart
) -> None:
    counted = [person for person in told.people if person.reason == "counted"]
    assert Counter(found.cents.sum(axis=1).tolist()) == Counter(p.total_cents for p in counted)
    ggz = found.cents[:, RULES.segments.index("ggz")].tolist()
    assert Counter(ggz) == Counter(person.ggz_cents for person in counted)
    assert found.cents.sum(axis=1).max() <= RULES.numbers.high_cost_total_cents
    assert (found.families.sum(axis=0) == found.cents.sum(axis=0)).all()


def test_their_characteristics_are_those_of_the_truth(found: StudyPersons, told: TruthPart) -> None:
    unpacked = [FACTORS.unpack(int(profile)) for profile in found.profile]
    counted = [person for person in told.people if person.reason == "counted"]
    for condition in RULES.condition_names:
        has_it = sum(classes[condition] == ("yes",) for classes in unpacked)
        assert has_it == sum(f"{condition}:" in person.shows for person in counted) > 0
    excluded = {g.name: g.excluded_by for g in RULES.cost_groups if g.is_class}
    wanted = Counter(
        name
        for person in counted
        for name in person.cost_groups.split("|")
        if name in excluded and not set(excluded[name]) & set(person.cost_groups.split("|"))
    )
    assert Counter(name for classes in unpacked for name in classes["fkg"]) == wanted
    ages = Counter(classes["age_sex"][0][:1] for classes in unpacked)
    assert set(ages) == {"M", "V"}
    incomes = Counter(classes["income"][0] for classes in unpacked)
    assert incomes["middle"] > incomes["low"] > 0 < incomes["high"]


def test_without_effects_all_practices_and_therapists_do_the_same(country: Country) -> None:
    plain = without_effects(country)
    assert country.effects.logs.any() and not plain.effects.logs.any()
    assert any(row.effect.any() for row in country.providers.values())
    assert not any(row.effect.any() for row in plain.providers.values())


def test_a_factor_of_a_segment_is_that_of_its_care_weighted_by_cost(
    country: Country, found: StudyPersons
) -> None:
    factors = planted_factors(country, found.families)
    assert factors.shape == (8, len(RULES.segments))
    # Person-weighted over the practices nothing is planted.
    assert country.practices.share @ factors == pytest.approx(np.ones(len(RULES.segments)))
    alone = np.exp(country.effects.logs[country.effects.place("cost_farmacie"), :-1])
    assert factors[:, RULES.segments.index("farmacie")] == pytest.approx(alone)
    # GP care has parts without an effect, as the registration fee, so its practices differ less.
    gp = np.log(factors[:, RULES.segments.index("huisartsenzorg")])
    consults = country.effects.logs[country.effects.place("consult_short"), :-1]
    assert 0 < gp.std() < consults.std()


@pytest.fixture(scope="module")
def studied() -> StudyCountry:
    return country_of_study(Conf(), SMALL_STUDY)


def test_expected_of_all_persons_is_what_they_had(studied: StudyCountry) -> None:
    for year in studied.years:
        sums = year.columns.sum(axis=0)
        had = [*sums[1:9], sums[1:9].sum()]
        assert sums[9:] == pytest.approx(had, rel=1e-9)


def test_who_is_not_there_in_a_year_is_a_row_of_zeros(studied: StudyCountry) -> None:
    first, last = studied.years
    assert len(first.columns) == len(last.columns)
    for year in studied.years:
        is_there = year.columns[:, 0] == 1
        assert 0 < (~is_there).sum() < 500
        assert not year.columns[~is_there].any()
    # The same persons are in the same rows: what is expected of them hardly changes in a year.
    both = (first.columns[:, 0] == 1) & (last.columns[:, 0] == 1)
    expected = np.stack([first.columns[both, -1], last.columns[both, -1]])
    assert np.corrcoef(expected)[0, 1] > 0.7


def test_a_pool_holds_the_flagged_persons_more_often(studied: StudyCountry) -> None:
    there = studied.years[1].columns[:, 0] == 1
    assert len(studied.pool(studied.is_old, 4).columns) == (
        there.sum() + 3 * (studied.is_old & there).sum()
    )
    assert not (studied.is_old & studied.is_young).any()
    assert 0.1 < studied.is_old[there].mean() < 0.3
    assert 0.3 < studied.is_young[there].mean() < 0.6


def test_practices_without_a_mirror_are_in_no_group(studied: StudyCountry) -> None:
    assert studied.sizes.min() >= RULES.numbers.smallest_practice
    assert len(studied.sizes) == len(studied.effects) < SMALL_STUDY.group_practices
