"""What the simulation study draws from: persons of an invented country with cost and expected.

The model is fitted on the persons as on delivered ones; practices and their planted effects are
those of an invented country of the size of a province.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spiegel_core.contracts.rules import YearRules
from spiegel_core.engine.design import design_of
from spiegel_core.engine.model import AMOUNT, SCALE, Target, fit
from spiegel_core.engine.sums import gram_of
from spiegel_core.invent.arrays import Flags, Floats, Ints, places, whole
from spiegel_core.invent.country import build_country
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.study_persons import (
    StudyPersons,
    planted_factors,
    study_persons,
    without_effects,
)
from spiegel_core.population.factors import AGE_SEX, Factors, practice_factors
from spiegel_core.statistics.resampled import Persons, persons_of, spread_of

_TOTAL = "cost_total"
FIRST_YEAR, LAST_YEAR = 2020, 2021


@dataclass(frozen=True)
class StudyPlan:
    """How large the study is; the same plan gives the same numbers.

    Args:
        persons: of the country persons are drawn from.
        practices: per size of practice (persons), how many are drawn for coverage.
        group_persons, group_practices: the country whose practices form one group.
        groups: how many groups are drawn for signals and changes.
        seed: of chance.
    """

    persons: int
    practices: Mapping[int, int]
    group_persons: int
    group_practices: int
    groups: int
    seed: int = 1


FULL_STUDY = StudyPlan(
    100_000, {31: 10_000, 100: 10_000, 300: 10_000, 1_000: 5_000, 3_000: 5_000}, 1_000_000, 480, 100
)
# The same questions in seconds, to see that everything works; its shares say little.
SMALL_STUDY = StudyPlan(5_000, {31: 200, 100: 200}, 30_000, 40, 2)


@dataclass(frozen=True)
class StudyCountry:
    """Persons, practices and effects of a study.

    Args:
        years: the persons in each of two years, in the same order.
        spreads: national spread per outcome in each of them.
        is_old, is_young: of each person, 65 and older, and under 40, in the last year.
        sizes: persons of the practices of a group.
        effects: what each of them multiplies the cost of each segment by.
    """

    years: tuple[Persons, Persons]
    spreads: tuple[Floats, Floats]
    is_old: Flags
    is_young: Flags
    sizes: Ints
    effects: Floats

    @property
    def last(self) -> Persons:
        """The persons who count in the last year."""
        return self.years[1].taken(places(self.years[1].columns[:, 0] > 0))

    def pool(self, flags: Flags, times: int) -> Persons:
        """The persons of the last year, those that are flagged so many times."""
        there = self.years[1].columns[:, 0] > 0
        counts = np.where(there, np.where(flags, times, 1), 0)
        return self.years[1].taken(np.repeat(np.arange(len(counts)), counts))


def study_country(
    conf: CountryConf, plan: StudyPlan, rules: Mapping[int, YearRules]
) -> StudyCountry:
    """Make the persons, fit the model of both years, and take effects from a larger country.

    Args:
        conf: the figures of the invented country.
        plan: the study.
        rules: of FIRST_YEAR and LAST_YEAR.
    """
    small = CountryPlan(plan.persons, 2 + plan.persons // 2_500, FIRST_YEAR, LAST_YEAR, plan.seed)
    country = without_effects(build_country(conf, small))
    factors = practice_factors(rules[LAST_YEAR])
    found = [study_persons(country, year, rules[year], factors) for year in (FIRST_YEAR, LAST_YEAR)]
    first, last = _aligned(found, outcomes_of(rules[LAST_YEAR]), factors)
    group = build_country(
        conf,
        CountryPlan(plan.group_persons, plan.group_practices, LAST_YEAR, LAST_YEAR, plan.seed),
    )
    sizes = whole(np.rint(group.practices.share * plan.group_persons))
    has_mirror = sizes >= rules[LAST_YEAR].numbers.smallest_practice
    ages = _lowest_ages(found, factors, rules[LAST_YEAR])
    return StudyCountry(
        (first, last), (spread_of(first), spread_of(last)), ages >= 65, (ages >= 0) & (ages < 40),
        sizes[has_mirror], planted_factors(group, found[1].families)[has_mirror],
    )  # fmt: skip


def outcomes_of(rules: YearRules) -> tuple[str, ...]:
    """The amounts of the study: each segment, and their total."""
    return (*(f"cost_{segment}" for segment in rules.segments), _TOTAL)


def expected_of(persons: StudyPersons, outcomes: Sequence[str], factors: Factors) -> Floats:
    """What the model, fitted on these persons, expects of each: persons x outcomes (cents)."""
    profiles, place, numbers = np.unique(persons.profile, return_inverse=True, return_counts=True)
    design = design_of(factors)
    amounts = np.column_stack([persons.cents, persons.cents.sum(axis=1)])
    sums = np.zeros((len(profiles), amounts.shape[1]), dtype=np.int64)
    np.add.at(sums, place, amounts)
    targets = tuple(Target(outcome, AMOUNT, True) for outcome in outcomes)
    totals = (design.matrix(profiles).T @ sums).tolist()
    model = fit(design, gram_of(design, profiles, numbers), totals, targets)
    expected: Floats = model.expected_per_person(profiles)[place] / SCALE
    return expected


def _aligned(
    years: Sequence[StudyPersons], outcomes: Sequence[str], factors: Factors
) -> tuple[Persons, Persons]:
    """The persons of two years in one order; who is not there in a year is a row of zeros."""
    numbers = np.unique(np.concatenate([year.number for year in years]))
    made = []
    for year in years:
        own = persons_of(outcomes, year.cents, expected_of(year, outcomes, factors))
        columns = np.zeros((len(numbers), own.columns.shape[1]))
        columns[np.searchsorted(numbers, year.number)] = own.columns
        made.append(Persons(own.outcomes, columns))
    return made[0], made[1]


def _lowest_ages(years: Sequence[StudyPersons], factors: Factors, rules: YearRules) -> Ints:
    """The lowest age of each person's class in the last year; -1 for who is not there."""
    numbers = np.unique(np.concatenate([year.number for year in years]))
    last = years[-1]
    age_sex = next(factor for factor in factors.factors if factor.name == AGE_SEX)
    number = last.profile // factors.place_values()[AGE_SEX] % age_sex.sizes
    from_age = {age.name: age.from_age for age in rules.age_classes}
    ages = whole([from_age[name.partition(" ")[2]] for name in age_sex.classes])
    found = np.full(len(numbers), -1, dtype=np.int64)
    found[np.searchsorted(numbers, last.number)] = ages[number]
    return found
