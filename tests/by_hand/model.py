"""What is expected: the weights of the year, by exact least squares over all counted persons.

"Weights: ordinary least squares over it, per outcome × {amount, user}, from exact whole-number
sums, solved exactly, rounded half-even (cents: 6 decimals; counts and persons: 9); the rounded
table **is** the model" (rules, What is expected; statistics, C2 and C4).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from .characteristics import CONDITIONS, INCOMES, Patient
from .conf import Conf
from .outcomes import Outcome
from .solving import rounded_half_even, solve

MEASURES = ("amount", "users")
INTERCEPT = ("intercept", "")
Column = tuple[str, str]
Target = tuple[str, str]


@dataclass(frozen=True)
class Model:
    """The weights of a year: per outcome and measure one whole number per column, and its scale.

    A weight is `scaled[target][column] / 10**places[target]`.
    """

    columns: list[Column]
    persons: list[int]
    notes: list[str]
    places: dict[Target, int]
    scaled: dict[Target, list[int]]

    def weight(self, target: Target, column: int) -> Fraction:
        """One weight as a fraction."""
        return Fraction(self.scaled[target][column], 10 ** self.places[target])


def columns_of(conf: Conf) -> list[Column]:
    """All columns in their order: factor and class.

    Reading: intercept; age and sex, all men by age, then all women; income; the three conditions,
    no and yes; the cost groups in the order of their list.
    """
    return [
        INTERCEPT,
        *(("age_sex", f"{sex} {name}") for sex in "MV" for name, _ in conf.age_classes),
        *(("income", name) for name in INCOMES),
        *((condition, answer) for condition in CONDITIONS for answer in ("no", "yes")),
        *(("fkg", row["group"]) for row in conf.fkg_groups if row["is_class"] == "yes"),
    ]


def classes_of(patient: Patient) -> set[Column]:
    """The columns a person stands in: one class per factor, and every cost group he has."""
    assert patient.age_sex is not None
    assert patient.income is not None
    return {
        INTERCEPT,
        ("age_sex", patient.age_sex),
        ("income", patient.income),
        *((name, "yes" if name in patient.conditions else "no") for name in CONDITIONS),
        *(("fkg", group) for group in patient.cost_groups),
    }


def reference_classes(columns: list[Column], persons: dict[Column, int]) -> set[Column]:
    """The class of each factor that has weight 0 by rule.

    "An intercept, and in each factor the largest class (ties: first by name) at 0" (rules). Cost
    groups have none: "several at once; "none" = no class" (rules, What a person is like).
    """
    found = set()
    for factor in {factor for factor, _ in columns} - {"intercept", "fkg"}:
        classes = sorted(name for of, name in columns if of == factor)
        found.add((factor, max(classes, key=lambda name: persons[factor, name])))
    return found


def fit(
    patients: dict[str, Patient],
    values: dict[str, dict[str, int]],
    outcomes: list[Outcome],
    conf: Conf,
) -> Model:
    """The weights of the year, from the counted persons and their outcomes.

    "The reference population: all persons that count at a practice after exclusion, also of
    practices without a mirror of their own"; "A class without persons has weight 0 and is listed"
    (rules, What is expected). Reading: of exactly collinear columns the later one has weight 0.
    """
    columns = columns_of(conf)
    classes = {person: classes_of(patients[person]) for person in values}
    persons = Counter(column for own in classes.values() for column in own)
    references = reference_classes(columns, persons)
    free = [c for c in columns if persons[c] and c not in references]
    targets = [(outcome.name, name) for outcome in outcomes for name in MEASURES]
    gram, right = normal_equations(classes, values, free, targets)
    solutions, collinear = solve(gram, right)
    notes = {c: "collinear" for c, is_out in zip(free, collinear, strict=True) if is_out}
    notes |= {c: "reference" for c in references}
    notes |= {c: "no_persons" for c in columns if not persons[c]}
    places = {
        (outcome.name, name): 6 if outcome.counts == "cents" and name == "amount" else 9
        for outcome in outcomes
        for name in MEASURES
    }
    where = {column: number for number, column in enumerate(free)}
    scaled = {
        target: [
            rounded_half_even(*solutions[where[c]][at], places[target]) if c in where else 0
            for c in columns
        ]
        for at, target in enumerate(targets)
    }
    counts = [persons[column] for column in columns]
    return Model(columns, counts, [notes.get(c, "") for c in columns], places, scaled)


def normal_equations(
    classes: dict[str, set[Column]],
    values: dict[str, dict[str, int]],
    free: list[Column],
    targets: list[Target],
) -> tuple[list[list[int]], list[list[int]]]:
    """X'X and X'y in whole numbers, person by person.

    "For dummies z, outcome y: X'X = sum z z', X'y = sum z y. … All outcomes (each cost segment, and
    "is a user" 0/1 as a linear probability) share X'X" (statistics, C2).
    """
    column_at = {column: number for number, column in enumerate(free)}
    target_at = {target: number for number, target in enumerate(targets)}
    gram = [[0] * len(free) for _ in free]
    right = [[0] * len(targets) for _ in free]
    for person, own in classes.items():
        numbers = [column_at[column] for column in own if column in column_at]
        for i in numbers:
            for j in numbers:
                gram[i][j] += 1
            for outcome, value in values[person].items():
                right[i][target_at[outcome, "amount"]] += value
                right[i][target_at[outcome, "users"]] += 1 if value > 0 else 0
    return gram, right
