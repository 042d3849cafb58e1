"""Cases of funnels, differences between providers, screening and indices."""

from __future__ import annotations

import re
from typing import Any

from spiegel_core.engine.intervals import Interval
from spiegel_core.statistics import (
    funnel,
    multiplicity,
    outliers,
    overdispersion,
    pooling,
    ratios,
    shrinkage,
    standardised,
    trimming,
)
from spiegel_core.statistics.standardised import scaled
from tests.outside_world.cases import Case, Found, each, limits

Z_NAMES = {0.95: "z95", 0.998: "z998"}


def exact_funnel(case: Case) -> Found:
    """Expected and index at which each count is on a limit, of 2 or 3 standard errors."""
    given, unit = case.inputs["observed"], case.inputs.get("multiplier", 100)
    found = {}
    for name, level in (("2s", 0.95), ("3s", 0.998)):
        for side, other in (("lower", "upper"), ("upper", "lower")):
            at = [getattr(funnel.exact_funnel_expected(x, level), other) for x in given]
            found[f"{side}_{name}_expected"] = at
            found[f"{side}_{name}_index"] = [
                unit * x / e if e else None for x, e in zip(given, at, strict=True)
            ]
    return found


def bands(case: Case) -> Found:
    pairs = zip(case.inputs["observed"], case.inputs["expected"], strict=True)
    return {"significance": [outliers.band(o, e) for o, e in pairs]}


def _of_expected(case: Case, at: Any) -> Found:
    """Limits at each expected count; `at` gives those of one at a level."""
    given = case.inputs["expected_counts"]
    listed = given if isinstance(given, list) else [given]
    of_each = [limits(case, lambda level, e=e: at(e, level)) for e in listed]
    found = {name: [one[name] for one in of_each] for name in of_each[0]}
    return found if isinstance(given, list) else {name: one[0] for name, one in found.items()}


def chi_square_funnel(case: Case) -> Found:
    unit, target = case.inputs.get("multiplier", 1), case.inputs.get("target", 1)
    return _of_expected(
        case, lambda e, level: scaled(funnel.chi_square_funnel(e, level, target), unit)
    )


def additive_funnel(case: Case) -> Found:
    scale = _scale(case)
    unit, target = case.inputs.get("multiplier", 1), case.inputs.get("target", 1)

    def at(expected: float, level: float) -> Interval:
        z = case.inputs.get(Z_NAMES.get(level, ""))
        found = funnel.additive_funnel(
            expected, case.inputs["tau2"], level, scale=scale, target=target, z=z
        )
        return Interval(*(None if x is None else unit * x for x in (found.lower, found.upper)))

    return _of_expected(case, at)


def _scale(case: Case) -> str:
    """CQC works on the square-root scale, SHMI on the log scale."""
    named = case.inputs.get("sr_method")
    is_root = bool(re.search("cqc|square|sqrt", (named or case.method).lower()))
    return funnel.SQUARE_ROOT if is_root else funnel.LOG


def _spread(case: Case, observed: list[float], expected: list[float]) -> Any:
    scale = _scale(case)
    is_drawn_in = "winsor" in case.method or case.inputs.get("sr_method") == "CQC"
    return overdispersion.overdispersion(
        observed, expected, scale=scale, share=case.inputs.get("trim_by", 0.1),
        cut=trimming.WINSORISE if is_drawn_in else trimming.TRUNCATE,
    )  # fmt: skip


def dispersion(case: Case) -> Found:
    """Rows are put together per group first; as in the source, by name of the group."""
    rows = (case.inputs["numerator"], case.inputs["denominator"])
    names = case.inputs.get("group", list(range(len(rows[0]))))
    groups = standardised.ratios_by_group(names, *rows)
    observed, expected = (
        [float(g.observed) for g in groups], [float(g.expected) for g in groups]
    )  # fmt: skip
    found = _spread(case, observed, expected)
    return {"z": list(found.z), "n": found.providers, "phi": found.phi, "tau2": found.between}


def grouped(case: Case) -> Found:
    found = standardised.ratios_by_group(
        case.inputs["group"], case.inputs["numerator"], case.inputs["denominator"]
    )
    return {
        "group": [one.group for one in found],
        "observed": [float(one.observed) for one in found],
        "expected": [float(one.expected) for one in found],
        "ratio": [one.ratio for one in found],
    }


def signalled(case: Case) -> Found:
    observed, expected = case.inputs["observed"], case.inputs["expected"]
    names = case.inputs.get("provider", list(range(len(observed))))
    spread = _spread(case, observed, expected)
    found: dict[str, Any] = {
        "phi": spread.phi, "tau2": spread.between, "n_after_truncation": spread.providers
    }  # fmt: skip
    pairs = list(zip(observed, expected, strict=True))
    for level, suffix in ((0.95, "95"), (0.998, "998")):
        by_chance = [
            place
            for place, (o, e) in enumerate(pairs)
            if outliers.is_outside(o / e, funnel.chi_square_funnel(e, level))
        ]
        wider = outliers.outside_additive_funnel(
            observed, expected, spread.between, level, _scale(case)
        )
        for kind, places in (("poisson", by_chance), ("overdispersed", wider)):
            found[f"outliers_{suffix}_{kind}"] = len(places)
            found[f"outlier_ids_{suffix}_{kind}"] = [names[place] for place in places]
    return found


def pooled(case: Case) -> Found:
    found = pooling.pooled(
        case.inputs["effects"], case.inputs["variances"],
        iterated="mandel" in case.method.lower(),
    )  # fmt: skip
    return {
        "tau2": found.between, "mean": found.mean, "se": found.error, "Q": found.heterogeneity,
        "Q_p": found.p, "I2": found.share_between, "I2_percent": 100 * found.share_between,
        **limits(case, found.limits),
    }  # fmt: skip


def adjusted(case: Case) -> Found:
    ordered = sorted(case.inputs["p"])
    return {
        "raw_sorted": ordered,
        "bonferroni": multiplicity.bonferroni(ordered),
        "holm": multiplicity.holm(ordered),
        "bh": multiplicity.benjamini_hochberg(ordered),
    }


def linearised(case: Case) -> Found:
    """Rows of a numerator and a denominator, and who shares them, whatever they are called."""
    numerator, denominator, who = (
        next((case.inputs[name] for name in names if name in case.inputs), None)
        for names in (
            ("observed", "numerator", "y", "actual"),
            ("expected", "denominator", "e", "x", "predicted"),
            ("cluster", "clusters", "person", "persons", "patient", "id"),
        )
    )
    assert numerator is not None and denominator is not None
    alone = ratios.ratio_of_rows(numerator, denominator)
    own = ratios.ratio_of_rows(numerator, denominator, who) if who else alone
    is_linear = "log" not in case.method.lower() and "linear scale" in case.method.lower()
    return {
        "ratio": own.ratio, "se": own.error, "n": own.persons, "se_clustered": own.error,
        "se_unclustered": alone.error, "O": float(own.observed), "E": float(own.expected),
        **limits(case, own.linear_limits if is_linear else own.limits),
    }  # fmt: skip


def trust(case: Case) -> Found:
    """Reliability from tau2 and an error, or the persons that give one."""
    given = case.inputs
    between = next((given[n] for n in ("tau2", "between", "between_variance") if n in given), None)
    within = next((given[n] for n in ("within", "within_variance", "sigma2") if n in given), None)
    found: dict[str, Any] = {}
    if "se" in given:
        found["reliability"] = each(given["se"], lambda se: shrinkage.reliability(between, se))
    if within is not None and "n" in given:
        found["reliability"] = each(
            given["n"], lambda n: shrinkage.reliability_of_persons(n, within, between)
        )
    wanted = given.get("reliability", given.get("r"))
    if within is not None and wanted is not None:
        found["n"] = each(wanted, lambda r: shrinkage.persons_needed(r, within, between))
    return found


def shrunk(case: Case) -> Found:
    given = case.inputs
    overall = given.get("overall", 1.0)
    if not isinstance(given["ratio"], list):
        return {"shrunk": shrinkage.shrunk(given["ratio"], given["reliability"], overall)}
    trusts = given["reliability"]
    trusts = trusts if isinstance(trusts, list) else [trusts] * len(given["ratio"])
    pairs = zip(given["ratio"], trusts, strict=True)
    return {"shrunk": [shrinkage.shrunk(ratio, rel, overall) for ratio, rel in pairs]}
