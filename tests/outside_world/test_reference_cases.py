"""Published and independently computed cases of every formula.

SPIEGEL_REFERENCE_CASES may name another file of the same form. Which formula a case is of is read
from its method, never from its id.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from spiegel_core.engine.intervals import byar
from spiegel_core.errors import WrongUse
from spiegel_core.statistics import counts, funnel
from tests.outside_world import formulas_of_counts as of_counts
from tests.outside_world import formulas_of_fits as of_fits
from tests.outside_world import formulas_of_indices as of_indices
from tests.outside_world import formulas_of_providers as of_providers
from tests.outside_world.cases import Case, Found, agrees, cases, cases_of

ALL = cases()

# The first that is found in the method counts.
FORMULAS: dict[str, Callable[[Case], Found]] = {
    r"indirectly standardised rate": of_counts.standardised_rate,
    r"indirect standardisation.*regions": of_counts.standardised_regions,
    r"indirect standardisation": of_counts.standardised_with_lognormal,
    r"^smr .*byar|byar z test": of_counts.smr_byar,
    r"mid-p smr|^smr .*mid-p": of_counts.smr_mid_p,
    r"^smr .*lognormal": of_counts.smr_lognormal,
    r"^smr .*exact": of_counts.smr_exact,
    r"mid-p": of_counts.mid_p_rate,
    r"p-values for h0": of_counts.tests_of_a_rate,
    r"limits for a poisson rate": of_counts.poisson_rate,
    r"crude rate": of_counts.crude_rate,
    r"byar limits for a poisson count": of_counts.byar_limits,
    r"exact \(garwood\)": of_counts.exact_limits,
    r"wilson": of_counts.wilson_limits,
    r"student t limits": of_counts.mean_limits,
    r"exact poisson funnel": of_providers.exact_funnel,
    r"five-band": of_providers.bands,
    r"unadjusted o/e limits": of_providers.chi_square_funnel,
    r"overdispersed o/e limits": of_providers.additive_funnel,
    r"z-scores, dispersion ratio": of_providers.dispersion,
    r"aggregate record-level": of_providers.grouped,
    r"funnel with and without overdispersion": of_providers.signalled,
    r"dersimonian|paule": of_providers.pooled,
    r"adjusted p-values": of_providers.adjusted,
    r"one categorical predictor": of_fits.one_factor,
    r"ols on categorical predictors": of_fits.from_cells,
    r"linearised se per provider": of_fits.providers,
    r"linearis": of_providers.linearised,
    r"\br2, cpm\b": of_fits.metrics,
    r"mean of group sub-indices": of_indices.two_indices,
    r"both indices average": of_indices.national_anchor,
    r"shrunk ratio": of_providers.shrunk,
    r"reliability": of_providers.trust,
    r"points\) of 100": of_indices.contract_range,
    r"^o/e ": of_counts.standardised_ratio,
}  # fmt: skip

# Defective or other formulas of other houses: ours must differ, and `_correct` is what is right.
CONTROLS: dict[str, Callable[[Case], Found]] = {
    r"different from the phe byar": of_counts.byar_limits,
    r"^negative control.*(cqc|funnel)": of_providers.additive_funnel,
    r"^negative control.*mid-?p": of_counts.mid_p_rate,
    r"^negative control.*byar": of_counts.byar_limits,
    r"^negative control": of_counts.smr_exact,
}
# Variants we also have, by their own name: these must be reproduced.
VARIANTS: dict[str, Callable[[Case], Found]] = {
    r"rothman/greenland variant of byar": of_counts.midpoint_limits,
}
PERSONS_LEFT_OUT = r"patients left out"


def _formula(case: Case, among: dict[str, Callable[[Case], Found]]) -> Any:
    method = case.method.lower()
    return next((of for pattern, of in among.items() if re.search(pattern, method)), None)


def _check(case: Case, found: Found) -> None:
    unknown = case.expected.keys() - found.keys()
    assert not unknown, f"{case.method}: nothing is worked out for {', '.join(sorted(unknown))}"
    for name, wanted in case.expected.items():
        assert agrees(found[name], wanted, case.tolerance), (name, found[name], wanted)


def _check_control(case: Case, ours: Callable[[Case], Found]) -> None:
    """Not one of the defective numbers is ours."""
    sides = {name: name.split("_")[0] for name in case.expected}
    asked = Case(case.name, case.method, case.inputs, dict.fromkeys(sides.values()), case.tolerance)
    found = ours(asked)
    for name, wanted in case.expected.items():
        own = found[sides[name]]
        if name.endswith("_correct"):
            assert agrees(own, wanted, case.tolerance), (name, own, wanted)
            continue
        pairs = zip(own, wanted, strict=True) if isinstance(wanted, list) else [(own, wanted)]
        for one, defective in pairs:
            assert not agrees(one, defective, case.tolerance), (name, one)


@pytest.mark.skipif(not ALL, reason="no file of reference cases beside the repository (../shared)")
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_published_case_comes_out_as_published(
    case: Case, request: pytest.FixtureRequest
) -> None:
    if re.search(PERSONS_LEFT_OUT, case.method):
        # The limits of 2016 hold for each year until conf says otherwise.
        rules = request.getfixturevalue("rules_2021")
        assert _left_out(case, request.getfixturevalue("spark"), rules) == case.expected["excluded"]
        return
    control = _formula(case, CONTROLS)
    if control is not None:
        _check_control(case, control)
        variant = _formula(case, VARIANTS)
        if variant is not None:
            _check(case, variant(case))
        return
    formula = _formula(case, FORMULAS)
    assert formula is not None, f"no formula is known by this method: {case.method}"
    if "error" in case.expected:
        with pytest.raises(WrongUse):
            formula(case)
        return
    _check(case, formula(case))


def _left_out(case: Case, spark: Any, rules: Any) -> list[bool]:
    """Who is left out for high cost, by the rule as Spark applies it."""
    from pyspark.sql import functions as F

    from spiegel_core.population.patients import reason_of_person

    cents = [
        (number, int(Decimal(ggz) * 100), int(Decimal(total) * 100))
        for number, (ggz, total) in enumerate(
            zip(case.inputs["ggz"], case.inputs["total"], strict=True)
        )
    ]
    persons = spark.createDataFrame(cents, "n int, ggz_cents bigint, total_cents bigint")
    marked = persons.select(
        "n", "ggz_cents", "total_cents", F.lit("01000001").alias("practice"),
        F.lit(False).alias("has_gp_at_several"), F.lit("1970-01-01").alias("birth_date"),
    ).select("n", reason_of_person(rules).alias("reason"))  # fmt: skip
    return [row["reason"] == "high_cost" for row in marked.orderBy("n").collect()]


# Of statsmodels, test_rate_poisson_r: the lower mid-P limit of ratesci is disowned there.
def test_a_disowned_lower_mid_p_limit_is_not_ours() -> None:
    lower = (counts.mid_p(15, 0.95).lower or 0.0) / 400
    assert lower == pytest.approx(0.02179014, rel=1e-6)
    assert lower != pytest.approx(0.02434, rel=0.01)


def test_funnel_limits_are_squared_back_from_the_square_root_scale() -> None:
    # Background, statistics B3: FunnelPlotR (CQC) draws 109.8 where exact limits are 121.6.
    upper = funnel.additive_funnel(100, 0.0, 0.95, scale=funnel.SQUARE_ROOT).upper
    assert upper == pytest.approx((1 + 1.959963984540054 / 20) ** 2)
    assert abs(100 * (upper or 0) - 121.6) < 1.2 < abs(100 * (upper or 0) - 109.8)


def test_every_certified_digit_of_nist_comes_out() -> None:
    files = sorted(of_fits.nist_folder().glob("*.dat"))
    assert len(files) == 11
    number = r"\s+(\d\.\d{14}E[+-]\d\d)"
    for file in files:
        text = file.read_text(encoding="utf-8")
        certified: list[tuple[str, str]] = []
        for pattern, names in (
            (rf"Between \w+\s+\d+{number}{number}{number}", ("ss_between", "ms_between", "F")),
            (rf"Within \w+\s+\d+{number}{number}", ("ss_within", "ms_within")),
            (rf"Certified R-Squared{number}", ("r_squared",)),
            (rf"Standard Deviation{number}", ("resid_sd",)),
        ):
            parts = re.search(pattern, text)
            assert parts, (file.name, pattern)
            certified += zip(names, parts.groups(), strict=True)
        found = of_fits.variance(*of_fits.nist_data(file.name))
        assert {n: f"{found[n]:.14E}" for n, _ in certified} == dict(certified), file.name


def test_a_case_is_told_by_its_method_and_not_by_its_id() -> None:
    row = {
        "id": "isr_phe_big", "method": "Wilson score limits for a proportion",
        "inputs": {"numerator": 5, "denominator": 10, "confidence": 0.95},
        "expected": {"lower": 0.23659309, "upper95": 0.76340691}, "tolerance": {"rel": 1e-7},
    }  # fmt: skip
    (case,) = cases_of([row])
    test_a_published_case_comes_out_as_published(case, None)  # type: ignore[arg-type]
    wrong = {**row, "expected": {"lower": 0.2366}}
    with pytest.raises(AssertionError):
        test_a_published_case_comes_out_as_published(cases_of([wrong])[0], None)  # type: ignore[arg-type]


def test_a_control_may_also_be_of_a_funnel() -> None:
    row = {
        "id": "a", "method": "NEGATIVE control: CQC funnel limits not squared back",
        "inputs": {"expected_counts": [100], "tau2": 0, "multiplier": 100},
        "expected": {"upper95_correct": [120.5600046], "upper95_published": [109.7998199]},
        "tolerance": {"rel": 1e-6},
    }  # fmt: skip
    test_a_published_case_comes_out_as_published(cases_of([row])[0], None)  # type: ignore[arg-type]


def test_a_control_fails_when_the_defective_number_is_ours() -> None:
    row = {
        "id": "a", "method": "variant of Byar; DIFFERENT from the PHE Byar",
        "inputs": {"counts": [10]}, "tolerance": {"rel": 1e-10},
        "expected": {"lower": [byar(10, 0.95).lower], "upper": [1.0]},
    }  # fmt: skip
    with pytest.raises(AssertionError):
        test_a_published_case_comes_out_as_published(cases_of([row])[0], None)  # type: ignore[arg-type]


def test_a_number_nobody_works_out_and_an_unknown_method_are_failures() -> None:
    row = {"id": "a", "method": "Wilson", "inputs": {"numerator": 1, "denominator": 2},
           "expected": {"colour": 1}, "tolerance": {"rel": 1e-9}}  # fmt: skip
    for changed, told in ((row, "nothing is worked out for colour"),
                          ({**row, "method": "guess"}, "no formula is known")):  # fmt: skip
        with pytest.raises(AssertionError, match=told):
            test_a_published_case_comes_out_as_published(cases_of([changed])[0], None)  # type: ignore[arg-type]
