"""What is expected: ordinary least squares from whole-number sums, solved exactly, rounded
half-even; the rounded table is the model, and whoever has it can recompute every value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.engine.benchmark import Cells, CellSums, compare_provider, index_of
from spiegel_core.engine.design import ALL, INTERCEPT, design_of
from spiegel_core.engine.model import AMOUNT, SCALE, USERS, Model, Target, fit
from spiegel_core.engine.sums import gram_of
from spiegel_core.population.factors import Factor, Factors

AGE = Factor("age", ("young", "middle", "old"))
SEX = Factor("sex", ("M", "V"))
DRUGS = Factor("fkg", ("asthma", "cancer"), is_any=True)
COST = Target("cost", AMOUNT, is_money=True)
COUNT = Target("consults", AMOUNT, is_money=False)
COST_USERS = Target("cost", USERS, is_money=True)

Person = tuple[dict[str, tuple[str, ...]], int]


def person(value: int, *classes: str) -> Person:
    """A person of classes named as `young`, `M`, `cancer`, who had a value."""
    return {f.name: tuple(c for c in f.classes if c in classes) for f in (AGE, SEX, DRUGS)}, value


def fitted(
    persons: Sequence[Person],
    factors: tuple[Factor, ...] = (AGE, SEX, DRUGS),
    targets: tuple[Target, ...] = (COST,),
) -> Model:
    """The model whose reference population these persons are."""
    packing = Factors(factors)
    design = design_of(packing)
    counts = Counter(packing.pack(classes) for classes, _ in persons)
    profiles = np.array(sorted(counts), dtype=np.int64)
    exposure = np.array([counts[profile] for profile in sorted(counts)], dtype=np.int64)
    totals = []
    for factor, name in design.columns:
        held = [v for c, v in persons if factor == INTERCEPT or name in c.get(factor, ())]
        totals.append(
            [sum(v > 0 for v in held) if t.measure == USERS else sum(held) for t in targets]
        )
    return fit(design, gram_of(design, profiles, exposure), totals, targets)


def weights_of(model: Model, target: int = 0) -> dict[str, Fraction]:
    """Weight per class, in the unit of the outcome."""
    return {
        name: Fraction(int(model.weights[place, target]), SCALE)
        for place, (_, name) in enumerate(model.design.columns)
    }


def notes_of(model: Model) -> dict[str, str]:
    return {
        name: note
        for (_, name), note in zip(model.design.columns, model.notes, strict=True)
        if note
    }


def test_with_one_characteristic_the_mean_of_the_class_is_expected() -> None:
    persons = [person(v, "young") for v in (1, 2, 6)] + [person(v, "old") for v in (10, 20)]
    weights = weights_of(fitted(persons, (AGE,)))

    assert weights[ALL] == 3
    assert weights["old"] == 12
    assert weights["young"] == weights["middle"] == 0


def test_two_characteristics_add_up() -> None:
    # By hand: 100 for a young man, 30 more for a woman, 50 more for the old, 7 for a drug.
    persons = [
        person(100 + 30 * ("V" in who) + 50 * ("old" in who) + 7 * ("cancer" in who), *who)
        for who in (
            ("young", "M"), ("young", "M"), ("young", "V"), ("old", "M"), ("old", "V"),
            ("young", "M", "cancer"), ("old", "V", "cancer"), ("young", "M"),
        )
    ]  # fmt: skip
    weights = weights_of(fitted(persons))

    assert (weights[ALL], weights["V"], weights["old"], weights["cancer"]) == (100, 30, 50, 7)


def test_the_largest_class_of_a_characteristic_is_the_reference() -> None:
    persons = [person(5, "old", "M")] * 3 + [person(9, "young", "V")] * 2 + [person(1, "old", "V")]
    model = fitted(persons)

    assert notes_of(model)["old"] == "reference"
    assert weights_of(model)["old"] == 0


def test_of_classes_equally_large_the_first_by_name_is_the_reference() -> None:
    persons = [person(5, "young", "M"), person(9, "old", "V"), person(2, "middle", "M"),
               person(4, "middle", "V")]  # fmt: skip
    equal = [person(5, "young", "M"), person(9, "old", "V"), person(7, "young", "V"),
             person(1, "old", "M")]  # fmt: skip

    assert notes_of(fitted(persons))["M"] == "reference"
    # "old" comes before "young" in name, though not in the order of the classes.
    assert notes_of(fitted(equal))["old"] == "reference"


def test_cost_groups_have_no_reference_class() -> None:
    persons = [person(5, "old", "M"), person(9, "old", "M", "cancer"), person(9, "young", "V")]
    assert ["asthma", "cancer"][1] not in notes_of(fitted(persons))


def test_a_class_without_persons_has_weight_0_and_is_listed() -> None:
    persons = [person(5, "old", "M"), person(9, "young", "V"), person(7, "old", "V")]
    model = fitted(persons)

    notes = notes_of(model)
    assert {name for name, note in notes.items() if note == "no_persons"} == {
        "middle", "asthma", "cancer",
    }  # fmt: skip
    assert all(weights_of(model)[name] == 0 for name in notes)


def test_a_class_that_follows_from_earlier_ones_has_weight_0_and_is_listed() -> None:
    # Every woman is old and nobody else is: the two cannot be told apart.
    persons = [person(5, "young", "M"), person(5, "young", "M"), person(9, "old", "V")]
    model = fitted(persons)

    assert notes_of(model)["V"] == "collinear"
    assert weights_of(model)["old"] == 4
    assert weights_of(model)["V"] == 0


ROUNDED = [
    # total over 2,000,000 persons, expected millionths of a cent per person
    (1, 0),
    (2, 1),
    (3, 2),
    (5, 2),
    (7, 4),
    (-1, 0),
    (-3, -2),
    (-5, -2),
]


@pytest.mark.parametrize(("total", "millionths"), ROUNDED)
def test_weights_of_money_are_rounded_half_even_to_6_decimals_of_a_cent(
    total: int, millionths: int
) -> None:
    design = design_of(Factors((Factor("all", ("one",)),)))
    gram = np.full((2, 2), 2_000_000, dtype=np.int64)

    model = fit(design, gram, [[total], [total]], (COST,))

    assert int(model.weights[0, 0]) == millionths * 1000


@pytest.mark.parametrize("target", [COUNT, COST_USERS])
def test_weights_of_counts_and_persons_are_rounded_to_9_decimals(target: Target) -> None:
    persons = [person(value, "young") for value in (1, 0, 0)]
    model = fitted(persons, (AGE,), (target,))

    assert int(model.weights[0, 0]) == 333_333_333


def test_money_keeps_6_decimals_where_counts_keep_9() -> None:
    persons = [person(value, "young") for value in (1, 0, 0)]
    model = fitted(persons, (AGE,), (COST, COUNT))

    assert model.weights[0].tolist() == [333_333_000, 333_333_333]


PERSONS = st.lists(
    st.builds(
        lambda age, sex, drugs, value: person(value, age, sex, *drugs),
        st.sampled_from(AGE.classes),
        st.sampled_from(SEX.classes),
        st.sets(st.sampled_from(DRUGS.classes)),
        st.one_of(st.just(0), st.integers(-1_000, 10_000_000)),
    ),
    min_size=1,
    max_size=40,
)


@given(PERSONS)
def test_nationally_and_within_every_class_expected_equals_observed(persons: list[Person]) -> None:
    targets = (COST, COUNT, COST_USERS)
    model = fitted(persons, targets=targets)
    factors = Factors((AGE, SEX, DRUGS))
    profiles = np.array([factors.pack(classes) for classes, _ in persons], dtype=np.int64)
    expected = model.expected_per_person(profiles)

    for place, target in enumerate(targets):
        for factor, name in model.design.columns:
            held = [
                n
                for n, (classes, _) in enumerate(persons)
                if factor == INTERCEPT or name in classes[factor]
            ]
            values = [persons[n][1] for n in held]
            observed = sum(v > 0 for v in values) if target.measure == USERS else sum(values)
            total = Fraction(sum(int(expected[n, place]) for n in held), SCALE)
            # Each person has at most 5 weights, each off by half a unit of its last decimal.
            allowed = Fraction(5 * len(held), 2 * 10**target.digits)
            assert abs(total - observed) <= allowed


@given(PERSONS, st.integers(1, 5))
def test_a_practice_expects_the_sum_over_its_classes_to_the_last_digit(
    persons: list[Person], every: int
) -> None:
    model = fitted(persons)
    factors = Factors((AGE, SEX, DRUGS))
    own = persons[::every]
    counts = Counter(factors.pack(classes) for classes, _ in own)
    cells = Cells(np.array(sorted(counts)), np.array([counts[p] for p in sorted(counts)]))

    found = compare_provider(cells, {}, model, exact_below=10)["cost", AMOUNT]

    by_class = sum(
        weights_of(model)[name]
        for classes, _ in own
        for name in (ALL, *(one for of_factor in classes.values() for one in of_factor))
    )
    assert Fraction(found.expected, SCALE) == by_class
    assert found.persons == len(own)


def compared(own: Sequence[Person], model: Model) -> dict[tuple[str, str], tuple[object, ...]]:
    """Observed, expected and index of a practice, from its cells."""
    factors = Factors((AGE, SEX, DRUGS))
    by_profile: dict[int, list[int]] = {}
    for classes, value in own:
        by_profile.setdefault(factors.pack(classes), []).append(value)
    profiles = sorted(by_profile)
    values = [by_profile[p] for p in profiles]
    sums = CellSums(
        np.arange(len(profiles)),
        tuple(sum(v > 0 for v in of) for of in values),
        tuple(sum(of) for of in values),
        tuple(sum(v * v for v in of) for of in values),
    )
    cells = Cells(np.array(profiles), np.array([len(of) for of in values]))
    found = compare_provider(cells, {"cost": sums}, model, exact_below=10)
    return {key: (one.observed, one.expected, one.index) for key, one in found.items()}


def test_the_index_is_100_times_observed_over_expected() -> None:
    values = {"young": (100, 200), "old": (0, 600)}
    persons = [person(value, age, "M") for age, of_age in values.items() for value in of_age]
    model = fitted(persons, targets=(COST, COST_USERS))

    assert compared([persons[1], persons[3]], model) == {
        ("cost", AMOUNT): (800, 450 * SCALE, 177.777777778),
        ("cost", USERS): (2, int(1.5 * SCALE), 133.333333333),
    }
    assert compared(persons, model)["cost", AMOUNT] == (900, 900 * SCALE, 100.0)


def test_an_outcome_nobody_of_the_practice_had_is_zero_beside_what_was_expected() -> None:
    persons = [person(v, "young", "M") for v in (100, 0)]
    model = fitted(persons)
    assert compared([persons[1]], model)["cost", AMOUNT] == (0, 50 * SCALE, 0.0)


@pytest.mark.parametrize(
    ("observed", "expected", "index"),
    [
        (3, 2 * SCALE, 150.0),
        (0, 2 * SCALE, 0.0),
        (-1, 2 * SCALE, -50.0),
        (1, 3 * SCALE, 33.333333333),
        (5, 0, None),
        (0, 0, None),
        (5, -1, None),
    ],
)
def test_there_is_no_index_where_nothing_is_expected(
    observed: int, expected: int, index: float | None
) -> None:
    assert index_of(observed, expected) == index


def test_expected_values_below_zero_are_kept() -> None:
    # Old women get less than both effects together take away.
    persons = [
        *[person(100, "young", "M")] * 10, *[person(0, "old", "M")] * 10,
        *[person(0, "young", "V")] * 10, person(0, "old", "V"),
    ]  # fmt: skip
    model = fitted(persons)
    _, expected, index = compared([persons[-1]], model)["cost", AMOUNT]

    assert expected < 0
    assert index is None
    total = compared(persons, model)["cost", AMOUNT][1]
    assert abs(total - 1000 * SCALE) <= 31 * 5 * 1000 / 2


@given(PERSONS)
def test_the_order_of_the_persons_changes_no_weight(persons: list[Person]) -> None:
    assert np.array_equal(fitted(persons).weights, fitted(persons[::-1]).weights)


def test_sums_beyond_the_whole_numbers_of_a_double_are_exact() -> None:
    # 2^53 + 1 cents over a million persons: a double would drop the last cent.
    design = design_of(Factors((Factor("all", ("one",)),)))
    gram = np.full((2, 2), 1_000_000, dtype=np.int64)

    model = fit(design, gram, [[2**53 + 1], [2**53 + 1]], (COST,))

    assert int(model.weights[0, 0]) == (2**53 + 1) * 1000
