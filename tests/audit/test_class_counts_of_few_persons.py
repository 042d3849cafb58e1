"""What an explanation shows without --small-cells gives no number of 1 to 9 persons away."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from spiegel_core.disclosure.class_counts import FactorCounts, Hidden, hidden_classes
from spiegel_core.disclosure.small_cells import hidden_in_partition, users_may_be_shown

SMALLEST = 10
COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 500))


@st.composite
def practices(draw: st.DrawFn) -> tuple[dict[str, FactorCounts], int]:
    """Class counts of a practice: two partitions of all persons, two yes/no, and cost groups."""
    ages = draw(st.lists(COUNTS, min_size=6, max_size=6))
    persons = sum(ages)
    assume(persons >= SMALLEST)
    low, unknown = draw(st.integers(0, persons)), draw(st.integers(0, 12))
    assume(low + unknown <= persons)
    factors = {
        "age_sex": FactorCounts({f"a{n}": k for n, k in enumerate(ages)}, False, 2),
        "income": FactorCounts(
            {"low": low, "unknown": unknown, "high": persons - low - unknown}, False
        ),
        "fkg": FactorCounts(
            {f"g{n}": min(draw(COUNTS), persons) for n in range(4)}, True
        ),
    }  # fmt: skip
    for name in ("copd", "diabetes"):
        yes = min(draw(COUNTS), persons)
        factors[name] = FactorCounts({"yes": yes, "no": persons - yes}, False)
    return factors, persons


def sums_shown(
    factors: dict[str, FactorCounts], hidden: Hidden
) -> list[dict[tuple[str, str], int]]:
    """The sums over hidden numbers that a reader has, with weights of which none is like another.

    Everything shown can be taken off, so only hidden numbers are in them.
    """
    place = {(f, n): 3 + 7 * k * k + k for f in factors for k, n in enumerate(factors[f].persons)}
    sums: list[dict[tuple[str, str], int]] = []
    joint: dict[tuple[str, str], int] = {}
    for name, counts in factors.items():
        held = [(name, one) for one in counts.persons if (name, one) in hidden.classes]
        if not counts.is_any:
            sums.append(dict.fromkeys(held, 1))
        weights = [{c: place[c] ** power for c in held} for power in range(1, counts.sums + 1)]
        if name in hidden.together:
            joint |= weights[0]
        else:
            sums += weights
    return [one for one in [*sums, joint] if one]


@given(practices())
def test_no_hidden_number_follows_from_what_is_shown(
    drawn: tuple[dict[str, FactorCounts], int],
) -> None:
    factors, persons = drawn
    hidden = hidden_classes(factors, persons, SMALLEST)
    unknown = sorted(hidden.classes)
    sums = sums_shown(factors, hidden)
    if not unknown or not sums:
        return

    matrix = np.array([[one.get(c, 0) for c in unknown] for one in sums], dtype=np.float64)
    matrix /= np.abs(matrix).max(axis=1, keepdims=True)
    rank = np.linalg.matrix_rank(matrix)
    for column in range(len(unknown)):
        alone = np.zeros((1, len(unknown)))
        alone[0, column] = 1
        assert np.linalg.matrix_rank(np.vstack([matrix, alone])) > rank, unknown[column]


BANDS = {"young": ["a0", "a1"], "old": ["a2", "a3", "a4", "a5"]}


def with_bands(factors: dict[str, FactorCounts]) -> dict[str, FactorCounts]:
    """The same practice where a mirror shows only young and old."""
    ages = FactorCounts(factors["age_sex"].persons, False, 2, BANDS)
    return {**factors, "age_sex": ages}


def in_the_mirror(factors: dict[str, FactorCounts], persons: int) -> set[frozenset[str]]:
    """What a mirror shows: a class, or a band of ages, each as the classes it counts."""
    shown: set[frozenset[str]] = set()
    for name, counts in factors.items():
        parts = {k: [k] for k in counts.persons} if name != "age_sex" else BANDS
        numbers = {k: sum(counts.persons[one] for one in held) for k, held in parts.items()}
        few = hidden_in_partition(numbers, SMALLEST)
        if counts.is_any:
            few = {k for k, n in numbers.items() if not users_may_be_shown(n, persons, SMALLEST)}
        shown |= {frozenset(f"{name} {o}" for o in parts[k]) for k in parts if k not in few}
    return shown


@given(practices())
def test_no_number_of_1_to_9_persons_follows_beside_the_mirror(
    drawn: tuple[dict[str, FactorCounts], int],
) -> None:
    factors, persons = with_bands(drawn[0]), drawn[1]
    hidden = hidden_classes(factors, persons, SMALLEST)
    columns = [f"{f} {n}" for f in factors for n in factors[f].persons]
    known: list[dict[str, int]] = [
        {f"{f} {n}": weight for (f, n), weight in one.items()}
        for one in sums_shown(factors, hidden)
    ]
    known += [dict.fromkeys(held, 1) for held in in_the_mirror(factors, persons)]
    known += [{f"{f} {n}": 1} for f in factors for n in factors[f].persons
              if (f, n) not in hidden.classes]  # fmt: skip
    known += [{f"{f} {n}": 1 for n in c.persons} for f, c in factors.items() if not c.is_any]

    matrix = np.array([[one.get(c, 0) for c in columns] for one in known], dtype=np.float64)
    matrix /= np.abs(matrix).max(axis=1, keepdims=True)
    rank = np.linalg.matrix_rank(matrix)
    numbers = [number for counts in factors.values() for number in counts.persons.values()]
    for place, number in enumerate(numbers):
        if 0 < number < SMALLEST:
            alone = np.eye(1, len(columns), place)
            assert np.linalg.matrix_rank(np.vstack([matrix, alone])) > rank, columns[place]


def test_an_age_is_not_told_by_a_band_of_the_mirror() -> None:
    children = {"00": 3, "01-04": 4, "05-09": 5, "10-14": 6, "15-17": 40}
    bands = {"0 t/m 17": [*children], "75 t/m 84": ["75-79", "80-84"]}
    ages = children | {"75-79": 20, "80-84": 5}
    found = hidden_classes({"age_sex": FactorCounts(ages, False, 1, bands)}, 83, SMALLEST)
    assert {name for _, name in found.classes} == {*ages} - {"15-17"}
    assert not found.together


def test_two_hidden_incomes_are_added_to_others_for_the_mirror_shows_the_rest() -> None:
    factors = {
        "income": FactorCounts({"low": 14, "middle": 789, "high": 2, "unknown": 10}, False),
        "fkg": FactorCounts({"a": 3, "b": 4, "c": 5, "d": 60}, True),
    }
    assert hidden_classes(factors, 815, SMALLEST).together == {"income", "fkg"}


@given(practices())
def test_every_number_of_1_to_9_persons_is_hidden(
    drawn: tuple[dict[str, FactorCounts], int],
) -> None:
    factors, persons = drawn
    hidden = hidden_classes(factors, persons, SMALLEST).classes
    small = {(f, n) for f, c in factors.items() for n, k in c.persons.items() if 0 < k < SMALLEST}
    assert small <= hidden


def test_a_cost_group_that_nearly_everybody_has_is_hidden_too() -> None:
    factors = {"fkg": FactorCounts({"a": 195, "b": 3, "c": 100}, True)}
    assert hidden_classes(factors, 200, SMALLEST).classes == {("fkg", "a"), ("fkg", "b")}


def test_a_cost_group_of_few_persons_takes_the_others_with_it() -> None:
    factors = {"fkg": FactorCounts({"a": 3, "b": 60, "c": 100}, True)}
    found = hidden_classes(factors, 200, SMALLEST)
    assert (found.together, len(found.classes)) == ({"fkg"}, 3)


def test_a_yes_of_few_persons_is_added_to_the_characteristic_with_most_hidden_numbers() -> None:
    factors = {
        "copd": FactorCounts({"no": 195, "yes": 5}, False),
        "income": FactorCounts({"low": 80, "high": 120}, False),
        "fkg": FactorCounts({"a": 3, "b": 4, "c": 50}, True),
    }
    found = hidden_classes(factors, 200, SMALLEST)
    assert found.together == {"copd", "fkg"}
    assert ("fkg", "c") in found.classes
    assert ("income", "low") not in found.classes


def test_many_hidden_numbers_under_one_sum_stand_on_their_own() -> None:
    factors = {"fkg": FactorCounts({"a": 3, "b": 4, "c": 50}, True)}
    found = hidden_classes(factors, 200, SMALLEST)
    assert (found.together, found.classes) == (frozenset(), {("fkg", "a"), ("fkg", "b")})


def test_an_audit_inside_the_house_hides_nothing() -> None:
    factors = {"copd": FactorCounts({"no": 195, "yes": 5}, False)}
    assert hidden_classes(factors, 200, 0) == Hidden(frozenset(), frozenset())
