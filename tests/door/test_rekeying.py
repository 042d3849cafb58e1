"""Another key for a store: persons stay linked, nothing else changes, nothing old is needed."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from hypothesis import given, settings
from hypothesis import strategies as st

from spiegel_core.contracts.bronze import DELIVERIES, KEYS
from spiegel_core.contracts.settings import ReceiveSettings
from spiegel_core.contracts.silver import CLAIM_LINES, DECLARED_LINES, INSURED
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.pseudonym import pseudonyms, read_key
from spiegel_core.errors import EnvironmentUnfit, GateStopped, WrongUse
from spiegel_core.runtime.archive import kept_files
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.incoming import Incoming, find_incoming, read_incoming
from spiegel_core.runtime.key_record import REPLACED, events, record, refuse_between_keys
from spiegel_core.runtime.keys import key_file as named_key
from spiegel_core.runtime.keys import new_key
from spiegel_core.runtime.ledger_table import read_ledger
from spiegel_core.runtime.receiving import JOB, Receiving
from spiegel_core.runtime.rekeying import Outcome, Read, Rekeying
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.same_persons import persons_of
from spiegel_core.runtime.tables import Tables
from tests.delivering import Delivery, bsn, register
from tests.door.test_receiving import Killed
from tests.ei.building import DOOR, STANDARDS, gz321, written

BSNS = [bsn(number) for number in range(12)]


@dataclasses.dataclass
class Rotation:
    """A store, the one that is to take its place, and their keys."""

    folder: Path
    batch: int = 3

    def __post_init__(self) -> None:
        self.old, self.new = (Tables(Folder(self.folder / name)) for name in ("old", "new"))
        self.old_key, self.new_key = self.key("k1"), self.key("k2")

    def key(self, version: str) -> Path:
        path = self.folder / f"{version}.key"
        if not path.exists():
            new_key(path, version)
        return path

    def receiving(self, tables: Tables, key: Path, read: Read = read_incoming) -> Receiving:
        return Receiving(
            tables, DOOR, ReceiveSettings(files_per_batch=self.batch, bytes_per_batch=10**9,
                                          tasks=1),
            key, lambda arrivals, _: arrivals,
            Outbox(tables.folder.child("outbox"), read_catalogue(), 1000), STANDARDS, None, read,
        )  # fmt: skip

    def receive(self, *paths: Path) -> None:
        """Receive into the store with the old key."""
        with Run(self.old.folder, JOB) as run:
            self.receiving(self.old, self.old_key).receive(
                find_incoming([str(path) for path in paths]), run
            )

    def again(self, files: list[Incoming], read: Read) -> list[Arrival]:
        with Run(self.new.folder, JOB) as run:
            return self.receiving(self.new, self.new_key, read).receive(files, run)

    def rekey(self, accepts: bool = False) -> Outcome | None:
        """As jobs/rekey.py does; None when it was done before."""
        step = Rekeying(self.old, self.new, self.old_key, self.new_key, "platform", "yearly")
        if step.begin():
            return None
        step.receive(self.again)
        return step.verify(accepts)


@pytest.fixture
def rotation(tmp_path: Path) -> Rotation:
    return Rotation(tmp_path)


def of_persons(delivery_id: str, persons: list[int], **more: object) -> Delivery:
    """A delivery with a line per person."""
    lines = [{"bsn": BSNS[p], "reference": f"{delivery_id}-{n}"} for n, p in enumerate(persons)]
    return Delivery(lines=lines, delivery_id=delivery_id, **more)


def every_kind_of_arrival(into: Path) -> None:
    """Deliveries that meet every verdict of the ledger, and every table of persons."""
    of_persons("A", [0, 1, 2]).write(into, "a")
    of_persons("A", [0, 1]).write(into, "a-other")
    of_persons("B", [1, 2, 3]).write(into, "b1")
    of_persons("B", [1, 2], revision=2, packing="gz").write(into, "b2")
    dataclasses.replace(of_persons("B", [1, 2], packing="gz"), delivery_id="BB").write(into, "bb")
    of_persons("C", [4, 5], manifest={"rows": 9}).write(into, "wrong")
    of_persons("D", [0, 4]).write(into, "d")
    of_persons("D", [0, 4]).write(into, "d-once-more")
    of_persons("W", [6]).write(into, "waits").with_name("waits.manifest.json").unlink()
    register("insured", [{"bsn": BSNS[p], "insured_number": f"I{p}"} for p in range(6)]).write(into)
    none = {"bsn": "999999999"}
    Delivery(
        lines=[{**none, "insured_number": "7"}, {**none, "insured_number": "8"},
               {**none, "insured_number": "7", "insurer": "9102"}, {"cover": "X"}],
        delivery_id="N",
    ).write(into, "none")  # fmt: skip
    written(into, "ei.asc", gz321())
    long_invoice = gz321()
    long_invoice.header["0116"] = "F123456782"
    written(into, "ei-long.dat", long_invoice)
    (into / "notes.md").write_text("?")


def linked(tables: Tables) -> Counter[frozenset[tuple[str, str, int]]]:
    """Every person as the set of its lines, by plain Python: what a rotation may not change."""
    files = {row["load_id"]: (row["file"], row["file_sha256"])
             for row in tables.read(DELIVERIES).to_pylist()}  # fmt: skip
    persons = defaultdict(set)
    for table in (CLAIM_LINES, DECLARED_LINES, INSURED):
        for row in tables.read(table, ["load_id", "line", "person_id"]).to_pylist():
            persons[row["person_id"]].add((*files[row["load_id"]], row["line"]))
    return Counter(frozenset(lines) for lines in persons.values())


def ledger(tables: Tables) -> list[tuple[object, ...]]:
    return sorted(
        (a.file, a.verdict or "", a.rule or "", a.lines, a.lines_set_aside, a.debit_cents,
         a.times_received, a.file_sha256) for a in read_ledger(tables)
    )  # fmt: skip


def ids(tables: Tables) -> set[int]:
    return {
        person for table in (CLAIM_LINES, DECLARED_LINES, INSURED)
        for person in tables.read(table, ["person_id"])["person_id"].to_pylist()
    }  # fmt: skip


def test_everything_is_as_before_but_the_pseudonyms(rotation: Rotation, tmp_path: Path) -> None:
    every_kind_of_arrival(tmp_path / "in")
    rotation.receive(tmp_path / "in")
    rotation.receive(tmp_path / "in" / "d.csv", tmp_path / "in" / "wrong.csv")
    outcome = rotation.rekey()

    assert outcome is not None and not outcome.otherwise
    assert {a.verdict for a in read_ledger(rotation.old)} == {
        "admitted", "refused", "superseded", "skipped", "copy", "conflict", "waiting",
    }  # fmt: skip
    assert ledger(rotation.new) == ledger(rotation.old)
    assert {a.key_version for a in read_ledger(rotation.new) if a.load_id} == {"k2"}
    assert linked(rotation.new) == linked(rotation.old)
    assert outcome.persons.persons == len(ids(rotation.old)) == len(ids(rotation.new)) > 10
    assert ids(rotation.old).isdisjoint(ids(rotation.new))


def test_the_new_archive_opens_with_the_new_key_only(rotation: Rotation, tmp_path: Path) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    rotation.rekey()
    third = Tables(Folder(tmp_path / "third"))
    with pytest.raises(EnvironmentUnfit) as problem:
        Rekeying(rotation.new, third, rotation.old_key, rotation.key("k3"), "x", "y").begin()
    step = Rekeying(rotation.new, third, rotation.new_key, rotation.key("k3"), "x", "y")
    (tmp_path / "old.is-gone").mkdir()
    (tmp_path / "old").rename(tmp_path / "old.is-gone" / "old")

    assert "not the key of the store" in str(problem.value)
    assert step.begin() is False

    def receive(files: list[Incoming], read: Read) -> list[Arrival]:
        with Run(third.folder, JOB) as run:
            return rotation.receiving(third, rotation.key("k3"), read).receive(files, run)

    step.receive(receive)
    assert step.verify(False).persons.persons == 2


@settings(max_examples=12)
@given(
    st.lists(st.lists(st.integers(0, 11), min_size=1, max_size=6), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_persons_of_any_two_deliveries_stay_linked(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[list[int]], batch: int
) -> None:
    folder = tmp_path_factory.mktemp("rotation")
    rotation = Rotation(folder, batch)
    for number, persons in enumerate(deliveries):
        of_persons(f"D{number}", persons).write(folder / "in")
    rotation.receive(folder / "in")
    rotation.rekey()

    loads = {a.manifest.delivery_id: a.load_id for a in read_ledger(rotation.new) if a.manifest}
    lines = rotation.new.read(CLAIM_LINES)
    new = {
        f"D{n}": set(lines.filter(pc.equal(lines["load_id"], loads[f"D{n}"]))["person_id"]
                     .to_pylist())
        for n in range(len(deliveries))
    }  # fmt: skip
    for one, other in itertools.product(range(len(deliveries)), repeat=2):
        both = set(deliveries[one]) & set(deliveries[other])
        assert len(new[f"D{one}"] & new[f"D{other}"]) == len(both)
    assert linked(rotation.new) == linked(rotation.old)


@pytest.mark.parametrize("kill", range(1, 9))
def test_a_kill_at_any_write_of_the_ledger_or_the_lines_is_made_good_by_the_next_run(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: int
) -> None:
    every_kind_of_arrival(tmp_path / "in")
    rotation.receive(tmp_path / "in")
    rotation.receive(tmp_path / "in" / "d.csv")
    writes = itertools.count(1)
    with monkeypatch.context() as patch:
        for name in ("add_files", "replace"):
            whole = getattr(Tables, name)

            def ends(self: Tables, *rows: object, whole: object = whole, **more: object) -> None:
                if rows[0] in (DELIVERIES, CLAIM_LINES) and next(writes) == kill:
                    raise Killed
                whole(self, *rows, **more)  # type: ignore[operator]

            patch.setattr(Tables, name, ends)
        with pytest.raises(Killed):
            rotation.rekey()
    with pytest.raises(EnvironmentUnfit, match="not finished"):
        refuse_between_keys(rotation.new)
    rotation.rekey()

    assert ledger(rotation.new) == ledger(rotation.old)
    assert linked(rotation.new) == linked(rotation.old)
    assert rotation.rekey() is None


def test_a_killed_run_told_and_noted_everything_before_it_was_recorded_as_finished(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    rotation.receive(tmp_path / "in")
    with monkeypatch.context() as patch:

        def ends(*_: object) -> int:
            raise Killed

        patch.setattr(Outbox, "tell", ends)
        with pytest.raises(Killed):
            rotation.rekey()
    rotation.rekey()

    assert ledger(rotation.new) == ledger(rotation.old)
    names = [
        sorted(n for n, _ in tables.folder.child("outbox").files()) for tables in
        (rotation.old, rotation.new)
    ]  # fmt: skip
    assert names[0] == names[1] != []


def test_a_kill_between_the_two_records_leaves_neither_store_open(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")

    def ends(tables: Tables, event: str, *rest: object, **more: object) -> None:
        if event == "rekey_verified":
            raise Killed
        record(tables, event, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("spiegel_core.runtime.rekeying.record", ends)
        with pytest.raises(Killed):
            rotation.rekey()
    for tables in (rotation.old, rotation.new):
        with pytest.raises(EnvironmentUnfit):
            refuse_between_keys(tables)
    rotation.rekey()

    assert [row["event"] for row in events(rotation.old)] == ["first_use", "replaced"]
    assert [row["event"] for row in events(rotation.new)] == ["rekey_begun", "rekey_verified"]
    refuse_between_keys(rotation.new)


def test_the_step_is_on_record_and_the_record_is_only_added_to(
    rotation: Rotation, tmp_path: Path
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    rotation.rekey()
    old, new = read_key(rotation.old_key), read_key(rotation.new_key)

    told = [(row["event"], row["key_version"], row["other_version"], row["by"], row["why"])
            for row in [*events(rotation.old), *events(rotation.new)]]  # fmt: skip
    assert told == [
        ("first_use", "k1", None, None, None),
        ("replaced", "k1", "k2", "platform", "yearly"),
        ("rekey_begun", "k2", "k1", "platform", "yearly"),
        ("rekey_verified", "k2", "k1", "platform", "yearly"),
    ]
    last = events(rotation.new)[-1]
    assert (last["deliveries"], last["differing"], last["persons"]) == (1, 0, 2)
    for row in events(rotation.new):
        assert (row["key_check"], row["other_check"]) == (new.check(), old.check())
        assert new.secret.hex() not in json.dumps(row)
    with pytest.raises((DeltaError, OSError, EnvironmentUnfit)):
        DeltaTable(rotation.new.uri(KEYS)).delete()
    with pytest.raises(EnvironmentUnfit):
        rotation.new.replace(KEYS, rotation.new.read(KEYS).slice(0, 1))
    assert len(events(rotation.new)) == 2


def test_a_store_that_was_replaced_is_closed(rotation: Rotation, tmp_path: Path) -> None:
    of_persons("A", [0]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    refuse_between_keys(rotation.old)
    rotation.rekey()

    assert events(rotation.old)[-1]["event"] == REPLACED
    with pytest.raises(EnvironmentUnfit, match="another one took its place"):
        refuse_between_keys(rotation.old)
    refuse_between_keys(rotation.new)


def test_a_person_that_came_apart_is_seen(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two deliveries under two keys have as many lines and, each for itself, as many persons.
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    of_persons("B", [0, 1]).write(tmp_path / "in", "b")
    rotation.batch = 1
    rotation.receive(tmp_path / "in")
    real, calls = read_key(rotation.new_key), itertools.count()

    def another_each_time(self: Receiving, *_: object, **__: object) -> bytes:
        return bytes([next(calls)]) * 32

    monkeypatch.setattr(type(real), "for_persons", another_each_time)
    with pytest.raises(GateStopped, match="persons are not linked as before"):
        rotation.rekey()
    assert [row["event"] for row in events(rotation.new)] == ["rekey_begun"]
    assert [row["event"] for row in events(rotation.old)] == ["first_use"]


def test_two_persons_that_changed_places_in_one_delivery_are_seen_though_all_counts_agree(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    of_persons("B", [0, 1]).write(tmp_path / "in", "b")
    rotation.receive(tmp_path / "in")
    calls = itertools.count()

    def exchanged(key: bytes, persons: list[str]) -> np.ndarray:
        hashed = pseudonyms(key, persons)
        return hashed[::-1] if next(calls) == 1 else hashed

    monkeypatch.setattr("spiegel_core.deliveries.typed.pseudonyms", exchanged)
    with pytest.raises(GateStopped, match="persons are not linked as before"):
        rotation.rekey()
    assert len(ids(rotation.new)) == len(ids(rotation.old)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [([[0, 1, 0, 1]], [[0, 1, 1, 0]]), ([[0], [1], [0]], [[0], [1], [1]])],
)
def test_persons_whose_lines_were_exchanged_are_seen_though_all_counts_agree(
    tmp_path: Path, one: list[list[int]], other: list[list[int]]
) -> None:
    found = []
    for name, deliveries in (("one", one), ("other", other)):
        rotation = Rotation(tmp_path / name)
        for number, persons in enumerate(deliveries):
            of_persons(f"D{number}", persons).write(tmp_path / name / "in")
        rotation.receive(tmp_path / name / "in")
        found.append(persons_of(rotation.old, {1: 0, 2: 1, 3: 2}))

    assert (found[0].persons, found[0].lines) == (found[1].persons, found[1].lines)
    assert found[0].sha256 != found[1].sha256


def test_a_known_delivery_under_a_manifest_written_otherwise_is_kept_and_received_again(
    rotation: Rotation, tmp_path: Path
) -> None:
    data = of_persons("A", [0]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    manifest = data.with_name("a.manifest.json")
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    rotation.receive(tmp_path / "in")
    archive = kept_files(rotation.old.folder)
    rotation.rekey()

    assert {a.manifest_sha256 for a in read_ledger(rotation.old)} <= set(archive)
    assert len(archive) == 3
    assert ledger(rotation.new) == ledger(rotation.old)


def test_deliveries_that_rules_of_today_judge_otherwise_are_named_and_taken_on_purpose_only(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    spoilt = [{"bsn": BSNS[0]}, {"bsn": BSNS[1], "cover": "X"}]
    Delivery(lines=spoilt, delivery_id="B").write(tmp_path / "in", "b")
    rotation.receive(tmp_path / "in")
    stricter = dataclasses.replace(DOOR, set_aside_share=0.05)
    monkeypatch.setattr("tests.door.test_rekeying.DOOR", stricter)
    with pytest.raises(GateStopped, match=r"1 of 2 deliveries(.|\n)*b\.csv"):
        rotation.rekey()
    outcome = rotation.rekey(accepts=True)

    assert outcome is not None
    assert [a.file for a in outcome.otherwise] == ["b.csv"]
    assert (outcome.persons.persons, outcome.persons.lines) == (2, 2)
    assert events(rotation.new)[-1]["differing"] == 1


def test_a_file_that_is_gone_from_the_archive_stops_it_before_anything_is_received(
    rotation: Rotation, tmp_path: Path
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    for path in (tmp_path / "old" / "archive").rglob("*.sealed"):
        path.unlink()
    with pytest.raises(EnvironmentUnfit, match=r"not in the archive(.|\n)*a\.csv"):
        rotation.rekey()
    assert read_ledger(rotation.new) == []


def test_a_file_of_the_archive_that_was_changed_stops_it(
    rotation: Rotation, tmp_path: Path
) -> None:
    of_persons("A", [0, 1]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    path = next((tmp_path / "old" / "archive").rglob("*.sealed"))
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(EnvironmentUnfit, match="does not open"):
        rotation.rekey()


def test_what_cannot_be_re_keyed_is_refused(rotation: Rotation, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="nothing to re-key"):
        rotation.rekey()
    of_persons("A", [0]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    same_secret = json.loads(rotation.old_key.read_text("utf-8")) | {"version": "k9"}
    (tmp_path / "k9.key").write_text(json.dumps(same_secret), encoding="utf-8")
    same_version = tmp_path / "again.key"
    new_key(same_version, "k1")
    for other in (rotation.old_key, tmp_path / "k9.key", same_version):
        with pytest.raises(WrongUse, match="not another one"):
            Rekeying(rotation.old, rotation.new, rotation.old_key, other, "x", "y").begin()
    with pytest.raises(WrongUse, match="another folder"):
        Rekeying(rotation.old, rotation.old, rotation.old_key, rotation.new_key, "", "").begin()
    other_store = Rotation(tmp_path / "elsewhere")
    other_store.receive(tmp_path / "in")
    with pytest.raises(WrongUse, match="something else's"):
        Rekeying(
            rotation.old, other_store.old, rotation.old_key, rotation.new_key, "x", "y"
        ).begin()


def test_a_second_key_in_a_store_is_refused_before_anything_is_written(
    rotation: Rotation, tmp_path: Path
) -> None:
    of_persons("A", [0]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    before = {name: size for name, size in rotation.old.folder.files() if "runs" not in name}
    of_persons("B", [1]).write(tmp_path / "in", "b")
    same_version = tmp_path / "other.key"
    new_key(same_version, "k1")
    for key in (rotation.new_key, same_version):
        rotation.old_key = key
        with pytest.raises(EnvironmentUnfit) as problem:
            rotation.receive(tmp_path / "in")
        assert problem.value.exit_code == 3
        assert "spiegel rekey" in str(problem.value)
    after = {name: size for name, size in rotation.old.folder.files() if "runs" not in name}
    assert after == before


def test_a_store_of_a_release_that_kept_no_record_knows_its_key_by_its_archive(
    rotation: Rotation, tmp_path: Path
) -> None:
    of_persons("A", [0]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    rotation.old.folder.delete("bronze/keys")
    own, rotation.old_key = rotation.old_key, rotation.new_key
    with pytest.raises(EnvironmentUnfit, match="its archive was sealed with"):
        rotation.receive(tmp_path / "in")
    assert not rotation.old.exists(KEYS)
    rotation.old_key = own
    rotation.receive(tmp_path / "in")
    assert [row["event"] for row in events(rotation.old)] == ["first_use"]


def test_another_key_on_a_node_of_the_cluster_admits_nothing(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_persons("A", [0]).write(tmp_path / "in", "a")
    monkeypatch.setattr(
        "spiegel_core.runtime.intake.read_key", lambda _: read_key(rotation.new_key)
    )
    with pytest.raises(EnvironmentUnfit, match="the key on this machine"):
        rotation.receive(tmp_path / "in")
    assert read_ledger(rotation.old) == []


def test_no_new_key_is_made_beside_a_store_that_has_one(tmp_path: Path) -> None:
    store = Folder(tmp_path / "store")
    with pytest.raises(EnvironmentUnfit, match="has a key already"):
        named_key(store, required=False, has_key=True)
    assert [*tmp_path.iterdir()] == []
    made, is_new = named_key(store, required=False)
    assert (named_key(store, required=False, has_key=True), is_new) == ((made, False), True)


def test_what_people_write_of_the_step_keeps_no_long_number(
    rotation: Rotation, tmp_path: Path
) -> None:
    of_persons("A", [0]).write(tmp_path / "in", "a")
    rotation.receive(tmp_path / "in")
    Rekeying(
        rotation.old,
        rotation.new,
        rotation.old_key,
        rotation.new_key,
        "J 123456782",
        "of 111222333",
    ).begin()
    assert [(row["by"], row["why"]) for row in events(rotation.new)] == [
        ("J *********", "of *********")
    ]
