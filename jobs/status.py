"""Where the store stands: ledger, years, model versions, documents; what is missing or stale.

Reads    bronze.deliveries, gold.*; with --delivery also who declared in silver.claim_lines
Writes   nothing
Run      spiegel status [--year 2021] [--delivery 9101-farmacie-2021-Q3 [--json]]
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from functools import partial
from typing import Annotated

import pyarrow.compute as pc
import typer
from rich.table import Table as Grid

from jobs.delivery import show_delivery
from jobs.options import (
    ConfOption,
    DeliveryJsonOption,
    DeliveryOption,
    StoreOption,
    as_job,
    as_script,
)
from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS, VERDICTS
from spiegel_core.contracts.gold import (
    AVAILABILITY,
    DOCUMENTS,
    MODEL_VERSIONS,
    POPULATION_COUNTS,
    PRODUCT,
)
from spiegel_core.contracts.gold_runs import QUALITY_RESULTS, STEPS
from spiegel_core.errors import GateStopped, WrongUse
from spiegel_core.runtime.deciding import versions_of
from spiegel_core.runtime.fingerprints_plain import code_version, fingerprint_of
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.releasing import ModelsBehind
from spiegel_core.runtime.steps import (
    BENCHMARKS,
    MODEL,
    YEAR,
    Finished,
    finished,
    inputs_of_benchmarks,
    inputs_of_documents,
    inputs_of_model,
    inputs_of_year,
)
from spiegel_core.runtime.steps import DOCUMENTS as DOCUMENTS_STEP

FINISHED, STALE, MISSING = "finished", "stale", "missing"
_STEPS = (YEAR, MODEL, BENCHMARKS, DOCUMENTS_STEP)


def show(job: Job, year: int | None, delivery: str | None, as_json: bool) -> None:
    """Where the store stands, or what one delivery touches."""
    if delivery is None and as_json:
        raise WrongUse("--json goes with --delivery", fix="spiegel status --delivery ID --json")
    if delivery is None:
        status(job, year)
    elif year is not None:
        raise WrongUse("--year does not go with --delivery", fix="leave one of them out")
    else:
        show_delivery(job, delivery, as_json, partial(_is_up_to_date, job))


def _is_up_to_date(job: Job, year: int) -> bool:
    """Whether a year is finished for the data and conf as they are now, documents if it has any."""
    versions = job.tables.read(MODEL_VERSIONS, report_year=year).to_pylist()
    *numbers, documents = states_of(job, year, versions)
    return set(numbers) == {FINISHED} and documents in (FINISHED, MISSING)


def status(job: Job, year: int | None) -> None:
    """Print where the store stands; one year in detail when it is named."""
    _show_ledger(job)
    years = _years(job)
    if not years:
        job.console.print("no claims received yet: spiegel receive PATH")
        return
    _show_years(job, years)
    _show_gates(job)
    for one in [year] if year is not None else years[-1:]:
        _show_availability(job, one)


def _show_ledger(job: Job) -> None:
    ledger = job.tables.read(DELIVERIES).to_pylist()
    seen = [verdict for verdict in VERDICTS if any(row["verdict"] == verdict for row in ledger)]
    grid = Grid("deliveries", *seen, title=f"Ledger of {job.folder.uri}", title_justify="left")
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for row in ledger:
        by_kind[row["care_type"] or row["kind"] or "not recognised"][row["verdict"]] += 1
    for kind, counts in sorted(by_kind.items()):
        grid.add_row(kind, *(f"{counts[v]:,}" if counts[v] else "" for v in seen))
    job.console.print(grid)
    for row in ledger:
        if row["verdict"] in ("refused", "conflict", "waiting"):
            job.console.print(f" {row['verdict']} {row['file']}: {row['message']} [{row['rule']}]",
                              highlight=False, markup=False)  # fmt: skip


def _years(job: Job) -> list[int]:
    """Care years with claims that count, oldest first; years with a handful of lines left out."""
    admitted = job.tables.read(DELIVERIES, columns=["load_id"], verdict="admitted", kind="claims")
    totals = job.tables.read(DELIVERY_TOTALS)
    of_admitted = totals.filter(pc.is_in(totals["load_id"], admitted["load_id"]))
    if not of_admitted.num_rows:
        return []
    lines = of_admitted.group_by("care_year").aggregate([("lines", "sum")]).to_pylist()
    most = max(row["lines_sum"] for row in lines)
    return sorted(row["care_year"] for row in lines if 100 * row["lines_sum"] >= most)


def _show_years(job: Job, years: list[int]) -> None:
    grid = Grid("year", "persons", "steps", "versions", "documents", title="Report years",
                title_justify="left")  # fmt: skip
    states = _states_of_versions(job)
    for year in years:
        counts = job.tables.read(POPULATION_COUNTS, report_year=year, practice="").to_pylist()
        versions = job.tables.read(MODEL_VERSIONS, report_year=year).to_pylist()
        documents = job.tables.read(DOCUMENTS, report_year=year).to_pylist()
        numbers = sorted(row["version"] for row in versions)
        grid.add_row(
            str(year),
            f"{sum(row['persons'] for row in counts):,}",
            _told(states_of(job, year, versions)),
            ", ".join(states.get((year, n), str(n)) for n in numbers) or "none",
            _documents(documents),
        )
    job.console.print(grid)


def _states_of_versions(job: Job) -> dict[tuple[int, int], str]:
    """Per year and version its number and state; a register that was changed is told."""
    try:
        versions = versions_of(job)
    except GateStopped as problem:
        job.console.print(str(problem), highlight=False, markup=False)
        return {}
    return {(row["report_year"], row["version"]): f"{row['version']} {row['state']}"
            for row in versions}  # fmt: skip


def _documents(rows: list[dict[str, object]]) -> str:
    """How many practices have documents of the newest version, and whether they are released."""
    if not rows:
        return "none"
    newest = max(int(str(row["version"])) for row in rows)
    last = [row for row in rows if row["version"] == newest]
    return f"{len({row['provider'] for row in last}):,} {last[0]['status']}"


def _told(states: list[str]) -> str:
    """The steps in one cell, so that it fits a narrow screen."""
    coloured = [f"[{'green' if state == FINISHED else 'yellow'}]{state}[/]" for state in states]
    if len(set(states)) == 1:
        return coloured[0]
    return ", ".join(f"{step} {state}" for step, state in zip(_STEPS, coloured, strict=True))


def states_of(job: Job, year: int, versions: list[dict[str, object]]) -> list[str]:
    """Per step: finished, stale (something it depends on changed since), or missing."""
    done = {step: finished(job.tables, year, step) for step in _STEPS}
    newest = max(versions, key=lambda row: str(row["version"]).zfill(9), default=None)
    now = {} if newest is None else _inputs_now(job, year, done, str(newest["cut_off"]))
    is_stale, states = False, []
    for step in _STEPS:
        as_done = done[step]
        # Without a model nobody knows the cut-off date of the year.
        is_other = as_done is not None and bool(now) and as_done.inputs not in now.get(step, [])
        is_stale = is_stale or as_done is None or is_other
        if as_done is None:
            states.append(MISSING)
        else:
            states.append(STALE if is_stale else FINISHED)
    return states


def _inputs_now(
    job: Job, year: int, done: dict[str, Finished | None], cut_off: str
) -> dict[str, list[str]]:
    """What the inputs of each step would be now; documents may show any run of years."""
    more = [job.conf.rules_fingerprint(), code_version(), cut_off]
    now = {YEAR: [inputs_of_year(job.tables, year, more)]}
    of_year, of_model = done[YEAR], done[MODEL]
    if of_year is not None:
        now[MODEL] = [inputs_of_model(of_year, job.conf.product(PRODUCT).review_by)]
        if of_model is not None:
            now[BENCHMARKS] = [inputs_of_benchmarks(of_year, of_model)]
    day = datetime.date.fromisoformat(cut_off)
    policy = [code_version(), fingerprint_of(job.conf.folder)]
    years = sorted(set(job.tables.read(STEPS, columns=["report_year"])["report_year"].to_pylist()))
    runs = [range(a, b + 1) for a in years if a <= year for b in years if b >= year]
    now[DOCUMENTS_STEP] = [
        inputs_of_documents(job.tables, run, day, [*policy, _status(job, run)]) for run in runs
    ]
    return now


def _status(job: Job, years: range) -> str:
    """Whether documents of these years would be drafts or released."""
    try:
        return ModelsBehind(job, PRODUCT, tuple(years)).status
    except GateStopped:
        return "nothing: the register was changed"


def _show_gates(job: Job) -> None:
    results = job.tables.read(QUALITY_RESULTS).to_pylist()
    last: dict[tuple[str, str, str], dict[str, object]] = {}
    for row in sorted(results, key=lambda row: str(row["run"])):
        last[row["gate"], row["check"], row["subject"]] = row
    counts = Counter(str(row["status"]) for row in last.values())
    told = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
    job.console.print(f"Gates: {told or 'none stood yet'}", highlight=False)
    for (gate, check, subject), row in sorted(last.items()):
        if row["status"] in ("failed", "error"):
            job.console.print(f" {row['status']} ({row['consequence']}) {check}, {gate} of "
                              f"{subject}: {row['failed']} of {row['judged']}",
                              highlight=False)  # fmt: skip


def _show_availability(job: Job, year: int) -> None:
    reasons: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in job.tables.read(AVAILABILITY, report_year=year).to_pylist():
        reasons[row["practice"]][row["edition"]].add(row["reason"])
    if not reasons:
        return
    grid = Grid("practice", "national", "regional", title=f"Why there is no mirror, {year}",
                title_justify="left")  # fmt: skip
    for practice, editions in sorted(reasons.items()):
        grid.add_row(practice, *(" ".join(sorted(editions[e])) for e in ("national", "regional")))
    job.console.print(grid)


def main(
    store: StoreOption = None,
    conf: ConfOption = None,
    year: Annotated[int | None, typer.Option(help="Report year to show in detail.")] = None,
    delivery: DeliveryOption = None,
    json: DeliveryJsonOption = False,
) -> None:
    """Ledger, years, model versions and documents; or what one delivery touches."""
    show(as_job(store, conf), year, delivery, json)


if __name__ == "__main__":
    as_script(main)
