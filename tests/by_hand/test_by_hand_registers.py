"""The twin's registers, on lines drawn by hand."""

from __future__ import annotations

import pytest

from .drawn import arrival_of, registers_of, row


def test_registers_have_a_calendar_year_and_no_care_type() -> None:
    rows = [row("insured")]
    assert arrival_of("insured", rows).verdict == "admitted"
    assert arrival_of("insured", rows, period_to="2021-06-30").verdict == "refused"
    assert arrival_of("insured", rows, care_type="huisartsenzorg").verdict == "refused"


GOOD = {
    "medicines": {"zi": "00000002", "atc": "A10BA02", "ddd_per_1000_units": "1"},
    "municipal_care": {
        "year": "2021", "law": "Wmo", "municipality": "GM0363", "age_class": "18-64",
        "users": "10", "cost_cents": "1",
    },
    "practice_operations": {
        "year": "2021", "practice": "01000001", "indicator": "rooms", "value": "3",
    },
}  # fmt: skip


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
        ("municipal_care", {"users": "9"}, False),
        ("municipal_care", {"users": "10"}, True),
        ("municipal_care", {"year": "2020"}, False),
        ("practice_operations", {"year": "2022"}, False),
    ],
)
def test_lines_of_registers(kind: str, fields: dict[str, str], stays: bool) -> None:
    rows = [row(kind, **(GOOD.get(kind, {}) | fields))]
    for number in range(19):
        own = {"bsn": "999999999", "insured_number": f"N{number}"} if kind == "insured" else {}
        rows.append(row(kind, **GOOD.get(kind, {}), **own))
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


def test_only_rows_of_one_readable_person_add_up() -> None:
    others = [row("insured", bsn="999999999", insured_number=f"N{n}") for n in range(60)]
    same_number = [row("insured", bsn="123456789"), row("insured", bsn="123456789")]
    no_number = [row("insured", bsn="999999999", insured_number="") for _ in range(2)]
    pairs = [row("insured", bsn="999999999", insurer=insurer) for insurer in ("3311", "7119")]
    arrival = arrival_of("insured", same_number + pairs + others)
    assert arrival.set_aside == {n: ["bsn: 11-test"] for n in (1, 2)}
    arrival = arrival_of("insured", no_number + pairs + others)
    assert arrival.set_aside == {n: ["insured_number"] for n in (1, 2)}


def test_a_leap_year_has_366_days() -> None:
    leap = {"period_from": "2020-01-01", "period_to": "2020-12-31"}
    rows = [row("insured", year=2020, insured_days=366)]
    assert arrival_of("insured", rows, **leap).verdict == "admitted"
    rows = [row("insured", year=2020, insured_days=367)]
    assert arrival_of("insured", rows, **leap).verdict == "refused"
    rows = [row("insured", insured_days=1)]
    assert arrival_of("insured", rows).verdict == "admitted"


def test_of_several_rows_of_a_practice_the_one_on_the_first_of_july() -> None:
    rows = [
        row("organisations", name="Old", start="20100101", end="20210630"),
        row("organisations", name="Now", start="20110101", end="20210701"),
        row("organisations", name="Next", start="20210702"),
    ]
    for order in (rows, rows[::-1]):
        assert registers_of(organisations=order).general_practices["01000001"].name == "Now"
    assert registers_of(organisations=rows[::2]).general_practices["01000001"].name == "Next"
    first_day = [rows[0], row("organisations", name="New", start="20210701")]
    assert registers_of(organisations=first_day).general_practices["01000001"].name == "New"


def test_of_several_rows_of_a_medicine_or_postcode_one_stands() -> None:
    drugs = (("B01AA01", 1), ("A10BA02", 7), ("A10BA02", 5))
    medicines = [row("medicines", zi="00000001", atc=atc, ddd_per_1000_units=n) for atc, n in drugs]
    of_years = ((1, "2004"), (3, "2008-2010"), (2, "2008-2010"))
    code = {"postcode4": "1011", "inhabitants": 9}
    incomes = [
        row("postcode_income", average_income_euro=income, vintage=vintage, **code)
        for income, vintage in of_years
    ]
    for step in (1, -1):
        found = registers_of(medicines=medicines[::step], postcode_income=incomes[::step])
        assert found.medicines["00000001"].ddd_per_1000_units == 5
        assert found.incomes == {"1011": 2}
