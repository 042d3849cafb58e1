"""What a model version shows in MLflow: weights, diagnostics, plots, and what it was made from."""

from __future__ import annotations

import io
from dataclasses import asdict

import pyarrow as pa
import pyarrow.parquet as pq

from spiegel_core.contracts.gold import MODEL_WEIGHTS, OUTCOME_SUMS, POPULATIONS, PRODUCT
from spiegel_core.engine.diagnostics import TargetDiagnostics
from spiegel_core.engine.model import AMOUNT, SCALE
from spiegel_core.mirrors.model_charts import (
    AgePoint,
    PracticePoint,
    WeightPoint,
    calibration_chart,
    practices_chart,
    weights_chart,
)
from spiegel_core.population.factors import AGE_SEX
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.modelling import FittedModel
from spiegel_core.runtime.registry import ModelFacts, as_json
from spiegel_core.runtime.year_work import YearWork

_TOTAL = "cost_total"
_CENTS = 100


def artefacts_of(
    work: YearWork, fitted: FittedModel, weights: pa.Table, facts: ModelFacts
) -> dict[str, bytes]:
    """The files of a version, by name."""
    return {
        "weights.csv": csv_bytes(weights),
        "weights.parquet": _parquet_bytes(weights),
        "facts.json": as_json(asdict(facts)),
        "diagnostics.csv": csv_bytes(
            pa.Table.from_pylist([asdict(row) for row in fitted.diagnostics])
        ),
        "plots/weights.png": weights_chart(_weight_points(work, weights), work.year),
        "plots/practices.png": practices_chart(_practice_points(work, fitted), work.year),
        "plots/calibration_by_age.png": calibration_chart(_age_points(fitted), work.year),
    }


def metrics_of(fitted: FittedModel) -> dict[str, float]:
    """The figures MLflow lists beside a version."""
    total = _of_total(fitted)
    return {
        "persons": float(total.persons),
        "observed_cost_total_euro": total.observed / _CENTS,
        "residual_cost_total_cents": total.residual,
        "r_squared_cost_total": total.r_squared or 0.0,
        "targets": float(len(fitted.diagnostics)),
        "targets_with_negative_expected": float(
            sum(row.negative_persons > 0 for row in fitted.diagnostics)
        ),
        "classes_without_persons": float(fitted.model.notes.count("no_persons")),
        "collinear_classes": float(fitted.model.notes.count("collinear")),
    }


def _parquet_bytes(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink)
    return sink.getvalue()


def _of_total(fitted: FittedModel) -> TargetDiagnostics:
    return next(row for row in fitted.diagnostics if (row.outcome, row.measure) == (_TOTAL, AMOUNT))


def _weight_points(work: YearWork, weights: pa.Table) -> list[WeightPoint]:
    earlier = work.tables.read(
        MODEL_WEIGHTS, report_year=work.year - 1, product=PRODUCT, outcome=_TOTAL, measure=AMOUNT
    ).to_pylist()
    newest = max((row["version"] for row in earlier), default=0)
    last_year = {
        (row["factor"], row["class"]): float(row["weight"]) / _CENTS
        for row in earlier
        if row["version"] == newest
    }
    return [
        WeightPoint(
            f"{row['factor']} {row['class']}", float(row["weight"]) / _CENTS,
            last_year.get((row["factor"], row["class"])),
        )
        for row in weights.to_pylist()
        if (row["outcome"], row["measure"]) == (_TOTAL, AMOUNT)
    ]  # fmt: skip


def _practice_points(work: YearWork, fitted: FittedModel) -> list[PracticePoint]:
    model = fitted.model
    place = next(
        n for n, t in enumerate(model.targets) if (t.outcome, t.measure) == (_TOTAL, AMOUNT)
    )
    persons: dict[str, int] = {}
    expected: dict[str, float] = {}
    cells = work.tables.read(POPULATIONS, report_year=work.year, product=PRODUCT)
    per_person = model.expected_per_person(cells["profile"].to_numpy())[:, place]
    for provider, number, value in zip(
        cells["provider"].to_pylist(), cells["persons"].to_pylist(), per_person, strict=True
    ):
        persons[provider] = persons.get(provider, 0) + number
        expected[provider] = expected.get(provider, 0.0) + number * float(value) / SCALE
    observed = dict.fromkeys(persons, 0)
    sums = work.tables.read(
        OUTCOME_SUMS, columns=["provider", "total"], report_year=work.year, product=PRODUCT,
        outcome=_TOTAL,
    )  # fmt: skip
    for provider, total in zip(
        sums["provider"].to_pylist(), sums["total"].to_pylist(), strict=True
    ):
        observed[provider] += int(total)
    return [
        PracticePoint(
            observed[p] / persons[p] / _CENTS, expected[p] / persons[p] / _CENTS, persons[p]
        )
        for p in sorted(persons)
    ]


def _age_points(fitted: FittedModel) -> list[AgePoint]:
    """Per class of age and sex what was observed, and what the rounded weights expect."""
    return [
        AgePoint(
            name,
            observed / max(persons, 1) / _CENTS,
            expected / max(persons, 1) / _CENTS,
        )
        for factor, name, persons, observed, expected in fitted.by_class
        if factor == AGE_SEX and persons
    ]
