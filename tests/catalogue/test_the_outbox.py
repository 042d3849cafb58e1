"""The outbox: every file that arrived is told about, in the folder of its sender, run after run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from jobs.check import check
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.names import file_name, sender_folder
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.files import Folder
from tests.delivering import Delivery, bsn
from tests.door.test_receiving import Killed, Store, delivery


@pytest.fixture
def store(tmp_path: Path, key_file: Path) -> Store:
    return Store(tmp_path / "store", key_file)


def outbox(store: Store) -> dict[str, bytes]:
    """Every file of the outbox by name."""
    folder = Folder(store.folder / "outbox")
    return {name: folder.read(name) for name, _ in folder.files()}


def told(store: Store) -> list[tuple[str, str, str]]:
    """Sender, name of the file as sent, and outcome, of everything in the outbox."""
    found = []
    for name, content in outbox(store).items():
        if name.endswith(".jsonl"):
            first = json.loads(content.splitlines()[0])
            found.append((name.split("/")[0], first["file"], first["outcome"]))
            assert name.removesuffix(".jsonl") + ".xlsx" in outbox(store)
    return sorted(found)


def test_every_arrival_is_told_about_in_the_folder_of_its_sender(
    store: Store, tmp_path: Path
) -> None:
    into = tmp_path / "in"
    first = delivery("A", "100 200")
    first.write(into, "a")
    delivery("B", "300", sender="9102").write(into, "b")
    dataclasses.replace(first, delivery_id="C").write(into, "c")
    delivery("D", "5", 2).write(into, "d2")
    delivery("D", "4", 1).write(into, "d1")
    delivery("E", "6").write(into, "e1")
    delivery("E", "7").write(into, "e2")
    delivery("F", "8", manifest={"rows": 3}).write(into, "f")
    delivery("G", "9", manifest={"rows": None}).write(into, "g")
    delivery("H", "9").write(into, "h").with_name("h.manifest.json").unlink()
    delivery("I", "9").write(into, "i").unlink()
    (into / "notes.md").write_text("?")
    store.receive(into)
    store.receive(into / "a.csv")

    assert told(store) == [
        ("9101", "a.csv", "Overgeslagen"),
        ("9101", "a.csv", "Toegelaten"),
        ("9101", "c.csv", "Kopie"),
        ("9101", "d1.csv", "Vervangen"),
        ("9101", "d2.csv", "Toegelaten"),
        ("9101", "e1.csv", "Tegenstrijdig"),
        ("9101", "e2.csv", "Tegenstrijdig"),
        ("9101", "f.csv", "Geweigerd"),
        ("9101", "g.csv", "Geweigerd"),
        ("9101", "i.manifest.json", "Wacht"),
        ("9102", "b.csv", "Toegelaten"),
        ("onbekend", "h.csv", "Wacht"),
        ("onbekend", "notes.md", "Geweigerd"),
    ]


def test_a_later_revision_changes_what_is_told_of_the_earlier_one(
    store: Store, tmp_path: Path
) -> None:
    wrong = Delivery(lines=[*[{}] * 30, {"cover": "C"}], delivery_id="A")
    wrong.write(tmp_path / "r1")
    store.receive(tmp_path / "r1")
    assert told(store) == [("9101", "A-r1.csv", "Toegelaten, met regels apart gezet")]
    delivery("A", "100", 2).write(tmp_path / "r2")
    store.receive(tmp_path / "r2")

    assert told(store) == [
        ("9101", "A-r1.csv", "Vervangen"), ("9101", "A-r2.csv", "Toegelaten"),
    ]  # fmt: skip
    # What was wrong with it is still told.
    (first,) = [c for name, c in outbox(store).items() if "A-r1" in name and "jsonl" in name]
    assert b"field.form" in first


def test_what_waited_and_is_complete_is_told_once(store: Store, tmp_path: Path) -> None:
    data = delivery("A", "100").write(tmp_path / "in", "a")
    manifest = data.with_name("a.manifest.json")
    kept = manifest.read_bytes()
    manifest.unlink()
    store.receive(tmp_path / "in")
    assert told(store) == [("onbekend", "a.csv", "Wacht")]
    manifest.write_bytes(kept)
    store.receive(tmp_path / "in")
    assert told(store) == [("9101", "a.csv", "Toegelaten")]


def test_a_second_run_rewrites_nothing(store: Store, tmp_path: Path) -> None:
    for name in "ab":
        delivery(name, f"{ord(name)}").write(tmp_path / "in", name)
    store.receive(tmp_path / "in")
    store.receive(tmp_path / "in")
    there = {path: path.stat().st_mtime_ns for path in (store.folder / "outbox").rglob("*.*")}
    assert len(there) == 2 * 2 * 2
    store.receive(tmp_path / "in")
    assert {path: path.stat().st_mtime_ns for path in there} == there
    assert set((store.folder / "outbox").rglob("*.*")) == set(there)


def test_the_same_files_give_the_same_bytes_in_another_store(
    store: Store, tmp_path: Path, key_file: Path
) -> None:
    Delivery(lines=[*[{}] * 30, {"cover": "C"}]).write(tmp_path / "in", "a")
    delivery("B", "1", manifest={"rows": 3}).write(tmp_path / "in", "b")
    delivery("Z", "8").write(tmp_path / "first", "z")
    other = Store(tmp_path / "other", key_file)
    store.receive(tmp_path / "in")
    other.receive(tmp_path / "first")
    other.receive(tmp_path / "in")

    assert outbox(store)
    assert outbox(store).items() <= outbox(other).items()


def test_check_gives_the_feedback_receive_would_give(
    store: Store, tmp_path: Path, conf: Conf
) -> None:
    Delivery(lines=[*[{}] * 30, {"cover": "C"}]).write(tmp_path / "in", "a")
    delivery("B", "1", manifest={"rows": 3}).write(tmp_path / "in", "b")
    (tmp_path / "in" / "notes.md").write_text("?")
    store.receive(tmp_path / "in")
    files = [str(tmp_path / "in" / name) for name in ("a.csv", "b.csv", "notes.md")]
    assert check(files, conf, True, str(tmp_path / "mine")) == 1

    mine = Folder(tmp_path / "mine")
    assert {name: mine.read(name) for name, _ in mine.files()} == outbox(store)


@pytest.mark.parametrize("killed_at", [0, 1])
def test_a_run_that_is_killed_while_it_tells_is_made_good_by_the_next(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    for name in "abc":
        delivery(name, f"{ord(name)}").write(tmp_path / "in", name)
    written = Outbox.write
    told_about: list[Arrival] = []

    def ends(self: Outbox, arrival: Arrival, found: object) -> str:
        if len(told_about) == killed_at:
            (store.folder / "outbox" / "9101").mkdir(parents=True, exist_ok=True)
            (store.folder / "outbox" / "9101" / "x.xlsx.part").write_bytes(b"half")
            raise Killed
        told_about.append(arrival)
        return written(self, arrival, found)

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "write", ends)
        with pytest.raises(Killed):
            store.receive(tmp_path / "in")
    delivery("d", "9").write(tmp_path / "later", "d")
    store.receive(tmp_path / "later")

    assert told(store) == [("9101", f"{name}.csv", "Toegelaten") for name in "abcd"]
    assert not [name for name in outbox(store) if name.endswith(".part")]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..", ".", "", "/abs", "a\\..\\b", "~x", "-rf", ".hidden", "x" * 400],
)
def test_no_name_leaves_its_folder(name: str) -> None:
    safe = file_name(name)
    assert safe
    assert len(safe) <= 100
    assert "/" not in safe
    assert "\\" not in safe
    assert safe[0] not in ".-"


@pytest.mark.parametrize("sender", ["..", "../", "/etc", "", None, "12345", "９１０１", "9101\n"])
def test_a_sender_that_is_none_has_no_folder_of_its_own(sender: str | None) -> None:
    assert sender_folder(sender) == "onbekend"


def test_a_number_as_long_as_a_bsn_in_a_name_is_told_nowhere(store: Store, tmp_path: Path) -> None:
    delivery(f"A-{bsn(3)}", "100").write(tmp_path / "in", f"a-{bsn(3)}")
    store.receive(tmp_path / "in")
    names = " ".join(outbox(store))
    lines = b"".join(c for name, c in outbox(store).items() if name.endswith(".jsonl")).decode()
    assert bsn(3) not in names + lines
    assert "A-*********" in lines
