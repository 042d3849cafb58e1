"""Practices drawn by hand or by Hypothesis: what a mirror is made from, without a store."""

from __future__ import annotations

import dataclasses
import datetime
import math
import random
from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from spiegel_core.contracts.gold import REASONS
from spiegel_core.contracts.rules import ProductSettings, YearRules
from spiegel_core.mirrors.inputs import (
    Compared,
    Counts,
    MirrorInputs,
    Origin,
    PracticeCard,
    Target,
)
from spiegel_core.population.factors import AGE_SEX, COST_GROUP, INCOME, NO, SEXES, YES
from spiegel_core.population.factors import age_sex_class as age_sex
from spiegel_core.runtime.conf import Conf

YEAR = 2021
TREND = (2019, 2020, 2021)
SMALLEST = 10
CARD = PracticeCard(
    "01234567", "Praktijk De Proef", datetime.date(2001, 1, 1), None, 2, 0, 0, "Zorggroep De Proef"
)


@cache
def product_of_conf() -> ProductSettings:
    """Labels and texts of the project's own configuration."""
    return Conf().product("praktijkspiegel")


@cache
def rules_of_conf() -> YearRules:
    """The rules of the report year."""
    return Conf().rules(YEAR)


def outcomes() -> tuple[str, ...]:
    """The outcomes on the pages."""
    product = product_of_conf()
    return (*product.segments, *product.total, *product.gp_care)


def compared(persons: int, observed: int, expected: int, spread: float = 0.1) -> Compared:
    """A comparison with intervals of a width of our own choice."""
    index = 100 * observed / expected if expected > 0 else None
    if not index:
        return Compared(persons, observed, Fraction(expected), index, (None, None), (None, None))
    wide, wider = ((index * math.exp(-s), index * math.exp(s)) for s in (spread, 1.6 * spread))
    return Compared(persons, observed, Fraction(expected), index, wide, wider)


def of_year(
    persons: int, users: Mapping[str, int], cents: Mapping[str, int] | None = None
) -> dict[Target, Compared]:
    """A year's comparisons: users and amounts as told, else half the patients."""
    product = product_of_conf()
    (total,) = product.total
    number = {name: users.get(name, persons // 2) for name in outcomes()} | {total: persons}
    each = {name: 3 if name in product.gp_care else 10_000 for name in number}
    amount = {name: (cents or {}).get(name, each[name] * number[name]) for name in number}
    amount[total] = sum(amount[name] for name in product.segments)
    found = {}
    for name in number:
        found[name, "amount"] = compared(persons, amount[name], each[name] * persons // 2)
        found[name, "users"] = compared(persons, number[name], max(persons // 2, 1))
    return found


def classes(
    ages: Mapping[str, int],
    income: Mapping[str, int],
    yes: Mapping[str, int],
    groups: Mapping[str, int],
) -> dict[tuple[str, str], int]:
    """Persons per class; everybody has one age class, one income, and each condition or not."""
    persons = sum(ages.values())
    found = {(AGE_SEX, name): number for name, number in ages.items()}
    found |= {(INCOME, name): number for name, number in income.items()}
    for name, number in yes.items():
        found |= {(name, YES): number, (name, NO): persons - number}
    return found | {(COST_GROUP, name): number for name, number in groups.items()}


def age_names() -> list[str]:
    """The classes of age and sex."""
    return [age_sex(age.name, sex) for sex in SEXES for age in rules_of_conf().age_classes]


def cost_groups() -> dict[str, str]:
    """The pharmaceutical cost groups that are classes, with their labels."""
    return {group.name: group.label for group in rules_of_conf().cost_groups if group.is_class}


def even_classes(each_age: int) -> dict[tuple[str, str], int]:
    """As many persons in every class of age and sex, all else in ample numbers."""
    persons = each_age * len(age_names())
    part = persons // 4
    product = product_of_conf()
    income = {"low": part, "middle": persons - 3 * part, "high": part, "unknown": part}
    yes, groups = (dict.fromkeys(names, part) for names in (product.conditions, cost_groups()))
    return classes(dict.fromkeys(age_names(), each_age), income, yes, groups)


COUNTRY = even_classes(5_000)
ORIGIN = Origin(
    3, "a1" * 32, "0.3.0+abc", "b2" * 32, datetime.date(2022, 6, 30), datetime.date(2021, 12, 31),
    "2008-2010",
)  # fmt: skip


def practice(**changed: object) -> MirrorInputs:
    """A practice of 800 patients of which everything can be shown, but for what is changed."""
    own = even_classes(20)
    persons = 20 * len(age_names())
    rules = rules_of_conf()
    plain = MirrorInputs(
        rules, product_of_conf(), CARD,
        own=counts(counted=persons, high_cost=20), country=counts(*(9_000,) * 4, counted=200_000),
        classes=own, country_classes=COUNTRY,
        years={year: of_year(persons, {}) for year in TREND}, trend=TREND,
        cost_groups=cost_groups(), origin=ORIGIN,
        amount_interval=rules.numbers.amount_interval,
    )  # fmt: skip
    return dataclasses.replace(plain, **changed)  # type: ignore[arg-type]


def named(name: str) -> MirrorInputs:
    """The practice under another name, its group too."""
    return practice(card=dataclasses.replace(CARD, name=name, care_group_name=name))


def counts(*others: int, **persons: int) -> Counts:
    """Persons by reason, in the order of the reasons or by name; each cost 30,000 euros."""
    known = dict(zip(REASONS, others, strict=False)) | persons
    return Counts(known, {name: 3_000_000 * number for name, number in known.items()})


def few(dice: random.Random) -> int:
    """A number of persons that tries a rule: none, few, just enough, or some more."""
    return dice.randint(0, 12) if dice.random() < 0.6 else dice.randint(0, 60)


def drawn_practice(seed: int) -> MirrorInputs:
    """A practice with small numbers everywhere; every total agrees with its parts."""
    dice = random.Random(seed)
    ages = {name: few(dice) for name in age_names()}
    ages[age_names()[20]] += 60
    persons = sum(ages.values())

    def some() -> int:
        """Few with, or few without."""
        return min(few(dice), persons) if dice.random() < 0.7 else persons - dice.randint(0, 12)

    low, high, unknown = (min(few(dice), persons // 4) for _ in range(3))
    income = {"low": low, "middle": persons - low - high - unknown, "high": high,
              "unknown": unknown}  # fmt: skip
    yes = {name: some() for name in product_of_conf().conditions}
    own = classes(ages, income, yes, {name: some() for name in cost_groups()})
    years = {year: of_year(persons, {name: some() for name in outcomes()}) for year in TREND}
    reasons = counts(*(few(dice) for _ in range(4)), counted=persons)
    return practice(own=reasons, classes=own, years=years)


# From a seed, so that a failing practice is found at once and not made smaller for minutes.
SEEDS = st.integers(0, 10**9)
