"""Numbers of persons behind the door: in no table, log, feedback or message. Without Spark here;
test_a_thousand_canaries goes every way there is."""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import pytest

from jobs.spiegel import app, global_options_first
from spiegel_core.runtime.job import ends_cleanly
from spiegel_core.runtime.keys import KEY_VARIABLE, new_key
from tests.canaries.planting import Canaries, ei_of_canaries, wrong_deliveries
from tests.canaries.scanning import told
from tests.canaries.shell import opened_archive
from tests.delivering import Delivery, register
from tests.ei.building import written

TABLES = ("bronze.deliveries", "bronze.findings", "bronze.keys", "silver.quarantine",
          "gold.quality_metrics", "gold.quality_results")  # fmt: skip


class Here:
    """Calls the command in this process: seconds instead of minutes, but no temporary folders."""

    def __init__(
        self, seen: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.seen, self._capfd, self._patch, self._calls = seen, capfd, monkeypatch, 0
        seen.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(seen))

    def run(self, code: int, *arguments: str | Path) -> None:
        self._calls += 1
        words = global_options_first([str(one) for one in arguments])
        self._patch.setattr(sys, "argv", ["spiegel", *words])
        ended = ends_cleanly(app)
        printed = "".join(self._capfd.readouterr())
        (self.seen / f"{self._calls:02d}.txt").write_text(printed, encoding="utf-8")
        assert ended == code, printed


@pytest.fixture
def here(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Here:
    for version in ("k1", "k2"):
        new_key(tmp_path / f"{version}.key", version)
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "k1.key"))
    monkeypatch.setenv("SPIEGEL_STORE", str(tmp_path / "store"))
    # The folder of a test is named after it: too long a name for the sockets of processes.
    return Here(tmp_path_factory.mktemp("here") / "seen", capfd, monkeypatch)


def delivered(tmp_path: Path, canaries: Canaries) -> tuple[Path, Path, list[Path]]:
    """Folders of right and of wrong deliveries, and the wrong files that can be checked."""
    persons = [
        {"bsn": canaries.bsn(f"{n}"), "insured_number": canaries.word(f"{n}")} for n in range(20)
    ]
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    Delivery(lines=persons, packing="zst").write(right, f"claims-{canaries.bsn('name')}")
    register("insured", persons).write(right)
    written(right, "invoice.asc", ei_of_canaries(canaries))
    return right, wrong, wrong_deliveries(wrong, canaries)


def test_canaries_in_right_and_in_wrong_places_are_found_nowhere(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canaries = Canaries()
    right, wrong, refused = delivered(tmp_path, canaries)
    here.run(0, "receive", right)
    here.run(1, "receive", wrong)
    here.run(0, "receive", right)
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "k2.key"))
    here.run(3, "receive", right)
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "k1.key"))
    for number, file in enumerate(refused):
        how = ("--json",) if number % 2 else ()
        here.run(1, "check", file, *how, "--feedback", here.seen / f"feedback-{number}")
    here.run(0, "status")
    for table in TABLES:
        here.run(0, "table", table, "--out", here.seen / f"{table}.csv")
    here.run(0, "table", "bronze.delivery_totals", "--small-cells", "--out", here.seen / "t.csv")
    here.run(2, "table", "silver.claim_lines", "--out", here.seen / "lines.csv")
    here.run(0, "rejudge")
    here.run(0, "rekey", "--new-key", tmp_path / "k2.key", "--into", tmp_path / "new", "--by",
             canaries.bsn("by"), "--why", f"for {canaries.bsn('why')}")  # fmt: skip
    here.run(3, "receive", right)

    scanner = canaries.scanner()
    found = scanner.in_folders(here.seen, tmp_path / "store", tmp_path / "new")
    assert told(found, tmp_path) == []
    assert scanner.files_read > 150
    with (here.seen / "bronze.findings.csv").open(encoding="utf-8", newline="") as rows:
        assert len({row["rule"] for row in csv.DictReader(rows)}) >= 10
    # They did come in: as sent they stand in the archive of both stores, where they are sealed.
    for place, key in (("store", "k1"), ("new", "k2")):
        opened = opened_archive(tmp_path / place, tmp_path / f"{key}.key")
        there = set[str]().union(*(scanner.in_file_as_sent(content) for content in opened))
        named = [f"{n}" for n in range(20)] + [f"usual {n}" for n in range(10)]
        assert {canaries.bsn(name) for name in [*named, "ei 123456782"]} <= there
        assert {canaries.word(name) for name in named} <= there
