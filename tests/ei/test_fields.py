"""Each field by itself: type, filled, aligned, a value of its list, of its form."""

from __future__ import annotations

import pytest

from tests.ei.building import found, gz321, judged

RIGHT = gz321()


@pytest.mark.parametrize(
    ("place", "field", "value", "rule"),
    [
        (0, "0207", " " * 8, "required"), (0, "0207", "0", "required"),
        (0, "0210", " ", "required"), (0, "0202", "X" * 12, "type"),
        (1, "0421", " " * 8, "type"), (1, "0421", "0100000X", "type"),
        (2, "0620", "X" * 8, "type"), (6, "1716", " " * 6, "type"),
        (0, "0206", " X", "alignment"), (5, "1619", " p1a1", "alignment"),
        (0, "0280", "x", "reserve"), (1, "0480", "0", "reserve"),
        (0, "0209", "2", "constant"), (2, "0613", "0330", "constant"),
        (0, "0208", "3", "code_list"), (1, "0408", "052", "code_list"),
        (1, "0439", "X", "code_list"), (1, "0415", "X", "code_list"),
        (2, "0624", "0700", "code_list"), (2, "0611", "052", "code_list"),
        (0, "0207", "20140230", "date"), (0, "0207", "19000229", "date"),
        (0, "0207", "19801301", "date"), (0, "0207", "19800001", "date"),
        (0, "0207", "19801200", "date"), (0, "0207", "25250101", "date"),
        (0, "0207", "17991231", "date"), (0, "0203", "123456789", "bsn"),
        (1, "0421", "00999999", "agb"), (1, "0421", "16000000", "agb"),
        (1, "0421", "99999999", "agb"), (9, "0615", "9999", "specialism"),
        (0, "0217", "0234AB", "postcode"), (0, "0217", "1234A1", "postcode"),
        (0, "0217", "12345A", "postcode"), (0, "0221", "XX", "country"),
    ],
)  # fmt: skip
def test_a_wrong_field_sets_its_record_aside(place: int, field: str, value: str, rule: str) -> None:
    judgement = judged(RIGHT.with_(place, **{f"f{field}": value}))
    first = judgement.findings.kept[0]

    assert (first.rule, first.line, first.field) == (f"ei.field.{rule}", place + 2, field)
    assert first.consequence == "set_line_aside"
    assert {f.line for f in judgement.findings.kept} == {place + 2}
    assert place + 2 in judgement.aside


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (0, "0207", "20000229"), (0, "0207", "18500101"), (0, "0219", "0"), (0, "0216", "4"),
        (0, "0206", "X"), (0, "0203", "123456782"), (1, "0415", "J"), (0, "0217", "1234ab"),
        (2, "0624", "2100"), (0, "0223", "1"), (1, "0421", "98999999"),
    ],
)  # fmt: skip
def test_a_right_field_has_no_finding(place: int, field: str, value: str) -> None:
    assert found(RIGHT.with_(place, **{f"f{field}": value})) == []


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("0105", "X", "code_list"), ("0105", " ", "required"), ("0119", "USD", "constant"),
        ("0114", "20150132", "date"), ("0118", "X" * 14, "vat_number"),
        ("0118", "NL12345678XB01", "vat_number"), ("0108", "XXXX", "type"),
        ("0180", "x", "reserve"), ("0112", "54000000", "agb"), ("0116", " ", "required"),
    ],
)  # fmt: skip
def test_a_wrong_field_of_the_header_refuses_the_file(field: str, value: str, rule: str) -> None:
    file = gz321()
    file.header[field] = value
    judgement = judged(file)
    first = judgement.findings.kept[0]

    assert (first.rule, first.line, first.field) == (f"ei.field.{rule}", 1, field)
    assert first.consequence == "refuse_file"
    assert judgement.is_refused


def test_a_right_vat_number_has_no_finding() -> None:
    file = gz321()
    file.header["0118"] = "NL123456789B12"
    assert found(file) == []


def test_one_field_has_one_finding() -> None:
    assert found(RIGHT.with_(1, f0411="X" * 8)) == [("ei.field.type", 3, "0411")]


def test_messages_hold_no_value_of_a_person() -> None:
    odd = RIGHT.with_(0, f0203="123456789", f0210=" Geheim").with_(1, f0440=" GEHEIM")
    told = " ".join(f.message for f in judged(odd).findings.kept)
    assert "123456789" not in told and "eheim" not in told and "GEHEIM" not in told
