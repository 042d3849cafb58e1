"""The twin's least squares, against hand-worked and published cases."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from .characteristics import CONDITIONS, Patient
from .drawn import conf_of, patient, reference_case
from .model import Model, classes_of, fit
from .outcomes import Outcome
from .solving import rounded_half_even, solve

CONF = conf_of()
EUROS = Outcome("cost", "cents", (), False)
COUNT = Outcome("count", "quantity", (), False)


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


def test_users_are_persons_above_zero() -> None:
    persons = [(patient(), 4), (patient(), -3), (patient(), 0), (patient(), 1)]
    assert model_of(persons).weight(("cost", "users"), 0) == Fraction(1, 2)
    assert model_of(persons).weight(("cost", "amount"), 0) == Fraction(1, 2)


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
