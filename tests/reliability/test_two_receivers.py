"""Two receivers at once on one store: one waits or stops with a clear text, and nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.job import ends_cleanly
from spiegel_core.runtime.lock import only_writer

from .stores import claims, files_no_table_knows, receive, seen, spiegel, started

CONTEXT = multiprocessing.get_context("forkserver")
LINES = 40


def receive_alone(
    ready: Barrier, told: Path, store: Path, key_file: Path, arriving: Path, wait_seconds: int
) -> None:
    """Receive as the command does, under the lock; ends with the command's code."""
    with told.open("w", encoding="utf-8") as sys.stderr:
        ready.wait()

        def job() -> None:
            with only_writer(Folder(store), wait_seconds):
                receive(store, key_file, arriving)

        code = ends_cleanly(job)
    os._exit(code)


class Two:
    """Two receivers that begin together."""

    def __init__(self, store: Path, key_file: Path, arriving: list[Path], wait: int) -> None:
        self.told = [store.parent / f"told{number}" for number in range(2)]
        # Neither begins before both are there, however busy the machine is.
        self.ready = CONTEXT.Barrier(2, timeout=60)
        self.running: list[BaseProcess] = [
            CONTEXT.Process(
                target=receive_alone, args=(self.ready, told, store, key_file, folder, wait)
            )
            for told, folder in zip(self.told, arriving, strict=True)
        ]
        for process in self.running:
            process.start()

    def ends(self) -> list[tuple[int | None, str]]:
        """Code and text of each."""
        for process in self.running:
            process.join(120)
        texts = [told.read_text("utf-8") for told in self.told]
        return [(p.exitcode, text) for p, text in zip(self.running, texts, strict=True)]


@pytest.mark.parametrize(
    ("rounds", "at_least"), [(5, 1), pytest.param(50, 10, marks=pytest.mark.long)]
)
def test_of_two_receivers_one_waits_or_stops_and_nothing_is_lost(
    rounds: int, at_least: int, tmp_path: Path, key_file: Path
) -> None:
    CONTEXT.set_forkserver_preload(["tests.reliability.stores"])
    store, ended = tmp_path / "store", Counter[str]()
    for number in range(rounds):
        arriving = [tmp_path / f"in{number}-{side}" for side in "ab"]
        for folder in arriving:
            claims(folder.name, range(number, number + LINES)).write(folder)
        waits = number % 5 == 4
        both = Two(store, key_file, arriving, 60 if waits else 0).ends()
        for (code, text), folder in zip(both, arriving, strict=True):
            assert code == 0 or not waits, text
            ended["waited" if waits else f"ended with {code}"] += 1
            if code:
                assert code == 3
                assert text.startswith("another job is writing to this store\n"), text
                assert "nothing was changed" in text
                receive(store, key_file, folder)
        assert any(code == 0 for code, _ in both)

    found = seen(store)
    found.must_add_up()
    assert ended["ended with 3"] >= at_least, ended
    assert ended["waited"] >= 2 * (rounds // 5)
    assert Counter(a.verdict for a in found.ledger) == {"admitted": 2 * rounds}
    assert all(a.times_received == 1 for a in found.ledger)
    assert found.claims.num_rows == 2 * rounds * LINES
    assert not any(found.hidden.values())
    assert files_no_table_knows(store) == set()


@pytest.mark.long
def test_of_two_commands_at_once_one_stops_with_3_and_takes_its_files_in_later(
    tmp_path: Path, key_file: Path
) -> None:
    store = tmp_path / "store"
    arriving = [tmp_path / side for side in "ab"]
    for folder in arriving:
        for number in range(20):
            claims(f"{folder.name}{number}", range(100)).write(folder)
    running = [started(store, key_file, "receive", folder) for folder in arriving]
    told = [process.communicate()[1] for process in running]
    codes = [process.returncode for process in running]

    assert sorted(codes) == [0, 3], told
    assert "another job is writing to this store" in told[codes.index(3)]
    done = spiegel(store, key_file, "receive", arriving[codes.index(3)])
    assert done.returncode == 0
    found = seen(store)
    found.must_add_up()
    assert Counter(a.verdict for a in found.ledger) == {"admitted": 40}
    assert found.claims.num_rows == 4000
