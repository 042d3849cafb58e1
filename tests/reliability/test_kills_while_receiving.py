"""Receiving ended by kill -9 at any moment: all of a batch is in the store, or nothing of it."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.table import Table
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.feedback import Outbox
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables
from tests.delivering import bsn, register

from .stores import CLAIM_LINES, Seen, claims, files_no_table_knows, receive, seen, spiegel, started

# Past the measured end, so that some kills come after everything.
PAST_THE_END = 1.3
RECORD = "runs/000002-receive.json"


def lay_out(folder: Path) -> tuple[Path, Path]:
    """What a store knows before, and what arrives while it is killed."""
    for number in range(4):
        claims(f"B{number}", range(number, number + 30)).write(folder / "before")
    for number in range(24):
        claims(f"N{number}", range(number, number + 200)).write(folder / "now")
    claims("B1", range(7), revision=2).write(folder / "now")
    claims("B2", (), revision=2).write(folder / "now")
    claims("B3", range(3, 33)).write(folder / "now", "renamed")
    dataclasses.replace(claims("N1", range(1, 201)), delivery_id="Z").write(folder / "now")
    register("insured", [{"bsn": bsn(n)} for n in range(50)]).write(folder / "now")
    return folder / "before", folder / "now"


@dataclass
class Kills:
    """What a number of kills came to.

    Args:
        before: landed before the ledger was committed to, and after the run had begun.
        after: landed after that, and before the process ended by itself.
        unhurt: the process had ended already.
        left_behind: kills that left lines or files that no reader sees.
    """

    before: int = 0
    after: int = 0
    unhurt: int = 0
    left_behind: int = 0


def begun(store: Path, key_file: Path, now: Path) -> BaseProcess:
    """A process of its own that receives, feedback and all; returns when its run has begun."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.reliability.stores"])
    process = context.Process(
        target=receive, args=(store, key_file, now), kwargs={"outbox": Outbox}
    )
    process.start()
    while not (store / RECORD).exists():
        assert process.is_alive()
        time.sleep(0.001)
    return process


def until_committed(table: Path, process: BaseProcess) -> None:
    log = table / "_delta_log"
    commits = len(list(log.glob("*.json")))
    while process.is_alive() and len(list(log.glob("*.json"))) == commits:
        time.sleep(0.001)


@dataclass(frozen=True)
class Trial:
    """One store before, what arrives, and the store it must become."""

    before: Path
    now: Path
    key_file: Path
    old: Seen
    new: Seen
    seconds: float

    def kill(self, store: Path, when: float | Table, kills: Kills) -> None:
        """Kill a run, look, and run again.

        Args:
            store: a folder not there yet.
            when: the share of the time it takes, or when this table has been committed to.
            kills: counts what the kill came to.
        """
        shutil.copytree(self.before, store)
        process = begun(store, self.key_file, self.now)
        if isinstance(when, Table):
            until_committed(store / when.name.replace(".", "/"), process)
        else:
            time.sleep(when * self.seconds)
        process.kill()
        process.join()
        killed = process.exitcode == -signal.SIGKILL
        assert killed or process.exitcode == 0
        is_committed = self.must_be_all_or_nothing(store)
        kills.unhurt += not killed
        kills.before += killed and not is_committed
        kills.after += killed and is_committed
        kills.left_behind += any(seen(store).hidden.values()) or bool(files_no_table_knows(store))
        receive(store, self.key_file, self.now)
        self.must_be_whole(store, is_committed)

    def must_be_all_or_nothing(self, store: Path) -> bool:
        """Whether the ledger was committed to; all a reader sees is then new, else all is old."""
        found, committed = seen(store), Tables(Folder(store)).version(DELIVERIES)
        is_committed = committed > Tables(Folder(self.before)).version(DELIVERIES)
        whole = self.new if is_committed else self.old
        found.must_add_up()
        assert found.fingerprint() == whole.fingerprint()
        assert found.verdicts() == whole.verdicts()
        return is_committed

    def must_be_whole(self, store: Path, was_known: bool) -> None:
        """Nothing tells this store from one that was never interrupted."""
        found = seen(store)
        found.must_add_up()
        assert found.claims.num_rows == self.new.claims.num_rows
        assert found.cents == self.new.cents
        assert found.fingerprint() == self.new.fingerprint()
        # What the killed run admitted has come once more, and the ledger says so.
        assert was_known or found.verdicts() == self.new.verdicts()
        assert not any(found.hidden.values())
        assert files_no_table_knows(store) == set()


@pytest.fixture
def trial(tmp_path: Path, key_file: Path) -> Trial:
    before, now = lay_out(tmp_path / "in")
    receive(tmp_path / "before", key_file, before)
    seconds = []
    # The first one also starts the server that forks the others.
    for number in range(4):
        whole = tmp_path / f"whole{number}"
        shutil.copytree(tmp_path / "before", whole)
        process, at = begun(whole, key_file, now), time.monotonic()
        process.join()
        assert process.exitcode == 0
        seconds.append(time.monotonic() - at)
    return Trial(
        tmp_path / "before", now, key_file, seen(tmp_path / "before"), seen(whole),
        sorted(seconds)[1],
    )  # fmt: skip


def test_a_kill_before_or_after_the_ledger_leaves_all_or_nothing(
    trial: Trial, tmp_path: Path
) -> None:
    kills = Kills()
    for place, when in enumerate((0.1, CLAIM_LINES, CLAIM_LINES, DELIVERIES, DELIVERIES)):
        trial.kill(tmp_path / f"killed{place}", when, kills)

    assert kills.before >= 1, kills
    assert kills.after >= 1, kills
    assert kills.left_behind >= 1, kills


@pytest.mark.long
def test_of_sixty_kills_at_any_moment_none_tears_a_batch(trial: Trial, tmp_path: Path) -> None:
    drawn, kills = random.Random(11), Kills()
    for place in range(60):
        share = drawn.uniform(0, PAST_THE_END)
        trial.kill(tmp_path / f"killed{place}", share, kills)
    # Hardly anything comes after the ledger, so few of those land there; these do.
    aimed = Kills()
    for place in range(15):
        trial.kill(tmp_path / f"aimed{place}", DELIVERIES, aimed)
    print(f"{kills}, {aimed}, of runs of {trial.seconds:.2f} s")  # noqa: T201 - what was measured

    assert kills.before + kills.after + kills.unhurt == 60
    assert kills.before >= 10, kills
    assert kills.after + kills.unhurt >= 10, kills
    assert kills.after + aimed.after >= 10, aimed
    # Some must have left something to sweep.
    assert kills.left_behind >= 1, kills


@pytest.mark.long
def test_the_command_killed_with_its_helpers_at_work_leaves_all_or_nothing(
    trial: Trial, tmp_path: Path
) -> None:
    seconds, killed = 0.0, 0
    for number, share in enumerate((1.0, 0.1, 0.3, 0.5, 0.7)):
        store = tmp_path / f"killed{number}"
        shutil.copytree(trial.before, store)
        process = started(store, trial.key_file, "receive", trial.now)
        while not (store / RECORD).exists():
            assert process.poll() is None
            time.sleep(0.001)
        at = time.monotonic()
        if number:
            time.sleep(share * seconds)
            process.kill()
        ended = process.wait(120)
        # A round may be over before its moment has come, when the machine is less busy than before.
        assert ended in ((-signal.SIGKILL, 0) if number else (0,))
        killed += ended != 0
        seconds = seconds or time.monotonic() - at
        must_be_gone(process.pid)
        process.communicate()
        is_committed = trial.must_be_all_or_nothing(store)
        assert number or is_committed
        done = spiegel(store, trial.key_file, "receive", trial.now)
        assert done.returncode == 0, done.stderr
        trial.must_be_whole(store, is_committed)
    assert killed >= 2


def must_be_gone(group: int) -> None:
    """All processes of a group end by themselves."""
    until = time.monotonic() + 10
    while True:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        if time.monotonic() > until:
            os.killpg(group, signal.SIGKILL)
            raise AssertionError("helpers of a killed run go on")
        time.sleep(0.01)


def test_the_helpers_of_a_killed_run_end_with_it() -> None:
    program = """
        import time
        from spiegel_core.runtime.distribute import distribute

        if __name__ == "__main__":
            list(distribute(time.sleep, [0.01, 0.01], processes=2))
            print("helpers work", flush=True)
            list(distribute(time.sleep, [600, 600], processes=2))
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT, stdout=subprocess.PIPE,
        start_new_session=True, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "helpers work\n"
    time.sleep(0.5)
    process.kill()
    process.wait()
    must_be_gone(process.pid)
    process.communicate()
