"""Received deliveries -> sums, model, benchmarks and documents of one or more report years.

Reads    bronze.deliveries, silver.*
Writes   gold.*, models, documents
Run      spiegel run --year 2021 [--years 2019-2021]      spark-submit jobs/run.py --year 2021
"""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.documents import tell_where
from jobs.options import (
    ConfOption,
    CutOffOption,
    StoreOption,
    as_day,
    as_job,
    as_script,
    as_years,
)
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.pipeline import YearRun
from spiegel_core.runtime.publishing import Publishing
from spiegel_core.runtime.steps import default_cut_off


def run(job: Job, years: list[int], year: int | None, cut_off: str | None) -> None:
    """Bring the years up to date, oldest first, then make the documents of `year`.

    Args:
        job: store and configuration.
        years: all years of the trend, in order.
        year: year of the documents; None is the newest.
        cut_off: cut-off date of the release; None is the last day of each year.
    """
    with job.writing("run") as shown:
        for one in years:
            YearRun(job, one, as_day(cut_off, default_cut_off(one)), shown).all_steps()
        of_documents = years[-1] if year is None else year
        publishing = Publishing(
            job, of_documents, tuple(y for y in years if y <= of_documents),
            as_day(cut_off, default_cut_off(of_documents)), shown,
        )  # fmt: skip
        publishing.publish()
    tell_where(job, of_documents, publishing.files, publishing.models.status)


def main(
    year: Annotated[int | None, typer.Option(help="Report year of the documents.")] = None,
    years: Annotated[str | None, typer.Option(help="All years of the trend, as 2019-2021.")] = None,
    store: StoreOption = None,
    conf: ConfOption = None,
    cut_off: CutOffOption = None,
) -> None:
    """Bring report years up to date: sums, model, benchmarks, documents."""
    run(as_job(store, conf), as_years(year, years), year, cut_off)


if __name__ == "__main__":
    as_script(main)
