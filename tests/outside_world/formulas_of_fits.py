"""Cases of fits: least squares from cells, one factor, providers against a fit, agreement."""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from spiegel_core.statistics import agreement, least_squares, means, ratios
from tests.outside_world.cases import Case, Found

Row = dict[str, Any]


def _rows(case: Case) -> list[Row]:
    return [dict(zip(case.inputs["columns"], row, strict=True)) for row in case.inputs["cells"]]


def _terms(model: str) -> list[str]:
    """The terms of "y ~ 1 + hmo + type2 (reference type 1)"; the intercept is the term 1."""
    right = re.sub(r"\(.*?\)", "", model.split("~", 1)[1])
    return [term.strip() for term in right.split("+")]


def _value(row: Row, term: str) -> int | Fraction:
    """A term is the intercept, a column, or a column with one of its classes (type2)."""
    if term == "1":
        return 1
    if term in row:
        return Fraction(str(row[term]))
    named = [name for name in row if term.startswith(name)]
    assert named, f"the cells have no column of the term {term}"
    column = max(named, key=len)
    return int(str(row[column]) == term.removeprefix(column).lstrip("_"))


def _fit(case: Case) -> least_squares.LeastSquares:
    rows, terms = _rows(case), _terms(case.inputs["model"])
    return least_squares.fit_cells(
        [[_value(row, term) for term in terms] for row in rows],
        [row["n"] for row in rows],
        [Fraction(str(row["sum_y"])) for row in rows],
        [Fraction(str(row["sum_y2"])) for row in rows],
    )


def from_cells(case: Case) -> Found:
    fit, rows, terms = _fit(case), _rows(case), _terms(case.inputs["model"])
    names = ["intercept" if term == "1" else term for term in terms]
    weights = [None if weight is None else float(weight) for weight in fit.weights]
    found: dict[str, Any] = {
        "coef": dict(zip(names, weights, strict=True)),
        "se": dict(zip(names, fit.errors, strict=True)),
        "r_squared": fit.r_squared, "sigma": fit.deviation, "rss": float(fit.residual_squares),
        "n": fit.persons, "mean": fit.mean,
    }  # fmt: skip
    for column in case.inputs["columns"]:
        sums: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for row in rows:
            fitted = fit.fitted([_value(row, term) for term in terms])
            sums[row[column]][0] += row["n"] * fitted
            sums[row[column]][1] += Fraction(str(row["sum_y"]))
        found[f"{column}_groups_predictive_ratio"] = [
            float(due / had) if had else None for _, (due, had) in sorted(sums.items())
        ]
    return found


def providers(case: Case) -> Found:
    """Rows with the columns the case names, a row per provider."""
    assert case.base is not None
    fit, terms = _fit(case.base), _terms(case.base.inputs["model"])
    cells: dict[str, list[ratios.Cell]] = defaultdict(list)
    for row in _rows(case):
        fitted = fit.fitted([_value(row, term) for term in terms])
        sums = (Fraction(str(row["sum_y"])), Fraction(str(row["sum_y2"])))
        cells[row["provider"]].append((row["n"], *sums, fitted))
    found = []
    for wanted in case.expected["rows"]:
        provider = wanted[case.expected["columns"].index("provider")]
        own = ratios.ratio_of_cells(cells[provider])
        plain = means.mean_of_ratios(cells[provider])
        values = {
            "provider": provider, "O": float(own.observed), "E": float(own.expected),
            "n": own.persons, "ratio": own.ratio, "se": own.error,
            "mean_of_patient_ratios": plain and plain.mean,
            "se_mean_of_patient_ratios": plain and plain.error,
        }  # fmt: skip
        found.append([values[name] for name in case.expected["columns"]])
    assert len(found) == len(cells), "not every provider of the cells is in the case"
    return {"columns": case.expected["columns"], "rows": found}


def metrics(case: Case) -> Found:
    actual, predicted = case.inputs["actual"], case.inputs["predicted"]
    of_all = agreement.agreement(actual, predicted)
    found: dict[str, Any] = {
        "r_squared": of_all.r_squared, "cpm": of_all.cpm, "mape": of_all.mean_absolute_error,
        "rmse": of_all.root_mean_square_error, "predictive_ratio_total": of_all.predictive_ratio,
    }  # fmt: skip
    groups = {
        name.removeprefix("subgroup_"): set(places)
        for name, places in case.inputs.items()
        if name.startswith("subgroup_")
    }
    rest = set(range(len(actual))) - set().union(*groups.values())
    for name, places in (groups | ({"rest": rest} if rest else {})).items():
        own = agreement.compensation(actual, predicted, places)
        found[f"predictive_ratio_{name}"] = own.predictive_ratio
        found[f"mean_pred_minus_actual_{name}"] = own.mean_difference
    return found


def one_factor(case: Case) -> Found:
    if "y" in case.inputs:
        groups = case.inputs["group"]
        values = [Fraction(str(text)) for text in case.inputs["y"]]
    else:
        groups, values = nist_data(Path(case.inputs["file"]).name)
    return variance(groups, values)


def variance(groups: list[Any], values: list[Fraction]) -> Found:
    found = least_squares.analysis_of_variance(groups, values)
    return {
        "df_between": found.freedom_between, "df_within": found.freedom_within,
        "ss_between": float(found.between), "ss_within": float(found.within),
        "ms_between": float(found.between / found.freedom_between),
        "ms_within": float(found.within / found.freedom_within),
        "F": found.f, "r_squared": found.r_squared, "resid_sd": found.deviation,
    }  # fmt: skip


def nist_folder() -> Path:
    """Where scipy keeps the certified files."""
    import scipy.stats

    return Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova"


def nist_data(name: str) -> tuple[list[str], list[Fraction]]:
    """The classes and values of a certified file."""
    text = (nist_folder() / name).read_text(encoding="utf-8")
    found = re.findall(r"^\s*(\d+)\s+(-?\d+\.\d+)\s*$", text, re.M)
    return [group for group, _ in found], [Fraction(value) for _, value in found]
