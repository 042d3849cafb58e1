"""The sums of a year -> the model of the year, and what every provider has beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.gold import (
    BENCHMARKS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATIONS,
    PRODUCT,
)
from spiegel_core.contracts.rules import Outcome
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.engine.benchmark import Cells, CellSums, benchmark_rows, compare_provider
from spiegel_core.engine.design import Design, design_of
from spiegel_core.engine.diagnostics import TargetDiagnostics, diagnose
from spiegel_core.engine.model import (
    AMOUNT,
    MEASURES,
    SCALE,
    SCALE_DIGITS,
    Model,
    Target,
    fit,
    refuse_outcomes_of_nobody,
)
from spiegel_core.engine.spread import OutcomeSpread, spreads_of
from spiegel_core.engine.sums import gram_of
from spiegel_core.runtime.class_totals import totals_of_files
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.year_work import YearWork

NATIONAL = "national"


def targets_of(outcomes: tuple[Outcome, ...]) -> tuple[Target, ...]:
    """What the model of these outcomes expects: each as amount and as users."""
    return tuple(Target(o.name, measure, o.is_money) for o in outcomes for measure in MEASURES)


@dataclass(frozen=True)
class FittedModel:
    """A model and how well it does.

    Args:
        model: the weights.
        diagnostics: per outcome and measure.
        by_class: factor, class, persons, observed and expected total cost (eurocents).
        spreads: per outcome the national spread.
    """

    model: Model
    diagnostics: list[TargetDiagnostics]
    by_class: list[tuple[str, str, int, int, float]]
    spreads: tuple[OutcomeSpread, ...]


def fit_year(work: YearWork) -> FittedModel:
    """Fit the model of the year from gold.populations and gold.outcome_sums.

    The reference is every counted person, also of practices without a mirror of their own.
    """
    design = design_of(work.factors)
    cells = work.store.read_year(POPULATIONS, work.year).filter(F.col("product") == PRODUCT)
    national = cells.groupBy("profile").agg(F.sum("persons").alias("persons")).toArrow()
    gram = gram_of(design, national["profile"].to_numpy(), national["persons"].to_numpy())
    targets = targets_of(work.outcomes)
    files = work.store.verified_files(OUTCOME_SUMS, report_year=work.year, product=PRODUCT)
    of_classes = totals_of_files(files, design, targets, work.store.spark)
    refuse_outcomes_of_nobody(design, gram, of_classes.totals)
    model = fit(design, gram, of_classes.totals, targets)
    found = diagnose(
        model, of_classes.totals, of_classes.squares,
        national["profile"].to_numpy(), national["persons"].to_numpy(),
    )  # fmt: skip
    spreads = spreads_of(model, gram, of_classes.totals, of_classes.squares)
    return FittedModel(model, found, _by_class(model, gram, of_classes.totals), spreads)


def _by_class(
    model: Model, gram: npt.NDArray[np.int64], totals: list[list[int]]
) -> list[tuple[str, str, int, int, float]]:
    place = next(
        n for n, t in enumerate(model.targets) if (t.outcome, t.measure) == ("cost_total", AMOUNT)
    )
    weights = [int(w) for w in model.weights[:, place]]
    return [
        (
            factor, name, model.persons[n], totals[n][place],
            sum(int(x) * w for x, w in zip(gram[n], weights, strict=True)) / SCALE,
        )
        for n, (factor, name) in enumerate(model.design.columns)
    ]  # fmt: skip


def weight_rows(model: Model, report_year: int, version: int) -> pa.Table:
    """The model as rows of gold.model_weights."""
    rows = [
        {
            "report_year": report_year, "product": PRODUCT, "version": version,
            "outcome": target.outcome, "measure": target.measure, "factor": factor,
            "class": name, "persons": model.persons[number],
            "weight": Decimal(int(model.weights[number, place])).scaleb(-SCALE_DIGITS),
            "note": model.notes[number],
        }
        for place, target in enumerate(model.targets)
        for number, (factor, name) in enumerate(model.design.columns)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(MODEL_WEIGHTS))


def content_of_weights(rows: pa.Table) -> str:
    """SHA-256 of a weight table without its version, rows in the order of `weight_rows`."""
    return of_texts([str(row) for row in rows.to_pylist()])


def model_from_rows(rows: pa.Table, design: Design, targets: tuple[Target, ...]) -> Model:
    """The model that rows of gold.model_weights hold; the inverse of `weight_rows`."""
    place = {column: number for number, column in enumerate(design.columns)}
    target_place = {(t.outcome, t.measure): number for number, t in enumerate(targets)}
    weights = np.zeros((len(design.columns), len(targets)), dtype=np.int64)
    persons = [0] * len(design.columns)
    notes = [""] * len(design.columns)
    for row in rows.to_pylist():
        number = place[row["factor"], row["class"]]
        target = target_place[row["outcome"], row["measure"]]
        weights[number, target] = int(row["weight"].scaleb(SCALE_DIGITS))
        persons[number], notes[number] = row["persons"], row["note"]
    return Model(design, targets, tuple(persons), weights, tuple(notes))


def compare_year(
    work: YearWork, model: Model, version: int, spreads: Mapping[str, int | None] | None
) -> DataFrame:
    """Observed beside expected for every provider, made provider by provider.

    In:   gold.populations, gold.outcome_sums
    Out:  gold.benchmarks of the national reference

    Args:
        work: the year.
        model, version: the weights, and of which version they are.
        spreads: national spread per outcome; None: intervals with the practice's own spread.
    """
    of_product = F.col("product") == PRODUCT
    cells = work.store.read_year(POPULATIONS, work.year).filter(of_product)
    sums = work.store.read_year(OUTCOME_SUMS, work.year).filter(of_product)
    compare = partial(
        _compare_one, model=model, report_year=work.year, version=version,
        exact_below=work.rules.numbers.exact_interval_below, spreads=spreads,
    )  # fmt: skip
    return (
        cells.select("provider", "profile", "persons")
        .groupBy("provider")
        .cogroup(
            sums.select("provider", "profile", "outcome", "users", "total", "total_squares")
            .groupBy("provider")
        )
        .applyInArrow(compare, BENCHMARKS.spark_schema)
    )  # fmt: skip


def _compare_one(
    cells: pa.Table, sums: pa.Table, *, model: Model, report_year: int, version: int,
    exact_below: int, spreads: Mapping[str, int | None] | None,
) -> pa.Table:  # fmt: skip
    profiles = cells["profile"].to_numpy()
    order = np.argsort(profiles)
    provider = cells["provider"][0].as_py()
    compared = compare_provider(
        Cells(profiles[order], cells["persons"].to_numpy()[order]),
        dict(_sums_per_outcome(sums, profiles[order])),
        model,
        exact_below,
        spreads,
    )
    return benchmark_rows(compared, report_year, PRODUCT, provider, NATIONAL, version)


def _sums_per_outcome(
    sums: pa.Table, profiles: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Iterator[tuple[str, CellSums]]:
    if not sums.num_rows:
        return
    ordered = sums.sort_by([("outcome", "ascending"), ("profile", "ascending")])
    places = np.searchsorted(profiles, ordered["profile"].to_numpy())
    columns = {
        name: [int(value) for value in ordered[name].to_pylist()]
        for name in ("users", "total", "total_squares")
    }
    outcomes = ordered["outcome"].to_pylist()
    starts = [n for n, name in enumerate(outcomes) if n == 0 or name != outcomes[n - 1]]
    for start, end in zip(starts, [*starts[1:], len(outcomes)], strict=True):
        yield (
            outcomes[start],
            CellSums(
                places[start:end].astype(np.int64),
                tuple(columns["users"][start:end]),
                tuple(columns["total"][start:end]),
                tuple(columns["total_squares"][start:end]),
            ),
        )
