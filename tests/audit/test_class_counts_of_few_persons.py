"""What an explanation shows without --small-cells gives no number of 1 to 9 persons away."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from spiegel_core.disclosure.class_counts import FactorCounts, Hidden, hidden_classes

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
