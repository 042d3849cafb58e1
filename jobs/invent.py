"""An invented country -> deliveries in the canonical format, and what was planted in it.

Reads    conf/invented_country
Writes   OUT/deliveries, and OUT/truth with --truth
Run      spiegel invent --out DIR [--persons 40000 --practices 24 --years 2019-2021 --seed 1]
         spark-submit jobs/invent.py --out URI: its parts are made by the executors
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from jobs.options import ConfOption, as_job, as_script, as_years
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import CountryPlan, write_country
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.run import Run


def invent(job: Job, out: str, plan: CountryPlan, truth: bool) -> dict[str, int]:
    """Write the deliveries of an invented country; the same plan gives the same bytes."""
    folder = Folder(out)
    # One line per step, also in a log, where nobody knows how wide it is. The run is shown and
    # not recorded: the folder holds the country and nothing else.
    run = Run(folder, "invent", Console(soft_wrap=True))
    spark = job.spark if job.is_on_cluster else None
    return write_country(folder, plan, job.conf, truth, run=run, spark=spark)


def plan_of(persons: int, practices: int, years: str, seed: int) -> CountryPlan:
    """The country the options ask for."""
    named = as_years(None, years)
    return CountryPlan(persons, practices, named[0], named[-1], seed)


def main(
    out: Annotated[str, typer.Option(help="Folder to write to.")],
    persons: Annotated[int, typer.Option(help="Persons insured at any one time.")] = 40_000,
    practices: Annotated[int, typer.Option(help="General practices.")] = 24,
    years: Annotated[str, typer.Option(help="Care years, as 2019-2021.")] = "2019-2021",
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    truth: Annotated[bool, typer.Option("--truth", help="Also write what was planted.")] = False,
    conf: ConfOption = None,
) -> None:
    """Invent a country and its deliveries."""
    invent(as_job(None, conf), out, plan_of(persons, practices, years, seed), truth)


if __name__ == "__main__":
    as_script(main)
