"""No malformed line changes a number without a word.

Each defect is planted once, in line 500 of a claims file of 1,000 lines. It is named with line,
field and rule, and has the consequence the delivery format gives it; where the line is set aside,
the other 999 are what they were, to the cent.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spiegel_core.contracts.files import header_of
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.findings import REFUSE_FILE, SET_LINE_ASIDE
from tests.delivering import bsn
from tests.tables import draw

from .planted import (
    LINE,
    LINES,
    faultless,
    faultless_lines,
    judged,
    judged_bytes,
    planted,
    rules_of,
    typed,
    without,
)

# An underscore at either end of what is written is a space there.
IN_ONE_FIELD = """
what                      | field              | written               | rule
no bsn                    | bsn                |                       | field.missing
a bsn of eight digits     | bsn                | 12345678              | field.form
a bsn of ten digits       | bsn                | 1234567820            | field.form
a letter in the bsn       | bsn                | 12345678O             | field.form
a space before the bsn    | bsn                | _23456782             | field.form
a bsn failing the 11-test | bsn                | 123456789             | field.bsn
a bsn of zeros            | bsn                | 000000000             | field.bsn
no insurer                | insurer            |                       | field.missing
an insurer of three       | insurer            | 910                   | field.form
an insurer with a letter  | insurer            | 91O1                  | field.form
no insured number         | insured_number     |                       | field.missing
an insured number of 16   | insured_number     | 1234567890123456      | field.form
no reference              | reference          |                       | field.missing
a reference of 21         | reference          | A12345678901234567890 | field.form
a reference with a space  | reference          | A 1                   | field.form
an accent in a reference  | reference          | é1                    | field.form
a previous one of 21      | previous_reference | A12345678901234567890 | field.form
no care_from              | care_from          |                       | field.missing
a date with dashes        | care_from          | 2021-08-01            | field.form
a date that was never     | care_from          | 20210229              | field.date
a thirteenth month        | care_from          | 20211301              | field.date
day zero                  | care_from          | 20210800              | field.date
year zero                 | care_from          | 00000101              | field.date
a date of wide digits     | care_from          | ２０２１０８０１              | field.form
care in the year 1        | care_from          | 00010101              | claims.care_before_2006
care at the end of 2005   | care_from          | 20051231              | claims.care_before_2006
a care_to that was never  | care_to            | 20210931              | field.date
a care_to in words        | care_to            | augustus              | field.form
care_to before care_from  | care_to            | 20210731              | claims.care_to_before_from
care_to after payment     | care_to            | 20210902              | claims.care_after_payment
care_to in the year 9999  | care_to            | 99991231              | claims.care_after_payment
no code list              | code_list          |                       | field.missing
a code list without zeros | code_list          | 8                     | field.form
a list nobody knows       | code_list          | 009                   | field.form
no code                   | code               |                       | field.missing
a code in lower case      | code               | abc                   | field.form
a code of ten             | code               | 1234567890            | field.form
a code with a dash        | code               | 12-3                  | field.form
no quantity               | quantity           |                       | field.missing
a quantity below zero     | quantity           | -1                    | field.form
a quantity with a comma   | quantity           | 1,5                   | field.form
a quantity with a point   | quantity           | 1.0                   | field.form
a quantity as a power     | quantity           | 1e2                   | field.form
100,000 of something      | quantity           | 100000                | field.form
a care product of eight   | care_product       | 12345678              | field.form
a specialism of three     | specialism         | 313                   | field.form
a specialism on GP care   | specialism         | 0313                  | claims.specialism_misplaced
a performer of seven      | performer          | 1100001               | field.form
a performer of nine       | performer          | 011000011             | field.form
no practice               | practice           |                       | field.missing
a practice without a zero | practice           | 1000001               | field.form
a letter in the referrer  | referrer           | 0110000A              | field.form
a diagnosis list of two   | diagnosis_list     | 01                    | field.form
a lower-case diagnosis    | diagnosis          | t90                   | field.form
a diagnosis of nine       | diagnosis          | 123456789             | field.form
an indication of two      | indication         | 12                    | field.form
an indication on GP care  | indication         | 001                   | claims.indication_misplaced
no cover                  | cover              |                       | field.missing
a cover in lower case     | cover              | b                     | field.form
a cover nobody knows      | cover              | C                     | field.form
nothing claimed           | claimed_cents      |                       | field.missing
a comma in the claim      | claimed_cents      | 12,34                 | field.form
a point in the claim      | claimed_cents      | 3000.00               | field.form
a claim written in Dutch  | claimed_cents      | 1.234,56              | field.form
a claim below zero        | claimed_cents      | -3000                 | field.form
a claim with a plus       | claimed_cents      | +3000                 | field.form
a claim of nine digits    | claimed_cents      | 100000000             | field.form
a claim in hexadecimals   | claimed_cents      | 0x10                  | field.form
a claim of NaN            | claimed_cents      | NaN                   | field.form
no paid_on                | paid_on            |                       | field.missing
a paid_on that was never  | paid_on            | 20210931              | field.date
paid before the period    | paid_on            | 20210630              | claims.paid_outside_period
paid after the period     | paid_on            | 20211001              | claims.paid_outside_period
paid before the care      | paid_on            | 20210731              | claims.paid_before_care
a quotation mark          | insured_number     | "7"                   | line.quote
a quote that never ends   | insured_number     | "7                    | line.quote
"""

OF_SEVERAL_FIELDS = """
what                             | field              | rule
a credit that takes nothing back | previous_reference | claims.credit_without_previous
more granted than was claimed    | granted_cents      | claims.granted_above_claimed
a programme nobody knows         | code               | claims.chain_programme
a list without its diagnosis     | diagnosis          | claims.diagnosis_pair
a diagnosis without its list     | diagnosis_list     | claims.diagnosis_pair
"""
WRITTEN_IN_SEVERAL = {
    "a credit that takes nothing back": {"debit_credit": "C", "previous_reference": ""},
    "more granted than was claimed": {"granted_cents": "3001", "claimed_cents": "3000"},
    "a programme nobody knows": {"code_list": "900", "code": "DM3"},
    "a list without its diagnosis": {"diagnosis_list": "001"},
    "a diagnosis without its list": {"diagnosis": "221"},
}

# On these no total can be checked, so the whole file is refused.
UNREADABLE = """
what                              | field         | written
no sign                           | debit_credit  |
a sign in lower case              | debit_credit  | d
a sign nobody knows               | debit_credit  | X
no granted amount                 | granted_cents |
a granted amount with a comma     | granted_cents | 12,34
a granted amount with a point     | granted_cents | 12.34
a granted amount below zero       | granted_cents | -12
a granted amount with an exponent | granted_cents | 1e3
a granted amount of nine digits   | granted_cents | 100000000
a granted amount of wide digits   | granted_cents | １２
a space before a granted amount   | granted_cents | _12
"""


def _cases(text: str) -> list[object]:
    return [pytest.param(row, id=str(row["what"])) for row in draw(text)]


def _written(row: dict[str, str | None]) -> str:
    return (row["written"] or "").replace("_", " ")


@pytest.mark.parametrize("row", _cases(IN_ONE_FIELD))
def test_a_defect_in_one_field_sets_its_line_aside(row: dict[str, str]) -> None:
    _is_set_aside({row["field"]: _written(row)}, row["field"], row["rule"])


@pytest.mark.parametrize("row", _cases(OF_SEVERAL_FIELDS))
def test_fields_that_contradict_each_other_set_their_line_aside(row: dict[str, str]) -> None:
    _is_set_aside(WRITTEN_IN_SEVERAL[row["what"]], row["field"], row["rule"])


def _is_set_aside(fields: dict[str, str], field: str, rule: str) -> None:
    delivery = planted(faultless(), fields)
    found = judged(delivery)
    named = "" if rule == "line.quote" else field

    assert not found.is_refused
    assert (rule, SET_LINE_ASIDE, named) in {
        (f.rule, f.consequence, f.field) for f in found.findings.kept
    }
    assert {f.line for f in found.findings.kept} == {LINE}
    assert found.aside.tolist() == [LINE]
    assert (LINE, rule, named) in found.quarantine
    assert typed(found).equals(without(faultless_lines(), LINE))
    written = fields.get(field, "")
    assert len(written) < 5 or not any(written in f.message for f in found.findings.kept)


@pytest.mark.parametrize("row", _cases(UNREADABLE))
def test_an_unreadable_sign_or_amount_refuses_the_file(row: dict[str, str]) -> None:
    found = judged(planted(faultless(), {row["field"]: _written(row)}))

    # Totals that cannot be taken are not reported as totals that differ.
    (finding,) = found.findings.kept
    assert (finding.rule, finding.consequence) == (f"claims.{row['field']}", REFUSE_FILE)
    assert finding.line == LINE
    assert found.is_refused
    assert found.typed is None


def _line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change line 500 of the file, its end left out."""

    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[LINE] = change(lines[LINE])
        return b"\n".join(lines)

    return spoil


def _header(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        _, rest = data.split(b"\n", 1)
        return change(header_of("claims")).encode() + b"\n" + rest

    return spoil


def _fields(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return _line(lambda line: b";".join(change(line.split(b";"))))


def _put(place: int, value: bytes) -> Callable[[bytes], bytes]:
    return _fields(lambda f: [*f[:place], value, *f[place + 1 :]])


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """Change the list of all lines; place 0 is the header, the last one is empty."""
    return lambda data: b"\n".join(change(data.split(b"\n")))


# What is spoilt, how, the rule that names it, the line and the field it is found in.
OF_THE_FILE: dict[str, tuple[Callable[[bytes], bytes], str, int | None, str]] = {
    "no header": (_lines(lambda all_: all_[1:]), "file.header", None, "line"),
    "a header in capitals": (_header(str.upper), "file.header", None, "line"),
    "a header with commas": (
        _header(lambda h: h.replace(";", ",")), "file.header", None, "line"),
    "two columns swapped": (
        _header(lambda h: h.replace("claimed_cents;granted_cents", "granted_cents;claimed_cents")),
        "file.header", None, "claimed_cents"),
    "a column less in the header": (
        _header(lambda h: h.removesuffix(";paid_on")), "file.header", None, ""),
    "a column more in the header": (_header(lambda h: h + ";notes"), "file.header", None, ""),
    "a space in the header": (
        _header(lambda h: h.replace(";bsn", "; bsn")), "file.header", None, "bsn"),
    "a quoted header": (
        _header(lambda h: h.replace("bsn", '"bsn"')), "file.header", None, "bsn"),
    "nothing at all": (lambda _: b"", "file.header", None, "line"),
    "a header only": (_lines(lambda all_: [all_[0], b""]), "claims.rows", None, "rows"),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "file.bom", None, ""),
    "a name in Latin-1": (_put(6, "Zoë".encode("latin-1")), "file.encoding", LINE, ""),
    "half a character": (_put(6, b"\xc3"), "file.encoding", LINE, ""),
    "an overlong slash": (_put(6, b"\xc0\xaf"), "file.encoding", LINE, ""),
    "a surrogate": (_put(6, b"\xed\xa0\x80"), "file.encoding", LINE, ""),
    "all in UTF-16": (
        lambda data: data.decode().encode("utf-16"), "file.encoding", None, ""),
    "a NUL": (_put(6, b"7\x00"), "file.control_character", LINE, ""),
    "a tab": (_put(6, b"7\t"), "file.control_character", LINE, ""),
    "a vertical tab": (_put(6, b"7\x0b"), "file.control_character", LINE, ""),
    "a form feed": (_put(6, b"7\x0c"), "file.control_character", LINE, ""),
    "an escape": (_put(6, b"\x1b[2J"), "file.control_character", LINE, ""),
    "a delete": (_put(6, b"7\x7f"), "file.control_character", LINE, ""),
    "a next line (C1)": (_put(6, "7\x85".encode()), "file.control_character", LINE, ""),
    "the last of the C1 controls": (
        _put(6, "7\x9f".encode()), "file.control_character", LINE, ""),
    "a CR that ends no line": (_put(6, b"7\r7"), "file.lone_cr", LINE, ""),
    "two CR before a line end": (
        _line(lambda line: line + b"\r\r"), "file.lone_cr", LINE, ""),
    "line ends of CR only": (
        lambda data: data.replace(b"\n", b"\r"), "file.lone_cr", None, ""),
    "a field too many": (_line(lambda line: line + b";"), "file.field_count", LINE, ""),
    "a field too few": (_fields(lambda f: f[:-1]), "file.field_count", LINE, ""),
    "a semicolon in quotes": (_put(6, b'"7;8"'), "file.field_count", LINE, ""),
    "an empty line": (_line(lambda _: b""), "file.field_count", LINE, ""),
    "a line of blanks": (_line(lambda _: b"   "), "file.field_count", LINE, ""),
    "an empty line at the end": (lambda data: data + b"\n", "file.field_count", LINES + 1, ""),
    "a line cut in two": (
        _line(lambda line: line.replace(b";", b"\n", 1)), "file.field_count", LINE, ""),
    "two lines in one": (
        _lines(lambda all_: [*all_[:LINE], all_[LINE] + all_[LINE + 1], *all_[LINE + 2 :]]),
        "file.field_count", LINE, ""),
    "a line of 10,001 bytes": (
        _line(lambda line: line + b"x" * (10_001 - len(line))), "file.line_too_long", LINE, ""),
    "a line left out": (
        _lines(lambda all_: all_[:LINE] + all_[LINE + 1 :]), "claims.line_gap", LINE, "line"),
    "a line sent twice": (
        _lines(lambda all_: all_[: LINE + 1] + all_[LINE:]), "claims.line_gap", LINE + 1, "line"),
    "two lines swapped": (
        _lines(lambda a: [*a[:LINE], a[LINE + 1], a[LINE], *a[LINE + 2 :]]),
        "claims.line_gap", LINE, "line"),
    "lines counted from 0": (
        _lines(lambda a: [a[0], *(b"%d;" % n + x.split(b";", 1)[1]
                                  for n, x in enumerate(a[1:-1])), b""]),
        "claims.line_gap", 1, "line"),
    "a line without its number": (_put(0, b""), "claims.line_gap", LINE, "line"),
    "a line number below zero": (_put(0, b"-500"), "claims.line_gap", LINE, "line"),
    "a line number of ten digits": (_put(0, b"9999999999"), "claims.line_gap", LINE, "line"),
    "a reference that stands twice": (
        _put(1, b"A-499"), "claims.reference_repeated", LINE, "reference"),
    "an amount changed": (_put(22, b"1501"), "claims.debit_cents", None, "debit_cents"),
    "a credit sent as a debit": (
        lambda data: data.replace(b"A-499;B-499;C", b"A-499;B-499;D"),
        "claims.credit_cents", None, "credit_cents"),
    "the last line cut off": (
        lambda data: data[: data.rindex(b"\n", 0, -1) + 1], "claims.rows", None, "rows"),
    "the last byte but the line end cut off": (
        lambda data: data[:-2], "field.form", LINES, "paid_on"),
}  # fmt: skip


@pytest.mark.parametrize("what", OF_THE_FILE)
def test_a_defect_of_the_whole_file_is_named_and_refuses_it(what: str) -> None:
    spoil, rule, line, field = OF_THE_FILE[what]
    found = judged_bytes(faultless(), spoil)

    named = {(f.rule, f.line, f.field): f.consequence for f in found.findings.kept}
    assert (rule, line, field) in named
    if rule == "field.form":
        # The last field of the last line lost a digit: that line only, all totals still hold.
        assert typed(found).equals(without(faultless_lines(), LINES))
        return
    assert named[rule, line, field] == REFUSE_FILE
    assert found.is_refused
    assert found.typed is None


def test_more_than_sixty_kinds_of_defect_are_planted() -> None:
    drawn = [draw(text) for text in (IN_ONE_FIELD, OF_SEVERAL_FIELDS, UNREADABLE)]
    assert len(OF_THE_FILE) + sum(map(len, drawn)) >= 130


def test_everything_that_is_wrong_is_named_at_once() -> None:
    delivery = planted(faultless(), {"bsn": "", "code": "abc", "quantity": "-1"}, line=3)
    delivery = planted(delivery, {"cover": "C"}, line=700)
    delivery = planted(delivery, {"granted_cents": "12,34"}, line=900)
    delivery.manifest = {"rows": 999}

    found = judged(delivery)

    assert {(f.line, f.field) for f in found.findings.kept} >= {
        (3, "bsn"), (3, "code"), (3, "quantity"), (700, "cover"), (900, "granted_cents"),
        (None, "rows"),
    }  # fmt: skip


def test_findings_beyond_the_hundredth_of_a_rule_and_field_are_counted_only() -> None:
    delivery = faultless()
    for line in range(1, 151):
        delivery = planted(delivery, {"cover": "C"}, line)

    found = judged(delivery, DoorRules(set_aside_share=0.2))

    kept = [f for f in found.findings.kept if f.rule == "field.form"]
    assert len(kept) == 100
    assert kept[0].lines == 150
    assert len(found.quarantine) == 150
    # Of a file that is refused no line is set aside, so none is listed.
    assert judged(delivery).quarantine == []


@pytest.mark.parametrize("name", ["reference", "previous_reference", "code", "care_product"])
def test_a_bsn_in_a_column_that_is_kept_sets_its_line_aside(name: str) -> None:
    own = bsn(LINE % 60)
    _is_set_aside({name: own}, name, "claims.bsn_misplaced")
    # Nobody's number may stand anywhere, and another's cannot be told from a reference.
    nobodys = planted(faultless(), {"bsn": "999999999", name: "999999999"})
    assert "claims.bsn_misplaced" not in {rule for rule, _ in rules_of(judged(nobodys))}


@pytest.mark.parametrize("name", ["reference", "previous_reference"])
@pytest.mark.parametrize("around", ["{}-1", "Z-{}", "2021{}001", "20{}"])
def test_a_bsn_within_a_reference_sets_its_line_aside(name: str, around: str) -> None:
    own = bsn(LINE % 60)
    _is_set_aside({name: around.format(own)}, name, "claims.bsn_misplaced")
    nobodys = planted(faultless(), {"bsn": "999999999", name: around.format("999999999")})
    others = planted(faultless(), {name: around.format(bsn(LINE % 60 + 1))})
    for delivery in (nobodys, others):
        assert "claims.bsn_misplaced" not in {rule for rule, _ in rules_of(judged(delivery))}
