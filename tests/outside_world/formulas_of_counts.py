"""Cases of counts, shares, means and standardised ratios, worked out by the library."""

from __future__ import annotations

import re
from typing import Any

from spiegel_core.engine.intervals import (
    Interval,
    byar,
    count_interval,
    exact_poisson,
    wilson,
)
from spiegel_core.statistics import counts, means, standardised
from spiegel_core.statistics.standardised import scaled
from tests.outside_world.cases import Case, Found, each, limits

EXACT_BELOW = 10


def of_each_count(case: Case, at: Any) -> Found:
    """Limits of `count`, or of each of `counts`."""
    given = case.inputs.get("counts", case.inputs.get("count"))
    found: dict[str, Any] = {}
    for side in ("lower", "upper"):
        for level in case.levels()[:1]:
            found[side] = each(given, lambda x, lv=level, sd=side: getattr(at(x, lv), sd))
    return found | ({} if isinstance(given, list) else dict(limits(case, lambda lv: at(given, lv))))


def byar_limits(case: Case) -> Found:
    return of_each_count(case, byar)


def exact_limits(case: Case) -> Found:
    return of_each_count(case, exact_poisson)


def midpoint_limits(case: Case) -> Found:
    return of_each_count(case, counts.byar_midpoint)


def wilson_limits(case: Case) -> Found:
    x, n = case.inputs["numerator"], case.inputs["denominator"]
    if not isinstance(x, list):
        return {"share": x / n, **limits(case, lambda level: wilson(x, n, level))}
    found = [wilson(a, b, case.levels()[0]) for a, b in zip(x, n, strict=True)]
    return {"lower": [one.lower for one in found], "upper": [one.upper for one in found]}


def crude_rate(case: Case) -> Found:
    count = case.inputs["count"]
    per = case.inputs.get("multiplier", 1) / case.inputs["exposure"]
    return {
        "rate": count * per,
        "ci_method": _kind(count),
        **limits(case, lambda level: scaled(count_interval(count, level, EXACT_BELOW), per)),
    }


def _kind(count: float) -> str:
    return "Exact" if count < EXACT_BELOW else "Byars"


def mean_limits(case: Case) -> Found:
    mean = means.mean_of(case.inputs["values"])
    return {
        "sum": mean.total, "n": mean.persons, "stdev": mean.deviation, "mean": mean.mean,
        "se": mean.error, **limits(case, mean.limits),
    }  # fmt: skip


def poisson_rate(case: Case) -> Found:
    """Every kind of limits of a rate, each by its name."""
    count, exposure = case.inputs["count"], case.inputs.get("exposure", 1)
    level = case.levels()[0]
    kinds = {
        "exact": exact_poisson, "score": counts.score, "wald": counts.wald, "byar": byar,
        "byar_midpoint": counts.byar_midpoint, "jeffreys": counts.jeffreys,
        "midp": counts.mid_p, "mid_p": counts.mid_p, "lognormal": counts.lognormal,
    }  # fmt: skip
    found: dict[str, Any] = {"rate": count / exposure}
    for name in case.expected.keys() & kinds.keys():
        limit = scaled(kinds[name](count, level), 1 / exposure)
        found[name] = [limit.lower, limit.upper]
    return found


def mid_p_rate(case: Case) -> Found:
    count, exposure = case.inputs["count"], case.inputs.get("exposure", 1)
    return {
        "rate": count / exposure,
        **limits(case, lambda level: scaled(counts.mid_p(count, level), 1 / exposure)),
    }


def tests_of_a_rate(case: Case) -> Found:
    count = case.inputs["count"]
    mean = case.inputs["value"] * case.inputs.get("exposure", 1)
    wald = counts.wald_z(count, mean)
    return {
        "p_exact_central": counts.exact_p(count, mean),
        "p_midp": counts.mid_p_value(count, mean),
        "p_score": counts.two_sided_p(counts.score_z(count, mean)),
        "p_sqrt": counts.two_sided_p(counts.square_root_z(count, mean)),
        "p_wald": None if wald is None else counts.two_sided_p(wald),
    }


def _smr(case: Case, at: Any, further: Found) -> Found:
    observed, expected = case.inputs["observed"], case.inputs["expected"]
    return {
        "ratio": observed / expected, **further,
        **limits(case, lambda level: scaled(at(observed, level), 1 / expected)),
    }  # fmt: skip


def smr_exact(case: Case) -> Found:
    p = counts.exact_p(case.inputs["observed"], case.inputs["expected"])
    return _smr(case, exact_poisson, {"p": p})


def smr_mid_p(case: Case) -> Found:
    p = counts.mid_p_value(case.inputs["observed"], case.inputs["expected"])
    return _smr(case, counts.mid_p, {"p": p})


def smr_byar(case: Case) -> Found:
    z = counts.byar_z(case.inputs["observed"], case.inputs["expected"])
    return _smr(case, byar, {"z": z, "p": counts.two_sided_p(z)})


def smr_lognormal(case: Case) -> Found:
    return _smr(case, counts.lognormal, {})


def _observed_and_expected(inputs: dict[str, Any]) -> tuple[float, float]:
    """Observed may be given in total, as a list per stratum, or with nothing where nobody was."""
    observed = inputs["observed"]
    total = standardised.observed_of_strata(observed if isinstance(observed, list) else [observed])
    expected = standardised.expected_of_strata(
        inputs["population"], inputs["ref_observed"], inputs["ref_population"]
    )
    return float(total), float(expected)


def standardised_ratio(case: Case) -> Found:
    """Observed over expected in the unit asked for: 1, or 100 where the method says x100."""
    observed, expected = _observed_and_expected(case.inputs)
    stated = re.search(r"x ?(\d+)\b|base (\d+)", case.method)
    unit = case.inputs.get("refvalue", int(next(filter(None, stated.groups()))) if stated else 1)
    return {
        "observed": observed, "expected": expected, "ratio": unit * observed / expected,
        "ci_method": _kind(observed),
        **limits(case, lambda lv: _ratio_limits(observed, expected, lv, unit)),
    }  # fmt: skip


def _ratio_limits(observed: float, expected: float, level: float, unit: float) -> Interval:
    return scaled(count_interval(observed, level, EXACT_BELOW), unit / expected)


def standardised_rate(case: Case) -> Found:
    observed, expected = _observed_and_expected(case.inputs)
    reference = standardised.reference_rate(
        case.inputs["ref_observed"], case.inputs["ref_population"]
    )
    unit = case.inputs.get("multiplier", 100_000) * float(reference)
    return {
        "observed": observed, "expected": expected, "ref_rate": unit,
        "rate": unit * observed / expected, "ci_method": _kind(observed),
        **limits(case, lambda lv: _ratio_limits(observed, expected, lv, unit)),
    }  # fmt: skip


def standardised_with_lognormal(case: Case) -> Found:
    observed, expected = _observed_and_expected(case.inputs)
    reference = float(
        standardised.reference_rate(case.inputs["ref_observed"], case.inputs["ref_population"])
    )

    def at(level: float) -> Interval:
        return scaled(counts.lognormal(observed, level), 1 / expected)

    return {
        "observed": observed, "expected": expected, "ratio": observed / expected,
        "ref_rate": reference, "adjusted_rate": reference * observed / expected,
        **limits(case, at),
        **limits(case, lambda level: scaled(at(level), reference), "rate"),
    }  # fmt: skip


def standardised_regions(case: Case) -> Found:
    """Regions one after another in the columns; the reference rate is that of all together."""
    regions = case.inputs["n_regions"]
    size, rest = divmod(len(case.inputs["observed"]), regions)
    assert not rest, "the strata do not divide over the regions"
    columns = ("observed", "population", "ref_observed", "ref_population")
    all_of_them = standardised.reference_rate(*(case.inputs[name] for name in columns[2:]))
    level, reference = case.levels()[0], float(all_of_them)
    found: dict[str, list[float | None]] = {"ratio": [], "rate": [], "lower": [], "upper": []}
    for start in range(0, regions * size, size):
        own = {name: case.inputs[name][start : start + size] for name in columns}
        observed, expected = _observed_and_expected(own)
        limit = scaled(counts.lognormal(observed, level), reference / expected)
        values = (observed / expected, reference * observed / expected, limit.lower, limit.upper)
        for name, value in zip(found, values, strict=True):
            found[name].append(value)
    return found
