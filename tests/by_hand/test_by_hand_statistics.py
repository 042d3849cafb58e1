"""The twin's model and intervals, against hand-worked and published cases."""

from __future__ import annotations

import json
import math
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from .benchmarks import Sums, amount_limits, benchmark, byar, exact_poisson, user_limits
from .characteristics import CONDITIONS, Patient
from .conf import Conf
from .drawn import conf_of
from .model import Model, classes_of, fit
from .outcomes import Outcome
from .persons import Cost, is_high_cost
from .solving import rounded_half_even, solve

CONF = conf_of()
EUROS = Outcome("cost", "cents", (), False)
COUNT = Outcome("count", "quantity", (), False)


def reference_case(name: str) -> dict[str, Any]:
    """A published case, or a skip where the shared folder is not at hand."""
    shared = Path(os.environ.get("SPIEGEL_SHARED", Path(__file__).parents[3] / "shared"))
    default = shared / "reference" / "statistics_reference_cases.json"
    path = Path(os.environ.get("SPIEGEL_REFERENCE_CASES", default))
    if not path.is_file():
        pytest.skip("the statistics reference cases are not here (SPIEGEL_REFERENCE_CASES)")
    cases = {case["id"]: case for case in json.loads(path.read_text(encoding="utf-8"))}
    return cases[name]


def patient(age_sex: str, *groups: str, conditions: tuple[str, ...] = ()) -> Patient:
    """A counted person."""
    none: frozenset[str] = frozenset()
    return Patient(
        none, "01000001", "counted", age_sex, "middle", frozenset(groups), frozenset(conditions),
        none, 0, 0,
    )  # fmt: skip


def fitted(persons: list[tuple[Patient, int]], outcome: Outcome = EUROS) -> dict[Any, Any]:
    """(weight, note) per factor and class, fitted on these persons and amounts."""
    model = model_of(persons, outcome)
    return {
        column: (model.weight((outcome.name, "amount"), at), model.notes[at])
        for at, column in enumerate(model.columns)
    }


def model_of(persons: list[tuple[Patient, int]], outcome: Outcome = EUROS) -> Model:
    """The model fitted on these persons and amounts."""
    patients = {str(number): who for number, (who, _) in enumerate(persons)}
    values = {str(n): {outcome.name: value} for n, (_, value) in enumerate(persons) if value}
    return fit(patients, {who: values.get(who, {}) for who in patients}, [outcome], CONF)


def test_two_classes_are_two_means() -> None:
    persons = [(patient("M 45-49"), 100), (patient("M 45-49"), 201), (patient("V 00"), 50)]
    weights = fitted(persons)
    assert weights["intercept", ""] == (Fraction("150.5"), "")
    assert weights["age_sex", "M 45-49"] == (0, "reference")
    assert weights["age_sex", "V 00"] == (Fraction("-100.5"), "")
    assert weights["age_sex", "V 90+"] == (0, "no_persons")
    assert weights["income", "middle"] == (0, "reference")


def test_equally_large_classes_the_first_by_name_is_the_reference() -> None:
    weights = fitted([(patient("V 00"), 1), (patient("M 90+"), 2)])
    assert weights["age_sex", "M 90+"] == (0, "reference")
    assert weights["age_sex", "V 00"] == (-1, "")


def test_cost_groups_have_no_reference() -> None:
    everyone = [(patient("V 00", "glaucoom"), 7), (patient("V 00", "glaucoom"), 8)]
    assert fitted(everyone)["fkg", "glaucoom"] == (0, "collinear")
    more = [*everyone, (patient("V 00"), 1), (patient("V 00", "glaucoom", "kanker"), 107)]
    weights = fitted(more)
    assert weights["intercept", ""] == (1, "")
    assert weights["fkg", "glaucoom"] == (Fraction("6.5"), "")
    assert weights["fkg", "kanker"] == (Fraction("99.5"), "")


def test_of_collinear_columns_the_later_has_no_weight() -> None:
    persons = [
        (patient("V 00", "astma", conditions=("copd",)), 5),
        (patient("V 00", "astma", conditions=("copd",)), 8),
        (patient("V 00"), 1),
        (patient("V 00"), 2),
        (patient("V 00"), 3),
    ]
    weights = fitted(persons)
    assert weights["copd", "yes"] == (Fraction("4.5"), "")
    assert weights["fkg", "astma"] == (0, "collinear")


def test_cents_have_six_decimals_and_counts_nine() -> None:
    persons = [(patient("V 00"), 1), (patient("V 00"), 0), (patient("V 00"), 0)]
    assert fitted(persons)["intercept", ""][0] == Fraction("0.333333")
    assert fitted(persons, COUNT)["intercept", ""][0] == Fraction("0.333333333")
    users = model_of(persons).weight(("cost", "users"), 0)
    assert users == Fraction("0.333333333")


def test_rounding_is_half_to_even() -> None:
    assert [rounded_half_even(n, 4, 1) for n in (1, 3, -1, -3)] == [2, 8, -2, -8]
    assert [rounded_half_even(n, 20, 1) for n in (1, 3, 5)] == [0, 2, 2]


def test_nothing_to_fit() -> None:
    assert fit({}, {}, [EUROS], CONF).scaled["cost", "amount"] == [0] * len(model_of([]).columns)


def test_observed_is_expected_in_the_country_and_in_every_class() -> None:
    names = [f"{sex} {name}" for sex in "MV" for name, _ in CONF.age_classes[:4]]
    persons = []
    for n in range(120):
        groups = [group for k, group in enumerate(("astma", "crohn", "kanker")) if n % (k + 3) == 0]
        own = tuple(name for k, name in enumerate(CONDITIONS) if n % (k + 2) == 1)
        persons.append((patient(names[n * n % 7], *groups, conditions=own), n * n * 37 % 1001))
    model = model_of(persons)
    at = {column: number for number, column in enumerate(model.columns)}
    weights = [model.weight(("cost", "amount"), number) for number in range(len(at))]
    for column in model.columns:
        inside = [(who, y) for who, y in persons if column in classes_of(who)]
        expected = sum(weights[at[c]] for who, _ in inside for c in classes_of(who))
        assert abs(expected - sum(y for _, y in inside)) < Fraction(1, 1000)


def test_least_squares_of_1495_published_records() -> None:
    case = reference_case("ols_from_cell_aggregates")
    gram = [[0] * 6 for _ in range(6)]
    right = [[0] for _ in range(6)]
    for hmo, died, age80, kind, n, total, _ in case["inputs"]["cells"]:
        z = [1, hmo, died, age80, int(kind == 2), int(kind == 3)]
        for i in range(6):
            right[i][0] += z[i] * total
            for j in range(6):
                gram[i][j] += z[i] * z[j] * n
    solutions, left_out = solve(gram, right)
    assert not any(left_out)
    found = [numerator / denominator for ((numerator, denominator),) in solutions]
    assert found == pytest.approx(list(case["expected"]["coef"].values()), rel=1e-9)


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
    # y = 1, 3; e = 2, 2: R = 1, d = -1, 1, SE = sqrt(2/1 x 2) / 4 = 1/2, t(1 degree) = tan(0.475 pi).
    sums = Sums(2, 4, Fraction(4), 10, Fraction(8), Fraction(8))
    limits = amount_limits(sums, 0.95)
    half = math.tan(0.475 * math.pi) / 2
    assert limits == pytest.approx((100 * math.exp(-half), 100 * math.exp(half)))


@pytest.mark.parametrize(
    ("sums", "measure", "index", "has_limits"),
    [
        (Sums(5, 3, Fraction(0), 3, Fraction(0), Fraction(0)), "amount", None, False),
        (Sums(5, 3, Fraction(-2), 3, Fraction(0), Fraction(1)), "users", None, False),
        (Sums(5, 0, Fraction(3), 0, Fraction(0), Fraction(3)), "amount", 0, False),
        (Sums(5, -3, Fraction(3), 9, Fraction(-3), Fraction(3)), "amount", -100, False),
        (Sums(1, 3, Fraction(3), 9, Fraction(9), Fraction(9)), "amount", 100, False),
        (Sums(5, 0, Fraction(3), 0, Fraction(0), Fraction(3)), "users", 0, True),
        (Sums(1, 1, Fraction(1), 1, Fraction(1), Fraction(1)), "users", 100, True),
    ],
)
def test_where_there_is_no_index_or_interval(
    sums: Sums, measure: str, index: float | None, has_limits: bool
) -> None:
    found = benchmark(sums, measure, CONF)
    assert found.index == index
    assert (found.limits_95 is not None, found.limits_99_8 is not None) == (has_limits,) * 2


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
    for name in (
        "byar_limits_1",
        "byar_limits_2",
        "byar_limits_4",
        "byar_limits_5",
        "byar_limits_6",
    ):
        case = reference_case(name)
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
