"""Why a practice's expected value is what it is: from the national mean over the characteristics.

The expected value per person is the national mean plus, for every class, the difference between
the practice's share and the nation's share of persons times the weight of the class. Weights and
persons are whole numbers, so all parts are fractions and add up without a rest.

Source: DECISIONS.md, "The model"; the arithmetic of `engine/model.py`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.design import INTERCEPT
from spiegel_core.engine.model import SCALE
from spiegel_core.errors import GateStopped
from spiegel_core.population.factors import AGE_SEX, COST_GROUP

AGE, SEX = "age", "sex"
Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class ClassWeight:
    """One row of the weight table for one outcome and measure.

    Args:
        factor, name: the class; the intercept is a factor of its own.
        persons: exposure of the class in the reference population.
        weight: in units of 10^-9 per person.
        note: why the weight is 0 by rule; empty elsewhere.
    """

    factor: str
    name: str
    persons: int
    weight: int
    note: str = ""


@dataclass(frozen=True)
class ClassPart:
    """What a class adds to the difference between practice and nation.

    Args:
        row: the class with its weight and the nation's persons.
        persons: persons of the practice in the class.
        contribution: (share of the practice - share of the nation) x weight, in the unit of the
            outcome per person.
    """

    row: ClassWeight
    persons: int
    contribution: Fraction


@dataclass(frozen=True)
class Explanation:
    """From the national mean to what is expected of a practice, per person.

    Args:
        persons, reference: persons of the practice and of the nation.
        mean: what the weights expect of the average person of the nation, in the unit of the
            outcome.
        contributions: per characteristic what it adds; age and sex each have their own.
        classes: the classes behind them, in the order of the weight table.

    `mean` and all contributions together are exactly `expected_per_person`.
    """

    persons: int
    reference: int
    mean: Fraction
    contributions: Mapping[str, Fraction]
    classes: tuple[ClassPart, ...]

    @property
    def expected_per_person(self) -> Fraction:
        return self.mean + sum(self.contributions.values())

    @property
    def expected(self) -> Fraction:
        """What is expected of all persons of the practice together."""
        return self.expected_per_person * self.persons


def explain(weights: Sequence[ClassWeight], counts: Counts, persons: int) -> Explanation:
    """Explain the expected value of one outcome and measure.

    Args:
        weights: the weight table of the outcome and measure, the intercept included.
        counts: persons of the practice per (factor, class); a class that is not there has none.
        persons: persons of the practice that count, at least 1.

    Raises:
        GateStopped: the counts name a class the weights do not have, or do not add up to the
            persons: the tables are of different runs.

    Example:
        >>> rows = [ClassWeight("intercept", "all", 4, 100 * SCALE),
        ...         ClassWeight("income", "low", 1, 8 * SCALE),
        ...         ClassWeight("income", "high", 3, 0)]
        >>> found = explain(rows, {("income", "low"): 1, ("income", "high"): 1}, 2)
        >>> found.mean, dict(found.contributions), found.expected
        (Fraction(102, 1), {'income': Fraction(2, 1)}, Fraction(208, 1))
    """
    (constant,) = [row for row in weights if row.factor == INTERCEPT]
    rows = [row for row in weights if row.factor != INTERCEPT]
    _refuse_other_counts(rows, counts, persons)
    parts = tuple(
        _part(row, counts.get((row.factor, row.name), 0), persons, constant.persons) for row in rows
    )
    total = constant.weight * constant.persons + sum(row.weight * row.persons for row in rows)
    return Explanation(
        persons, constant.persons, Fraction(total, SCALE * constant.persons),
        _contributions(parts, persons, constant.persons), parts,
    )  # fmt: skip


def _refuse_other_counts(rows: Iterable[ClassWeight], counts: Counts, persons: int) -> None:
    """Of every factor but the cost groups each person has exactly one class."""
    odd = {" ".join(name) for name in counts.keys() - {(row.factor, row.name) for row in rows}}
    whole: Counter[str] = Counter()
    for (factor, _), number in counts.items():
        whole[factor] += number
    odd |= {name for name, number in whole.items() if name != COST_GROUP and number != persons}
    if odd:
        raise GateStopped(
            "persons stand in classes the weights do not have, or in too many or too few",
            found=", ".join(sorted(odd)[:5]), expected="class counts and weights of one run",
            fix="bring the year up to date: spiegel run",
        )  # fmt: skip


def _part(row: ClassWeight, own: int, persons: int, reference: int) -> ClassPart:
    difference = Fraction(own, persons) - Fraction(row.persons, reference)
    return ClassPart(row, own, difference * Fraction(row.weight, SCALE))


def _contributions(parts: Iterable[ClassPart], persons: int, reference: int) -> dict[str, Fraction]:
    by_factor: dict[str, list[ClassPart]] = defaultdict(list)
    for part in parts:
        by_factor[part.row.factor].append(part)
    found: dict[str, Fraction] = {}
    for factor, held in by_factor.items():
        whole = sum((part.contribution for part in held), Fraction(0))
        if factor == AGE_SEX:
            found[AGE] = _of_age(held, persons, reference)
            found[SEX] = whole - found[AGE]
        else:
            found[factor] = whole
    return found


def _of_age(parts: Iterable[ClassPart], persons: int, reference: int) -> Fraction:
    """What age adds when within every age the sexes are as in the nation; the rest is of sex.

    Age and sex are one factor of the model, so what belongs to which is a choice: age goes first.
    """
    by_age: dict[str, list[ClassPart]] = defaultdict(list)
    for part in parts:
        by_age[part.row.name.partition(" ")[2]].append(part)
    added = Fraction(0)
    for held in by_age.values():
        of_nation = sum(part.row.persons for part in held)
        # Nobody in the nation: both weights are 0 by rule.
        if of_nation:
            weight = Fraction(sum(part.row.persons * part.row.weight for part in held), of_nation)
            own = sum(part.persons for part in held)
            share = Fraction(own, persons) - Fraction(of_nation, reference)
            added += share * weight / SCALE
    return added


def refuse_other_state(found: Explanation, expected: Fraction, reference: int, where: str) -> None:
    """Stop where the explanation is not of the published value to the last digit.

    Raises:
        GateStopped: the weights, the class counts and the benchmarks are of different runs.
    """
    if found.expected != expected or found.reference != reference:
        raise GateStopped(
            "the expected value does not follow from weights and class counts", where=where,
            found=f"{float(found.expected)!r} over {found.reference} persons in the country",
            expected=f"{float(expected)!r} over {reference}: all of one run",
            fix="bring the year up to date: spiegel run",
        )  # fmt: skip


@dataclass(frozen=True)
class Rung:
    """A step of the ladder from everybody with a fee down to who counts.

    Args:
        reason: why persons are left out here; `counted` for the last one.
        persons: persons left out for it; at `counted` those that count.
        left: persons still there after this rung.
    """

    reason: str
    persons: int
    left: int


def exclusion_ladder(reasons: Sequence[str], persons: Mapping[str, int]) -> tuple[Rung, ...]:
    """From all persons with a fee to those that count, in the order of the rules.

    Args:
        reasons: all reasons in order, the last one is that they count.
        persons: persons per reason; each person has exactly one.

    Raises:
        GateStopped: persons have a reason that is none.

    Example:
        >>> rungs = exclusion_ladder(("high_cost", "counted"), {"high_cost": 2, "counted": 9})
        >>> [(rung.reason, rung.persons, rung.left) for rung in rungs]
        [('high_cost', 2, 9), ('counted', 9, 9)]
    """
    unknown = persons.keys() - set(reasons)
    if unknown:
        raise GateStopped(
            "persons are left out for an unknown reason", found=", ".join(sorted(unknown)),
            expected=", ".join(reasons),
        )  # fmt: skip
    left = sum(persons.values())
    rungs = []
    for reason in reasons[:-1]:
        left -= persons.get(reason, 0)
        rungs.append(Rung(reason, persons.get(reason, 0), left))
    rungs.append(Rung(reasons[-1], persons.get(reasons[-1], 0), left))
    return tuple(rungs)
