"""Published and independently computed cases of every formula in use.

SPIEGEL_REFERENCE_CASES may name another file of the same form. A case of a formula that is not
built yet is skipped, by its name.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from spiegel_core.engine.exact import solve_exactly
from spiegel_core.engine.intervals import (
    byar,
    count_interval,
    exact_poisson,
    ratio_error,
    wilson,
)
from tests.outside_world.shared import REPOSITORY

Case = dict[str, Any]


def _cases() -> list[Case]:
    default = Path(os.environ.get("SPIEGEL_SHARED", REPOSITORY.parent / "shared"))
    named = os.environ.get("SPIEGEL_REFERENCE_CASES")
    path = Path(named) if named else default / "reference" / "statistics_reference_cases.json"
    if not path.exists():
        return [{"id": "no file of reference cases", "absent": str(path.name)}]
    cases: list[Case] = json.loads(path.read_text(encoding="utf-8"))
    return cases


ALL = _cases()
BY_ID = {case["id"]: case for case in ALL}


def _near(found: float | None, expected: float | None, tolerance: dict[str, float]) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return math.isclose(
        found, expected, rel_tol=tolerance.get("rel", 0.0), abs_tol=tolerance.get("abs", 0.0)
    )


def _all_near(found: dict[str, Any], case: Case) -> None:
    for name, value in found.items():
        assert _near(value, case["expected"][name], case["tolerance"]), (name, value)


def _level(text: str) -> float:
    return float(text.rstrip("%")) / 100


def _inputs(case: Case) -> dict[str, Any]:
    """The inputs of a case, with those of the case it refers to."""
    same_as = case["inputs"].get("same_as")
    return {**(BY_ID[same_as]["inputs"] if same_as else {}), **case["inputs"]}


def _standardised(case: Case) -> None:
    """Indirect standardisation: observed over expected, with count limits."""
    inputs = _inputs(case)
    observed = sum(value or 0 for value in inputs["observed"])
    expected = sum(
        Fraction(population or 0) * Fraction(rate or 0) / Fraction(reference)
        for population, rate, reference in zip(
            inputs["population"], inputs["ref_observed"], inputs["ref_population"], strict=True
        )
        if reference
    )
    scale = inputs.get("refvalue", 1)
    if case["id"] == "isr_phe_zero_population_stratum":
        scale = 100
    expected = float(expected)
    found = {"ratio": scale * observed / expected}
    if "expected" in case["expected"]:
        found |= {"observed": observed, "expected": expected}
    for level, name in ((0.95, "95"), (0.998, "99_8")):
        limits = count_interval(observed, level)
        for side, limit in (("lower", limits.lower), ("upper", limits.upper)):
            if f"{side}{name}" in case["expected"]:
                found[f"{side}{name}"] = None if limit is None else scale * limit / expected
    _all_near(found, case)


def _sum(values: list[float | None]) -> float:
    return sum(value or 0 for value in values)


def _standardised_rate(case: Case) -> None:
    inputs = _inputs(case)
    reference = inputs["multiplier"] * _sum(inputs["ref_observed"]) / _sum(inputs["ref_population"])
    ratio = BY_ID[case["inputs"]["same_as"]]["expected"]
    scaled = {"rate": ratio["ratio"], **{k: v for k, v in ratio.items() if k[:5] in _SIDES}}
    _all_near({"ref_rate": reference, **{k: v * reference for k, v in scaled.items()}}, case)


_SIDES = ("lower", "upper")


def _byar_limits(case: Case) -> None:
    limits = byar(case["inputs"]["count"], _level(case["inputs"]["confidence"]))
    _all_near({"lower": limits.lower, "upper": limits.upper}, case)


def _wilson_limits(case: Case) -> None:
    inputs = case["inputs"]
    limits = wilson(inputs["numerator"], inputs["denominator"], _level(inputs["confidence"]))
    _all_near({"lower": limits.lower, "upper": limits.upper}, case)


def _rate(case: Case) -> None:
    inputs = case["inputs"]
    per = inputs["multiplier"] / inputs["exposure"]
    found: dict[str, Any] = {"rate": inputs["count"] * per}
    for level, name in ((0.95, "95"), (0.998, "99_8")):
        limits = count_interval(inputs["count"], level)
        assert limits.lower is not None and limits.upper is not None
        found |= {f"lower{name}": limits.lower * per, f"upper{name}": limits.upper * per}
    _all_near(found, case)


def _exact_poisson(case: Case) -> None:
    for place, count in enumerate(case["inputs"]["counts"]):
        limits = exact_poisson(count, 0.95)
        for side, limit in (("lower", limits.lower), ("upper", limits.upper)):
            assert _near(limit, case["expected"][side][place], case["tolerance"]), (count, side)


def _not_the_midpoint_byar(case: Case) -> None:
    """A negative control: our Byar is not the variant that adds a half to both limits."""
    for place, count in enumerate(case["inputs"]["counts"]):
        limits = byar(count, 0.95)
        for side, limit in (("lower", limits.lower), ("upper", limits.upper)):
            assert not _near(limit, case["expected"][side][place], {"rel": 1e-4}), (count, side)


def _not_the_fisher_of_epir(case: Case) -> None:
    """A negative control: a published lower limit that is wrong is not reproduced."""
    lower = exact_poisson(case["inputs"]["observed"], 0.95).lower
    assert lower is not None
    ratio = lower / case["inputs"]["expected"]
    assert _near(ratio, case["expected"]["lower_correct"], case["tolerance"])
    assert not _near(ratio, case["expected"]["lower_epir"], {"rel": 0.01})


def _regression_rows(case: Case) -> tuple[list[list[int]], list[dict[str, Any]]]:
    columns = case["inputs"]["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in case["inputs"]["cells"]]
    design = [
        [1, r["hmo"], r["died"], r["age80"], int(r["type"] == 2), int(r["type"] == 3)] for r in rows
    ]
    return design, rows


def _fit(design: list[list[int]], rows: list[dict[str, Any]]) -> list[Fraction]:
    """Weights from whole-number normal equations, to 30 decimals."""
    size = range(len(design[0]))
    gram = [
        [sum(r["n"] * x[i] * x[j] for x, r in zip(design, rows, strict=True)) for j in size]
        for i in size
    ]
    right = [[sum(x[i] * r["sum_y"] for x, r in zip(design, rows, strict=True))] for i in size]
    return [Fraction(row[0], 10**30) for row in solve_exactly(gram, right, [30])]


def _ols_from_cells(case: Case) -> None:
    design, rows = _regression_rows(case)
    weights = _fit(design, rows)
    names = ("intercept", "hmo", "died", "age80", "type2", "type3")
    for name, weight in zip(names, weights, strict=True):
        assert _near(float(weight), case["expected"]["coef"][name], case["tolerance"]), name
    n = sum(r["n"] for r in rows)
    total, squares = sum(r["sum_y"] for r in rows), sum(r["sum_y2"] for r in rows)
    fitted = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in design]
    rss = squares - sum(e * r["sum_y"] for e, r in zip(fitted, rows, strict=True))
    spread = squares - Fraction(total * total, n)
    _all_near({"n": n, "mean": total / n, "rss": float(rss),
               "r_squared": float(1 - rss / spread)}, case)  # fmt: skip


def _provider_ratios(case: Case) -> None:
    base = BY_ID[case["inputs"]["coef_from"]]
    weights = _fit(*_regression_rows(base))
    design, rows = _regression_rows(case)
    expected = {row[0]: row for row in case["expected"]["rows"]}
    for provider in expected:
        own = [(x, r) for x, r in zip(design, rows, strict=True) if r["provider"] == provider]
        fitted = [sum(w * x for w, x in zip(weights, row, strict=True)) for row, _ in own]
        n = sum(r["n"] for _, r in own)
        observed = Fraction(sum(r["sum_y"] for _, r in own))
        total = sum((e * r["n"] for e, (_, r) in zip(fitted, own, strict=True)), Fraction(0))
        error = ratio_error(
            observed, total, n, Fraction(sum(r["sum_y2"] for _, r in own)),
            sum((e * r["sum_y"] for e, (_, r) in zip(fitted, own, strict=True)), Fraction(0)),
            sum((e * e * r["n"] for e, (_, r) in zip(fitted, own, strict=True)), Fraction(0)),
        )  # fmt: skip
        found = (float(observed), float(total), n, float(observed / total), error)
        for value, wanted in zip(found, expected[provider][1:6], strict=True):
            assert _near(value, wanted, case["tolerance"]), (provider, value, wanted)


def _certified_anova(case: Case) -> None:
    """One factor: the fit is the mean of each group; exact, so 13 equal digits do no harm."""
    inputs = case["inputs"]
    groups, values = _anova_data(inputs)
    scale = 10**14
    whole = [int(value * scale) for value in values]
    n = len(whole)
    per_group = {g: [v for h, v in zip(groups, whole, strict=True) if h == g] for g in groups}
    total = Fraction(sum(whole)) ** 2 / n
    means = sum((Fraction(sum(v)) ** 2 / len(v) for v in per_group.values()), Fraction(0))
    between, within = means - total, sum(v * v for v in whole) - means
    unit = Fraction(1, scale * scale)
    df_between, df_within = len(per_group) - 1, n - len(per_group)
    tight = {"rel": 1e-12}
    for name, found in (
        ("ss_between", between * unit), ("ss_within", within * unit),
        ("F", (between / df_between) / (within / df_within)),
        ("r_squared", between / (between + within)),
    ):  # fmt: skip
        assert _near(float(found), case["expected"][name], tight), name


def _anova_data(inputs: dict[str, Any]) -> tuple[list[int], list[Decimal]]:
    if "y" in inputs:
        return list(inputs["group"]), [Decimal(text) for text in inputs["y"]]
    import scipy.stats

    folder = Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova"
    path = folder / Path(inputs["file"]).name
    if not path.exists():
        pytest.skip(f"scipy does not ship {path.name}")
    found = re.findall(r"^\s*(\d+)\s+(\d+\.\d+)\s*$", path.read_text(encoding="utf-8"), re.M)
    return [int(group) for group, _ in found], [Decimal(value) for _, value in found]


BUILT: dict[str, Callable[[Case], None]] = {
    r"isr_phe_.*": _standardised,
    r"israte_phe_.*": _standardised_rate,
    r"byar_limits_.*": _byar_limits,
    r"wilson_limits_.*": _wilson_limits,
    r"rate_phe_.*": _rate,
    r"poisson_exact_1_to_10": _exact_poisson,
    r"byar_midpoint_variant": _not_the_midpoint_byar,
    r"smr_epir_fisher_is_not_an_oracle": _not_the_fisher_of_epir,
    r"ols_from_cell_aggregates": _ols_from_cells,
    r"provider_oe_from_cell_aggregates": _provider_ratios,
    r"nist_anova_.*": _certified_anova,
}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case["id"])
def test_a_published_case_comes_out_as_published(case: Case) -> None:
    if "absent" in case:
        pytest.skip(f"{case['absent']} is not beside the repository (../shared)")
    for pattern, check in BUILT.items():
        if re.fullmatch(pattern, case["id"]):
            check(case)
            return
    pytest.skip(f"{case['id']}: {case['method']}: a formula that is not built yet")


def test_high_cost_is_strictly_more(spark: Any, rules_2021: Any) -> None:
    """The case `rule_high_cost_exclusion`, by the rule as Spark applies it."""
    from pyspark.sql import functions as F

    from spiegel_core.population.patients import reason_of_person

    case = BY_ID.get("rule_high_cost_exclusion")
    if case is None:
        pytest.skip("the case is not in the file of reference cases")
    cents = [
        (number, int(Decimal(ggz) * 100), int(Decimal(total) * 100))
        for number, (ggz, total) in enumerate(
            zip(case["inputs"]["ggz"], case["inputs"]["total"], strict=True)
        )
    ]
    persons = spark.createDataFrame(cents, "n int, ggz_cents bigint, total_cents bigint")
    marked = persons.select(
        "n", "ggz_cents", "total_cents", F.lit("01000001").alias("practice"),
        F.lit(False).alias("has_gp_at_several"), F.lit("1970-01-01").alias("birth_date"),
    ).select("n", reason_of_person(rules_2021).alias("reason"))  # fmt: skip
    found = [row["reason"] == "high_cost" for row in marked.orderBy("n").collect()]
    assert found == case["expected"]["excluded"]
