"""Vektis open data -> bronze.open_data; observed and expected cost per municipality.

Reads    files of the open data, one per year, in a folder
Writes   bronze.open_data; in the folder out: CSV files and a workbook
Run      spiegel open-data DIR --out DIR          spark-submit jobs/open_data.py DIR --out DIR
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from jobs.options import ConfOption, StoreOption, as_job, as_script
from spiegel_core.errors import WrongUse
from spiegel_core.open_data.vintages import choose_files
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.open_data import (
    JOB,
    compute,
    find_files,
    load_years,
    open_data_rules,
    read_files,
    tell,
    write_results,
)

_STORE = "store"


def open_data_job(store: str | None, conf: str | None, out: Path) -> Job:
    """The store and configuration of this job; without --store the store is <out>/store."""
    return as_job(store or str(out / _STORE), conf)


def open_data(job: Job, folder: str, out: Path) -> int:
    """Load the files, reconcile them, and write what municipalities cost beside what is expected.

    Returns:
        0, or 1 when a figure differs from what it must be; everything is written all the same.
    """
    source, target = Folder(folder), Folder(out)
    if source.uri == target.uri:
        raise WrongUse("the files cannot be written where they are read", where=folder,
                       fix="name another folder with --out")  # fmt: skip
    rules = open_data_rules(job.conf)
    names, others = find_files(source)
    with job.writing(JOB) as run:
        if others:
            run.say(f" [yellow]![/] no data files, left alone: {escape(', '.join(others))}")
        with run.step("read the files") as step:
            files = read_files(source, names, job.conf.door(), rules)
            step.counts = {"files": len(files), "rows": sum(f.rows.num_rows for f in files)}
            vintages = choose_files(files, rules.totals)
        with run.step("load bronze.open_data") as step:
            changed = load_years(job.tables, vintages)
            step.counts = {"years": len(vintages), "new or changed": changed}
            step.skipped = not changed
        with run.step("reconcile, weights, expected") as step:
            results = compute(job.tables, vintages, rules)
            step.counts = {"checks": len(results.checks), "differ": len(results.differing)}
        with run.step("write files and workbook") as step:
            step.counts = {"rows": sum(write_results(target, job.conf, rules, results).values())}
        run.facts["files"] = {str(one.counted.year): one.counted.name for one in vintages}
        tell(run, results)
    return int(bool(results.differing))


def main(
    folder: Annotated[str, typer.Argument(help="Folder with the files of the open data.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """Vektis open data: observed and expected cost per municipality."""
    code = open_data(open_data_job(store, conf, out), folder, out)
    if code:
        raise typer.Exit(code)


if __name__ == "__main__":
    as_script(main)
