"""Take deliveries in, batch by batch: one commit to the ledger admits a batch, or none of it.

The order of writing makes a kill at any moment harmless: files of lines first, then the tables
that hold them, the ledger last. Lines of a load the ledger does not name are invisible, and the
next run sweeps them.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS, FINDINGS, QUARANTINE
from spiegel_core.contracts.settings import ReceiveSettings
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.standard import Standard
from spiegel_core.deliveries.judge import not_recognised
from spiegel_core.deliveries.ledger import Arrival, merge
from spiegel_core.deliveries.manifest import legible_sender, read_manifest
from spiegel_core.deliveries.noted import not_yet_noted, times_noted
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.incoming import Incoming, read_incoming_manifest, sha256_of
from spiegel_core.runtime.intake import Intake, arrival_of
from spiegel_core.runtime.ledger_table import read_ledger, write_ledger
from spiegel_core.runtime.run import FINISHED, Run, read_records
from spiegel_core.runtime.tables import Tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JOB = "receive"
# A gate on what a batch brought: sees arrivals and their totals, raises to stop, may refuse some.
DoorGate = Callable[[list[Arrival], pa.Table], list[Arrival]]


@dataclasses.dataclass(frozen=True)
class Receiving:
    """What receiving needs beside the files.

    Args:
        tables: where the tables are.
        door: the numbers and lists the door judges by.
        settings: sizes of a batch.
        key_file: the pseudonymisation key.
        gate: judges the arrivals of a batch before the ledger admits them.
        outbox: where the senders' feedback goes, and the catalogue files are judged by.
        standards: the standards of EI files.
        spark: the session of a cluster; None takes the files in on this machine.
    """

    tables: Tables
    door: DoorRules
    settings: ReceiveSettings
    key_file: Path
    gate: DoorGate
    outbox: Outbox
    standards: tuple[Standard, ...]
    spark: SparkSession | None = None

    def receive(self, incoming: list[Incoming], run: Run) -> list[Arrival]:
        """Take the files in; returns the whole ledger afterwards."""
        ledger = read_ledger(self.tables)
        before = self._clean_up(ledger, run)
        noted = times_noted(before, ledger)
        run.facts["ledger_version"] = self.tables.version(DELIVERIES)
        run.record()
        next_load = 1 + max(self._last_planned_load(), _last_load(ledger))
        unread = [self._unread(i) for i in incoming if not i.is_complete]
        remaining, noted = not_yet_noted(unread, noted)
        ledger = self._noted(ledger, remaining)
        complete = [i for i in incoming if i.is_complete]
        for number, batch in enumerate(self._batches(complete), start=1):
            loads = list(zip(range(next_load, next_load + len(batch)), batch, strict=True))
            next_load += len(batch)
            with run.step(f"receive, batch {number}") as step:
                run.facts["loads"] = [*run.facts.get("loads", []), [loads[0][0], loads[-1][0]]]
                run.record()
                arrivals = self._take_in(loads, ledger, f"{run.name}-{number:04d}")
                remaining, noted = not_yet_noted(arrivals, noted)
                ledger = merge(ledger, remaining)
                write_ledger(self.tables, ledger)
                self._drop_unused(loads, ledger, arrivals)
                step.counts["files"] = len(batch)
                step.counts["lines"] = sum(a.lines for a in arrivals if a.verdict != "skipped")
        with run.step("feedback to the senders") as step:
            step.counts["files"] = self.outbox.tell(self.tables, before, ledger)
        return ledger

    def _unread(self, incoming: Incoming) -> Arrival:
        """The row of a file that is not read: it waits for its other half, or is not recognised."""
        if incoming.data is not None and not incoming.is_recognised:
            judgement = not_recognised(sha256_of(incoming.data))
            rules = self.outbox.catalogue.fingerprint
            return arrival_of(incoming.name, judgement, None, None, rules)
        lacks, sender = "manifest", None
        if incoming.manifest is not None:
            lacks, sender = "data file", legible_sender(read_incoming_manifest(incoming.manifest))
        message = f"waits for its {lacks}"
        return Arrival(incoming.name, None, "waiting", "delivery.waiting", message, sender=sender)

    def _noted(self, ledger: list[Arrival], unread: list[Arrival]) -> list[Arrival]:
        if not unread:
            return ledger
        ledger = merge(ledger, unread)
        write_ledger(self.tables, ledger)
        return ledger

    def _batches(self, incoming: list[Incoming]) -> Iterator[list[Incoming]]:
        batch: list[Incoming] = []
        size = 0
        for one in incoming:
            is_full = len(batch) >= self.settings.files_per_batch
            if batch and (is_full or size + one.size > self.settings.bytes_per_batch):
                yield batch
                batch, size = [], 0
            batch.append(one)
            size += one.size
        if batch:
            yield batch

    def _take_in(
        self, loads: list[tuple[int, Incoming]], ledger: list[Arrival], batch: str
    ) -> list[Arrival]:
        """Judge the files of a batch and write their lines and findings; not yet the ledger."""
        intake = Intake(
            self.tables.folder.uri, batch, str(self.key_file), self.door, _known(loads, ledger),
            self.outbox.catalogue.fingerprint, self.standards,
        )  # fmt: skip
        plan = enumerate(tuple(task) for task in balanced(loads, self._tasks()))
        results = list(distribute(intake.run_task, list(plan), self.spark))
        for table in LINES_OF_KIND.values():
            files = [file for result in results for file in result.files.get(table.name, [])]
            self.tables.add_files(table, files)
        for table in (QUARANTINE, FINDINGS, DELIVERY_TOTALS):
            rows = [piece for result in results for piece in result.rows.get(table.name, [])]
            if rows:
                self.tables.append(table, pa.concat_tables(rows))
        totals = [piece for result in results for piece in result.rows[DELIVERY_TOTALS.name]]
        return self.gate(
            [arrival for result in results for arrival in result.arrivals],
            pa.concat_tables([arrow_schema(DELIVERY_TOTALS).empty_table(), *totals]),
        )

    def _tasks(self) -> int:
        return self.settings.tasks or 4 * (os.cpu_count() or 1)

    def _last_planned_load(self) -> int:
        records = read_records(self.tables.folder, JOB)
        return max((last for r in records for _, last in r.get("loads", [])), default=0)

    def _clean_up(self, ledger: list[Arrival], run: Run) -> list[Arrival]:
        """Remove what interrupted runs left behind; returns the ledger as they found it."""
        records = [r for r in read_records(self.tables.folder, JOB) if r["run"] < run.number]
        interrupted = list(
            itertools.takewhile(lambda record: record["state"] != FINISHED, reversed(records))
        )
        in_ledger = {a.load_id for a in ledger}
        for record in interrupted:
            self._delete_files(f"{record['run']:06d}-{JOB}-")
            for first, last in record.get("loads", []):
                if not in_ledger & set(range(first, last + 1)):
                    with run.step("sweep lines of an interrupted run"):
                        self._delete(first, last)
        if interrupted:
            self.outbox.sweep()
        versions = [r["ledger_version"] for r in interrupted if "ledger_version" in r]
        return read_ledger(self.tables, as_of=min(versions)) if versions else ledger

    def _drop_unused(
        self, loads: list[tuple[int, Incoming]], ledger: list[Arrival], arrivals: list[Arrival]
    ) -> None:
        """A file that came twice in one batch left its lines twice; the second ones go."""
        in_ledger = {a.load_id for a in ledger}
        reported = {a.load_id for a in arrivals if a.verdict != "refused"}
        for load_id, _ in loads:
            if load_id in reported and load_id not in in_ledger:
                self._delete(load_id, load_id)

    def _delete(self, first: int, last: int) -> None:
        for table in (*LINES_OF_KIND.values(), QUARANTINE, FINDINGS, DELIVERY_TOTALS):
            self.tables.delete_loads(table, first, last)

    def _delete_files(self, prefix: str) -> None:
        """Files that tasks of a killed run wrote and no table knows."""
        for table in LINES_OF_KIND.values():
            folder = table.name.replace(".", "/")
            active = self.tables.active_files(table)
            for name, _ in self.tables.folder.files(folder):
                inner = name[len(folder) + 1 :]
                if inner.split("/")[-1].startswith(prefix) and inner not in active:
                    self.tables.folder.delete(name)


def balanced(files: Iterable[tuple[int, Incoming]], tasks: int) -> list[list[tuple[int, Incoming]]]:
    """The files over at most `tasks` tasks of about equal size; always the same for the same files.

    Example:
        >>> sizes = [5, 1, 4, 2]
        >>> plan = balanced([(i, Incoming(str(i), "d", "m", s)) for i, s in enumerate(sizes)], 2)
        >>> [[one.size for _, one in task] for task in plan]
        [[5, 1], [4, 2]]
    """
    heaviest_first = sorted(files, key=lambda pair: (-pair[1].size, pair[0]))
    plan: list[list[tuple[int, Incoming]]] = [[] for _ in range(min(tasks, len(heaviest_first)))]
    weight = [0] * len(plan)
    for pair in heaviest_first:
        lightest = min(range(len(plan)), key=lambda task: (weight[task], task))
        plan[lightest].append(pair)
        weight[lightest] += pair[1].size + 10_000
    return plan


def _known(
    loads: list[tuple[int, Incoming]], ledger: list[Arrival]
) -> dict[tuple[str, int, str, str], str]:
    """Of the deliveries these files name, those the ledger knows (`Intake.known`)."""
    ids = set()
    for _, incoming in loads:
        if incoming.manifest is None:
            continue
        manifest, _ = read_manifest(read_incoming_manifest(incoming.manifest))
        if manifest is not None:
            ids.add(manifest.delivery_id)
    return {
        (*a.identity[:3], a.file_sha256): a.content_sha256
        for a in ledger
        if a.manifest is not None
        and a.manifest.delivery_id in ids
        and a.verdict not in ("refused", "waiting")
    }


def _last_load(ledger: list[Arrival]) -> int:
    return max((a.load_id or 0 for a in ledger), default=0)
