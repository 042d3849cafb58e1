"""EI files at the command and at the door: no manifest, one ledger."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from jobs.check import check
from spiegel_core.contracts.settings import ReceiveSettings
from spiegel_core.contracts.silver import CLAIM_LINES, DECLARED_LINES
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.feedback import OUTBOX, Outbox
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.incoming import find_incoming
from spiegel_core.runtime.receiving import JOB, Receiving
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from tests.ei.building import DOOR, STANDARDS, EiFile, gz321, written

RIGHT = gz321()
_BATCHES = ReceiveSettings(files_per_batch=10, bytes_per_batch=1 << 30, tasks=1)


def told(capsys: pytest.CaptureFixture[str], conf: Conf, file: Path) -> tuple[int, dict]:
    code = check([str(file)], conf, True)
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["a.asc", "a.DAT", "a.txt"])
def test_check_needs_no_manifest(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path, name: str
) -> None:
    assert told(capsys, conf, written(tmp_path, name, RIGHT)) == (
        0,
        {"file": name, "recognised_as": "ei:GZ321:1.0", "verdict": "admitted", "lines": 14,
         "lines_set_aside": 0, "findings": []},
    )  # fmt: skip


def test_check_names_record_line_and_field(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    code, found = told(capsys, conf, written(tmp_path, "a.asc", RIGHT.with_(8, f0420="0")))
    first, last = found["findings"]
    assert first | {"message": ""} == {
        "rule": "ei.field.required", "consequence": "set_line_aside", "record": "04", "line": 10,
        "field": "0420", "message": "",
    }  # fmt: skip
    assert (code, found["verdict"], last["rule"]) == (1, "refused", "file.too_many_set_aside")


def test_a_packed_file_is_unpacked_and_a_csv_keeps_its_own_way(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    packed = tmp_path / "a.asc.GZ"
    packed.write_bytes(gzip.compress(RIGHT.content()))
    assert told(capsys, conf, packed)[1]["verdict"] == "admitted"
    _, found = told(capsys, conf, written(tmp_path, "a.csv", RIGHT))
    assert found["findings"][0]["rule"] == "manifest.absent"


def test_an_unknown_file_is_refused(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("hello")
    code, found = told(capsys, conf, tmp_path / "a.txt")
    assert (code, found["recognised_as"], found["verdict"]) == (1, None, "refused")
    assert [f["rule"] for f in found["findings"]] == ["ei.recognition"]


def received(folder: Path, key_file: Path, *files: tuple[str, EiFile]) -> list[Arrival]:
    """Take files in, one run each; returns the ledger."""
    ledger: list[Arrival] = []
    for number, (name, file) in enumerate(files):
        place = folder / str(number)
        place.mkdir()
        written(place, name, file)
        receiving = Receiving(
            Tables(Folder(folder / "store")), DOOR, _BATCHES, key_file,
            lambda arrivals, _: arrivals,
            Outbox(Folder(folder / "store" / OUTBOX), read_catalogue(), 1000), STANDARDS,
        )  # fmt: skip
        with Run(Folder(folder / "store"), JOB) as run:
            ledger = receiving.receive(find_incoming([str(place)]), run)
    return ledger


def verdicts(ledger: list[Arrival]) -> list[tuple[str, str | None]]:
    return sorted((a.file, a.verdict) for a in ledger)


def test_a_file_is_admitted_and_its_lines_are_claims_of_their_own_table(
    tmp_path: Path, key_file: Path
) -> None:
    (arrival,) = received(tmp_path, key_file, ("a.asc", RIGHT))
    assert (arrival.verdict, arrival.lines, arrival.debit_cents) == ("admitted", 14, 149_000)
    tables = Tables(Folder(tmp_path / "store"))
    lines = tables.read(DECLARED_LINES)
    assert sum(lines["claimed_cents"].to_pylist()) == 149_000
    assert set(lines["load_id"].to_pylist()) == {arrival.load_id}
    assert tables.read(CLAIM_LINES).num_rows == 0


def test_the_same_file_again_is_skipped_and_leaves_no_lines(tmp_path: Path, key_file: Path) -> None:
    ledger = received(tmp_path, key_file, ("a.asc", RIGHT), ("b.asc", RIGHT))
    assert verdicts(ledger) == [("a.asc", "admitted"), ("b.asc", "skipped")]
    assert Tables(Folder(tmp_path / "store")).read(DECLARED_LINES).num_rows == 4


def test_another_content_under_the_same_invoice_is_a_conflict(
    tmp_path: Path, key_file: Path
) -> None:
    other = RIGHT.with_(1, f0414="traject2")
    ledger = received(tmp_path, key_file, ("a.asc", RIGHT), ("b.asc", other))
    assert verdicts(ledger) == [("a.asc", "conflict"), ("b.asc", "conflict")]


def test_a_refused_file_comes_again_repaired(tmp_path: Path, key_file: Path) -> None:
    wrong = gz321()
    wrong.closing["9902"] = "7"
    ledger = received(tmp_path, key_file, ("a.asc", wrong), ("a.asc", RIGHT))
    assert verdicts(ledger) == [("a.asc", "admitted"), ("a.asc", "refused")]
