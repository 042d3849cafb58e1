"""A store -> a new store under another key: every archived file received again, then verified.

Reads    archive, bronze.deliveries
Writes   the new store as receive does; bronze.keys of both
Run      spiegel rekey --new-key FILE --into NEW_STORE --by NAME --why TEXT
"""

from __future__ import annotations

from pathlib import Path

from jobs.options import (
    AcceptOption,
    ByOption,
    ConfOption,
    IntoOption,
    NewKeyOption,
    StoreOption,
    WhyOption,
    as_job,
    as_script,
)
from jobs.receive import receiving_of
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.runtime.all_tables import ALL_TABLES
from spiegel_core.runtime.incoming import Incoming
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.key_record import has_key
from spiegel_core.runtime.keys import key_file
from spiegel_core.runtime.lock import only_writer
from spiegel_core.runtime.receiving import JOB
from spiegel_core.runtime.rekeying import Outcome, Read, Rekeying
from spiegel_core.runtime.run import Run


def rekey(job: Job, new_key: Path, into: str, by: str, why: str, accept: bool = False) -> None:
    """Build the new store, verify it, and say what becomes of the old one; safe to run again."""
    new = Job(into, job.conf.folder, job.console)
    old_key, _ = key_file(job.folder, job.settings.key.required, has_key(job.tables))
    rekeying = Rekeying(job.tables, new.tables, old_key, new_key, by, why)

    def receive(files: list[Incoming], read: Read) -> list[Arrival]:
        with Run(new.folder, JOB, new.console) as run:
            return receiving_of(new, run, new_key, read).receive(files, run)

    wait = job.settings.lock.wait_seconds
    with only_writer(job.folder, wait), only_writer(new.folder, wait):
        if rekeying.begin():
            job.console.print("this store was re-keyed before; nothing was done")
            _tell_what_is_left(job)
            return
        rekeying.receive(receive)
        with Run(new.folder, "rekey", new.console) as run, run.step("compare both stores") as step:
            outcome = rekeying.verify(accept)
            step.counts |= {"deliveries": outcome.compared, "persons": outcome.persons.persons}
    _tell(job, new, outcome)


def _tell(job: Job, new: Job, outcome: Outcome) -> None:
    job.console.print(
        f"verified: {outcome.compared:,} deliveries with the same verdict, lines and cents, "
        f"{len(outcome.otherwise):,} judged otherwise; {outcome.persons.persons:,} persons, each "
        f"with the same of {outcome.persons.lines:,} lines",
        highlight=False,
    )
    job.console.print(f"the new store is {new.folder.uri}; next: spiegel run there",
                      highlight=False, markup=False)  # fmt: skip
    _tell_what_is_left(job)


def _tell_what_is_left(job: Job) -> None:
    """How the old store is destroyed: beside it, references would tell old and new persons."""
    of_persons = ", ".join(
        table.name.replace(".", "/") for table in ALL_TABLES.values() if table.holds_persons
    )
    job.console.print(
        f"Now destroy the old store {job.folder.uri}, its backups included, and every copy of its "
        "key: claim references stand in both stores and would tell whose old pseudonym is whose "
        f"new one.\n  with persons: archive, {of_persons}: remove these folders whole, earlier "
        "versions of the tables are in them\n  without persons: documents, models, runs and the "
        "other tables may be kept as a record",
        highlight=False, markup=False,
    )  # fmt: skip


def main(
    new_key: NewKeyOption,
    into: IntoOption,
    by: ByOption,
    why: WhyOption,
    accept_differences: AcceptOption = False,
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """Go over to another key: receive every archived file again, into a new store."""
    rekey(as_job(store, conf), new_key, into, by, why, accept_differences)


if __name__ == "__main__":
    as_script(main)
