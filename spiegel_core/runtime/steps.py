"""Which steps of a year are finished, and for which inputs; a finished step is not done again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold_runs import STEPS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import GateStopped
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.tables import Tables

YEAR, MODEL, BENCHMARKS, DOCUMENTS = "year", "model", "benchmarks", "documents"
_IDENTITY = ("kind", "delivery_id", "revision", "content_sha256", "care_type", "key_version")
READ_BY_EVERY_YEAR = ("organisations", "practitioners", "medicines", "postcode_income")


def default_cut_off(report_year: int) -> datetime.date:
    """The cut-off date of a release where none is named: the last day of the report year."""
    return datetime.date(report_year, 12, 31)


@dataclass(frozen=True)
class Finished:
    """A finished step: what it was done for, and what came of it."""

    inputs: str
    outputs: str


def finished(tables: Tables, report_year: int, step: str) -> Finished | None:
    """The step as it was last finished; None when it was not, or was begun again since."""
    rows = tables.read(STEPS, report_year=report_year, step=step).to_pylist()
    return Finished(rows[0]["inputs_sha256"], rows[0]["outputs_sha256"]) if rows else None


def begin(tables: Tables, report_year: int, step: str) -> None:
    """From now on, until `finish`, what the step made is not to be used."""
    empty = arrow_schema(STEPS).empty_table()
    if finished(tables, report_year, step) is not None:
        tables.replace(STEPS, empty, report_year=report_year, step=step)


def finish(tables: Tables, report_year: int, step: str, done: Finished) -> None:
    """The step is finished for these inputs."""
    row = {"report_year": report_year, "step": step, "inputs_sha256": done.inputs,
           "outputs_sha256": done.outputs}  # fmt: skip
    tables.replace(
        STEPS, pa.Table.from_pylist([row], schema=arrow_schema(STEPS)),
        report_year=report_year, step=step,
    )  # fmt: skip


def require(tables: Tables, report_year: int, step: str) -> Finished:
    """The finished step; raises GateStopped where it is not finished."""
    done = finished(tables, report_year, step)
    if done is None:
        raise GateStopped(
            f"the step {step} of {report_year} is not finished",
            expected="every step before this one finished for the same data",
            fix=f"run: spiegel run --year {report_year}",
        )
    return done


def deliveries_of_year(tables: Tables, report_year: int) -> list[str]:
    """The deliveries a report year is computed from, a line each, in order.

    Those that count and hold care of the year, its insured register, and the other registers.
    Names of files, loads and times are not part of it, so the same data give the same text in
    another store.
    """
    ledger = tables.read(DELIVERIES, verdict="admitted").to_pylist()
    in_year = tables.read(DELIVERY_TOTALS, columns=["load_id"], care_year=report_year)
    loads = set(in_year["load_id"].to_pylist())
    used = [
        row
        for row in ledger
        if row["kind"] in READ_BY_EVERY_YEAR
        or (row["kind"] == "claims" and row["load_id"] in loads)
        or (row["kind"] == "insured" and row["period_from"].year == report_year)
    ]
    return sorted("|".join(str(row[name]) for name in _IDENTITY) for row in used)


def inputs_of_year(tables: Tables, report_year: int, more: list[str]) -> str:
    """Everything a report year is computed from, as one text: its deliveries, and whatever else
    is named (conf, code, cut-off date)."""
    return of_texts([*deliveries_of_year(tables, report_year), *more])


def inputs_of_model(year: Finished, review_by: datetime.date) -> str:
    """Everything the model of a year is made from."""
    return of_texts([year.outputs, year.inputs, str(review_by)])


def inputs_of_benchmarks(year: Finished, model: Finished) -> str:
    """Everything the comparison of a year is made from."""
    return of_texts([year.outputs, model.outputs])


def inputs_of_documents(
    tables: Tables, trend: Iterable[int], cut_off: datetime.date, policy: list[str]
) -> str:
    """Everything documents depend on: the numbers of all years of the trend, texts and code.

    Args:
        tables: the store.
        trend: the years shown.
        cut_off: cut-off date of the release.
        policy: version of the code and fingerprint of conf.
    """
    parts = [*policy, str(cut_off)]
    for year in trend:
        for step in (YEAR, MODEL, BENCHMARKS):
            done = finished(tables, year, step)
            parts.append(f"{year} {step} {done.outputs if done else 'missing'}")
    return of_texts(parts)
