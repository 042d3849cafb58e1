"""From the national mean over the characteristics to what is expected: all parts add up exactly."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.gold import REASONS
from spiegel_core.engine.explain import (
    ClassWeight,
    Explanation,
    exclusion_ladder,
    explain,
    refuse_other_state,
)
from spiegel_core.engine.model import SCALE
from spiegel_core.errors import GateStopped

Person = dict[str, tuple[str, ...]]
AGES = ("M 00", "M 90+", "V 00", "V 90+")
INCOMES, GROUPS = ("low", "high"), ("asthma", "cancer")
CLASSES = [*(("age_sex", a) for a in AGES), *(("income", i) for i in INCOMES),
           *(("fkg", g) for g in GROUPS)]  # fmt: skip

PERSON = st.builds(
    lambda age, income, groups: {"age_sex": (age,), "income": (income,), "fkg": tuple(groups)},
    st.sampled_from(AGES), st.sampled_from(INCOMES), st.sets(st.sampled_from(GROUPS)),
)  # fmt: skip
WEIGHT = st.integers(-(10**16), 10**16)


def counted(persons: list[Person]) -> dict[tuple[str, str], int]:
    return dict(Counter((f, n) for p in persons for f, names in p.items() for n in names))


def table_of(nation: list[Person], weights: dict[tuple[str, str], int]) -> list[ClassWeight]:
    held = counted(nation)
    constant = ClassWeight("intercept", "all", len(nation), weights["intercept", "all"])
    return [constant, *(ClassWeight(*c, held.get(c, 0), weights[c]) for c in CLASSES)]


def slowly(
    own: list[Person], nation: list[Person], weights: dict[tuple[str, str], int]
) -> dict[str, Fraction]:
    """Every part as a mean over single persons, without shares."""

    def mean(values: list[Fraction]) -> Fraction:
        return sum(values, Fraction(0)) / len(values)

    def weight(person: Person, factor: str) -> Fraction:
        return Fraction(sum(weights[factor, name] for name in person[factor]), SCALE)

    def of_age(person: Person) -> Fraction:
        """The mean weight of persons of the nation of the same age, whatever their sex."""
        age = person["age_sex"][0].split(" ")[1]
        same = [p for p in nation if p["age_sex"][0].split(" ")[1] == age]
        return mean([weight(p, "age_sex") for p in same])

    def whole(person: Person) -> Fraction:
        constant = Fraction(weights["intercept", "all"], SCALE)
        return constant + sum((weight(person, f) for f in person), Fraction(0))

    parts = {
        factor: mean([weight(p, factor) for p in own]) - mean([weight(p, factor) for p in nation])
        for factor in ("income", "fkg")
    }
    age = mean([of_age(p) for p in own])
    return parts | {
        "age": age - mean([weight(p, "age_sex") for p in nation]),
        "sex": mean([weight(p, "age_sex") for p in own]) - age,
        "mean": mean([whole(p) for p in nation]),
        "expected": sum((whole(p) for p in own), Fraction(0)),
    }


@given(st.lists(PERSON, min_size=1, max_size=12), st.lists(PERSON, max_size=12),
       st.fixed_dictionaries({c: WEIGHT for c in [("intercept", "all"), *CLASSES]}))  # fmt: skip
def test_the_parts_are_those_of_a_slow_count_over_single_persons(
    own: list[Person], others: list[Person], weights: dict[tuple[str, str], int]
) -> None:
    nation = own + others
    found = explain(table_of(nation, weights), counted(own), len(own))

    slow = slowly(own, nation, weights)
    assert dict(found.contributions) | {"mean": found.mean, "expected": found.expected} == slow
    assert found.mean + sum(found.contributions.values()) == found.expected / len(own)
    assert sum(part.contribution for part in found.classes) == sum(found.contributions.values())


def test_by_hand() -> None:
    # The nation: 4 persons, half of them low; the practice: 2 persons, both low, one with asthma.
    weights = [
        ClassWeight("intercept", "all", 4, 100 * SCALE),
        ClassWeight("income", "low", 2, 10 * SCALE),
        ClassWeight("income", "high", 2, 0, "reference"),
        ClassWeight("fkg", "asthma", 1, 40 * SCALE),
    ]
    found = explain(weights, {("income", "low"): 2, ("fkg", "asthma"): 1}, 2)

    assert found.mean == 115
    assert found.contributions == {"income": 5, "fkg": 10}
    assert found.expected == 260


def test_the_average_practice_differs_by_nothing() -> None:
    nation = [{"age_sex": (a,), "income": (i,), "fkg": ()} for a in AGES for i in INCOMES]
    weights = {c: 7 * n * SCALE for n, c in enumerate([("intercept", "all"), *CLASSES])}
    found = explain(table_of(nation, weights), counted(nation), len(nation))
    assert set(found.contributions.values()) == {0}


def test_persons_in_a_class_without_a_weight_stop_the_explanation() -> None:
    with pytest.raises(GateStopped, match="classes the weights do not have"):
        explain([ClassWeight("intercept", "all", 1, 1)], {("income", "odd"): 1}, 1)


def test_a_value_that_does_not_follow_to_the_last_digit_stops_the_explanation() -> None:
    found = Explanation(3, 9, Fraction(10), {"income": Fraction(1, 3)}, ())
    refuse_other_state(found, Fraction(31), 9, "01000001")
    for expected, reference in ((Fraction(31) + Fraction(1, 10**9), 9), (Fraction(31), 8)):
        with pytest.raises(GateStopped, match="does not follow from weights and class counts"):
            refuse_other_state(found, expected, reference, "01000001")


@given(st.dictionaries(st.sampled_from(REASONS), st.integers(0, 10**7)))
def test_the_ladder_loses_no_person(persons: dict[str, int]) -> None:
    rungs = exclusion_ladder(REASONS, persons)

    assert [rung.reason for rung in rungs] == list(REASONS)
    assert sum(rung.persons for rung in rungs) == sum(persons.values())
    assert rungs[-1].left == rungs[-1].persons == persons.get("counted", 0)
    left = sum(persons.values())
    for rung in rungs[:-1]:
        left -= persons.get(rung.reason, 0)
        assert rung.left == left >= 0


def test_persons_with_an_unknown_reason_stop_the_ladder() -> None:
    with pytest.raises(GateStopped, match="unknown reason"):
        exclusion_ladder(REASONS, {"counted": 3, "forgotten": 1})
