"""What one task does with its files: read, judge, keep sealed, write the typed lines.

Lines are written as Parquet files that no table knows yet; the driver makes the files of all
tasks part of their tables in one commit, and then lets the ledger admit them. A task that runs
twice writes the same files again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERY_TOTALS, FINDINGS, QUARANTINE
from spiegel_core.contracts.files import CLAIMS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from spiegel_core.deliveries.ei.standard import Standard
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.manifest import read_manifest
from spiegel_core.deliveries.pseudonym import PseudonymKey, read_key
from spiegel_core.deliveries.totals import totals_of
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.archive import keep
from spiegel_core.runtime.data_files import WrittenFile
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.incoming import Incoming, read_incoming
from spiegel_core.runtime.line_files import LineWriter, with_load

Planned = tuple[int, Incoming]


@dataclass
class TaskResult:
    """What a task tells the driver.

    Args:
        arrivals: one per file, not yet settled.
        rows: rows per small table (findings, quarantine, totals).
        files: per table the Parquet files written, not yet part of it.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    rows: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, list[WrittenFile]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Intake:
    """Everything a task needs to take its files in; travels to the executors, without the key.

    Args:
        store: folder of the store.
        batch: name of the batch; begins the names of the files written.
        key_file: where each node finds the pseudonymisation key.
        door: the numbers and lists the door judges by.
        known: identity and content of deliveries that are known: (delivery_id, revision,
            meaning, SHA-256 as sent) -> SHA-256 unpacked.
        rules_sha256: fingerprint of the catalogue the files are judged by.
        standards: the standards of EI files.
        key_check: the key every node must have (`PseudonymKey.check`).
        read: the bytes of a file by its place.
    """

    store: str
    batch: str
    key_file: str
    door: DoorRules
    known: dict[tuple[str, int, str, str], str]
    rules_sha256: str
    standards: tuple[Standard, ...]
    key_check: str
    read: Callable[[str], bytes] = read_incoming

    def run_task(self, task: tuple[int, tuple[Planned, ...]]) -> TaskResult:
        """Take in the files of one task, file after file."""
        number, planned = task
        key, store = self._key(), Folder(self.store)
        person_key, archive_key = key.for_persons(), key.for_archive()
        result = TaskResult()
        writer = LineWriter(store, f"{self.batch}-{number:05d}", result.files)
        for load_id, incoming in planned:
            arrival, judgement = self.take_in(incoming, load_id, key, person_key)
            result.arrivals.append(arrival)
            # A known one too: its manifest may have been written otherwise.
            for part in (incoming.data, incoming.manifest):
                if part is not None:
                    keep(store, self.read(part), archive_key)
            if judgement is None:
                continue
            _report(result, judgement, load_id, self.rules_sha256)
            if judgement.typed is not None and judgement.manifest is not None:
                writer.add(judgement.manifest.kind, judgement.typed, load_id)
        writer.flush()
        return result

    def _key(self) -> PseudonymKey:
        """The key; raises EnvironmentUnfit where this node has another one than the driver."""
        key = read_key(Path(self.key_file))
        if key.check() != self.key_check:
            raise EnvironmentUnfit(
                "the key on this machine is another one", where=self.key_file,
                expected="the same key file at the same path on every machine",
                fix="put the right one there and run again: nothing was admitted",
            )  # fmt: skip
        return key

    def take_in(
        self, incoming: Incoming, load_id: int, key: PseudonymKey, person_key: bytes
    ) -> tuple[Arrival, Judgement | None]:
        """Judge one file; a known one is not unpacked, and has no judgement."""
        assert incoming.data is not None
        data = self.read(incoming.data)
        if incoming.is_ei:
            # What it is stands in the file itself, so a known one is told by the ledger.
            judgement = judge_ei_delivery(
                data, incoming.data, self.standards, self.door, person_key
            )
            arrival = arrival_of(incoming.name, judgement, load_id, key.version, self.rules_sha256)
            return arrival, judgement
        manifest_bytes = self.read(incoming.manifest) if incoming.manifest else None
        known = self._known(data, manifest_bytes, incoming.name)
        if known is not None:
            return known, None
        judgement = judge_delivery(manifest_bytes, data, incoming.data, self.door, person_key)
        arrival = arrival_of(incoming.name, judgement, load_id, key.version, self.rules_sha256)
        return arrival, judgement

    def _known(self, data: bytes, manifest_bytes: bytes | None, name: str) -> Arrival | None:
        manifest = read_manifest(manifest_bytes)[0] if manifest_bytes else None
        if manifest is None or manifest_bytes is None:
            return None
        file_sha256 = hashlib.sha256(data).hexdigest()
        identity = (manifest.delivery_id, manifest.revision, manifest.meaning(), file_sha256)
        content_sha256 = self.known.get(identity)
        if content_sha256 is None or manifest.sha256 != file_sha256:
            return None
        return Arrival(
            name, manifest, "skipped", "delivery.known",
            "known already: same id, revision and content", lines=manifest.rows,
            debit_cents=manifest.debit_cents, credit_cents=manifest.credit_cents,
            content_sha256=content_sha256, file_sha256=file_sha256,
            manifest_sha256=hashlib.sha256(manifest_bytes).hexdigest(),
        )  # fmt: skip


def arrival_of(
    name: str,
    judgement: Judgement,
    load_id: int | None,
    key_version: str | None,
    rules_sha256: str,
) -> Arrival:
    """The row of the ledger a judged file becomes."""
    refusal = judgement.findings.first_refusal()
    return Arrival(
        file=name,
        manifest=judgement.manifest,
        verdict="refused" if refusal else None,
        rule=refusal.rule if refusal else None,
        message=refusal.message if refusal else None,
        lines=judgement.lines,
        lines_set_aside=len(judgement.aside),
        debit_cents=judgement.debit_cents,
        credit_cents=judgement.credit_cents,
        content_sha256=judgement.content_sha256,
        file_sha256=judgement.file_sha256,
        manifest_sha256=judgement.manifest_sha256,
        load_id=load_id,
        key_version=key_version,
        sender=None if judgement.manifest else judgement.sender,
        rules_sha256=rules_sha256,
    )


def _report(result: TaskResult, judgement: Judgement, load_id: int, rules_sha256: str) -> None:
    if judgement.findings.kept:
        result.rows[FINDINGS.name].append(_finding_rows(judgement, load_id, rules_sha256))
    if judgement.typed is None:
        return
    if judgement.quarantine:
        result.rows[QUARANTINE.name].append(_quarantine_rows(judgement, load_id))
    if judgement.manifest is not None and judgement.manifest.kind == CLAIMS:
        totals = with_load(totals_of(judgement.typed), load_id, DELIVERY_TOTALS)
        result.rows[DELIVERY_TOTALS.name].append(totals)


def _quarantine_rows(judgement: Judgement, load_id: int) -> pa.Table:
    lines, rules, names = zip(*judgement.quarantine, strict=True)
    return with_load(
        pa.table({"line": pa.array(lines, pa.int64()), "rule": rules, "field": names}),
        load_id, QUARANTINE,
    )  # fmt: skip


def _finding_rows(judgement: Judgement, load_id: int, rules_sha256: str) -> pa.Table:
    rows = [
        {"rule": f.rule, "consequence": f.consequence, "record": f.record, "line": f.line,
         "field": f.field, "lines": f.lines, "message": f.message, "load_id": load_id,
         "rules_sha256": rules_sha256}
        for f in judgement.findings.kept
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(FINDINGS))
