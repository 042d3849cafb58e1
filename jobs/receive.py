"""Delivered files -> bronze.deliveries, silver: judged, pseudonymised, admitted.

Reads    files of deliveries with their manifests, and EI files, which need none
Writes   archive, silver.*, bronze.findings, bronze.delivery_totals, bronze.deliveries, then
         outbox (feedback to the senders)
Run      spiegel receive PATH...          spark-submit jobs/receive.py PATH... --store DIR
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from jobs.options import ConfOption, StoreOption, as_job, as_script
from spiegel_core.contracts.bronze import VERDICTS
from spiegel_core.deliveries.ledger import Arrival, refused_since
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.door_gate import door_gate
from spiegel_core.runtime.ei_standards import read_standards
from spiegel_core.runtime.feedback import OUTBOX, Outbox
from spiegel_core.runtime.gates import Gates
from spiegel_core.runtime.incoming import find_incoming, read_incoming
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.key_record import has_key, refuse_between_keys
from spiegel_core.runtime.keys import KEY_VARIABLE, key_file
from spiegel_core.runtime.ledger_table import read_ledger
from spiegel_core.runtime.receiving import JOB, Receiving
from spiegel_core.runtime.run import Run


def receive(job: Job, paths: list[str]) -> int:
    """Take the deliveries in and say what became of them.

    Returns:
        1 when a file of this call was refused, else 0.
    """
    incoming = find_incoming(paths)
    with job.writing(JOB) as run:
        refuse_between_keys(job.tables)
        key, is_new = key_file(job.folder, job.settings.key.required, has_key(job.tables))
        if is_new:
            run.say(
                f" [yellow]![/] {KEY_VARIABLE} is not set: a key for this store was made at {key}"
            )
        before = read_ledger(job.tables)
        ledger = receiving_of(job, run, key).receive(incoming, run)
        run.facts["verdicts"] = dict(Counter(a.verdict for a in ledger))
    _tell(job, ledger)
    return int(bool(refused_since(before, ledger)))


def receiving_of(
    job: Job, run: Run, key: Path, read: Callable[[str], bytes] = read_incoming
) -> Receiving:
    """What receives into the store of a job."""
    return Receiving(
        job.tables, job.conf.door(), job.settings.receive, key,
        door_gate(Gates(job.tables, run)), outbox_of(job), read_standards(job.conf),
        job.spark if job.is_on_cluster else None, read,
    )  # fmt: skip


def outbox_of(job: Job) -> Outbox:
    """The outbox of a store."""
    most = job.settings.feedback.findings
    return Outbox(job.folder.child(OUTBOX), read_catalogue(), most)


def _tell(job: Job, ledger: list[Arrival]) -> None:
    counts = Counter(arrival.verdict for arrival in ledger)
    told = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in VERDICTS if counts[verdict])
    job.console.print(f"   ledger: {told}", highlight=False)
    refused = [a for a in ledger if a.verdict in ("refused", "conflict", "waiting")]
    for arrival in refused[:10]:
        job.console.print(
            f"   [yellow]{arrival.verdict}[/] {arrival.file}: {arrival.message}", highlight=False
        )
    if len(refused) > 10:
        job.console.print(f"   and {len(refused) - 10} more: spiegel status", highlight=False)


def main(
    paths: Annotated[list[str], typer.Argument(help="Folders or files of deliveries.")],
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """Take deliveries in: judge, pseudonymise, admit."""
    if receive(as_job(store, conf), paths):
        raise typer.Exit(1)


if __name__ == "__main__":
    as_script(main)
