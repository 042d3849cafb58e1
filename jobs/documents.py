"""Benchmarks -> a Praktijkspiegel per practice: PDF and workbook.

Reads    gold.*
Writes   documents, gold.documents
Run      spiegel documents [--year 2021]      spark-submit jobs/documents.py --year 2021
"""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from jobs.options import (
    ConfOption,
    CutOffOption,
    StoreOption,
    as_day,
    as_job,
    as_script,
    as_years,
)
from spiegel_core.contracts.gold import DRAFT
from spiegel_core.contracts.gold_runs import STEPS
from spiegel_core.errors import GateStopped
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.publishing import Publishing
from spiegel_core.runtime.steps import BENCHMARKS, default_cut_off


def documents(job: Job, year: int | None, years: str | None, cut_off: str | None) -> None:
    """Make the documents of a year; without a year, of the newest that was run."""
    trend = _trend(job, year, years)
    with job.writing("documents") as run:
        newest = trend[-1]
        day = as_day(cut_off, default_cut_off(newest))
        publishing = Publishing(job, newest, tuple(trend), day, run)
        publishing.publish()
    tell_where(job, newest, publishing.files, publishing.models.status)


def _trend(job: Job, year: int | None, years: str | None) -> list[int]:
    finished = job.tables.read(STEPS, step=BENCHMARKS)["report_year"].to_pylist()
    if years is not None:
        return as_years(year, years)
    if not finished or (year is not None and year not in finished):
        raise GateStopped(
            "there are no benchmarks to make documents of",
            found=f"years run: {', '.join(map(str, sorted(finished))) or 'none'}",
            fix="run: spiegel run --year YEAR",
        )
    newest = year or max(finished)
    return sorted(y for y in finished if y <= newest)


def tell_where(job: Job, year: int, files: list[str], status: str) -> None:
    """Say where to look: a document and its workbook, ledger, model; and what a draft waits for."""
    from spiegel_core.runtime.registry import tracking_uri

    store = f"--store {shlex.quote(job.folder.uri)}"
    pdfs = [name for name in files if name.endswith(".pdf")]
    lines = [
        (
            "documents",
            f"{job.folder.uri}/{pdfs[0]}" if pdfs else f"none: spiegel status {store} says why",
        ),
        ("workbook", f"{job.folder.uri}/{pdfs[0].removesuffix('pdf')}xlsx" if pdfs else ""),
        (
            "all of them",
            f"{len(pdfs)} practices in {job.folder.uri}/{pdfs[0].rsplit('/', 2)[0]}"
            if pdfs
            else "",
        ),
        ("ledger", f"spiegel status {store}"),
        ("", f"spiegel table bronze.deliveries --out ledger.csv {store}"),
        ("model", f"spiegel table gold.model_weights --out weights.csv {store} ({year} is in it)"),
        ("MLflow", f"mlflow ui --backend-store-uri {tracking_uri(job.folder)}"),
    ]
    job.console.print("Where to look")
    for label, text in lines:
        if text:
            job.console.print(f"   {label:<12}{text}", highlight=False)
    if status == DRAFT:
        job.console.print("These documents are drafts. Somebody else than the owner approves the "
                          f"models: spiegel model approve --by NAME {store}; "
                          f"then: spiegel documents {store}",
                          highlight=False)  # fmt: skip


def main(
    year: Annotated[int | None, typer.Option(help="Report year of the documents.")] = None,
    years: Annotated[str | None, typer.Option(help="All years of the trend, as 2019-2021.")] = None,
    store: StoreOption = None,
    conf: ConfOption = None,
    cut_off: CutOffOption = None,
) -> None:
    """Make the documents of a report year."""
    documents(as_job(store, conf), year, years, cut_off)


if __name__ == "__main__":
    as_script(main)
