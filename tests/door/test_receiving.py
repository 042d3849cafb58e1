"""Deliveries taken in, run after run: whatever the order, the repetition or the interruption, the
same lines count in the end."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS, QUARANTINE
from spiegel_core.contracts.settings import ReceiveSettings
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.incoming import find_incoming
from spiegel_core.runtime.ledger_table import read_ledger
from spiegel_core.runtime.receiving import JOB, Receiving
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from tests.delivering import Delivery, bsn, register

CLAIM_LINES = LINES_OF_KIND["claims"]
BATCHES = ReceiveSettings(files_per_batch=2000, bytes_per_batch=10**9, tasks=1)


class Killed(Exception):
    """A run ends here, as a killed process does."""


@dataclasses.dataclass
class Store:
    """A store in a folder, and what receiving makes of it."""

    folder: Path
    key_file: Path
    settings: ReceiveSettings = BATCHES

    @property
    def tables(self) -> Tables:
        return Tables(Folder(self.folder))

    def receive(
        self,
        *paths: Path,
        gate: Callable[[list[Arrival], pa.Table], list[Arrival]] = lambda arrivals, _: arrivals,
    ) -> list[Arrival]:
        """One run over these folders; returns the ledger."""
        outbox = Outbox(Folder(self.folder / "outbox"), read_catalogue(), most=1000)
        receiving = Receiving(
            self.tables, DoorRules(), self.settings, self.key_file, gate, outbox, standards=()
        )
        incoming = find_incoming([str(path) for path in paths])
        with Run(Folder(self.folder), JOB) as run:
            return receiving.receive(incoming, run)

    def killed(self, *paths: Path, before: str = "ledger", batch: int = 1) -> None:
        """A run that ends just before it writes (tables or ledger) in one of its batches."""
        batches = itertools.count(1)
        with pytest.MonkeyPatch.context() as patch:
            name = {"tables": "add_files", "ledger": "replace"}[before]
            whole = getattr(Tables, name)

            def ends(self: Tables, table: object, *rows: object, **more: object) -> None:
                # Tables of all kinds are written in each batch; the first of them is as good.
                if table in (CLAIM_LINES, DELIVERIES) and next(batches) == batch:
                    raise Killed
                whole(self, table, *rows, **more)

            patch.setattr(Tables, name, ends)
            with pytest.raises(Killed):
                self.receive(*paths)

    def verdicts(self) -> list[tuple[str, str, str]]:
        """File, verdict and rule of every row of the ledger."""
        return sorted((a.file, a.verdict or "", a.rule or "") for a in read_ledger(self.tables))

    def times(self) -> Counter[tuple[str, str]]:
        """How often each file arrived so."""
        return Counter(
            {(a.file, a.verdict or ""): a.times_received for a in read_ledger(self.tables)}
        )

    def counting(self) -> list[tuple[str, int, int]]:
        """Reference, amount and sign of every claim line that counts."""
        loads = {a.load_id for a in read_ledger(self.tables) if a.verdict == "admitted"}
        return sorted(
            (row["reference"], row["granted_cents"], -1 if row["is_credit"] else 1)
            for row in self.tables.read(CLAIM_LINES).to_pylist()
            if row["load_id"] in loads
        )

    def loads_in_tables(self) -> set[int]:
        """Every load that left a line or a total."""
        tables = (*LINES_OF_KIND.values(), QUARANTINE, DELIVERY_TOTALS)
        return {
            load for t in tables for load in self.tables.read(t, ["load_id"])["load_id"].to_pylist()
        }

    def files_no_table_knows(self) -> set[str]:
        """Files beside the claim lines that never became part of their table."""
        folder = "silver/claim_lines"
        there = {name for name, _ in Folder(self.folder).files(folder) if name.endswith(".parquet")}
        known = "".join(
            Folder(self.folder).read(name).decode()
            for name, _ in Folder(self.folder).files(f"{folder}/_delta_log")
            if name.endswith(".json")
        )
        return {name for name in there if name.split("/")[-1] not in known}


@pytest.fixture
def store(tmp_path: Path, key_file: Path) -> Store:
    return Store(tmp_path / "store", key_file)


def delivery(delivery_id: str, cents: str, revision: int = 1, **more: object) -> Delivery:
    """A delivery with a line per amount."""
    lines = [
        {"reference": f"{delivery_id}-{n}", "granted_cents": amount, "claimed_cents": "9999"}
        for n, amount in enumerate(cents.split())
    ]
    return Delivery(lines=lines, delivery_id=delivery_id, revision=revision, **more)


def cents(store: Store) -> list[int]:
    return sorted(sign * amount for _, amount, sign in store.counting())


def test_a_delivery_is_taken_in_with_its_lines_findings_and_totals(
    store: Store, tmp_path: Path
) -> None:
    wrong = [{"cover": "C", "granted_cents": "5"}]
    credit = {"debit_credit": "C", "previous_reference": "X", "granted_cents": "250"}
    Delivery(lines=[*[{}] * 20, credit, *wrong]).write(tmp_path / "in", "a")
    register("insured", [{}]).write(tmp_path / "in", "b")

    store.receive(tmp_path / "in")

    assert store.verdicts() == [("a.csv", "admitted", ""), ("b.csv", "admitted", "")]
    assert len(store.counting()) == 21
    (claims, _) = read_ledger(store.tables)
    assert (claims.lines, claims.lines_set_aside) == (22, 1)
    assert (claims.debit_cents, claims.credit_cents) == (20_005, 250)
    assert claims.key_version == "k1"
    (aside,) = store.tables.read(QUARANTINE).to_pylist()
    assert (aside["line"], aside["rule"], aside["field"]) == (22, "field.form", "cover")
    totals = store.tables.read(DELIVERY_TOTALS).to_pylist()
    assert sorted((t["is_credit"], t["lines"], t["granted_cents"]) for t in totals) == [
        (False, 20, 20_000), (True, 1, 250),
    ]  # fmt: skip


def test_what_arrives_again_is_skipped_and_the_ledger_says_so(store: Store, tmp_path: Path) -> None:
    delivery("A", "100 200").write(tmp_path / "in", "a")
    before = store.receive(tmp_path / "in") and store.counting()
    for _ in range(2):
        store.receive(tmp_path / "in")

    assert store.counting() == before
    assert store.times() == {("a.csv", "admitted"): 1, ("a.csv", "skipped"): 2}


def test_the_same_under_another_name_and_packing_is_skipped(store: Store, tmp_path: Path) -> None:
    delivery("A", "100 200").write(tmp_path / "in", "a")
    delivery("A", "100 200", packing="gz").write(tmp_path / "in", "b")
    delivery("A", "100 200", packing="zst").write(tmp_path / "later", "c")

    store.receive(tmp_path / "in")
    store.receive(tmp_path / "later")

    assert [(file, verdict) for file, verdict, _ in store.verdicts()] == [
        ("a.csv", "admitted"), ("b.csv.gz", "skipped"), ("c.csv.zst", "skipped"),
    ]  # fmt: skip
    assert cents(store) == [100, 200]
    # The lines of the second one of the batch were written too, and are gone again.
    assert len(store.loads_in_tables()) == 1


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_the_highest_revision_counts_in_whatever_order_they_come(
    store: Store, tmp_path: Path, order: tuple[int, ...]
) -> None:
    delivery("B", "7").write(tmp_path / "other")
    store.receive(tmp_path / "other")
    amounts = {1: "100 200 300", 2: "150", 3: "160 170"}
    for revision in order:
        delivery("A", amounts[revision], revision).write(tmp_path / f"r{revision}")
        store.receive(tmp_path / f"r{revision}")
    # The first one once more, which changes nothing.
    store.receive(tmp_path / "r1")

    assert cents(store) == [7, 160, 170]
    assert [(file, verdict) for file, verdict, _ in store.verdicts()] == [
        ("A-r1.csv", "skipped"),
        ("A-r1.csv", "superseded"),
        ("A-r2.csv", "superseded"),
        ("A-r3.csv", "admitted"),
        ("B-r1.csv", "admitted"),
    ]


def test_an_empty_revision_removes_the_delivery_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    delivery("A", "100 200").write(tmp_path / "in")
    delivery("B", "300").write(tmp_path / "in")
    store.receive(tmp_path / "in")
    delivery("A", "", revision=2).write(tmp_path / "in2")
    store.receive(tmp_path / "in2")

    assert cents(store) == [300]


def test_a_copy_under_another_id_counts_once_and_takes_over_when_the_first_goes(
    store: Store, tmp_path: Path
) -> None:
    same = delivery("A", "100 200")
    dataclasses.replace(same, delivery_id="B").write(tmp_path / "1")
    store.receive(tmp_path / "1")
    same.write(tmp_path / "2")
    ledger = store.receive(tmp_path / "2")

    assert {a.manifest.delivery_id: a.verdict for a in ledger if a.manifest} == {
        "A": "admitted", "B": "copy",
    }  # fmt: skip
    assert cents(store) == [100, 200]

    delivery("A", "5", revision=2).write(tmp_path / "3")
    store.receive(tmp_path / "3")
    assert cents(store) == [5, 100, 200]


def test_two_contents_of_one_revision_count_neither_until_a_higher_one_comes(
    store: Store, tmp_path: Path
) -> None:
    delivery("A", "100").write(tmp_path / "1")
    store.receive(tmp_path / "1")
    delivery("A", "200").write(tmp_path / "2")
    ledger = store.receive(tmp_path / "2")

    assert cents(store) == []
    assert [a.verdict for a in ledger] == ["conflict", "conflict"]
    for arrival in ledger:
        assert all(other.content_sha256[:12] in (arrival.message or "") for other in ledger)

    delivery("A", "300", revision=2).write(tmp_path / "3")
    store.receive(tmp_path / "3")
    assert cents(store) == [300]


@pytest.mark.parametrize("first", ["data", "manifest"])
def test_half_a_delivery_waits_and_is_taken_in_when_the_other_half_comes(
    store: Store, tmp_path: Path, first: str
) -> None:
    data = delivery("A", "100").write(tmp_path / "in", "a")
    manifest = data.with_name("a.manifest.json")
    (late := manifest if first == "data" else data).rename(tmp_path / "later")
    store.receive(tmp_path / "in")

    waiting = data.name if first == "data" else manifest.name
    assert store.verdicts() == [(waiting, "waiting", "delivery.waiting")]
    assert store.counting() == []
    store.receive(tmp_path / "in")
    assert len(store.verdicts()) == 1

    (tmp_path / "later").rename(late)
    store.receive(tmp_path / "in")
    assert store.verdicts() == [("a.csv", "admitted", "")]
    assert cents(store) == [100]


def test_a_refused_file_blocks_nothing_and_comes_again_repaired(
    store: Store, tmp_path: Path
) -> None:
    delivery("A", "100").write(tmp_path / "1", "a")
    store.receive(tmp_path / "1")
    delivery("A", "200 300", revision=2, manifest={"rows": 9}).write(tmp_path / "2", "a2")
    store.receive(tmp_path / "2")
    assert cents(store) == [100]

    delivery("A", "200 300", revision=2).write(tmp_path / "2", "a2")
    store.receive(tmp_path / "2")

    assert cents(store) == [200, 300]
    assert store.verdicts() == [
        ("a.csv", "superseded", "delivery.superseded"),
        ("a2.csv", "admitted", ""),
        ("a2.csv", "refused", "claims.rows"),
    ]


def test_a_file_with_an_unreadable_manifest_is_refused_and_named(
    store: Store, tmp_path: Path
) -> None:
    data = delivery("A", "100").write(tmp_path / "in", "a")
    data.with_name("a.manifest.json").write_bytes(b"{")
    delivery("B", "200").write(tmp_path / "in", "b")
    store.receive(tmp_path / "in")

    assert store.verdicts() == [("a.csv", "refused", "manifest.form"), ("b.csv", "admitted", "")]
    assert cents(store) == [200]


def test_one_refused_file_does_not_hold_up_its_batch(store: Store, tmp_path: Path) -> None:
    for n in range(6):
        wrong = {"manifest": {"rows": 9}} if n % 2 else {}
        delivery(f"A{n}", str(n), **wrong).write(tmp_path / "in")
    store.receive(tmp_path / "in")
    assert cents(store) == [0, 2, 4]


def test_sizes_of_batches_change_nothing(tmp_path: Path, key_file: Path) -> None:
    for n in range(7):
        delivery(f"A{n}", f"{n} {n + 10}").write(tmp_path / "in")
    found = []
    for number, (files, size, tasks) in enumerate([(1, 10**9, 1), (3, 10**9, 1), (100, 900, 1)]):
        store = Store(tmp_path / f"store{number}", key_file, ReceiveSettings(
            files_per_batch=files, bytes_per_batch=size, tasks=tasks))  # fmt: skip
        store.receive(tmp_path / "in")
        found.append((store.counting(), store.verdicts()))

    assert found[0] == found[1] == found[2]
    assert len(found[0][0]) == 14


# What one store sees without and another with an interruption: a delivery known from before, a
# revision, a copy, a conflict, a refusal, a register and half a delivery.
def lay_out(folder: Path) -> tuple[Path, Path]:
    delivery("A", "100 200").write(folder / "before")
    delivery("B", "300").write(folder / "before")
    delivery("A", "100 200").write(folder / "now", "a-again")
    delivery("B", "310 320", revision=2).write(folder / "now")
    same = delivery("C", "7")
    same.write(folder / "now")
    dataclasses.replace(same, delivery_id="D").write(folder / "now")
    delivery("E", "1").write(folder / "now", "e1")
    delivery("E", "2").write(folder / "now", "e2")
    delivery("F", "5", manifest={"rows": 9}).write(folder / "now")
    register("insured", [{"bsn": bsn(n)} for n in range(5)]).write(folder / "now")
    delivery("G", "9").write(folder / "now", "g").unlink()
    delivery("H", "11").write(folder / "now", "z")
    return folder / "before", folder / "now"


@pytest.mark.parametrize("before_writing", ["tables", "ledger"])
@pytest.mark.parametrize("batch", [1, 2])
def test_an_interrupted_run_ends_in_the_same_ledger_and_lines_as_an_uninterrupted_one(
    tmp_path: Path, key_file: Path, before_writing: str, batch: int
) -> None:
    before, now = lay_out(tmp_path / "in")
    four = ReceiveSettings(files_per_batch=4, bytes_per_batch=10**9, tasks=1)
    whole = Store(tmp_path / "whole", key_file, four)
    whole.receive(before)
    whole.receive(now)

    store = Store(tmp_path / "killed", key_file, four)
    store.receive(before)
    # The first thing written to the ledger is that half a delivery waits, before any batch.
    store.killed(now, before=before_writing, batch=batch + (before_writing == "ledger"))
    half_way = store.counting()
    store.receive(now)

    assert half_way != store.counting()
    assert store.counting() == whole.counting()
    assert store.verdicts() == whole.verdicts()
    assert store.files_no_table_knows() == set()
    assert len(store.loads_in_tables()) == len(whole.loads_in_tables())


def test_what_was_known_before_an_interrupted_run_is_named_as_skipped_after_it(
    tmp_path: Path, key_file: Path
) -> None:
    # The folder of a sender keeps its old files, so they arrive with every run.
    before, now = lay_out(tmp_path / "in")
    whole, store = Store(tmp_path / "whole", key_file), Store(tmp_path / "killed", key_file)
    for one in (whole, store):
        one.receive(before)
    whole.receive(before, now)
    store.killed(before, now, before="tables")
    store.receive(before, now)

    assert store.verdicts() == whole.verdicts()


def test_a_gate_that_stops_leaves_everything_as_it_was(store: Store, tmp_path: Path) -> None:
    before, now = lay_out(tmp_path / "in")
    store.receive(before)
    counting, verdicts = store.counting(), store.verdicts()

    def stops(arrivals: list[Arrival], totals: pa.Table) -> list[Arrival]:
        assert len(arrivals) == 9
        assert totals.num_rows > 0
        raise Killed

    (now / "g.manifest.json").unlink()
    with pytest.raises(Killed):
        store.receive(now, gate=stops)

    assert store.counting() == counting
    assert store.verdicts() == verdicts


def test_a_gate_may_refuse_one_delivery_of_a_batch(store: Store, tmp_path: Path) -> None:
    delivery("A", "100").write(tmp_path / "in", "a")
    delivery("B", "200").write(tmp_path / "in", "b")

    def refuses(arrivals: list[Arrival], _: pa.Table) -> list[Arrival]:
        return [
            dataclasses.replace(a, verdict="refused", rule="deliveries.odd", message="odd")
            if a.file == "a.csv"
            else a
            for a in arrivals
        ]

    store.receive(tmp_path / "in", gate=refuses)

    assert store.verdicts() == [("a.csv", "refused", "deliveries.odd"), ("b.csv", "admitted", "")]
    assert cents(store) == [200]


@pytest.mark.parametrize("before_writing", ["tables", "ledger"])
def test_what_two_interrupted_runs_left_behind_is_swept_by_the_third(
    store: Store, tmp_path: Path, before_writing: str
) -> None:
    delivery("A", "100 200").write(tmp_path / "in", "a")
    store.killed(tmp_path / "in", before=before_writing)
    # The second one ends before it does anything, as when its key is not there.
    with pytest.raises(Killed), Run(Folder(store.folder), JOB):
        raise Killed
    store.receive(tmp_path / "in")

    assert cents(store) == [100, 200]
    assert store.files_no_table_knows() == set()
    assert len(store.loads_in_tables()) == 1


def test_any_order_of_arrival_ends_in_the_same_lines(tmp_path: Path, key_file: Path) -> None:
    folders = [tmp_path / str(n) for n in range(24)]
    for n, folder in enumerate(folders):
        # Eight deliveries with three revisions each; some lines stand under two ids.
        one = delivery(f"A{n // 3}", f"{n} {n + 1}", revision=1 + n % 3)
        one.write(folder)
        if n % 6 == 5:
            dataclasses.replace(one, delivery_id=f"Z{n}").write(folder)
    found = []
    for seed in range(5):
        store = Store(tmp_path / f"store{seed}", key_file)
        arriving = folders + random.Random(seed).sample(folders, 12)
        random.Random(seed).shuffle(arriving)
        for start in range(0, len(arriving), 18):
            store.receive(*arriving[start : start + 18])
        found.append(store.counting())

    assert all(lines == found[0] for lines in found)
    assert len(found[0]) == 16


def test_a_file_that_is_nothing_we_know_is_refused_and_said_every_time(
    store: Store, tmp_path: Path
) -> None:
    delivery("A", "100").write(tmp_path / "in", "a")
    (tmp_path / "in" / "notes.md").write_text("?")
    for _ in range(2):
        store.receive(tmp_path / "in")

    refused = ("notes.md", "refused", "file.unrecognised")
    assert refused in store.verdicts()
    assert store.times()["notes.md", "refused"] == 2
    assert cents(store) == [100]


def test_an_interrupted_run_counts_a_file_nobody_knows_once(store: Store, tmp_path: Path) -> None:
    delivery("A", "100").write(tmp_path / "in", "a")
    (tmp_path / "in" / "notes.md").write_text("?")
    store.killed(tmp_path / "in", before="tables")
    store.receive(tmp_path / "in")

    assert store.times()["notes.md", "refused"] == 1
