"""Whatever names come in, of files and in manifests: nothing is written outside the store, and
what is written there stands under names of our own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from jobs.check import check
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.incoming import find_incoming
from tests.delivering import Delivery
from tests.tree import tree

from .test_receiving import Store

# Names a file can have on this disk; NUL and the slash it cannot.
STEMS = (
    "a", "..a", "...", "..\\..\\x", "C:\\x", "a\nb", "a\rb", "a\r\nb", "a\x1b[2Jb", "\x7f", "-rf",
    "--store", "$(id)", "`id`", "a;b|c&d", "*", "~", " ", "a ", "=1+1", "'", '"', "%2e%2e%2fx",
    "file:x", "s3:", "archive", "_delta_log", "con", "\u0430", "\uff41", "\u00e9", "e\u0301",
    "\u202efdc", "\u2024\u2024\u2215x", "\u200b", os.fsdecode(b"\xff\xfe"), "x" * 241, "y" * 200,
)  # fmt: skip
# Places more than 300 characters long, and such that look like the way out.
FOLDERS = ("", "...", "-", "\u2024\u2024", "a\nb", "/".join(["x" * 200] * 3))
IDS = (
    "A/../../../../x",
    "A/../B",
    "A//tmp/x",
    "A-/-../-1",
    "A" * 100,
    "A .. B",
    "C:/x",
    "s3://a/x",
)
# What may stand in a store after receiving.
OWN_NAMES = re.compile(
    r"archive/[0-9a-f]{2}/[0-9a-f]{64}\.sealed"
    r"|runs/[a-z0-9_/.-]+"
    r"|(bronze|silver)/[a-z_]+/(_delta_log/[0-9]{20}\.json|([a-z_]+=[a-z0-9_]+/)*[a-z0-9.-]+\.parquet)"
    r"|outbox/([0-9]{4}|onbekend)/[A-Za-z0-9][A-Za-z0-9._-]*-[0-9a-f]{8}(-overgeslagen)?\.(xlsx|jsonl)"
)


@pytest.fixture
def store(tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    # What is written to a name as it came in would land here.
    (tmp_path / "cwd" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "cwd" / "below")
    return Store(tmp_path / "store", key_file)


def one_line(number: int, **more: object) -> Delivery:
    """A delivery of one line, whose amount tells it from all others."""
    cents = str(10_000 + number)
    line = {"reference": f"R{number}", "granted_cents": cents, "claimed_cents": cents}
    return Delivery(lines=[line], **{"delivery_id": f"D{number}", **more})


def received_from(store: Store, folder: Path, around: Path) -> list[int]:
    """The amounts that count after receiving a folder; all around the store is as it was."""
    before = tree(around, but=(store.folder,))

    store.receive(folder)

    assert tree(around, but=(store.folder,)) == before
    for path in store.folder.rglob("*"):
        assert not path.is_symlink()
        name = path.relative_to(store.folder).as_posix()
        assert path.is_dir() or OWN_NAMES.fullmatch(name), ascii(name)
    return sorted(amount for _, amount, _ in store.counting())


def test_files_of_any_name_are_each_taken_in_and_stored_under_names_of_our_own(
    store: Store, tmp_path: Path
) -> None:
    places = [("", stem) for stem in STEMS] + [(folder, "b") for folder in FOLDERS]
    for number, (folder, stem) in enumerate(places):
        one_line(number).write(tmp_path / "in" / folder, stem)

    found = received_from(store, tmp_path / "in", tmp_path)

    assert found == [10_000 + number for number in range(len(places))]
    shown = [name for name, _, _ in store.verdicts()]
    assert all(name.isascii() and name.isprintable() and len(name) <= 200 for name in shown)


@pytest.mark.parametrize("half", ["data", "manifest"])
def test_half_deliveries_of_any_name_wait_and_are_told_of_in_the_outbox(
    store: Store, tmp_path: Path, half: str
) -> None:
    for number, stem in enumerate(STEMS):
        data = one_line(number).write(tmp_path / "in", stem)
        (data if half == "manifest" else data.with_name(f"{stem}.manifest.json")).unlink()

    assert received_from(store, tmp_path / "in", tmp_path) == []
    assert {verdict for _, verdict, _ in store.verdicts()} == {"waiting"}


def test_files_of_any_name_that_are_no_delivery_are_refused_by_name(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for stem in STEMS:
        (tmp_path / "in" / f"{stem[:200]}.md").write_text(ascii(stem))

    assert received_from(store, tmp_path / "in", tmp_path) == []
    found = store.verdicts()
    assert {(verdict, rule) for _, verdict, rule in found} == {("refused", "file.unrecognised")}
    # Names that begin with a dot are the machine's own.
    assert len(found) == sum(not stem.startswith(".") for stem in STEMS)


def test_identities_that_look_like_paths_are_identities(store: Store, tmp_path: Path) -> None:
    for number, delivery_id in enumerate(IDS):
        one_line(number, delivery_id=delivery_id).write(tmp_path / "in", f"a{number}")

    found = received_from(store, tmp_path / "in", tmp_path)

    assert found == [10_000 + number for number in range(len(IDS))]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"file": "../outside/a.csv"}, "manifest.key_unknown"),
        ({"path": "/etc/passwd"}, "manifest.key_unknown"),
        ({"data": "file:///etc/passwd"}, "manifest.key_unknown"),
        ({"delivery_id": "../../x"}, "manifest.value"),
        ({"delivery_id": "/etc/x"}, "manifest.value"),
        ({"delivery_id": "A\x00B"}, "manifest.value"),
        ({"delivery_id": "A\r\nB"}, "manifest.value"),
        ({"delivery_id": "A\n"}, "manifest.value"),
        ({"delivery_id": "x" * 300}, "manifest.value"),
        ({"delivery_id": "\u0410"}, "manifest.value"),
        ({"delivery_id": "A\u2215\u2024\u2024"}, "manifest.value"),
        ({"sender": "../."}, "manifest.value"),
        ({"sender": "9101/../x"}, "manifest.value"),
        ({"sender": "\u0669\u0661\u0660\u0661"}, "manifest.value"),
        ({"sender": "9101\n"}, "manifest.value"),
        ({"kind": "../claims"}, "manifest.key_unknown"),
        ({"care_type": "../ggz"}, "manifest.value"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_manifest_cannot_name_another_place(
    store: Store, tmp_path: Path, said: dict[str, str], rule: str
) -> None:
    one_line(1).write(tmp_path / "outside", "a")
    one_line(2, manifest=said).write(tmp_path / "in", "a")
    one_line(3).write(tmp_path / "in", "b")

    assert received_from(store, tmp_path / "in", tmp_path) == [10_003]
    assert ("a.csv", "refused", rule) in store.verdicts()


def test_links_to_files_and_folders_elsewhere_are_not_followed(
    store: Store, tmp_path: Path
) -> None:
    outside = one_line(1).write(tmp_path / "outside", "a")
    inside = one_line(2).write(tmp_path / "in" / "own", "b").parent
    for name in ("a.csv", "a.manifest.json"):
        (inside / name).symlink_to(outside.with_name(name))
    (inside / "folder").symlink_to(outside.parent, target_is_directory=True)
    (inside / "round").symlink_to(inside, target_is_directory=True)
    (inside / "nowhere.csv").symlink_to(tmp_path / "nowhere.csv")
    # A data file of its own, whose manifest is elsewhere.
    one_line(3).write(tmp_path / "in", "c").with_name("c.manifest.json").rename(
        tmp_path / "outside" / "c.manifest.json"
    )
    (tmp_path / "in" / "c.manifest.json").symlink_to(tmp_path / "outside" / "c.manifest.json")

    names = [one.name for one in find_incoming([str(tmp_path / "in")])]
    assert names == [one.name for one in find_incoming([(tmp_path / "in").as_uri()])]
    assert received_from(store, tmp_path / "in", tmp_path) == [10_002]
    assert store.verdicts() == [
        ("c.csv", "waiting", "delivery.waiting"), ("own/b.csv", "admitted", ""),
    ]  # fmt: skip


def test_the_half_beside_a_file_that_is_named_is_no_link_to_elsewhere(tmp_path: Path) -> None:
    data = one_line(1).write(tmp_path / "in", "a")
    manifest = data.with_name("a.manifest.json")
    manifest.rename(tmp_path / "a.manifest.json")
    manifest.symlink_to(tmp_path / "a.manifest.json")

    (found,) = find_incoming([str(data)])

    assert found.manifest is None


@pytest.mark.parametrize("named", ["a\x00.csv", "in\x00/../a.csv", "x" * 300, "a/" * 3000])
def test_a_name_no_file_can_have_is_wrong_use(conf: Conf, tmp_path: Path, named: str) -> None:
    one_line(1).write(tmp_path, "a")
    with pytest.raises(WrongUse):
        find_incoming([f"{tmp_path}/{named}"])
    with pytest.raises(WrongUse):
        check([f"{tmp_path}/{named}"], conf, True)


def test_names_alike_to_the_eye_are_other_names(store: Store, tmp_path: Path) -> None:
    # Latin a and Cyrillic a; one letter with its accent and letter and accent apart.
    for number, (data, manifest) in enumerate([("a", "\u0430"), ("\u00e9", "e\u0301")]):
        written = one_line(number).write(tmp_path / "in", data)
        manifest_of = written.with_name(f"{data}.manifest.json")
        manifest_of.rename(written.with_name(f"{manifest}.manifest.json"))

    assert received_from(store, tmp_path / "in", tmp_path) == []
    assert {verdict for _, verdict, _ in store.verdicts()} == {"waiting"}


def test_checking_writes_feedback_in_its_folder_and_nothing_else(
    store: Store, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [one_line(n).write(tmp_path / "in", stem) for n, stem in enumerate(STEMS)]
    hostile = {"delivery_id": "../../x", "sender": "../."}
    files.append(one_line(99, manifest=hostile).write(tmp_path / "in", "hostile"))
    outbox = tmp_path / "outbox"
    before = tree(tmp_path)

    code = check([str(file) for file in files], conf, True, str(outbox))

    assert code == 1
    assert tree(tmp_path, but=(outbox,)) == before
    written = [p.relative_to(tmp_path).as_posix() for p in outbox.rglob("*") if not p.is_dir()]
    assert len(written) == 2 * len(files)
    assert all(OWN_NAMES.fullmatch(name) for name in written)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["verdict"] for one in told] == ["admitted"] * len(STEMS) + ["refused"]
