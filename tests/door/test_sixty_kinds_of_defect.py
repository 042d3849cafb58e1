"""Sixty kinds of defect and more, each planted once in a file of 1,000 lines.

A kind is a rule and a field: another wrong value of the same field is the same kind here. Each is
named with line, field and rule; the lines that are accepted are those of a file that never had
the wrong one, and their lines, debit and credit cents are what a slow reader counts.
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from spiegel_core.contracts.files import FILE_KINDS
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.findings import REFUSE_FILE, SET_LINE_ASIDE
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from tests.delivering import Delivery, register
from tests.tables import draw

from .planted import KEY, LINE, LINES, faultless, judged, planted, typed, whole_register, without

# What is written in line 500, as `field=text`, an underscore for a space; and what is told.
IN_CLAIMS = """
written                             | rule                           | field
bsn=                                | field.missing                  | bsn
insurer=                            | field.missing                  | insurer
insured_number=                     | field.missing                  | insured_number
reference=                          | field.missing                  | reference
care_from=                          | field.missing                  | care_from
code_list=                          | field.missing                  | code_list
code=                               | field.missing                  | code
quantity=                           | field.missing                  | quantity
practice=                           | field.missing                  | practice
cover=                              | field.missing                  | cover
claimed_cents=                      | field.missing                  | claimed_cents
paid_on=                            | field.missing                  | paid_on
bsn=12345678                        | field.form                     | bsn
insurer=91O1                        | field.form                     | insurer
insured_number=1234567890123456     | field.form                     | insured_number
reference=A_1                       | field.form                     | reference
previous_reference=é1               | field.form                     | previous_reference
care_from=2021-08-01                | field.form                     | care_from
care_to=augustus                    | field.form                     | care_to
code_list=8                         | field.form                     | code_list
code=abc                            | field.form                     | code
quantity=1,5                        | field.form                     | quantity
care_product=12345678               | field.form                     | care_product
specialism=313                      | field.form                     | specialism
performer=1100001                   | field.form                     | performer
practice=1000001                    | field.form                     | practice
referrer=0110000A                   | field.form                     | referrer
diagnosis_list=01 diagnosis=T90     | field.form                     | diagnosis_list
diagnosis_list=008 diagnosis=t90    | field.form                     | diagnosis
indication=12                       | field.form                     | indication
cover=C                             | field.form                     | cover
claimed_cents=12,34                 | field.form                     | claimed_cents
paid_on=01-09-2021                  | field.form                     | paid_on
care_from=20210229                  | field.date                     | care_from
care_to=20210931                    | field.date                     | care_to
paid_on=20210931                    | field.date                     | paid_on
bsn=123456789                       | field.bsn                      | bsn
insured_number="7                   | line.quote                     |
care_from=20051231                  | claims.care_before_2006        | care_from
care_from=20051230 care_to=20051231 | claims.care_before_2006        | care_to
care_to=20210731                    | claims.care_to_before_from     | care_to
paid_on=20210731                    | claims.paid_before_care        | paid_on
care_to=20210902                    | claims.care_after_payment      | care_to
paid_on=20211001                    | claims.paid_outside_period     | paid_on
debit_credit=C                      | claims.credit_without_previous | previous_reference
granted_cents=3001                  | claims.granted_above_claimed   | granted_cents
diagnosis_list=001                  | claims.diagnosis_pair          | diagnosis
diagnosis=221                       | claims.diagnosis_pair          | diagnosis_list
specialism=0313                     | claims.specialism_misplaced    | specialism
indication=001                      | claims.indication_misplaced    | indication
code_list=900 code=DM3              | claims.chain_programme         | code
"""
IN_REGISTERS = """
of                  | written                    | rule                      | field
insured             | birth_date=                | field.missing             | birth_date
insured             | sex=F                      | field.form                | sex
insured             | birth_date=19700230        | field.date                | birth_date
insured             | bsn=000000000              | field.bsn                 | bsn
insured             | year=2020                  | register.year             | year
insured             | insured_days=366           | insured.days              | insured_days
insured             | birth_date=20220101        | insured.birth_date        | birth_date
insured             | municipality=              | insured.area              | municipality
insured             | neighbourhood=             | insured.area              | neighbourhood
organisations       | name=                      | field.missing             | name
organisations       | work_email=nobody          | field.form                | work_email
organisations       | start=20100132             | field.date                | start
organisations       | end=20091231               | register.end_before_start | end
practitioners       | practitioner_agb=          | field.missing             | practitioner_agb
practitioners       | qualification=103          | field.form                | qualification
practitioners       | end=20211301               | field.date                | end
medicines           | ddd_per_1000_units=        | field.missing             | ddd_per_1000_units
medicines           | atc=a10ba02                | field.form                | atc
postcode_income     | inhabitants=               | field.missing             | inhabitants
postcode_income     | average_income_euro=30.000 | field.form                | average_income_euro
municipal_care      | law=Wlz                    | field.form                | law
municipal_care      | users=9                    | municipal_care.users      | users
municipal_care      | cost_cents=12,34           | field.form                | cost_cents
practice_operations | value=                     | field.missing             | value
practice_operations | indicator=Hours_Open       | field.form                | indicator
"""

Spoil = Callable[[bytes], bytes]


def _line(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of line 500, its end left out."""

    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[LINE] = change(lines[LINE])
        return b"\n".join(lines)

    return spoil


def _put(place: int, value: bytes) -> Spoil:
    """Another value in a field of line 500."""

    def put(line: bytes) -> bytes:
        fields = line.split(b";")
        return b";".join([*fields[:place], value, *fields[place + 1 :]])

    return _line(put)


# What is done to the bytes of a claims file; its manifest was made for what is sent.
REFUSED_BY_BYTES: list[tuple[Spoil, str, int | None, str]] = [
    (lambda data: b"\xef\xbb\xbf" + data, "file.bom", None, ""),
    (_put(6, "Zoë".encode("latin-1")), "file.encoding", LINE, ""),
    (_put(6, b"7\x00"), "file.control_character", LINE, ""),
    (_put(6, b"7\r7"), "file.lone_cr", LINE, ""),
    (lambda data: data.replace(b";bsn;", b";burger;", 1), "file.header", None, "bsn"),
    (_line(lambda line: line + b";"), "file.field_count", LINE, ""),
    (_line(lambda line: line.ljust(10_001, b"x")), "file.line_too_long", LINE, ""),
    (_put(0, b"501"), "claims.line_gap", LINE, "line"),
    (_put(1, b"A-499"), "claims.reference_repeated", LINE, "reference"),
    (_put(3, b"X"), "claims.debit_credit", LINE, "debit_credit"),
    (_put(22, b"12,34"), "claims.granted_cents", LINE, "granted_cents"),
    (_put(22, b"1501"), "claims.debit_cents", None, "debit_cents"),
    (lambda data: data.replace(b"A-499;B-499;C", b"A-499;B-499;D"),
     "claims.credit_cents", None, "credit_cents"),
    (lambda data: data[: data.rindex(b"\n", 0, -1) + 1], "claims.rows", None, "rows"),
]  # fmt: skip

# Keys of the manifest with a value that is none of theirs; None leaves the key out.
REFUSED_BY_MANIFEST: list[tuple[dict[str, Any], str, str]] = [
    ({"rows": None}, "manifest.key_missing", "rows"),
    ({"sha256": None}, "manifest.key_missing", "sha256"),
    ({"care_type": None}, "manifest.key_missing", "care_type"),
    ({"remarks": "urgent"}, "manifest.key_unknown", "remarks"),
    ({"format": "spiegel"}, "manifest.value", "format"),
    ({"format_version": 2}, "manifest.value", "format_version"),
    ({"kind": "Claims"}, "manifest.value", "kind"),
    ({"delivery_id": "../x;"}, "manifest.value", "delivery_id"),
    ({"revision": 0}, "manifest.value", "revision"),
    ({"sender": "910"}, "manifest.value", "sender"),
    ({"care_type": "gp"}, "manifest.value", "care_type"),
    ({"period_from": "2021-02-29"}, "manifest.value", "period_from"),
    ({"period_to": "2021-06-30"}, "manifest.value", "period_to"),
    ({"rows": 1000.0}, "manifest.value", "rows"),
    ({"debit_cents": "10,00"}, "manifest.value", "debit_cents"),
    ({"credit_cents": -1}, "manifest.value", "credit_cents"),
    ({"sha256": "0" * 63}, "manifest.value", "sha256"),
    ({"sha256": "0" * 64}, "file.sha256", "sha256"),
    ({"rows": 999}, "claims.rows", "rows"),
]

Kind = tuple[str, str, str]


@functools.cache
def thousand(kind: str) -> Delivery:
    """1,000 lines of a kind without a fault."""
    if kind == "claims":
        return faultless()
    if kind == "insured":
        persons = [{"bsn": "999999999", "insured_number": f"{n}"} for n in range(1, LINES + 1)]
        return register(kind, persons)
    if kind == "municipal_care":
        return register(kind, [{"municipality": f"GM{n:04d}"} for n in range(1, LINES + 1)])
    return whole_register(kind, LINES)


@functools.cache
def right(kind: str) -> pa.Table:
    return typed(judged(thousand(kind)))


@functools.cache
def never_had_it(kind: str) -> pa.Table:
    """The typed lines of a file that never had line 500, but for their line numbers."""
    whole = thousand(kind)
    shorter = dataclasses.replace(whole, lines=whole.lines[: LINE - 1] + whole.lines[LINE:])
    return typed(judged(shorter)).drop_columns(["line"])


def by_hand(kind: str, data: bytes) -> tuple[int, int, int]:
    """Lines, debit cents and credit cents of all lines but 500, added up slowly."""
    places = {field.name: place for place, field in enumerate(FILE_KINDS[kind])}
    rows = [line.split(";") for line in data.decode().splitlines()[1:]]
    del rows[LINE - 1]
    cents = {"D": 0, "C": 0}
    for row in rows if kind == "claims" else []:
        cents[row[places["debit_credit"]]] += int(row[places["granted_cents"]])
    return len(rows), cents["D"], cents["C"]


def accepted(kind: str, lines: pa.Table) -> tuple[int, int, int]:
    """The same of the typed lines."""
    if kind != "claims":
        return lines.num_rows, 0, 0
    both = zip(lines["granted_cents"].to_pylist(), lines["is_credit"].to_pylist(), strict=True)
    cents = {True: 0, False: 0}
    for granted, is_credit in both:
        cents[is_credit] += granted
    return lines.num_rows, cents[False], cents[True]


def _fields(written: str) -> dict[str, str]:
    parts = (part.split("=", 1) for part in written.split(" "))
    return {name: text.replace("_", " ") for name, text in parts}


ROWS = [
    (row.get("of") or "claims", row["written"] or "", row["rule"] or "", row["field"] or "")
    for row in [*draw(IN_CLAIMS), *draw(IN_REGISTERS)]
]


@pytest.mark.parametrize(
    ("kind", "written", "rule", "field"),
    [pytest.param(*row, id=f"{row[0]}: {row[1]} ({row[2]})") for row in ROWS],
)
def test_a_defect_of_a_line_is_named_and_the_other_999_lines_are_as_without_it(
    kind: str, written: str, rule: str, field: str, door: DoorRules
) -> None:
    sent = planted(thousand(kind), _fields(written))
    found = judged(sent, door)

    told = {(f.rule, f.line, f.field, f.consequence) for f in found.findings.kept}
    assert (rule, LINE, field, SET_LINE_ASIDE) in told
    assert {line for _, line, _, _ in told} == {LINE}
    assert found.aside.tolist() == [LINE]
    assert typed(found).equals(without(right(kind), LINE))
    assert typed(found).drop_columns(["line"]).equals(never_had_it(kind))
    assert accepted(kind, typed(found)) == by_hand(kind, sent.data())


@pytest.mark.parametrize(
    ("spoil", "rule", "line", "field"), REFUSED_BY_BYTES, ids=[row[1] for row in REFUSED_BY_BYTES]
)
def test_a_defect_of_the_file_is_named_and_refuses_it(
    spoil: Spoil, rule: str, line: int | None, field: str, door: DoorRules
) -> None:
    data = spoil(faultless().data())
    found = _as_sent(data, {"sha256": hashlib.sha256(data).hexdigest()}, door)
    _is_refused(found, rule, line, field)


@pytest.mark.parametrize(
    ("changes", "rule", "field"), REFUSED_BY_MANIFEST, ids=[str(r[0]) for r in REFUSED_BY_MANIFEST]
)
def test_a_defect_of_the_manifest_is_named_and_refuses_the_file(
    changes: dict[str, Any], rule: str, field: str, door: DoorRules
) -> None:
    _is_refused(_as_sent(faultless().data(), changes, door), rule, None, field)


REFUSED_WHOLE: list[tuple[str, bytes | None, bytes, str]] = [
    ("manifest.absent", None, faultless().data(), "a.csv"),
    ("manifest.form", faultless().manifest_bytes()[:-1], faultless().data(), "a.csv"),
    ("file.packing", faultless().manifest_bytes(), gzip.compress(faultless().data())[:-9],
     "a.csv.gz"),
    ("file.ratio", faultless().manifest_bytes(), gzip.compress(bytes(10**6)), "a.csv.gz"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "manifest", "data", "name"), REFUSED_WHOLE, ids=[row[0] for row in REFUSED_WHOLE]
)
def test_a_file_that_cannot_be_looked_into_is_refused(
    rule: str, manifest: bytes | None, data: bytes, name: str, door: DoorRules
) -> None:
    _is_refused(judge_delivery(manifest, data, name, door, KEY), rule, None, "")


def test_a_register_of_another_length_than_its_manifest_says_is_refused(door: DoorRules) -> None:
    for kind in FILE_KINDS:
        if kind != "claims":
            short = dataclasses.replace(thousand(kind), manifest={"rows": LINES + 1})
            _is_refused(judged(short, door), "register.rows", None, "rows")


def _as_sent(data: bytes, manifest: dict[str, Any], door: DoorRules) -> Judgement:
    content = {**json.loads(faultless().manifest_bytes()), **manifest}
    said = {key: value for key, value in content.items() if value is not None}
    return judge_delivery(json.dumps(said).encode(), data, "a.csv", door, KEY)


def _is_refused(found: Judgement, rule: str, line: int | None, field: str) -> None:
    told = {(f.rule, f.line, f.field, f.consequence) for f in found.findings.kept}
    assert (rule, line, field, REFUSE_FILE) in told
    assert found.is_refused
    assert found.typed is None


def test_a_thousand_lines_of_each_kind_have_no_fault(door: DoorRules) -> None:
    for kind in FILE_KINDS:
        found = judged(thousand(kind), door)
        assert (found.findings.kept, found.lines) == ([], LINES)


def test_a_hundred_and_ten_kinds_are_planted() -> None:
    kinds: list[Kind] = [(kind, rule, field) for kind, _, rule, field in ROWS]
    kinds += [("claims", rule, field) for _, rule, _, field in REFUSED_BY_BYTES]
    kinds += [("manifest", rule, field) for _, rule, field in REFUSED_BY_MANIFEST]
    kinds += [("file", row[0], "") for row in REFUSED_WHOLE]
    assert len(set(kinds)) == len(kinds)
    assert len(kinds) >= 110
    assert sum(kind != "claims" for kind, *_ in kinds) >= 40
