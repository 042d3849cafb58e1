"""How far chance alone may move a number: exact and Byar for users, Wilson for shares; for amounts
by rule of the year exact limits of parcels of the national spread, or the linearised ratio on the
log scale with the practice's own spread; 95% and 99.8%."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.gold import MODEL_SPREADS, PRODUCT
from spiegel_core.contracts.rules import NATIONAL_SPREAD, OWN_SPREAD, YearRules
from spiegel_core.engine.benchmark import Cells, CellSums, compare_provider
from spiegel_core.engine.design import design_of
from spiegel_core.engine.intervals import (
    LEVELS,
    Interval,
    byar,
    count_interval,
    exact_poisson,
    ratio_error,
    ratio_interval,
    wilson,
)
from spiegel_core.engine.model import AMOUNT, SCALE, USERS, Target, fit
from spiegel_core.engine.spread import OutcomeSpread, spreads_of
from spiegel_core.population.factors import Factor, Factors
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.kept_reads import QUERIES, KeptTables
from spiegel_core.runtime.spreads import interval_in_force, spread_rows, spreads_in_force
from spiegel_core.runtime.tables import Tables


def test_the_levels_are_95_and_99_8_percent() -> None:
    assert LEVELS == (0.95, 0.998)


# Garwood's table, as every handbook prints it.
@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (4, 1.0899, 10.2416), (9, 4.1154, 17.0848)],
)
def test_exact_limits_of_a_count(count: int, lower: float, upper: float) -> None:
    found = exact_poisson(count, 0.95)
    assert (round(found.lower or 0.0, 4), round(found.upper or 0.0, 4)) == (lower, upper)


@given(st.integers(0, 400), st.sampled_from(LEVELS))
def test_a_mean_at_an_exact_limit_gives_the_count_or_more_with_half_of_what_is_left(
    count: int, level: float
) -> None:
    found = exact_poisson(count, level)
    assert found.lower is not None
    assert found.upper is not None
    assert _at_most(count, found.upper) == pytest.approx((1 - level) / 2, rel=1e-8)
    if count:
        assert 1 - _at_most(count - 1, found.lower) == pytest.approx((1 - level) / 2, rel=1e-6)


def _at_most(count: int, mean: float) -> float:
    """The chance of at most a count of a Poisson with this mean, term by term."""
    logs = [n * math.log(mean) - mean - math.lgamma(n + 1) for n in range(count + 1)]
    return math.fsum(map(math.exp, logs))


# PHEindicatormethods 2.1.0, testdata_Byars_Wilson.xlsx.
@pytest.mark.parametrize(
    ("count", "level", "lower", "upper"),
    [
        (65, 0.95, 50.163187710459454, 82.84913854593984),
        (65, 0.998, 42.8802614714802, 94.00029084431802),
        (1045, 0.95, 982.5932018073325, 1110.33121298565),
        (10, 0.998, 2.916318374695686, 24.193724927880535),
    ],
)
def test_byar_limits_as_published(count: int, level: float, lower: float, upper: float) -> None:
    found = byar(count, level)
    assert found.lower == pytest.approx(lower, rel=1e-9)
    assert found.upper == pytest.approx(upper, rel=1e-9)


def test_there_is_no_lower_limit_where_byar_gives_one_below_zero() -> None:
    assert byar(1, 0.998).lower is None
    assert byar(1, 0.95).lower is not None


@pytest.mark.parametrize(
    ("count", "is_exact"), [(0, True), (1, True), (9, True), (10, False), (11, False)]
)
def test_exact_below_10_and_byar_from_10_on(
    count: int, is_exact: bool, rules_2021: YearRules
) -> None:
    below = rules_2021.numbers.exact_interval_below
    for level in LEVELS:
        expected = exact_poisson(count, level) if is_exact else byar(count, level)
        assert count_interval(count, level, below) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "lower", "upper"),
    [
        (65, 100, 0.55254, 0.73636),
        (0, 10, 0.0, 0.27753),
        (10, 10, 0.72247, 1.0),
        (5, 10, 0.23659, 0.76341),
    ],
)
def test_wilson_limits_of_a_share(
    numerator: int, denominator: int, lower: float, upper: float
) -> None:
    found = wilson(numerator, denominator, 0.95)
    assert (round(found.lower or 0.0, 5), round(found.upper or 0.0, 5)) == (lower, upper)


def test_the_error_of_a_ratio_by_hand() -> None:
    # y = 1 and 3, e = 2 and 2: R = 1, d = -1 and 1, SE = sqrt(2/1 x 2) / 4 = 1/2.
    error = ratio_error(Fraction(4), Fraction(4), 2, Fraction(10), Fraction(8), Fraction(8))
    assert error == 0.5
    # t with one degree of freedom is the tangent: limits 1 x exp(-+ tan(0.475 pi) / 2).
    half = math.tan(0.475 * math.pi) / 2
    found = ratio_interval(1.0, error, 2, 0.95)
    assert found.lower == pytest.approx(math.exp(-half))
    assert found.upper == pytest.approx(math.exp(half))


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=2, max_size=30
    ).filter(lambda pairs: any(y for y, _ in pairs))
)
def test_the_error_from_sums_is_the_error_from_persons(pairs: list[tuple[int, int]]) -> None:
    y, e, n = sum(a for a, _ in pairs), sum(b for _, b in pairs), len(pairs)
    error = ratio_error(
        Fraction(y), Fraction(e), n, Fraction(sum(a * a for a, _ in pairs)),
        Fraction(sum(a * b for a, b in pairs)), Fraction(sum(b * b for _, b in pairs)),
    )  # fmt: skip
    spread = sum((a - Fraction(y, e) * b) ** 2 for a, b in pairs)
    assert error == pytest.approx(math.sqrt(float(Fraction(n, n - 1) * spread)) / e, abs=1e-12)

    found = ratio_interval(y / e, error, n, 0.95)
    if found.lower is not None and found.upper is not None:
        assert found.lower <= y / e <= found.upper
        assert math.sqrt(found.lower * found.upper) == pytest.approx(y / e)


@pytest.mark.parametrize(
    ("ratio", "error", "why"),
    [(0.0, 0.1, "nothing observed"), (-0.5, 0.1, "below zero"), (1.0, None, "no error")],
)
def test_there_are_no_limits_of_a_ratio(ratio: float, error: float | None, why: str) -> None:
    assert ratio_interval(ratio, error, 100, 0.95) == Interval(None, None), why


def test_one_person_gives_no_error_and_a_wild_one_no_limits() -> None:
    one = Fraction(1)
    assert ratio_error(one, one, 1, one, one, one) is None
    assert ratio_error(one, Fraction(0), 5, one, one, one) is None
    assert ratio_interval(1.0, 1e6, 2, 0.95) == Interval(None, None)


OWN: Mapping[str, int | None] | None = None


def national(spread: float | None) -> Mapping[str, int | None]:
    """The spread of the one outcome, as a version keeps it."""
    return {"cost": None if spread is None else round(spread * SCALE)}


def compared(
    values: list[int], weight: int, measure: str, spreads: Mapping[str, int | None] | None = OWN
) -> tuple[Interval, ...]:
    """The intervals of a practice of such persons, each with the same expected value."""
    design = design_of(Factors((Factor("all", ("one",)),)))
    target = Target("cost", measure, is_money=True)
    gram = np.ones((2, 2), dtype=np.int64)
    model = fit(design, gram, [[weight], [weight]], (target,))
    sums = CellSums(
        np.array([0]), (sum(v > 0 for v in values),), (sum(values),), (sum(v * v for v in values),)
    )
    cells = Cells(np.array([0]), np.array([len(values)]))
    found = compare_provider(cells, {"cost": sums}, model, 10, spreads)
    return found["cost", measure].intervals


def test_amounts_have_limits_around_their_index() -> None:
    wide, wider = compared([50, 100, 150, 300], 100, AMOUNT)
    assert wide.lower is not None
    assert wide.upper is not None
    # Index 150; the limits of a ratio lie symmetric around it on the log scale.
    assert wide.lower < 150 < wide.upper
    assert math.sqrt(wide.lower * wide.upper) == pytest.approx(150)
    assert wider.lower is not None
    assert wider.upper is not None
    assert wider.lower < wide.lower < wide.upper < wider.upper


# Parcels of 50: 4 x 50 observed are a count of 4 (Garwood), of which each is worth 50 / E.
@pytest.mark.parametrize(
    ("values", "weight", "lower", "upper"),
    [
        ([200], 50, 100 * 1.08987, 100 * 10.24159),
        ([50, 50, 50, 50], 50, 25 * 1.08987, 25 * 10.24159),
        ([0, 0, 0, 50], 100, 12.5 * 0.0253178, 12.5 * 5.57164),
        ([0] * 19 + [450], 20, 12.5 * 4.11537, 12.5 * 17.08480),
    ],
)
def test_with_the_national_spread_an_amount_has_the_limits_of_its_count_of_parcels(
    values: list[int], weight: int, lower: float, upper: float
) -> None:
    wide, wider = compared(values, weight, AMOUNT, national(50))
    assert wide.lower == pytest.approx(lower, rel=1e-5)
    assert wide.upper == pytest.approx(upper, rel=1e-5)
    exact, unit = exact_poisson(sum(values) / 50, 0.998), 100 * 50 / (weight * len(values))
    assert wider.lower == pytest.approx((exact.lower or 0) * unit)
    assert wider.upper == pytest.approx((exact.upper or 0) * unit)


def test_the_national_spread_asks_nothing_of_the_own_persons_spread() -> None:
    equal, unequal = [100, 100, 100, 100], [0, 0, 0, 400]
    assert compared(equal, 90, AMOUNT, national(70)) == compared(unequal, 90, AMOUNT, national(70))
    assert compared(equal, 90, AMOUNT) != compared(unequal, 90, AMOUNT)


def test_users_have_the_same_limits_whatever_the_interval_of_amounts() -> None:
    for values in ([0] * 20, [7] * 10 + [0] * 10):
        assert compared(values, 1, USERS, national(50)) == compared(values, 1, USERS)


@pytest.mark.parametrize("spreads", [OWN, national(50)], ids=["own_spread", "national_spread"])
@pytest.mark.parametrize(
    ("values", "weight", "why"),
    [([0, 0], 100, "O = 0"), ([5, -5], 100, "O = 0"), ([1, -5], 100, "O < 0"),
     ([1, 2], 0, "E = 0"), ([1, 2], -3, "E < 0")],
)  # fmt: skip
def test_amounts_have_no_limits(
    values: list[int], weight: int, why: str, spreads: Mapping[str, int | None] | None
) -> None:
    assert compared(values, weight, AMOUNT, spreads) == (Interval(None, None),) * 2, why


@pytest.mark.parametrize("spread", [None, 0.0])
def test_without_a_national_spread_there_is_no_interval(spread: float | None) -> None:
    assert compared([50, 100], 100, AMOUNT, national(spread)) == (Interval(None, None),) * 2


PERSONS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-(10**6), 10**7)), min_size=1, max_size=25
)
CLASSES = Factors((Factor("age", ("old", "young", "nobody")),))


def spread_of(persons: list[tuple[int, int]], is_money: bool) -> OutcomeSpread:
    """The national spread of one outcome, from sums as gold has them."""
    design = design_of(CLASSES)
    rows = [(design.matrix(np.array([profile]))[0], value) for profile, value in persons]
    gram = sum((np.outer(row, row) for row, _ in rows), np.zeros((4, 4), dtype=np.int64))
    totals = [[sum(int(row[c]) * value for row, value in rows)] for c in range(4)]
    model = fit(design, gram, totals, (Target("cost", AMOUNT, is_money),))
    squares = {"cost": sum(value * value for _, value in persons), "another": 7}
    (found,) = spreads_of(model, gram, totals, squares)
    return found


@given(PERSONS, st.booleans(), st.randoms())
def test_the_national_spread_is_that_of_the_persons_in_any_order(
    persons: list[tuple[int, int]], is_money: bool, dice: random.Random
) -> None:
    found = spread_of(persons, is_money)
    places = 6 if is_money else 9
    means = {}
    for profile in {profile for profile, _ in persons}:
        values = [value for other, value in persons if other == profile]
        means[profile] = Fraction(sum(values), len(values))
    expected = sum(means[profile] for profile, _ in persons)
    squares = sum((value - means[profile]) ** 2 for profile, value in persons)
    assert found.squares == sum(value * value for _, value in persons)
    if found.spread is None:
        assert expected <= len(persons) * Fraction(2, 10**places)
    elif expected > 1:
        # Weights are rounded, so the spread around them is too; it is kept with as many decimals.
        assert found.spread % 10 ** (9 - places) == 0
        assert found.spread / SCALE == pytest.approx(float(squares / expected), rel=1e-6, abs=1e-4)
    dice.shuffle(persons)
    assert spread_of(persons, is_money) == found


def test_a_spread_is_rounded_half_to_even_with_the_decimals_of_its_weights() -> None:
    # One class, persons with 0 and 1, and with 1 and 2: means 1/2 and 3/2, squares 1/2 of each.
    assert spread_of([(0, 0), (0, 1)], True).spread == SCALE // 2
    assert spread_of([(0, 1), (0, 2)], True).spread == 166_667_000
    assert spread_of([(0, 1), (0, 2)], False).spread == 166_666_667
    assert spread_of([(0, 0), (0, 0)], True).spread is None


NO_TABLES = KeptTables({QUERIES: b"[]"})


@pytest.mark.parametrize(
    ("kind", "kept", "in_force"),
    [(NATIONAL_SPREAD, True, NATIONAL_SPREAD), (OWN_SPREAD, True, OWN_SPREAD),
     (NATIONAL_SPREAD, False, OWN_SPREAD), (OWN_SPREAD, False, OWN_SPREAD)],
)  # fmt: skip
def test_the_rule_of_the_year_decides_and_a_version_from_before_has_the_own_spread(
    kind: str, kept: bool, in_force: str, rules_2021: YearRules, tmp_path: Path
) -> None:
    tables = Tables(Folder(tmp_path))
    spreads = [OutcomeSpread("cost_total", 9, 1_500_000_000), OutcomeSpread("visit_long", 0, None)]
    for version in (1, 2) if kept else (2,):
        tables.append(MODEL_SPREADS, spread_rows(spreads, 2021, PRODUCT, version))
    numbers = rules_2021.numbers.model_copy(update={"amount_interval": kind})
    rules = dataclasses.replace(rules_2021, numbers=numbers)

    assert interval_in_force(tables, rules, version=1) == in_force
    if kind == OWN_SPREAD:
        # A release from before kept no read of the spread: none is asked for.
        assert interval_in_force(NO_TABLES, rules, version=1) == OWN_SPREAD
    held = spreads_in_force(tables, rules, version=1)
    assert held == ({"cost_total": 1_500_000_000, "visit_long": None}
                    if in_force == NATIONAL_SPREAD else None)  # fmt: skip


def test_users_have_limits_also_where_there_are_none() -> None:
    # 20 persons, one user expected of each: 0 users observed, limits 0 and 3.689 of 20.
    wide, _ = compared([0] * 20, 1, USERS)
    assert wide.lower == 0.0
    assert wide.upper == pytest.approx(100 * 3.688879 / 20, rel=1e-6)
    assert compared([1] * 20, 0, USERS) == (Interval(None, None),) * 2


def test_users_from_10_on_have_limits_of_byar() -> None:
    wide, _ = compared([7] * 10 + [0] * 10, 1, USERS)
    expected = byar(10, 0.95)
    assert wide.lower == pytest.approx((expected.lower or 0) * 5, abs=1e-8)
    assert wide.upper == pytest.approx((expected.upper or 0) * 5, abs=1e-8)
