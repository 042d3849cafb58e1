"""The twin's door and ledger, on deliveries drawn by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from .conf import Door
from .deliveries import judge, read_folder
from .drawn import arrival_of, claim, conf_of, credit, deliver, manifest_of, text_of
from .packing import RefusedError, lines_of, unpack

DOOR = conf_of().door


def twenty(**fields: Any) -> list[dict[str, str]]:
    """Twenty claim lines of which the third has these fields: 1 in 20 is 5%, which may be."""
    rows = [claim(previous_reference="") for _ in range(20)]
    rows[2] = claim(**fields)
    return rows


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".csv.zst"])
def test_a_clean_file_is_admitted_however_it_is_packed(tmp_path: Path, ending: str) -> None:
    debit = claim(granted_cents=1200)
    deliver(tmp_path, "a", "claims", [debit, credit(debit)], ending=ending)
    (arrival,) = read_folder(tmp_path, DOOR)
    assert (arrival.verdict, arrival.lines, arrival.set_aside) == ("admitted", 2, {})
    assert (arrival.debit_cents, arrival.credit_cents) == (1200, 1200)
    assert arrival.records[0].granted_cents == 1200


def test_windows_line_ends_and_a_missing_last_end_are_taken() -> None:
    text = text_of("claims", [claim()]).replace("\n", "\r\n").removesuffix("\r\n")
    assert arrival_of("claims", [claim()], text=text).verdict == "admitted"


@pytest.mark.parametrize(
    ("care_type", "fields"),
    [
        ("huisartsenzorg", {"bsn": "123456789"}),
        ("huisartsenzorg", {"bsn": "000000000"}),
        ("huisartsenzorg", {"bsn": "12345678"}),
        ("huisartsenzorg", {"reference": ""}),
        ("huisartsenzorg", {"reference": "A_1"}),
        ("huisartsenzorg", {"insured_number": ""}),
        ("huisartsenzorg", {"insured_number": 'A"1'}),
        ("huisartsenzorg", {"insured_number": "A" * 16}),
        ("huisartsenzorg", {"care_from": "20210229"}),
        ("huisartsenzorg", {"care_from": "20051231"}),
        ("huisartsenzorg", {"care_from": "20211002"}),
        ("huisartsenzorg", {"care_to": "20210801"}),
        ("huisartsenzorg", {"care_to": "20211002"}),
        ("huisartsenzorg", {"paid_on": "20220101"}),
        ("huisartsenzorg", {"code_list": "002"}),
        ("huisartsenzorg", {"code_list": "900", "code": "DM1"}),
        ("huisartsenzorg", {"code": "110a0"}),
        ("huisartsenzorg", {"quantity": "100000"}),
        ("huisartsenzorg", {"quantity": "-1"}),
        ("huisartsenzorg", {"care_product": "12345678"}),
        ("huisartsenzorg", {"specialism": "0313"}),
        ("huisartsenzorg", {"indication": "001"}),
        ("fysiotherapie", {"indication": "01"}),
        ("ggz", {"specialism": "313"}),
        ("huisartsenzorg", {"practice": ""}),
        ("huisartsenzorg", {"performer": "1000001"}),
        ("huisartsenzorg", {"diagnosis": "221"}),
        ("huisartsenzorg", {"diagnosis_list": "XXX"}),
        ("huisartsenzorg", {"cover": "C"}),
        ("huisartsenzorg", {"granted_cents": "1001", "claimed_cents": "1000"}),
        ("huisartsenzorg", {"claimed_cents": "1000,0"}),
        ("huisartsenzorg", {"debit_credit": "C"}),
    ],
)
def test_a_wrong_line_is_set_aside(care_type: str, fields: dict[str, str]) -> None:
    arrival = arrival_of("claims", twenty(**fields), care_type=care_type)
    assert arrival.verdict == "admitted"
    assert set(arrival.set_aside) == {3}
    assert len(arrival.records) == 19


@pytest.mark.parametrize(
    ("care_type", "fields"),
    [
        ("huisartsenzorg", {"care_from": "20060101", "care_to": "20211001"}),
        ("huisartsenzorg", {"care_from": "20211001"}),
        ("huisartsenzorg", {"paid_on": "20211231"}),
        ("huisartsenzorg", {"paid_on": "20210101", "care_from": "20210101"}),
        ("huisartsenzorg", {"bsn": "999999999"}),
        ("huisartsenzorg", {"code_list": "900", "code": "ASTMA"}),
        ("huisartsenzorg", {"quantity": "0", "granted_cents": "0"}),
        ("huisartsenzorg", {"previous_reference": "X"}),
        ("huisartsenzorg", {"code_list": "041", "code": "079991"}),
        ("medisch_specialistisch", {"specialism": ""}),
        ("ggz", {"specialism": "0329", "diagnosis_list": "XXX", "diagnosis": "A1"}),
        ("logopedie", {"indication": "001"}),
        ("fysiotherapie", {"diagnosis_list": "XXX", "diagnosis": "12345"}),
    ],
)
def test_an_odd_but_right_line_stays(care_type: str, fields: dict[str, str]) -> None:
    arrival = arrival_of("claims", twenty(**fields), care_type=care_type)
    assert (arrival.verdict, arrival.set_aside) == ("admitted", {})


def test_more_than_five_percent_set_aside_refuses_the_file() -> None:
    rows = twenty(cover="X")
    assert arrival_of("claims", rows).verdict == "admitted"
    assert arrival_of("claims", rows[:19]).verdict == "refused"


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("header", {"text": text_of("claims", [claim()]).replace("cover", "Cover")}),
        ("header", {"sent": b"\n"}),
        ("number of rows", {"rows": 2}),
        ("control total of debits", {"debit_cents": 999}),
        ("control total of credits", {"credit_cents": 1}),
        ("hash", {"sha256": "0" * 64}),
        ("byte order mark", {"text": "\ufeff" + text_of("claims", [claim()])}),
        ("control character", {"text": text_of("claims", [claim(insured_number="A\t1")])}),
        ("control character", {"text": text_of("claims", [claim(insured_number="A\x851")])}),
        ("carriage return", {"text": text_of("claims", [claim(insured_number="A\r1")])}),
        ("not UTF-8", {"sent": text_of("claims", [claim()]).encode() + b"\xff"}),
        ("line too long", {"text": text_of("claims", [claim(insured_number="A" * 10_000)])}),
        ("fields", {"text": text_of("claims", [claim(insured_number="A;1")])}),
        ("fields", {"text": text_of("claims", [claim()]) + "\n"}),
        ("gap in line", {"text": text_of("claims", [claim(line="2")])}),
        ("debit_credit", {"text": text_of("claims", [claim(debit_credit="d")])}),
        ("granted_cents", {"text": text_of("claims", [claim(granted_cents="1.0")])}),
        ("granted_cents", {"text": text_of("claims", [claim(granted_cents="100000000")])}),
        ("missing or unknown keys", {"note": "x"}),
        ("manifest: revision", {"revision": 0}),
        ("manifest: sender", {"sender": "331"}),
        ("manifest: period", {"period_from": "2022-01-01"}),
        ("manifest: period_to", {"period_to": "20211231"}),
        ("manifest: period_to", {"period_to": "2021-02-29"}),
        ("manifest: delivery_id", {"delivery_id": ""}),
        ("manifest: delivery_id", {"delivery_id": 7}),
        ("manifest: sha256", {"sha256": "A" * 64}),
        ("manifest: care_type", {"care_type": "onbekend"}),
        ("manifest: kind", {"kind": "verzekerden"}),
        ("manifest: rows", {"rows": "1"}),
        ("manifest: format_version", {"format_version": 2}),
    ],
)
def test_a_wrong_file_is_refused(reason: str, changes: dict[str, Any]) -> None:
    arrival = arrival_of("claims", [claim()], **changes)
    assert arrival.verdict == "refused"
    assert reason in arrival.reason


def test_a_period_of_one_day() -> None:
    day = {"period_from": "2021-10-01", "period_to": "2021-10-01"}
    assert arrival_of("claims", [claim()], **day).verdict == "admitted"


def test_a_manifest_that_cannot_be_read() -> None:
    rows = [claim()]
    content = text_of("claims", rows).encode()
    good = json.dumps(manifest_of("claims", rows, content))
    for manifest in ("{", "[]", "\ufeff" + good, good.replace("{", '{"rows": 1, ', 1)):
        assert judge("f", ".csv", content, manifest.encode(), DOOR).verdict == "refused"


def test_a_reference_twice_refuses_but_two_empty_ones_do_not() -> None:
    twice = [claim(reference="A", insurer=insurer) for insurer in ("3311", "7119")]
    assert arrival_of("claims", twice).reason == "a reference twice in the file"
    empty = [claim(reference="") for _ in range(2)] + [claim() for _ in range(38)]
    assert set(arrival_of("claims", empty).set_aside) == {1, 2}


BIG = text_of("claims", [claim()]).encode() + b" " * 2_000_000
PLAIN = text_of("claims", [claim(reference="PLAIN")]).encode()
ZST = zstandard.ZstdCompressor().compress


@pytest.mark.parametrize(
    ("ending", "sent", "reason"),
    [
        (".csv.gz", gzip.compress(BIG), "ratio"),
        (".csv.zst", ZST(BIG), "ratio"),
        (".csv.gz", gzip.compress(PLAIN)[:-9], "cannot be unpacked"),
        (".csv.zst", ZST(PLAIN)[:-3], "cannot be unpacked"),
        (".csv.gz", PLAIN, "cannot be unpacked"),
        (".csv.zst", PLAIN, "cannot be unpacked"),
        (".csv.gz", gzip.compress(PLAIN[:99]) + gzip.compress(PLAIN[99:]), ""),
        (".csv.zst", ZST(PLAIN[:99]) + ZST(PLAIN[99:]), ""),
    ],
)
def test_unpacking(ending: str, sent: bytes, reason: str) -> None:
    """At most 200 times the packed size; cut-off files are refused, members add up."""
    manifest = json.dumps(manifest_of("claims", [claim()], sent)).encode()
    arrival = judge("f", ending, sent, manifest, DOOR)
    assert arrival.verdict == ("refused" if reason else "admitted")
    assert reason in arrival.reason


def test_the_longest_line_and_the_largest_file() -> None:
    small = Door(unpacked_bytes=100, ratio=2, line_bytes=10, set_aside_percent=5)
    assert lines_of(b"0123456789\r\n0123456789", small) == ["0123456789"] * 2
    with pytest.raises(RefusedError):
        lines_of("012345678é".encode(), small)
    assert unpack(b"x" * 100, ".csv", small) == b"x" * 100
    with pytest.raises(RefusedError):
        unpack(b"x" * 101, ".csv", small)
    for ending, packed in ((".csv.gz", gzip.compress(b"x" * 48)), (".csv.zst", ZST(b"x" * 48))):
        exact = Door(unpacked_bytes=48, ratio=48, line_bytes=10, set_aside_percent=5)
        assert unpack(packed, ending, exact) == b"x" * 48
        with pytest.raises(RefusedError):
            unpack(packed, ending, Door(47, 48, 10, 5))


def test_half_a_delivery_waits(tmp_path: Path) -> None:
    deliver(tmp_path, "a", "claims", [claim()])
    deliver(tmp_path, "b", "claims", [claim()])
    (tmp_path / "a.manifest.json").unlink()
    (tmp_path / "b.csv").unlink()
    arrivals = read_folder(tmp_path, DOOR)
    assert {(a.file, a.verdict) for a in arrivals} == {
        ("a.csv", "waiting"),
        ("b.manifest.json", "waiting"),
    }
