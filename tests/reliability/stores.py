"""A store as its readers see it, and `spiegel receive` as a process that can be killed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.bronze import DELIVERY_TOTALS, FINDINGS, QUARANTINE
from spiegel_core.contracts.settings import ReceiveSettings
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import Table
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.incoming import find_incoming
from spiegel_core.runtime.ledger_table import read_ledger
from spiegel_core.runtime.receiving import JOB, Receiving
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from tests.delivering import Delivery

CLAIM_LINES = LINES_OF_KIND["claims"]
OF_LOADS = (*LINES_OF_KIND.values(), QUARANTINE, FINDINGS, DELIVERY_TOTALS)
ONE_BATCH = ReceiveSettings(files_per_batch=2000, bytes_per_batch=10**9, tasks=1)


class QuietOutbox(Outbox):
    """Writes no feedback, which takes most of the time of a small delivery."""

    def tell(self, *_: object) -> int:
        return 0


def receive(
    folder: Path, key_file: Path, *paths: Path, outbox: type[Outbox] = QuietOutbox, **more: Any
) -> list[Arrival]:
    """One run in this process; returns the ledger."""
    told = outbox(Folder(folder / "outbox"), read_catalogue(), most=10)
    receiving = Receiving(
        Tables(Folder(folder)), DoorRules(), ONE_BATCH, key_file, lambda arrivals, _: arrivals,
        told, standards=(), **more,
    )  # fmt: skip
    incoming = find_incoming([str(path) for path in paths])
    with Run(Folder(folder), JOB) as run:
        return receiving.receive(incoming, run)


def command(store: Path, key_file: Path, *arguments: str | Path) -> list[str]:
    """`spiegel` as a shell calls it."""
    return [
        "env", f"SPIEGEL_KEY_FILE={key_file}", "PATH=/usr/bin:/bin", "HOME=/nonexistent",
        sys.executable, "-m", "jobs.spiegel", "--store", *map(str, [store, *arguments]),
    ]  # fmt: skip


def started(store: Path, key_file: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """The command, running; the leader of its own processes."""
    return subprocess.Popen(
        command(store, key_file, *arguments), cwd=PROJECT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def spiegel(
    store: Path, key_file: Path, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        command(store, key_file, *arguments), cwd=PROJECT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What a reader of a store sees.

    Args:
        ledger: the rows of the ledger.
        lines: per table the rows of loads that the ledger admits.
        hidden: per table the loads that left rows and that the ledger does not name.
    """

    ledger: list[Arrival]
    lines: dict[str, pa.Table]
    hidden: dict[str, set[int]]

    @property
    def claims(self) -> pa.Table:
        return self.lines[CLAIM_LINES.name]

    @property
    def cents(self) -> int:
        """Sum of what was granted, credits taken off."""
        return _net(self.claims)

    def verdicts(self) -> Counter[tuple[str, str]]:
        """How often each file arrived with which verdict."""
        found: Counter[tuple[str, str]] = Counter()
        for arrival in self.ledger:
            found[arrival.file, arrival.verdict or ""] += arrival.times_received
        return found

    def fingerprint(self, *without: str) -> str:
        """One text for everything in the tables, whatever the numbers of the loads."""
        left = {name: rows.drop_columns(["load_id"]) for name, rows in self.lines.items()}
        return digest(
            f"{name}: {row}" for name, rows in left.items() if name not in without
            for row in texts(rows)
        )  # fmt: skip

    def must_add_up(self) -> None:
        """Ledger, lines and totals of every delivery that counts say the same."""
        totals = self.lines[DELIVERY_TOTALS.name]
        for arrival in self.ledger:
            if arrival.verdict != "admitted" or arrival.manifest is None:
                continue
            own = LINES_OF_KIND[arrival.manifest.kind]
            lines = _of_load(self.lines[own.name], arrival)
            assert lines.num_rows == arrival.lines - arrival.lines_set_aside
            if own == CLAIM_LINES:
                sums = _of_load(totals, arrival)
                assert pc.sum(sums["lines"]).as_py() in (lines.num_rows, lines.num_rows or None)
                assert _net(lines) == _net(sums)
                if not arrival.lines_set_aside:
                    assert _net(lines) == arrival.debit_cents - arrival.credit_cents


def seen(store: Path) -> Seen:
    """Read a store from the ledger on, as every reader does."""
    tables = Tables(Folder(store))
    ledger = read_ledger(tables)
    named = {arrival.load_id for arrival in ledger}
    counting = [a.load_id for a in ledger if a.verdict == "admitted" and a.load_id]
    lines, hidden = {}, {}
    for table in OF_LOADS:
        rows = tables.read(table)
        lines[table.name] = rows.filter(pc.is_in(rows["load_id"], pa.array(counting, pa.int64())))
        hidden[table.name] = set(rows["load_id"].to_pylist()) - named
    return Seen(ledger, lines, hidden)


def texts(rows: pa.Table) -> list[str]:
    """The rows in one order."""
    return sorted(str(tuple(row.values())) for row in rows.to_pylist())


def digest(parts: Iterable[str]) -> str:
    """SHA-256 over texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def files_no_table_knows(store: Path, table: Table = CLAIM_LINES) -> set[str]:
    """Files of lines that are not part of their table, nor ever were."""
    folder = table.name.replace(".", "/")
    names = [name for name, _ in Folder(store).files(folder)]
    log = "".join(
        (store / name).read_text("utf-8") for name in names if name.endswith(".json")
    )  # fmt: skip
    data = {n for n in names if n.endswith(".parquet") and "/_delta_log/" not in n}
    return {name for name in data if name.split("/")[-1] not in log}


def claims(delivery_id: str, amounts: Iterable[int], revision: int = 1) -> Delivery:
    """A delivery with a line per amount of cents; one in ten takes another one back."""
    lines = [
        {
            "reference": f"{delivery_id}-{revision}-{number}", "granted_cents": str(amount),
            "claimed_cents": "999999", "insured_number": str(1 + number % 50),
            **({"debit_credit": "C", "previous_reference": "X"} if number % 10 == 9 else {}),
        }
        for number, amount in enumerate(amounts)
    ]  # fmt: skip
    return Delivery(lines=lines, delivery_id=delivery_id, revision=revision)


def _of_load(rows: pa.Table, arrival: Arrival) -> pa.Table:
    return rows.filter(pc.equal(rows["load_id"], arrival.load_id))


def _net(rows: pa.Table) -> int:
    sign = pc.if_else(rows["is_credit"], -1, 1)
    return int(pc.sum(pc.multiply(rows["granted_cents"], sign)).as_py() or 0)
