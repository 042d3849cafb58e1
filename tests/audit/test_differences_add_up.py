"""What changed between two versions: parts that add up, causes from kept facts, nothing guessed."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.engine.explain import ClassWeight
from spiegel_core.engine.model import SCALE
from spiegel_core.engine.version_parts import (
    CORRECTED,
    DEFINITION,
    LATE,
    POPULATION_RULE,
    TOGETHER,
    UNKNOWN,
    WEIGHTS,
    Input,
    Side,
    added_up,
    causes_of,
    changes_between,
    parts_of_expected,
    parts_of_observed,
)
from spiegel_core.engine.weight_shifts import mean_absolute_shift, weight_shifts
from spiegel_core.errors import GateStopped
from spiegel_core.mirrors.audit.compared import EXPECTED, Split, Target
from spiegel_core.mirrors.audit.units import unit_of

INCOMES, GROUPS = ("low", "middle", "high"), ("asthma", "cancer")
CLASSES = [*(("income", i) for i in INCOMES), *(("fkg", g) for g in GROUPS)]
Person = tuple[str, tuple[str, ...], int]
PERSON = st.tuples(
    st.sampled_from(INCOMES), st.sets(st.sampled_from(GROUPS)).map(tuple), st.integers(0, 10**6)
)
PEOPLE = st.lists(PERSON, min_size=1, max_size=10)
WEIGHTS_OF = st.fixed_dictionaries(
    {c: st.integers(-(10**15), 10**15) for c in [("intercept", "all"), *CLASSES]}
)
Table = dict[tuple[str, str], int]


def side(people: list[Person], weights: Table) -> Side:
    counts = Counter(("income", i) for i, _, _ in people)
    counts.update(("fkg", g) for _, groups, _ in people for g in groups)
    rows = [ClassWeight(*c, len(people) if c[0] == "intercept" else counts[c], w)
            for c, w in weights.items()]  # fmt: skip
    return Side(len(people), counts, sum(v for _, _, v in people), rows)


def one_by_one(people: list[Person], weights: Table) -> Fraction:
    """What the persons are expected to have, person by person."""
    return sum(
        (
            Fraction(weights["intercept", "all"] + weights["income", income], SCALE)
            + sum((Fraction(weights["fkg", g], SCALE) for g in groups), Fraction(0))
            for income, groups, _ in people
        ),
        Fraction(0),
    )


@given(PEOPLE, PEOPLE, WEIGHTS_OF, WEIGHTS_OF, st.booleans())
def test_parts_are_those_of_a_slow_count_and_add_up_exactly(
    old: list[Person], new: list[Person], first: Table, second: Table, per_person: bool
) -> None:
    before, after = side(old, first), side(new, second)

    def mean(total: Fraction, people: list[Person]) -> Fraction:
        return total / len(people) if per_person else total

    parts = parts_of_expected(before, after, [LATE], per_person)
    who = mean(one_by_one(new, first), new) - mean(one_by_one(old, first), old)
    weights = mean(one_by_one(new, second), new) - mean(one_by_one(new, first), new)
    assert parts == {k: v for k, v in ((LATE, who), (WEIGHTS, weights)) if v}
    assert mean(before.expected, old) + sum(parts.values()) == mean(after.expected, new)

    observed = parts_of_observed(before, after, [LATE, CORRECTED], per_person)
    seen = [mean(Fraction(sum(v for _, _, v in people)), people) for people in (old, new)]
    assert observed == ({TOGETHER: seen[1] - seen[0]} if seen[0] != seen[1] else {})


@given(st.lists(st.tuples(PEOPLE, WEIGHTS_OF), min_size=3, max_size=4))
def test_steps_one_after_another_add_up_to_the_whole(way: list[tuple[list[Person], Table]]) -> None:
    sides = [side(people, weights) for people, weights in way]
    causes = ([LATE], [POPULATION_RULE], [LATE, DEFINITION])
    steps = [
        parts_of_expected(a, b, c, False)
        for a, b, c in zip(sides[:-1], sides[1:], causes, strict=False)
    ]
    assert sides[0].expected + sum(added_up(steps).values()) == sides[-1].expected


def test_without_another_input_a_difference_has_no_cause() -> None:
    zero = dict.fromkeys([("intercept", "all"), *CLASSES], 0)
    before, after = side([("low", (), 5)], zero), side([("low", (), 8)], zero)
    assert parts_of_observed(before, after, [], False) == {UNKNOWN: 3}


def claims(name: str, content: str = "a", debit: int = 100, credit: int = 0) -> Input:
    return Input("claims", name, content, 1, debit, credit)


@pytest.mark.parametrize(
    ("before", "after", "causes"),
    [
        ([], [claims("june")], [LATE]),
        ([], [claims("june", credit=7)], [CORRECTED, LATE]),
        ([claims("june")], [claims("june", "b")], [CORRECTED]),
        ([claims("june")], [], [CORRECTED]),
        ([claims("june")], [claims("june"), claims("july")], [LATE]),
        ([Input("insured", "i", "a")], [Input("insured", "i", "b")], [CORRECTED]),
        ([], [Input("organisations", "o", "a")], [CORRECTED]),
        ([Input(POPULATION_RULE, "high_cost", "a")], [Input(POPULATION_RULE, "high_cost", "b")],
         [POPULATION_RULE]),
        ([Input(DEFINITION, "age_classes", "a")], [Input(DEFINITION, "age_classes", "b")],
         [DEFINITION]),
        ([Input("code", "code", "a")], [Input("code", "code", "b")], [DEFINITION]),
        ([Input("outcome", "visits", "a")], [Input("outcome", "visits", "b")], []),
        ([Input("outcome", "cost", "a")], [Input("outcome", "cost", "b")], [DEFINITION]),
        ([claims("june")], [claims("june", "b"), claims("july")], [CORRECTED, LATE]),
        ([claims("june")], [claims("june")], []),
    ],
)  # fmt: skip
def test_each_input_that_differs_has_its_cause(
    before: list[Input], after: list[Input], causes: list[str]
) -> None:
    assert list(causes_of(changes_between(before, after), "cost")) == causes


def test_an_outcome_of_a_family_follows_the_definition_of_its_family() -> None:
    name = "medicine_{value}_cost"
    changes = changes_between([Input("outcome", name, "a")], [Input("outcome", name, "b")])
    assert causes_of(changes, "medicine_A10_cost") == (DEFINITION,)
    assert causes_of(changes, "medicine_A10_ddd") == ()


@given(PEOPLE, WEIGHTS_OF, st.integers(-(10**12), 10**12))
def test_another_reference_class_shifts_no_weight(
    people: list[Person], weights: Table, constant: int
) -> None:
    other = {c: w - constant * (c[0] == "income") for c, w in weights.items()}
    other["intercept", "all"] += constant
    shifts = weight_shifts(side(people, weights).weights, side(people, other).weights)
    assert {shift.moved for shift in shifts} == {Fraction(0)}
    assert mean_absolute_shift(shifts) == 0


def test_the_class_that_moved_most_for_the_nation_is_first() -> None:
    people: list[Person] = [("low", (), 1)] * 8 + [("high", ("cancer",), 1)] * 2
    weights = dict.fromkeys([("intercept", "all"), *CLASSES], 0)
    later = weights | {("income", "low"): 10 * SCALE, ("fkg", "cancer"): 30 * SCALE}
    shifts = weight_shifts(side(people, weights).weights, side(people, later).weights)

    # By hand: the mean of income moves by 8; a cost group has no reference and moves by itself.
    moved = {shift.name: (shift.persons, shift.moved) for shift in shifts}
    assert moved == {"low": (8, 2), "high": (2, -8), "middle": (0, -8), "cancer": (2, 30),
                     "asthma": (0, 0)}  # fmt: skip
    assert [shift.name for shift in shifts][:3] == ["cancer", "high", "low"]
    assert mean_absolute_shift(shifts) == Fraction(8 * 2 + 2 * 8 + 2 * 30, 12)


def test_a_difference_whose_parts_do_not_add_up_is_never_shown() -> None:
    target = Target("cost", "amount", "Kosten", unit_of("cents", "amount"))
    good = (Fraction(3), Fraction(5), {LATE: Fraction(2)})
    Split("", EXPECTED, target, *good, *good)
    with pytest.raises(GateStopped, match="do not add up"):
        Split("", EXPECTED, target, *good[:2], {LATE: Fraction(1)}, *good)
    with pytest.raises(GateStopped, match="do not add up"):
        Split("", EXPECTED, target, *good, Fraction(3), Fraction(6), {LATE: Fraction(2)})
