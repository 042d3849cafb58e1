"""The twin's intervals and limits, against hand-worked and published cases."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from typing import Any

import pytest

from .benchmarks import (
    Sums,
    amount_limits,
    benchmark,
    byar,
    exact_poisson,
    gamma_quantile,
    national_limits,
    national_spread,
    sums_of,
    user_limits,
)
from .conf import Conf
from .drawn import conf_of, reference_case
from .model import Model
from .persons import Cost, is_high_cost

CONF = conf_of()


def with_interval(kind: str) -> Conf:
    """The configuration with one of the two intervals of amounts."""
    return dataclasses.replace(CONF, rules={**CONF.rules, "amount_interval": kind})


def test_linearised_intervals_of_54_published_providers() -> None:
    coefficients = reference_case("ols_from_cell_aggregates")["expected"]["coef"]
    case = reference_case("provider_oe_from_cell_aggregates")
    weights = [Fraction(weight) for weight in coefficients.values()]
    for name, observed, expected, n, ratio, se, *_ in case["expected"]["rows"]:
        sums = Sums(0, 0, Fraction(0), 0, Fraction(0), Fraction(0))
        for provider, hmo, died, age80, kind, m, total, squares in case["inputs"]["cells"]:
            if provider == name:
                z = (1, hmo, died, age80, int(kind == 2), int(kind == 3))
                e = sum(w * x for w, x in zip(weights, z, strict=True))
                sums = Sums(
                    sums.persons + m, sums.y + total, sums.e + m * e, sums.yy + squares,
                    sums.ye + total * e, sums.ee + m * e * e,
                )  # fmt: skip
        assert (sums.persons, sums.y) == (n, observed)
        assert float(sums.e) == pytest.approx(expected, rel=1e-8)
        limits = amount_limits(sums, 0.95)
        if n < 2 or se is None:
            assert limits is None
            continue
        assert limits is not None
        assert math.sqrt(limits[0] * limits[1]) == pytest.approx(100 * ratio, rel=1e-8)
        width = math.log(limits[1] / limits[0]) / 2
        assert width / t_95(n - 1) * ratio == pytest.approx(se, rel=1e-7, abs=1e-12)


def t_95(degrees: int) -> float:
    """The 97.5% quantile of Student's t, as the distribution of scipy inverts its own cdf."""
    from scipy.stats import t

    return float(t.isf(0.025, degrees))


def test_the_linearised_interval_by_hand() -> None:
    # y = 1, 3; e = 2, 2: R = 1, d = -1, 1, SE = sqrt(2/1 x 2) / 4 = 1/2; t(1) = tan(0.475 pi).
    sums = Sums(2, 4, Fraction(4), 10, Fraction(8), Fraction(8))
    limits = amount_limits(sums, 0.95)
    half = math.tan(0.475 * math.pi) / 2
    assert limits == pytest.approx((100 * math.exp(-half), 100 * math.exp(half)))


def test_the_national_spread_by_hand() -> None:
    # y = 1, 3; e = 2, 2: squares of the differences 1 + 1, expected 4.
    assert national_spread(Sums(2, 4, Fraction(4), 10, Fraction(8), Fraction(8)), 9) == 0.5
    # y = 1, 0; e = 1.5, 1.5: (0.25 + 2.25) / 3 = 0.8333..., rounded to two decimals.
    sums = Sums(2, 1, Fraction(3), 1, Fraction(3, 2), Fraction(9, 2))
    assert national_spread(sums, 2) == Fraction(83, 100)
    assert national_spread(Sums(2, 1, Fraction(0), 1, Fraction(0), Fraction(0)), 9) is None


def test_the_interval_with_the_national_spread_by_hand() -> None:
    # 6 observed in parcels of 2 are a count of 3; 4 expected: a parcel is worth one half.
    sums = Sums(5, 6, Fraction(4), 12, Fraction(0), Fraction(0))
    low, high = exact_poisson(3, 0.95)
    assert national_limits(sums, Fraction(2), 0.95) == pytest.approx((50 * low, 50 * high))
    # Of one person too, and none without a spread.
    alone = dataclasses.replace(sums, persons=1)
    assert national_limits(alone, Fraction(2), 0.95) is not None
    assert national_limits(sums, None, 0.95) is national_limits(sums, Fraction(0), 0.95) is None


def test_a_gamma_by_halving_is_the_published_count() -> None:
    # A gamma of shape 1 is exponential.
    assert gamma_quantile(1.0, 0.975) == pytest.approx(-math.log(0.025))
    for count in (1, 7, 250):
        low, high = exact_poisson(count, 0.998)
        assert gamma_quantile(float(count), 0.001) == pytest.approx(low)
        assert gamma_quantile(count + 1.0, 0.999) == pytest.approx(high)


@pytest.mark.parametrize(
    ("sums", "measure", "index", "has_own", "has_national"),
    [
        (Sums(5, 3, Fraction(0), 3, Fraction(0), Fraction(0)), "amount", None, False, False),
        (Sums(5, 3, Fraction(-2), 3, Fraction(0), Fraction(1)), "users", None, False, False),
        (Sums(5, 0, Fraction(3), 0, Fraction(0), Fraction(3)), "amount", 0, False, False),
        (Sums(5, -3, Fraction(3), 9, Fraction(-3), Fraction(3)), "amount", -100, False, False),
        (Sums(1, 3, Fraction(3), 9, Fraction(9), Fraction(9)), "amount", 100, False, True),
        (Sums(5, 0, Fraction(3), 0, Fraction(0), Fraction(3)), "users", 0, True, True),
        (Sums(1, 1, Fraction(1), 1, Fraction(1), Fraction(1)), "users", 100, True, True),
    ],
)
def test_where_there_is_no_index_or_interval(
    sums: Sums, measure: str, index: float | None, has_own: bool, has_national: bool
) -> None:
    for kind, has_limits in (("own_spread", has_own), ("national_spread", has_national)):
        found = benchmark(sums, measure, with_interval(kind), Fraction(2))
        assert found.index == index
        limits = (found.limits_95, found.limits_99_8)
        assert [one is not None for one in limits] == [has_limits] * 2, kind


def test_before_the_rule_an_amount_had_its_own_spread() -> None:
    sums = Sums(2, 4, Fraction(4), 10, Fraction(8), Fraction(8))
    rules = {name: value for name, value in CONF.rules.items() if name != "amount_interval"}
    found = benchmark(sums, "amount", dataclasses.replace(CONF, rules=rules), Fraction(2))
    assert found.limits_95 == amount_limits(sums, 0.95)


def test_the_sums_of_a_practice() -> None:
    # Weights 1.50 and 0.25: three persons are expected 1.75, 1.50 and 1.50.
    columns = [("intercept", ""), ("fkg", "astma")]
    scaled = {("n", measure): [1_500_000_000, 250_000_000] for measure in ("amount", "users")}
    model = Model(columns, [3, 1], ["", ""], dict.fromkeys(scaled, 9), scaled)
    members = [("a", [0, 1]), ("b", [0]), ("c", [0])]
    values = {"a": {"n": 4}, "b": {"n": -1}, "c": {}}
    quarter = Fraction(1, 4)
    ee = (49 + 36 + 36) * quarter**2
    assert sums_of(members, ("n", "amount"), values, model) == Sums(
        3, 3, 19 * quarter, 17, 28 * quarter - 6 * quarter, ee
    )
    assert sums_of(members, ("n", "users"), values, model) == Sums(
        3, 1, 19 * quarter, 1, 7 * quarter, ee
    )


def users(observed: int, expected: float, conf: Conf, level: float) -> Any:
    """Limits of observed users against expected ones, as a ratio."""
    sums = Sums(1000, observed, Fraction(expected), observed, Fraction(0), Fraction(0))
    limits = user_limits(sums, level, conf.rules["exact_interval_below"])
    assert limits is not None
    return [limit / 100 for limit in limits]


@pytest.mark.parametrize("name", ["isr_phe_big", "isr_phe_small", "isr_phe_tiny"])
def test_published_ratios_of_users(name: str) -> None:
    found = reference_case(name)["expected"]
    for level, suffix in ((0.95, "95"), (0.998, "99_8")):
        limits = [found["lower" + suffix], found["upper" + suffix]]
        ours = users(found["observed"], found["expected"], CONF, level)
        assert ours == pytest.approx(limits, rel=1e-9)


def test_published_limits_of_counts() -> None:
    for number in (1, 2, 4, 5, 6):
        case = reference_case(f"byar_limits_{number}")
        level = {"95%": 0.95, "99.8%": 0.998}[case["inputs"]["confidence"]]
        limits = (case["expected"]["lower"], case["expected"]["upper"])
        assert byar(case["inputs"]["count"], level) == pytest.approx(limits, rel=1e-9)
    case = reference_case("poisson_exact_1_to_10")
    for at, count in enumerate(case["inputs"]["counts"]):
        limits = (case["expected"]["lower"][at], case["expected"]["upper"][at])
        assert exact_poisson(count, 0.95) == pytest.approx(limits, rel=1e-9)
    assert exact_poisson(0, 0.95) == pytest.approx((0, -math.log(0.025)))


def test_exact_below_ten_and_byar_from_ten() -> None:
    assert users(9, 10, CONF, 0.95) == pytest.approx([x / 10 for x in exact_poisson(9, 0.95)])
    assert users(10, 10, CONF, 0.95) == pytest.approx([x / 10 for x in byar(10, 0.95)])


def test_the_published_high_cost_rule() -> None:
    case = reference_case("rule_high_cost_exclusion")
    pairs = zip(case["inputs"]["ggz"], case["inputs"]["total"], strict=True)
    found = [
        is_high_cost(Cost(int(100 * Fraction(total)), int(100 * Fraction(ggz))), CONF)
        for ggz, total in pairs
    ]
    assert found == case["expected"]["excluded"]
