"""What a person is like in the twin, on examples drawn by hand."""

from __future__ import annotations

from datetime import date

import pytest

from .characteristics import (
    age_on,
    age_sex,
    condition_routes,
    cost_groups,
    dispensed,
    income_at,
    income_class,
)
from .claim_lines import Claim
from .drawn import ANNA, REGISTERS, claim, conf_of, credit, line, pharmacy, registers_of, row, typed
from .register_lines import Insured

CONF = conf_of()


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2020, 7, 1), 1),
        (date(2020, 7, 2), 0),
        (date(2020, 12, 31), 0),
        (date(2021, 7, 1), 0),
        (date(2021, 12, 31), 0),
        (date(1931, 7, 1), 90),
        (date(1931, 7, 2), 89),
        (date(2004, 2, 29), 17),
    ],
)
def test_age_on_the_first_of_july(born: date, age: int) -> None:
    assert age_on(CONF.reference_day, born) == age


def test_classes_of_age_and_sex() -> None:
    def of(birth_date: date, sex: str) -> str:
        return age_sex(Insured(2021, ANNA, "3311", "A1", birth_date, sex, "", "", "", 365), CONF)

    assert of(date(2021, 3, 1), "V") == "V 00"
    assert of(date(2020, 7, 1), "V") == "V 01-04"
    assert of(date(1976, 7, 2), "M") == "M 40-44"
    assert of(date(1976, 7, 1), "M") == "M 45-49"
    assert of(date(1931, 7, 2), "M") == "M 85-89"
    assert of(date(1700, 1, 1), "M") == "M 90+"


def test_income_over_inhabitants() -> None:
    # Upward: 1000 reaches 29 of 100 inhabitants, 1001 reaches 30, 1002 exactly 70, 1003 all.
    incomes = {"1000": (10, 29), "1001": (20, 1), "1002": (30, 40), "1003": (40, 30)}
    rows = [
        row("postcode_income", postcode4=code, average_income_euro=income, inhabitants=n,
            vintage="2008-2010")
        for code, (income, n) in incomes.items()
    ]  # fmt: skip
    registers = registers_of(postcode_income=rows)
    low, high = income_at(30, registers), income_at(70, registers)
    assert (low, high) == (20, 30)

    def of(postcode: str) -> str:
        insured = Insured(2021, ANNA, "3311", "A1", date(1980, 1, 1), "V", postcode, "", "", 365)
        return income_class(insured, registers, low, high)

    assert [of(code) for code in ("1000", "1001", "1002", "1003", "9999", "")] == [
        "low", "middle", "middle", "high", "unknown", "unknown",
    ]  # fmt: skip


def groups_of(*rows: dict[str, str]) -> set[str]:
    """The cost groups of these pharmacy lines."""
    lines = [typed(fields, "farmacie") for fields in rows]
    return set(cost_groups(dispensed(lines, REGISTERS), CONF))


def routes_of(*lines: Claim) -> set[str]:
    """The conditions and routes of these lines."""
    return set(condition_routes(list(lines), dispensed(list(lines), REGISTERS), CONF))


def test_more_than_180_daily_doses() -> None:
    assert groups_of(pharmacy(4, 180)) == set()
    assert groups_of(pharmacy(4, 90), pharmacy(4, 91)) == {"psychose"}
    assert routes_of(typed(pharmacy(1, 180), "farmacie")) == set()
    assert routes_of(typed(pharmacy(1, 181), "farmacie")) == {"diabetes:drugs"}
    # 541 x 0.333 = 180.153 and 540 x 0.333 = 179.820 doses.
    assert routes_of(typed(pharmacy(8, 541), "farmacie")) == {"cvrm:drugs"}
    assert routes_of(typed(pharmacy(8, 540), "farmacie")) == set()
    assert routes_of(typed(pharmacy(1, 181), "medisch_specialistisch")) == set()
    assert routes_of(typed(pharmacy(9, 999), "farmacie")) == set()


def test_doses_taken_back_do_not_count() -> None:
    debit = pharmacy(4, 181)
    assert groups_of(debit, credit(debit)) == set()


def test_groups_that_rule_others_out() -> None:
    assert groups_of(pharmacy(5, 200)) == {"depressie"}
    assert groups_of(pharmacy(5, 200), pharmacy(4, 200)) == {"psychose"}
    # R03BB is COPD, which is no class here, and rules asthma out all the same.
    assert groups_of(pharmacy(3, 200)) == {"astma"}
    assert groups_of(pharmacy(3, 200), pharmacy(2, 200)) == set()


def test_cancer_counts_net_lines() -> None:
    lines = [pharmacy(6, 1) for _ in range(3)]
    assert groups_of(*lines[:2]) == set()
    assert groups_of(*lines) == {"kanker"}
    assert groups_of(*lines, credit(lines[0])) == set()
    assert groups_of(*lines, pharmacy(7, 200)) == {"kanker"}


def test_the_three_routes_of_a_condition() -> None:
    chain = line("ketenzorg", code_list="900", code="DM2")
    asthma = line("ketenzorg", code_list="900", code="ASTMA")
    doctor = {"specialism": "0322", "diagnosis": "1241", "diagnosis_list": "XXX"}
    lung = line("medisch_specialistisch", code_list="007", **doctor)
    elsewhere = line("ggz", code_list="013", **doctor)
    assert routes_of(chain, asthma, elsewhere) == {"diabetes:chain_care"}
    assert routes_of(lung, typed(pharmacy(2, 181), "farmacie")) == {"copd:specialist", "copd:drugs"}
    debit = claim(code_list="900", code="CVRM")
    assert routes_of(typed(debit), typed(credit(debit))) == set()
