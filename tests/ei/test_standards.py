"""The standards as declared: whole, each with its sources and a file that fits."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from spiegel_core.deliveries.ei.declared import make_standard
from spiegel_core.deliveries.ei.standard import Standard
from spiegel_core.errors import ConfUnusable
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.ei_standards import read_standards
from tests.ei.building import BY_NAME, STANDARDS, EiFile, found, header_of, judged

LABELS = {
    "GZ321": "1.0", "MZ301": "1.3", "AP304": "7.2", "AW319": "1.4", "ZH308": "9.0",
    "EP301": "1.2", "GZ311": "2.0", "PM304": "3.2",
}  # fmt: skip


def test_the_standards_there_are() -> None:
    assert {standard.name: standard.version for standard in STANDARDS} == LABELS
    assert [s.name for s in STANDARDS if s.is_third_party] == ["PM304"]


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.label)
def test_every_record_has_the_official_length(standard: Standard) -> None:
    assert standard.length == (610 if standard.name == "ZH308" else 310)


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.label)
def test_every_field_and_rule_names_its_source(standard: Standard) -> None:
    assert all(one.source for one in standard.fields)
    assert all(rule.source and rule.says for rule in standard.rules)


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.label)
def test_the_reader_finds_what_it_needs(standard: Standard) -> None:
    for role in ("claimed", "claimed_sign", "total", "total_sign", "count:02", "count:04",
                 "count:98", "count:all", "bsn", "person_insurer", "insured_number", "invoice",
                 "payee", "care_from", "code", "code_list", "invoice_on"):  # fmt: skip
        assert standard.roles.get(role), role


def small(standard: Standard) -> EiFile:
    """One insured person and one care record with the values each field asks for at least."""
    values = {code: _least(standard, code) for code in ("02", "04", "06")}
    records = [(code, values[code]) for code in values if code in standard.of_record]
    return EiFile(standard, records, header_of(standard, {
        **_least(standard, "01"), "0108": "7119", "0112": "54000051", "0113": "04",
        "0114": "20150101", "0115": "20150131", "0117": "20150201",
    }))  # fmt: skip


def _least(standard: Standard, code: str) -> dict[str, str]:
    forms = {"bsn": "123456782", "uzovi": "7119", "agb": "12000001", "date": "20150110"}
    found = {}
    for one in standard.of_record.get(code, ())[2 if code != "01" else 1 :]:
        if one.obligation == "M" or one.role == "claimed_sign":
            found[one.number] = one.values[0] if one.values else forms.get(one.holds, "1")
    return found


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.label)
def test_a_small_file_is_recognised_counted_and_summed(standard: Standard) -> None:
    judgement = judged(small(standard))
    assert judgement.standard is standard
    rules = {f.rule for f in judgement.findings.kept}
    assert not any(rule.startswith(("ei.field", "ei.total", "ei.structure")) for rule in rules)
    amount = standard.roles["claimed"][0]
    cents = small(standard).records[-1][1].get(amount.number, "0")
    assert judgement.debit_cents == int(cents)


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.label)
def test_every_number_with_a_letter_is_found(standard: Standard) -> None:
    for place, (code, _) in enumerate(small(standard).records):
        for one in standard.of_record[code][2:]:
            if one.is_number:
                odd = small(standard).with_(place, **{f"f{one.number}": "X" * one.width})
                assert ("ei.field.type", place + 2, one.number) in found(odd)


OTHERS = [
    ("MZ301", "04", {"0418": "0026"}, "ei.condition.empty", "0418"),
    ("MZ301", "04", {"0426": "2"}, "ei.relation.product", "0426"),
    ("MZ301", "04", {"0427": "C"}, "ei.relation.same", "0431"),
    ("MZ301", "04", {"0412": "011"}, "ei.field.constant", "0412"),
    ("AP304", "04", {"0410": "051"}, "ei.condition.value", "0412"),
    ("AP304", "04", {"0433": "1"}, "ei.condition.empty", "0433"),
    ("AP304", "04", {"0426": "2", "0413": "1"}, "ei.condition.empty", "0413"),
    ("AW319", "04", {"0416": "065"}, "ei.condition.value", "0416"),
    ("AW319", "04", {"0414": "20121231"}, "ei.condition.value", "0414"),
    ("AW319", "04", {"0406": "x"}, "ei.condition.empty", "0406"),
    ("AW319", "02", {"0225": "x"}, "ei.key.repeated", "0409"),
    ("ZH308", "04", {"0414": "123456789"}, "ei.condition.required", "0418"),
    ("ZH308", "04", {"0439": "0300"}, "ei.condition.value", "0439"),
    ("ZH308", "06", {"0613": "0300"}, "ei.condition.value", "0613"),
    ("ZH308", "04", {"0408": "20150109"}, "ei.key.repeated", "0408"),
    ("EP301", "04", {"0411": "026", "0412": "1"}, "ei.condition.value", "0411"),
    ("GZ311", "06", {"0610": "04"}, "ei.condition.required", "0615"),
    ("GZ311", "06", {"0610": "10", "0613": "0"}, "ei.condition.value", "0613"),
    ("PM304", "02", {"0204": "7120"}, "ei.relation.same", "0204"),
    ("PM304", "04", {"0433": "C", "0435": "x"}, "ei.relation.same", "0433"),
]


@pytest.mark.parametrize(("name", "code", "changes", "rule", "field"), OTHERS)
def test_the_rules_of_the_other_standards_hold(
    name: str, code: str, changes: dict[str, str], rule: str, field: str
) -> None:
    file = small(BY_NAME[name])
    place = [kind for kind, _ in file.records].index(code)
    before = {(r, f) for r, _, f in found(file)}
    after = {
        (r, f) for r, _, f in found(file.with_(place, **{f"f{k}": v for k, v in changes.items()}))
    }
    assert (rule, field) in after - before


def test_a_standard_is_added_by_a_layout_alone(tmp_path: Path) -> None:
    shutil.copytree(Conf().folder, tmp_path / "conf")
    folder = tmp_path / "conf" / "ei"
    layout = (folder / "EP301_1.2.csv").read_text(encoding="utf-8")
    layout = layout.replace(";N;3;3;5;M;code;;179;", ";N;3;3;5;M;code;;777;")
    (folder / "XX301_1.2.csv").write_text(layout, encoding="utf-8")

    added = {s.name: s for s in read_standards(Conf(tmp_path / "conf"))}["XX301"]
    file = small(added)
    assert file.lines()[0].startswith("017770102")
    assert judged(file).standard is None  # not known to the project's own conf
    assert added.places.keys() == {"02", "03", "04"}


def test_a_layout_of_another_form_is_told(tmp_path: Path) -> None:
    shutil.copytree(Conf().folder / "ei", tmp_path / "ei")
    for text in ("record;field;source\n01;0101;s\n", "a;source\n1;s\n"):
        (tmp_path / "ei" / "XX301_1.2.csv").write_text(text, encoding="utf-8")
        with pytest.raises(ConfUnusable, match="is not a layout"):
            read_standards(Conf(tmp_path))


def layout(*rows: tuple[str, str, int, int]) -> list[dict[str, str]]:
    return [
        {"record": code, "field": number, "name": "x", "type": "N", "start": str(start),
         "end": str(end), "obligation": "M", "holds": "number", "zero": "", "values": "",
         "role": "", "source": "s"}
        for code, number, start, end in rows
    ]  # fmt: skip


WHOLE = (("01", "0101", 1, 2), ("01", "0102", 3, 5), ("99", "9901", 1, 2), ("99", "9902", 3, 5))
COMMON: dict[str, Any] = {"structure": {"02": {"under": "01"}}}


@pytest.mark.parametrize(
    ("rows", "own", "fault"),
    [
        ((*WHOLE[:1], ("01", "0102", 4, 5), *WHOLE[2:]), {}, "0102 does not follow"),
        ((*WHOLE[:3], ("99", "9902", 3, 6)), {}, "not of one length"),
        ((("01", "0201", 1, 2), *WHOLE[1:]), {}, "not of record 01"),
        (WHOLE, {}, "field 0103 is not there"),
        (WHOLE, {"colour": 1}, "unknown key colour"),
        (WHOLE, {"rules": [{"field": "0103", "must": "filled", "says": "x", "source": "s"}]},
         "unknown field 0103"),
        (WHOLE, {"rules": [{"field": "0102", "must": "green", "says": "x", "source": "s"}]},
         "unknown test green"),
        (WHOLE, {"rules": [{"field": "0102", "must": "filled", "says": "x"}]}, "'source'"),
        (WHOLE, {"rules": [{"field": "0102", "must": "filled", "says": "x", "source": "s",
                            "consequence": "shout"}]}, "unknown consequence"),
        (WHOLE, {"rules": [{"field": "0102", "must": "filled", "says": "x", "source": "s",
                            "when": {"care": ["a"]}}]}, "no sorts of care"),
        (WHOLE, {"repeats": {"9902": "0401"}}, "unknown field 0401"),
    ],
)  # fmt: skip
def test_a_declaration_that_is_wrong_is_told(
    rows: tuple[tuple[str, str, int, int], ...], own: Mapping[str, Any], fault: str
) -> None:
    with pytest.raises(ConfUnusable) as problem:
        make_standard("X", "1", layout(*rows), COMMON, own)
    assert fault in str(problem.value)
