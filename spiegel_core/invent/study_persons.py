"""Persons of an invented country as a study needs them: profile and cost, nothing of a practice.

They are made without planted effects, counted by the rules of the mirror, and come as columns;
no file is written and no Spark is needed. Planted effects are put on afterwards, as factors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiegel_core.contracts.rules import YearRules
from spiegel_core.invent.arrays import Flags, Floats, Ints, real, whole
from spiegel_core.invent.bundles import cents_per_line, joined
from spiegel_core.invent.calibration import factors_of, totals_of
from spiegel_core.invent.care import GROUPS, Piece, care_of_group, make_piece, make_year
from spiegel_core.invent.country import Country
from spiegel_core.invent.detection import Detection, detected, marks_of, reasons
from spiegel_core.invent.residents import Residents
from spiegel_core.population.factors import (
    AGE_SEX,
    COST_GROUP,
    INCOME,
    INCOME_CLASSES,
    SEXES,
    YES,
    Factors,
    age_sex_class,
)
from spiegel_core.population.insured import income_limits

_GGZ = "ggz"
_COUNTED = "counted"


@dataclass(frozen=True)
class StudyPersons:
    """The persons of a year that count.

    Args:
        number: of the person, the same in every year.
        profile: the person's characteristics, packed.
        cents: persons x segments of the mirror, net cost of the year (eurocents).
        families: families of care (the last one: care without an effect) x segments, the cost of
            all of them together (eurocents).
    """

    number: Ints
    profile: Ints
    cents: Ints
    families: Ints


def without_effects(country: Country) -> Country:
    """The same country, in which no practice and no therapist does more or less than another."""
    effects = dataclasses.replace(country.effects, logs=np.zeros_like(country.effects.logs))
    providers = {
        name: dataclasses.replace(row, effect=np.zeros_like(row.effect))
        for name, row in country.providers.items()
    }
    return dataclasses.replace(country, effects=effects, providers=providers)


def study_persons(country: Country, year: int, rules: YearRules, factors: Factors) -> StudyPersons:
    """The counted persons of a year with profile and cost.

    Args:
        country: `without_effects`, or another.
        year: one of its years.
        rules: of that year.
        factors: the characteristics.
    """
    pieces = range(len(country.pieces))
    prices = factors_of(country, [totals_of(country, piece, year) for piece in pieces])[year]
    parts = [_of_piece(country, piece, year, prices, rules, factors) for piece in pieces]
    return StudyPersons(
        np.concatenate([part.number for part in parts]),
        np.concatenate([part.profile for part in parts]),
        np.concatenate([part.cents for part in parts]),
        np.sum([part.families for part in parts], axis=0),
    )


def _of_piece(
    country: Country, number: int, year: int, prices: Floats, rules: YearRules, factors: Factors
) -> StudyPersons:
    piece = make_piece(country, number)
    of_year = make_year(country, piece, year)
    resident = of_year.resident
    care = joined([care_of_group(country, piece, of_year, group) for group in GROUPS])
    cents = cents_per_line(care, country.items, resident.cell, prices) * care.lines
    found = detected(country, resident, care, marks_of(country))
    segment = _segments(country, rules)
    per_person = _summed(care.person, segment[care.item], cents, (len(resident), rules.segments))
    counted = _counted(country, piece, resident, per_person, rules)
    in_it = counted[care.person]
    family = country.items.family[care.item[in_it]] % (len(country.effects.outcomes) + 1)
    return StudyPersons(
        piece.people.number[resident.person][counted],
        _profiles(country, resident, found, rules, factors)[counted],
        per_person[counted],
        _summed(family, segment[care.item[in_it]], cents[in_it],
                (len(country.effects.outcomes) + 1, rules.segments)),
    )  # fmt: skip


def _segments(country: Country, rules: YearRules) -> Ints:
    """The segment of the mirror of each item; -1 counts nowhere."""
    of_type = {row.name: row.segment for row in rules.care_types}
    named = [of_type[item.care_type] if item.cover == "B" else None for item in country.items.rows]
    return whole([-1 if name is None else rules.segments.index(name) for name in named])


def _summed(rows: Ints, columns: Ints, cents: Ints, shape: tuple[int, Sequence[str]]) -> Ints:
    height, width = shape[0], len(shape[1])
    held = columns >= 0
    places = rows[held] * width + columns[held]
    sums = np.bincount(places, weights=cents[held], minlength=height * width)
    return whole(np.rint(sums)).reshape(height, width)


def _counted(
    country: Country, piece: Piece, resident: Residents, cents: Ints, rules: YearRules
) -> Flags:
    gps = country.practices.gp_of(
        np.maximum(resident.fee_practice[:, 2], 0), piece.traits.chooses_gp[resident.person]
    )
    limits = (rules.numbers.high_cost_ggz_cents, rules.numbers.high_cost_total_cents)
    ggz = cents[:, rules.segments.index(_GGZ)]
    why = reasons(country, resident, gps, cents.sum(axis=1), ggz, limits)
    return np.array([reason == _COUNTED for reason in why])


def _profiles(
    country: Country, resident: Residents, found: Detection, rules: YearRules, factors: Factors
) -> Ints:
    """The packed characteristics of each resident."""
    worth = factors.place_values()
    profile = np.zeros(len(resident), dtype=np.int64)
    for factor in factors.factors:
        if factor.name == AGE_SEX:
            number = _age_sex(resident, rules, factor.classes)
        elif factor.name == INCOME:
            number = _incomes(country, rules)[resident.neighbourhood]
        elif factor.name == COST_GROUP:
            number = _cost_groups(found, rules, factor.classes)
        else:
            shown = [flags for (name, _), flags in found.shows.items() if name == factor.name]
            has_it = np.logical_or.reduce(shown)
            number = np.where(has_it, factor.classes.index(YES), 1 - factor.classes.index(YES))
        profile += worth[factor.name] * number
    return profile


def _age_sex(resident: Residents, rules: YearRules, classes: Sequence[str]) -> Ints:
    lowest = whole([age.from_age for age in rules.age_classes])
    age = np.searchsorted(lowest, resident.age, side="right") - 1
    table = whole([
        classes.index(age_sex_class(row.name, sex)) for sex in SEXES for row in rules.age_classes
    ])  # fmt: skip
    found: Ints = table[resident.is_woman * len(lowest) + age]
    return found


def _incomes(country: Country, rules: YearRules) -> Ints:
    """The class of income of each neighbourhood."""
    geography = country.geography
    rows = list(zip(geography.postcodes, geography.incomes.tolist(),
                    geography.inhabitants.tolist(), strict=True))  # fmt: skip
    numbers = rules.numbers
    low, high = income_limits(rows, numbers.income_low_percent, numbers.income_high_percent)
    names = [
        "low" if income < low else "high" if income > high else "middle" for _, income, _ in rows
    ]
    return whole([INCOME_CLASSES.index(name) for name in names])


def _cost_groups(found: Detection, rules: YearRules, classes: Sequence[str]) -> Ints:
    """The cost groups of each resident as one number, a bit per group."""
    number = np.zeros(len(next(iter(found.cost_groups.values()))), dtype=np.int64)
    for group in rules.cost_groups:
        if not group.is_class:
            continue
        has_it = found.cost_groups[group.name].copy()
        for other in group.excluded_by:
            has_it &= ~found.cost_groups[other]
        number += np.where(has_it, 1 << classes.index(group.name), 0)
    return number


def planted_factors(country: Country, families: Ints) -> Floats:
    """What each practice multiplies the cost of each segment by: practices x segments.

    A segment holds care with different effects, so its factor is their mean, weighted by what
    the care costs in the country; person-weighted over the practices it is 1.

    Args:
        country: with its effects.
        families: cost per family and segment without them (`StudyPersons.families`).
    """
    logs = np.vstack([country.effects.logs, np.zeros_like(country.effects.logs[:1])])[:, :-1]
    shares = families / np.maximum(families.sum(axis=0), 1)
    return real(np.exp(logs).T @ shares)
