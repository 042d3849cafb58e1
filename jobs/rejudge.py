"""Metrics that were kept -> what the thresholds of today say of them; without the data.

Reads    gold.quality_metrics, gold.quality_results, expectations/, conf/volumes.yml
Writes   nothing
Run      spiegel rejudge [--gate silver] [--run 12]          spark-submit jobs/rejudge.py
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table as Grid

from jobs.options import ConfOption, StoreOption, as_job, as_script
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.rejudging import Rejudged, rejudge
from spiegel_core.runtime.volume_gate import VOLUMES, volume_reading


def show(job: Job, gate: str | None, run: str | None) -> None:
    """Print which results would be other ones by the rules of today."""
    found = rejudge(job.tables, gate, run, {VOLUMES: volume_reading(job.conf)})
    changed = [one for one in found if one.is_changed]
    if changed:
        job.console.print(_grid(changed), highlight=False)
    runs = len({one.run for one in found})
    job.console.print(
        f"{len(found):,} results of {runs:,} runs judged again by rule set "
        f"{read_catalogue().fingerprint[:12]}: {len(changed):,} change; nothing was stored",
        highlight=False,
    )


def _grid(changed: list[Rejudged]) -> Grid:
    grid = Grid(title="What changes", title_justify="left")
    for name in ("run", "subject", "check", "then", "now", "rule set then"):
        grid.add_column(name, no_wrap=name == "check")
    for one in changed:
        grid.add_row(
            one.run, one.subject, one.check, one.before or "no such check",
            one.now or "no such check", (one.rules_sha256 or "")[:12],
        )  # fmt: skip
    return grid


def main(
    gate: Annotated[str | None, typer.Option(help="Only this gate, as silver.")] = None,
    run: Annotated[str | None, typer.Option(help="Only this run, as 12 or 000012-run.")] = None,
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """Hold the metrics that were kept to the thresholds of today; says what changes."""
    show(as_job(store, conf), gate, run)


if __name__ == "__main__":
    as_script(main)
