"""Sixty kinds of defect and more, each planted once in an EI file of 1,000 records.

A kind is a rule and a field. Each is named with line, field and rule; the lines that are accepted
are those of a file that never had the care that is set aside, and their debit and credit cents
are what a slow reader counts.
"""

from __future__ import annotations

import copy
import csv
import functools

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from spiegel_core.deliveries.findings import REFUSE_FILE, SET_LINE_ASIDE
from spiegel_core.deliveries.judge import Judgement
from spiegel_core.runtime.conf import Conf
from tests.bench.ei import large
from tests.ei.building import STANDARDS, EiFile

KEY = b"k" * 32
LINES = 1_000
BLOCK = 35 * 14  # the block of 14 records that defects are planted in: the 36th

# Place in the block, as in `gz321`; what is written in it; the rule; the field that is told.
SETS_ASIDE: list[tuple[int, dict[str, str], str, str]] = [
    (0, {"0207": " " * 8}, "ei.field.required", "0207"),
    (0, {"0210": " "}, "ei.field.required", "0210"),
    (0, {"0202": "X" * 12}, "ei.field.type", "0202"),
    (1, {"0421": "0100000X"}, "ei.field.type", "0421"),
    (6, {"1716": " " * 6}, "ei.field.type", "1716"),
    (0, {"0206": " X"}, "ei.field.alignment", "0206"),
    (5, {"1619": " p1a1"}, "ei.field.alignment", "1619"),
    (0, {"0210": "Voor\x01beeld"}, "ei.field.control_character", "0210"),
    (0, {"0280": "x"}, "ei.field.reserve", "0280"),
    (0, {"0209": "2"}, "ei.field.constant", "0209"),
    (1, {"0422": "0100"}, "ei.field.constant", "0422"),
    (0, {"0208": "3"}, "ei.field.code_list", "0208"),
    (1, {"0408": "052"}, "ei.field.code_list", "0408"),
    (2, {"0624": "0700"}, "ei.field.code_list", "0624"),
    (0, {"0207": "20140230"}, "ei.field.date", "0207"),
    (0, {"0203": "123456789"}, "ei.field.bsn", "0203"),
    (1, {"0421": "00999999"}, "ei.field.agb", "0421"),
    (9, {"0615": "9999"}, "ei.field.specialism", "0615"),
    (0, {"0217": "0234AB"}, "ei.field.postcode", "0217"),
    (0, {"0221": "XX"}, "ei.field.country", "0221"),
    (2, {"0605": "x"}, "ei.key.repeated", "0605"),
    (5, {"1607": "ABCDEF"}, "ei.key.repeated", "1607"),
    (6, {"1708": "20140102"}, "ei.key.repeated", "1708"),
    (8, {"0440": "p1-490"}, "ei.key.unique", "0440"),
    (4, {"0627": "p1t1-490"}, "ei.key.unique", "0627"),
    (7, {"1719": "p1b1-490"}, "ei.key.unique", "1719"),
    (0, {"0212": "2"}, "ei.condition.required", "0213"),
    (0, {"0214": "van"}, "ei.condition.empty", "0214"),
    (0, {"0221": "BE"}, "ei.condition.value", "0221"),
    (1, {"0414": " "}, "ei.condition.required", "0414"),
    (1, {"0421": "0"}, "ei.condition.required", "0421"),
    (1, {"0423": "94000001"}, "ei.condition.empty", "0423"),
    (1, {"0432": "0"}, "ei.condition.value", "0432"),
    (2, {"0610": "14"}, "ei.condition.value", "0610"),
    (2, {"0613": "0"}, "ei.condition.value", "0613"),
    (9, {"0615": "0"}, "ei.condition.required", "0615"),
    (2, {"0625": "0"}, "ei.condition.required", "0625"),
    (5, {"1610": "act_8.1"}, "ei.condition.value", "1610"),
    (6, {"1711": "0"}, "ei.condition.required", "1711"),
    (0, {"0207": "20150202"}, "ei.relation.dates", "0207"),
    (1, {"0412": "20131231"}, "ei.relation.dates", "0412"),
    (4, {"0617": "20140201", "0618": "23"}, "ei.relation.dates", "0617"),
    (5, {"1611": "20140124"}, "ei.relation.dates", "1612"),
    (8, {"0412": "20140126"}, "ei.relation.same", "0412"),
    (2, {"0612": "25A001"}, "ei.relation.same", "0612"),
    (2, {"0611": "050"}, "ei.relation.differs", "0611"),
    (1, {"0433": "21"}, "ei.relation.sum", "0433"),
    (1, {"0436": "121"}, "ei.relation.sum", "0436"),
    (4, {"0618": "7"}, "ei.relation.days", "0618"),
    (2, {"0620": "9999"}, "ei.relation.amounts", "0625"),
    (2, {"0621": "C"}, "ei.relation.sign", "0621"),
    (5, {"1618": "C"}, "ei.relation.sign", "1618"),
]

REFUSED_BY_HEADER: list[tuple[dict[str, str], str, str]] = [
    ({"0102": "999"}, "ei.recognition", "0102"),
    ({"0103": "88"}, "ei.recognition", "0103"),
    ({"0104": "99"}, "ei.recognition", "0104"),
    ({"0116": " "}, "ei.field.required", "0116"),
    ({"0105": "X"}, "ei.field.code_list", "0105"),
    ({"0119": "USD"}, "ei.field.constant", "0119"),
    ({"0114": "20150132"}, "ei.field.date", "0114"),
    ({"0118": "NL12345678XB01"}, "ei.field.vat_number", "0118"),
    ({"0108": "XXXX"}, "ei.field.type", "0108"),
    ({"0180": "x"}, "ei.field.reserve", "0180"),
    ({"0112": "54000000"}, "ei.field.agb", "0112"),
    ({"0112": "0"}, "ei.condition.required", "0112"),
    ({"0113": "01"}, "ei.condition.value", "0113"),
    ({"0117": "20150130"}, "ei.relation.dates", "0117"),
]

REFUSED_BY_CLOSING = [
    *[({field: "7"}, "ei.total.count", field)
      for field in ("9902", "9903", "9904", "9905", "9906", "9907", "9908", "9909")],
    ({"9910": "148999"}, "ei.total.amount", "9910"),
    ({"9911": "C"}, "ei.total.amount", "9911"),
]  # fmt: skip


@functools.cache
def thousand() -> EiFile:
    """998 records between header and closing record: 71 blocks and one more person."""
    file = large(LINES)
    file.records = [*file.records[: 71 * 14], *file.records[71 * 14 + 10 : 72 * 14]]
    return file


def planted(place: int, values: dict[str, str]) -> EiFile:
    """The file with other fields in one record; counts and sum are those of what is sent."""
    file = thousand()
    records = [*file.records]
    code, own = records[BLOCK + place]
    records[BLOCK + place] = (code, {**own, **values})
    return EiFile(file.standard, records, file.header)


def judged(content: bytes, door: DoorRules) -> Judgement:
    return judge_ei_delivery(content, "a.asc", STANDARDS, door, KEY)


def typed(judgement: Judgement) -> pa.Table:
    assert judgement.typed is not None, judgement.findings.kept
    return judgement.typed


@functools.cache
def right() -> pa.Table:
    return typed(judged(thousand().content(), DoorRules()))


@functools.cache
def never_had_it(places: tuple[int, ...]) -> pa.Table:
    """The typed lines of a file that never had some records, but for their line numbers."""
    file = thousand()
    kept = [record for place, record in enumerate(file.records) if place not in places]
    shorter = _commented(EiFile(file.standard, copy.deepcopy(kept), file.header))
    return typed(judged(shorter.content(), DoorRules())).drop_columns(["line"])


def _commented(file: EiFile) -> EiFile:
    """Every comment carries the number that the record before it has now."""
    number = 0
    for code, values in file.records:
        number += code != "98"
        if code == "98":
            values["9802"] = str(number)
    return file


def by_hand(content: bytes, aside: list[int]) -> tuple[int, int, int]:
    """Lines with an amount, debit and credit cents of the lines not set aside, slowly."""
    layout = (Conf().folder / "ei" / "GZ321_1.0.csv").read_text(encoding="utf-8").splitlines()
    fields = {row["field"]: row for row in csv.DictReader(layout, delimiter=";")}

    def read(line: str, field: str) -> str:
        return line[int(fields[field]["start"]) - 1 : int(fields[field]["end"])]

    lines, cents = 0, {"D": 0, "C": 0}
    for number, line in enumerate(content.decode("latin-1").split("\n"), start=1):
        if line.startswith("06") and number not in aside:
            lines += 1
            cents[read(line, "0626")] += int(read(line, "0625"))
    return lines, cents["D"], cents["C"]


def accepted(lines: pa.Table) -> tuple[int, int, int]:
    cents = {True: 0, False: 0}
    for claimed, is_credit in zip(
        lines["claimed_cents"].to_pylist(), lines["is_credit"].to_pylist(), strict=True
    ):
        cents[is_credit] += claimed
    return lines.num_rows, cents[False], cents[True]


@pytest.mark.parametrize(
    ("place", "values", "rule", "field"), SETS_ASIDE, ids=[f"{r[2]} {r[3]}" for r in SETS_ASIDE]
)
def test_a_defect_of_a_record_is_named_and_all_other_care_is_as_without_it(
    place: int, values: dict[str, str], rule: str, field: str, door: DoorRules
) -> None:
    content = planted(place, values).content()
    found = judged(content, door)
    line = BLOCK + place + 2

    told = {(f.rule, f.line, f.field, f.consequence) for f in found.findings.kept}
    assert (rule, line, field, SET_LINE_ASIDE) in told
    aside = found.aside.tolist()
    # What is set aside is a person's care, or one part of it, and nothing of another's.
    of_person = range(BLOCK + 2, BLOCK + 12) if place < 10 else range(BLOCK + 12, BLOCK + 16)
    assert line in aside and set(aside) <= set(of_person)
    assert {at for _, at, _, _ in told} <= set(aside)
    is_aside = pc.is_in(right()["line"], pa.array(aside, pa.int32()))
    assert typed(found).equals(right().filter(pc.invert(is_aside)))
    without = never_had_it(tuple(at - 2 for at in aside))
    assert typed(found).drop_columns(["line"]).equals(without)
    assert accepted(typed(found)) == by_hand(content, aside)


@pytest.mark.parametrize(("values", "rule", "field"), REFUSED_BY_HEADER)
def test_a_defect_of_the_header_is_named_and_refuses_the_file(
    values: dict[str, str], rule: str, field: str, door: DoorRules
) -> None:
    file = thousand()
    changed = EiFile(file.standard, file.records, {**file.header, **values})
    _is_refused(judged(changed.content(), door), rule, 1, field)


@pytest.mark.parametrize(("values", "rule", "field"), REFUSED_BY_CLOSING)
def test_a_defect_of_the_closing_record_is_named_and_refuses_the_file(
    values: dict[str, str], rule: str, field: str, door: DoorRules
) -> None:
    file = thousand()
    changed = EiFile(file.standard, file.records, file.header, values)
    _is_refused(judged(changed.content(), door), rule, LINES, field)


def _line(number: int) -> str:
    return thousand().lines()[number - 1]


# A line of the file and what stands there instead; the rule, the line and the field told.
AT = BLOCK + 3  # the care record of the block
REFUSED_BY_LINES: list[tuple[int, list[str], str, int | None, str]] = [
    (AT, [_line(AT)[:-1]], "ei.file.record_length", AT, ""),
    (AT, ["XX" + _line(AT)[2:]], "ei.structure.record_kind", AT, "0401"),
    (AT, [], "ei.structure.order", AT, "0601"),
    (LINES, [], "ei.structure.missing", None, "9901"),
    (AT + 5, [_line(AT + 5), _line(AT + 5)], "ei.file.identical_record", AT + 6, "1702"),
    (AT + 2, [_line(AT + 2)[:2] + "9" * 12 + _line(AT + 2)[14:]], "ei.key.comment", AT + 2, "9802"),
    (AT + 6, [_line(AT + 6)[:2] + _line(AT + 5)[2:14] + _line(AT + 6)[14:]], "ei.key.number",
     AT + 6, "1702"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "instead", "rule", "line", "field"), REFUSED_BY_LINES)
def test_a_defect_of_the_structure_is_named_and_refuses_the_file(
    at: int, instead: list[str], rule: str, line: int | None, field: str, door: DoorRules
) -> None:
    lines = thousand().lines()
    lines[at - 1 : at] = instead
    content = "".join(text + "\n" for text in lines).encode("latin-1")
    _is_refused(judged(content, door), rule, line, field)


def _is_refused(found: Judgement, rule: str, line: int | None, field: str) -> None:
    told = {(f.rule, f.line, f.field, f.consequence) for f in found.findings.kept}
    assert (rule, line, field, REFUSE_FILE) in told
    assert found.is_refused
    assert found.typed is None


def test_a_thousand_records_have_no_fault(door: DoorRules) -> None:
    content = thousand().content()
    found = judged(content, door)
    assert (found.findings.kept, content.count(b"\n")) == ([], LINES)
    assert accepted(typed(found)) == by_hand(content, [])


def test_eighty_kinds_are_planted() -> None:
    kinds = [(rule, field) for _, _, rule, field in SETS_ASIDE]
    kinds += [(rule, field) for _, rule, field in [*REFUSED_BY_HEADER, *REFUSED_BY_CLOSING]]
    kinds += [(rule, field) for _, _, rule, _, field in REFUSED_BY_LINES]
    assert len(set(kinds)) == len(kinds) >= 80
