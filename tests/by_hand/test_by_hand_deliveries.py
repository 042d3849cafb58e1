"""The twin's door and ledger, on deliveries drawn by hand."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from .claims import net
from .deliveries import Arrival, judge, read_folder
from .drawn import claim, conf_of, credit, deliver, line, manifest_of, row, text_of, typed
from .ledger import settle

DOOR = conf_of().door
HEADER = text_of("claims", []).strip()


def arrival_of(kind: str, rows: list[dict[str, str]], /, **changes: Any) -> Arrival:
    """Judge a file of these lines, with changes in its manifest."""
    text = changes.pop("text", None)
    content = changes.pop("sent", None) or (text or text_of(kind, rows)).encode()
    manifest = manifest_of(kind, rows, content, **changes)
    return judge("f.csv", ".csv", content, json.dumps(manifest).encode(), DOOR)


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


def test_a_reference_twice_refuses_but_two_empty_ones_do_not() -> None:
    twice = [claim(reference="A", insurer=insurer) for insurer in ("3311", "7119")]
    assert arrival_of("claims", twice).reason == "a reference twice in the file"
    empty = [claim(reference="") for _ in range(2)] + [claim() for _ in range(38)]
    assert set(arrival_of("claims", empty).set_aside) == {1, 2}


def test_what_unpacks_to_more_than_200_times_itself_is_refused() -> None:
    rows = [claim()]
    text = text_of("claims", rows).encode() + b" " * 2_000_000
    for ending, sent in ((".csv.gz", gzip.compress(text)), (".csv.gz", gzip.compress(text)[:-9])):
        manifest = json.dumps(manifest_of("claims", rows, sent)).encode()
        assert "unpack" in judge("f", ending, sent, manifest, DOOR).reason


def test_registers_have_a_calendar_year_and_no_care_type() -> None:
    rows = [row("insured")]
    assert arrival_of("insured", rows).verdict == "admitted"
    assert arrival_of("insured", rows, period_to="2021-06-30").verdict == "refused"
    assert arrival_of("insured", rows, care_type="huisartsenzorg").verdict == "refused"


@pytest.mark.parametrize(
    ("kind", "fields", "stays"),
    [
        ("insured", {"postcode4": "1011", "municipality": "GM0363"}, False),
        ("insured", {"municipality": "GM0363"}, True),
        ("insured", {"year": "2020"}, False),
        ("insured", {"insured_days": "0"}, False),
        ("insured", {"insured_days": "366"}, False),
        ("insured", {"sex": "F"}, False),
        ("insured", {"birth_date": "19800230"}, False),
        ("organisations", {"kind": "praktijk"}, False),
        ("organisations", {"end": "20210631"}, False),
        ("practitioners", {"qualification": "101"}, False),
        ("medicines", {"zi": "00000001", "atc": "A10BA02", "ddd_per_1000_units": "500"}, True),
        ("medicines", {"zi": "00000001", "atc": "A10BA2", "ddd_per_1000_units": "500"}, False),
    ],
)
def test_lines_of_registers(kind: str, fields: dict[str, str], stays: bool) -> None:
    good = {"medicines": {"zi": "00000002", "atc": "A10BA02", "ddd_per_1000_units": "1"}}
    rows = [row(kind, **fields)]
    for number in range(19):
        own = {"bsn": "999999999", "insured_number": f"N{number}"} if kind == "insured" else {}
        rows.append(row(kind, **good.get(kind, {}), **own))
    arrival = arrival_of(kind, rows)
    assert (arrival.verdict, set(arrival.set_aside)) == ("admitted", set() if stays else {1})


def test_the_days_of_a_person_fit_in_the_year() -> None:
    others = [row("insured", bsn="999999999", insured_number=f"N{n}") for n in range(38)]
    for days, set_aside in (("165", set()), ("166", {1, 2})):
        rows = [
            row("insured", insured_days="200"),
            row("insured", insured_days=days, insurer="7119"),
        ]
        assert set(arrival_of("insured", rows + others).set_aside) == set_aside


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


X, Y, Z = ([claim(reference=name)] for name in "XYZ")
BAD = [claim(reference="B", cover="?")]


@pytest.mark.parametrize(
    ("sent", "verdicts"),
    [
        ([("A", 1, X), ("A", 1, X)], ["admitted", "skipped"]),
        ([("A", 1, X), ("A", 2, Y)], ["superseded", "admitted"]),
        ([("A", 1, X), ("A", 2, [])], ["superseded", "admitted"]),
        ([("A", 1, X), ("A", 1, Y)], ["conflict", "conflict"]),
        ([("A", 1, X), ("A", 1, Y), ("A", 2, Z)], ["superseded", "superseded", "admitted"]),
        ([("A", 1, X), ("A", 2, Y), ("A", 2, Z)], ["admitted", "conflict", "conflict"]),
        ([("A", 1, X), ("A", 2, BAD)], ["admitted", "refused"]),
        ([("A", 1, BAD), ("A", 1, X)], ["refused", "admitted"]),
        ([("A", 1, X), ("B", 1, X)], ["admitted", "copy"]),
        ([("A", 1, []), ("B", 1, [])], ["admitted", "admitted"]),
        ([("A", 1, X), ("A", 2, Y), ("B", 1, X)], ["superseded", "admitted", "admitted"]),
        ([("A", 1, X), ("A", 1, Y), ("B", 1, X)], ["conflict", "conflict", "admitted"]),
        ([("B", 1, Y), ("B", 2, X), ("A", 7, X)], ["superseded", "copy", "admitted"]),
    ],
)
def test_the_ledger_in_every_order_of_arrival(
    sent: list[tuple[str, int, list[dict[str, str]]]], verdicts: list[str]
) -> None:
    for order in itertools.permutations(range(len(sent))):
        arrivals = {}
        for n in order:
            arrivals[n] = arrival_of(
                "claims", sent[n][2], delivery_id=sent[n][0], revision=sent[n][1]
            )
            arrivals[n].file = f"{n}.csv"
        in_force = settle(list(arrivals.values()))
        assert [arrivals[n].verdict for n in range(len(sent))] == verdicts
        assert sorted(a.file for a in in_force) == [
            f"{n}.csv" for n, verdict in enumerate(verdicts) if verdict == "admitted"
        ]


def test_a_credit_settles_in_either_order() -> None:
    debit = claim()
    both = [typed(debit), typed(credit(debit), "ketenzorg")]
    for lines in (both, both[::-1]):
        netted = net(lines)
        assert (len(netted.lines), netted.waiting) == (2, [])
        assert netted.lines[1].care_type == "ketenzorg"


@pytest.mark.parametrize(
    "fields",
    [
        {"bsn": "999999999"},
        {"code": "11100"},
        {"practice": "01000002"},
        {"care_from": "20210803"},
        {"quantity": "2"},
        {"granted_cents": "999"},
        {"insurer": "7119"},
        {"previous_reference": "ELSE"},
    ],
)
def test_a_credit_of_something_else_waits(fields: dict[str, str]) -> None:
    debit = claim()
    back = typed(credit(debit, **fields))
    assert net([typed(debit), back]).waiting == [back]


def test_a_second_credit_and_a_credit_on_a_credit_wait() -> None:
    debit = claim()
    first, second = credit(debit, paid_on="20211002"), credit(debit, paid_on="20211003")
    on_credit = credit(first)
    lines = [typed(fields) for fields in (second, on_credit, first, debit)]
    netted = net(lines)
    assert {waiting.reference for waiting in netted.waiting} == {
        second["reference"],
        on_credit["reference"],
    }
    assert net([line(), *lines, typed(debit)]).waiting == [typed(on_credit)]
