"""Registers are judged as strictly as claims: each defect is named, its line is set aside."""

from __future__ import annotations

import dataclasses

import pytest

from spiegel_core.deliveries.findings import REFUSE_FILE
from tests.delivering import Delivery, bsn, register
from tests.tables import draw

from .planted import judged, judged_bytes, planted, rules_of, typed, whole_register, without

LINE = 20

DEFECTS = """
kind                | field               | written    | rule
insured             | year                |            | field.missing
insured             | year                | 2020       | register.year
insured             | bsn                 | 123456789  | field.bsn
insured             | bsn                 | 000000000  | field.bsn
insured             | insurer             | 91         | field.form
insured             | insured_number      |            | field.missing
insured             | birth_date          | 19700230   | field.date
insured             | birth_date          | 20220101   | insured.birth_date
insured             | sex                 | F          | field.form
insured             | sex                 |            | field.missing
insured             | postcode4           | 1234AB     | field.form
insured             | municipality        | 9001       | field.form
insured             | municipality        |            | insured.area
insured             | neighbourhood       | WK9001     | field.form
insured             | neighbourhood       |            | insured.area
insured             | insured_days        | 0          | insured.days
insured             | insured_days        | 366        | insured.days
insured             | insured_days        | 36,5       | field.form
organisations       | agb                 | 1000001    | field.form
organisations       | kind                | praktijk   | field.form
organisations       | name                |            | field.missing
organisations       | parent_agb          | 0100001    | field.form
organisations       | start               |            | field.missing
organisations       | start               | 2010-01-01 | field.form
organisations       | end                 | 20091231   | register.end_before_start
organisations       | end                 | 20210431   | field.date
organisations       | successor_agb       | x          | field.form
organisations       | work_email          | nobody     | field.form
practitioners       | practitioner_agb    |            | field.missing
practitioners       | organisation_agb    | 01         | field.form
practitioners       | qualification       | 103        | field.form
practitioners       | start               | 20100132   | field.date
practitioners       | end                 | 20091231   | register.end_before_start
medicines           | zi                  | 1000001    | field.form
medicines           | atc                 | A10BA2     | field.form
medicines           | atc                 | a10ba02    | field.form
medicines           | ddd_per_1000_units  | 0.5        | field.form
medicines           | ddd_per_1000_units  | -1         | field.form
postcode_income     | postcode4           | 123        | field.form
postcode_income     | average_income_euro | 30.000     | field.form
postcode_income     | inhabitants         |            | field.missing
postcode_income     | vintage             | 2008/2010  | field.form
municipal_care      | year                | 2022       | register.year
municipal_care      | law                 | Wlz        | field.form
municipal_care      | municipality        | GM90011    | field.form
municipal_care      | users               | 9          | municipal_care.users
municipal_care      | users               | 0          | municipal_care.users
municipal_care      | cost_cents          | 12,34      | field.form
practice_operations | year                | 2020       | register.year
practice_operations | practice            | 1          | field.form
practice_operations | indicator           | Hours Open | field.form
practice_operations | value               |            | field.missing
"""
KINDS = [
    "insured", "organisations", "practitioners", "medicines", "postcode_income", "municipal_care",
    "practice_operations",
]  # fmt: skip


@pytest.mark.parametrize(
    "row", [pytest.param(r, id=f"{r['kind']}.{r['field']}={r['written']}") for r in draw(DEFECTS)]
)
def test_a_defect_in_a_register_sets_its_line_aside(row: dict[str, str]) -> None:
    whole = whole_register(row["kind"])
    found = judged(planted(whole, {row["field"]: row["written"] or ""}, LINE))

    assert not found.is_refused
    assert (row["rule"], row["field"]) in rules_of(found)
    assert found.aside.tolist() == [LINE]
    assert (LINE, row["rule"], row["field"]) in found.quarantine
    assert typed(found).equals(without(typed(judged(whole)), LINE))


@pytest.mark.parametrize("kind", KINDS)
def test_a_register_without_a_fault_is_admitted_whole(kind: str) -> None:
    found = judged(whole_register(kind))

    assert found.findings.kept == []
    assert typed(found).num_rows == 40


@pytest.mark.parametrize("kind", KINDS)
def test_a_register_needs_its_own_header_and_its_number_of_lines(kind: str) -> None:
    whole = whole_register(kind)
    swapped = judged_bytes(whole, lambda data: data.replace(b";", b",", 1))
    short = judged_bytes(whole, lambda data: data[: data.rindex(b"\n", 0, -1) + 1])

    assert "file.header" in {rule for rule, _ in rules_of(swapped)}
    assert rules_of(short) == {("register.rows", "rows")}
    assert swapped.is_refused
    assert short.is_refused


@pytest.mark.parametrize(
    "period",
    [
        ("2021-01-01", "2021-12-30"),
        ("2021-01-02", "2021-12-31"),
        ("2021-07-01", "2021-09-30"),
        ("2021-01-01", "2022-12-31"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_the_period_of_a_register_is_a_calendar_year(kind: str, period: tuple[str, str]) -> None:
    found = judged(dataclasses.replace(whole_register(kind), period=period))

    assert found.is_refused
    assert [(f.rule, f.consequence) for f in found.findings.kept] == [
        ("manifest.value", REFUSE_FILE)
    ]


def test_the_days_of_a_person_add_up_to_at_most_the_year() -> None:
    ann, bob, cor = bsn(1), bsn(2), bsn(3)
    lines = [{"bsn": bsn(number)} for number in range(10, 100)]
    lines += [
        {"bsn": ann, "insured_days": "200"},  # line 91
        {"bsn": ann, "insured_days": "165"},
        {"bsn": bob, "insured_days": "200"},
        {"bsn": bob, "insured_days": "166"},
        {"bsn": cor, "insured_days": "365"},
    ]
    found = judged(register("insured", lines))

    assert found.aside.tolist() == [93, 94]
    assert rules_of(found) == {("insured.days_per_person", "insured_days")}


def test_a_leap_year_has_366_days() -> None:
    lines = [{"year": "2020", "insured_days": "366"}]
    assert judged(register("insured", lines, year=2020)).findings.kept == []


def test_persons_without_a_bsn_are_told_apart_by_insurer_and_number() -> None:
    # Together they have more days than the year has, each alone has not.
    lines = [{"bsn": "999999999", "insured_number": number} for number in ("1", "2")]
    lines += [{"bsn": "999999999", "insured_number": "1", "insurer": "7119"}]

    found = judged(register("insured", lines))

    assert found.findings.kept == []
    assert len(set(typed(found)["person_id"].to_pylist())) == 3


@pytest.mark.parametrize(
    ("postcode4", "municipality", "neighbourhood", "is_fine"),
    [
        ("1234", "GM9001", "WK900100", True),
        ("", "", "", True),
        ("", "GM9001", "WK900100", True),
        ("1234", "", "WK900100", False),
        ("1234", "GM9001", "", False),
    ],
)
def test_the_area_may_be_empty_where_the_postcode_is(
    postcode4: str, municipality: str, neighbourhood: str, is_fine: bool
) -> None:
    area = {"postcode4": postcode4, "municipality": municipality, "neighbourhood": neighbourhood}
    found = judged(planted(whole_register("insured"), area, LINE))

    assert found.aside.tolist() == ([] if is_fine else [LINE])


def test_ten_users_are_enough_for_municipal_care() -> None:
    found = judged(planted(whole_register("municipal_care"), {"users": "10"}, LINE))
    assert found.findings.kept == []


def test_an_organisation_may_have_any_name_in_utf_8() -> None:
    names = ["Huisartsenpraktijk 't Wâld & Coöperatie Ångström – Één", "診療所", "İĞ ßñ", "x" * 200]
    found = judged(register("organisations", [{"name": name} for name in names]))

    assert found.findings.kept == []
    assert typed(found)["name"].to_pylist() == names


@pytest.mark.parametrize("kind", KINDS)
def test_a_register_without_lines_is_a_whole_state_too(kind: str) -> None:
    empty: Delivery = register(kind, [])
    found = judged(empty)

    assert found.findings.kept == []
    assert typed(found).num_rows == 0
