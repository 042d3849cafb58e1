"""A full disk, a file nobody can read, a file for a folder, a lost executor: all end clearly."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.job import ends_cleanly
from spiegel_core.runtime.tables import Tables
from tests.delivering import bsn, register

from .stores import Seen, claims, files_no_table_knows, receive, seen


def lay_out(folder: Path) -> tuple[Path, Path]:
    """What a store knows before, and what arrives when the machine fails."""
    claims("A", range(30)).write(folder / "before")
    for number in range(6):
        claims(f"N{number}", range(number, number + 60)).write(folder / "now")
    claims("A", range(3), revision=2).write(folder / "now")
    register("insured", [{"bsn": bsn(n)} for n in range(20)]).write(folder / "now")
    return folder / "before", folder / "now"


def ended(store: Path, key_file: Path, now: Path) -> int:
    """Receive as the command does; returns its code."""

    def job() -> None:
        receive(store, key_file, now, outbox=Outbox)

    return ends_cleanly(job)


def must_be(found: Seen, whole: Seen, store: Path) -> None:
    """What a run after the cure leaves is what one on a sound machine leaves."""
    found.must_add_up()
    assert found.fingerprint() == whole.fingerprint()
    assert found.verdicts() == whole.verdicts()
    assert not any(found.hidden.values())
    assert files_no_table_knows(store) == set()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB of its own; making one needs root."""
    place = tmp_path / "disk"
    place.mkdir()
    how = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(how, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own can only be mounted by root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("number", [4, pytest.param(40, marks=pytest.mark.long)])
def test_a_full_disk_ends_with_3_and_after_making_room_nothing_is_missing(
    number: int,
    small_disk: Path,
    tmp_path: Path,
    key_file: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before, now = lay_out(tmp_path / "in")
    store, kept, filler = small_disk / "store", tmp_path / "kept", small_disk / "filler"
    receive(store, key_file, before)
    shutil.copytree(store, kept)
    free = shutil.disk_usage(small_disk).free
    receive(store, key_file, now, outbox=Outbox)
    feedback = {name for name, _ in Folder(store / "outbox").files()}
    needed, whole = free - shutil.disk_usage(small_disk).free, seen(store)
    drawn, full, told = random.Random(3), Counter[str](), Counter[str]()
    for place in range(number):
        shutil.rmtree(store)
        shutil.copytree(kept, store)
        old, version = seen(store), Tables(Folder(store)).version(DELIVERIES)
        room = int(needed * (place + drawn.random()) / number)
        filler.write_bytes(b"0" * (shutil.disk_usage(small_disk).free - room))
        code = ended(store, key_file, now)
        text = capfd.readouterr().err
        filler.unlink()

        is_committed = Tables(Folder(store)).version(DELIVERIES) > version
        full[f"{code} {'after' if is_committed else 'before'} the ledger"] += 1
        told[text.splitlines()[0] if text else ""] += 1
        if code:
            assert code == 3, text
            assert "make room" in text
            assert "Traceback" not in text
        expected = whole if is_committed else old
        assert seen(store).fingerprint() == expected.fingerprint()
        # Feedback that was not written is written by the next run.
        assert ended(store, key_file, now) == 0
        if not is_committed:
            must_be(seen(store), whole, store)
        assert seen(store).fingerprint() == whole.fingerprint()
        assert {name for name, _ in Folder(store / "outbox").files()} >= feedback
    print(f"{full} {told}, {needed} bytes needed")  # noqa: T201 - what was measured

    assert full["3 before the ledger"] >= number // 2, full
    assert set(full) <= {"3 before the ledger", "3 after the ledger", "0 after the ledger"}


@pytest.mark.parametrize("fault", [errno.EIO, errno.EACCES, errno.ENOENT])
@pytest.mark.parametrize("file", ["N3-r1.csv", "N3-r1.manifest.json"])
def test_a_file_nobody_can_read_ends_with_3_is_named_and_changes_nothing(
    file: str, fault: int, tmp_path: Path, key_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before, now = lay_out(tmp_path / "in")
    store, whole = tmp_path / "store", tmp_path / "whole"
    for one in (store, whole):
        receive(one, key_file, before)
    receive(whole, key_file, now)
    old, faults = seen(store), 0
    real = Path.open

    def fails(self: Path, *how: Any, **more: Any) -> Any:
        nonlocal faults
        if self.name == file:
            faults += 1
            raise OSError(fault, "as the system says", str(self))
        return real(self, *how, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", fails)
        code = ended(store, key_file, now)
    text = capfd.readouterr().err

    assert faults == 1
    assert code == 3
    assert text.startswith("a delivered file cannot be read\n")
    assert file in text
    assert "run again" in text
    assert seen(store).fingerprint() == old.fingerprint()
    assert seen(store).verdicts() == old.verdicts()
    assert ended(store, key_file, now) == 0
    must_be(seen(store), seen(whole), store)


@pytest.mark.parametrize(
    "place",
    ["archive", "runs", "silver/claim_lines", "silver/insured", "bronze/delivery_totals",
     "bronze/deliveries/_delta_log", "outbox"],
)  # fmt: skip
def test_a_file_where_a_folder_of_the_store_belongs_ends_with_3_and_is_named(
    place: str, tmp_path: Path, key_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, now = lay_out(tmp_path / "in")
    store, whole = tmp_path / "store", tmp_path / "whole"
    receive(whole, key_file, now)
    in_the_way = store / place
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_bytes(b"")
    code = ended(store, key_file, now)
    text = capfd.readouterr().err

    assert code == 3, text
    assert place.removesuffix("/_delta_log") in text.replace(".", "/")
    assert "fix:" in text
    assert "Traceback" not in text
    in_the_way.unlink()
    assert ended(store, key_file, now) == 0
    assert seen(store).fingerprint() == seen(whole).fingerprint()


def test_a_task_that_cannot_write_ends_with_3_and_none_of_its_text_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    # As Spark tells it; the whole way stands among the canaries.
    def job() -> None:
        raise RuntimeError("spiegel_core.errors.EnvironmentUnfit: a file cannot be written: ROW")

    assert ends_cleanly(job) == 3
    text = capfd.readouterr().err
    assert text.startswith("a task could not read or write a file\n  fix: ")
    assert "ROW" not in text


@pytest.mark.long
@pytest.mark.parametrize("how", ["once", "always"])
def test_a_lost_executor_costs_time_and_nothing_else(
    how: str, tmp_path: Path, key_file: Path
) -> None:
    _, now = lay_out(tmp_path / "in")
    store, whole = tmp_path / "store", tmp_path / "whole"
    receive(whole, key_file, now)
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.losing_executors", how, store, key_file, now],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lost = len(list(tmp_path.glob("in/lost-*")))

    assert lost >= (1 if how == "once" else 4), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    if how == "always":
        assert done.returncode == 3, done.stderr[-2000:]
        assert "a task lost its executor again and again\n" in done.stderr
        assert seen(store).ledger == []
        assert ended(store, key_file, now) == 0
    assert how == "always" or done.returncode == 0, done.stderr[-2000:]
    must_be(seen(store), seen(whole), store)


def test_a_temporary_folder_too_long_for_sockets_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("x" * 76)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    with pytest.raises(EnvironmentUnfit, match="TMPDIR"):
        list(distribute(abs, [1, 2], processes=2))
    # One process needs no socket.
    assert list(distribute(abs, [-1, 2], processes=1)) == [1, 2]


def test_the_longest_temporary_folder_works(tmp_path: Path) -> None:
    program = """
        from spiegel_core.runtime.distribute import distribute

        if __name__ == "__main__":
            print(list(distribute(abs, [-1, 2], processes=2)))
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        folder = Path(short) / ("x" * (75 - len(short) - 1))
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT, capture_output=True,
            text=True, env={**os.environ, "TMPDIR": str(folder)}, check=False,
        )  # fmt: skip
    assert done.stdout == "[1, 2]\n", done.stderr
