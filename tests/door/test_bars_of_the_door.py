"""How fast the door is: a thousand small files in a run, and large EI files."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from spiegel_core.runtime.conf import PROJECT
from tests.bench.ei import figures
from tests.delivering import Delivery, bsn

Record = Callable[[str, object], None]
SECONDS = 60
LINES_PER_SECOND = 60_000
TIMES_ITS_SIZE = 12


@pytest.mark.long
def test_a_thousand_files_of_sixty_lines_are_taken_in_within_a_minute(
    tmp_path: Path, record_property: Record
) -> None:
    persons = [bsn(number) for number in range(60)]
    for number in range(1000):
        lines = [{"bsn": person, "reference": f"{number}-{person[-4:]}"} for person in persons]
        Delivery(lines=lines, delivery_id=f"file-{number}", packing="gz").write(tmp_path / "in")

    def receive(store: str) -> float:
        started = time.monotonic()
        command = [sys.executable, "-m", "jobs.spiegel", "--store", str(tmp_path / store)]
        done = subprocess.run(
            [*command, "receive", str(tmp_path / "in")],
            cwd=PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return time.monotonic() - started

    receive("cold")
    seconds = receive("warm")
    record_property("seconds", round(seconds, 1))
    assert seconds < SECONDS


@pytest.mark.long
def test_large_ei_files_are_read_fast_and_in_little_memory(record_property: Record) -> None:
    measured = figures(60_000)
    record_property("lines per second", round(measured.lines_per_second))
    record_property("times its size", round(measured.times_its_size, 1))
    assert measured.lines_per_second >= LINES_PER_SECOND
    assert measured.times_its_size <= TIMES_ITS_SIZE
