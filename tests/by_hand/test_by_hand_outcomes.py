"""What is measured in the twin, on examples drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from .claim_lines import Claim
from .drawn import (
    ANNA,
    GP,
    MEDICINES,
    REGISTERS,
    A,
    B,
    at,
    claim,
    conf_of,
    credit,
    line,
    patient,
    pharmacy,
    registers_of,
    typed,
)
from .outcomes import gp_care, labels_of, measure, outcomes_of

CONF = conf_of()


def outcomes_for(lines: list[Claim], **registers: Any) -> dict[str, int]:
    """The outcomes of Anna at practice A."""
    known = registers_of(medicines=MEDICINES, **registers)
    outcomes = outcomes_of(CONF, known)
    return measure({ANNA: lines}, {ANNA: patient()}, outcomes, CONF, known)[ANNA]


def test_one_outcome_per_specialism_and_medicine_group() -> None:
    names = [outcome.name for outcome in outcomes_of(CONF, REGISTERS)]
    assert len(names) == len(set(names))
    assert [name for name in names if name.endswith("_ddd")] == [
        f"medicine_{group}_ddd" for group in ("A10", "C10", "L01", "L02", "N05", "N06", "R03")
    ]
    assert sum(name.startswith("specialism_") for name in names) == len(CONF.specialisms)


def test_cost_and_counts_are_netted() -> None:
    consult = claim(code="12000", quantity=2, granted_cents=2000)
    lines = [
        typed(consult),
        typed(claim(code="12011", granted_cents=1100)),
        typed(credit(consult)),
        typed(claim(code_list="900", code="COPD", granted_cents=5000), "ketenzorg"),
        typed(pharmacy(8, 30, granted_cents=700), "farmacie"),
        line("medisch_specialistisch", code_list="007", specialism="0320", granted_cents=9000),
        line("wlz", code_list="055", code="X", granted_cents=99_999),
        line("logopedie", code_list="012", code="X", granted_cents=300),
    ]
    assert outcomes_for(lines) == {
        "consult_normal": 1,
        "chain_care_quarters": 1,
        "cost_huisartsenzorg": 6100,
        "cost_farmacie": 700,
        "cost_medisch_specialistisch": 9000,
        "cost_overig": 300,
        "cost_total": 16_100,
        "specialism_0320_cost": 9000,
        "medicine_C10_cost": 700,
        "medicine_C10_ddd": 30 * 333,
    }


def test_gp_care_by_date() -> None:
    validity = {"group": "visit_long", "valid_from": "2021-02-01", "valid_to": "2021-02-28"}
    conf = replace(CONF, gp_care=[{"code": "12003", **validity}])
    found = {day: gp_care(line(code="12003", care_from=day), conf)
             for day in ("20210131", "20210201", "20210228", "20210301")}  # fmt: skip
    assert found == {
        "20210131": "",
        "20210201": "visit_long",
        "20210228": "visit_long",
        "20210301": "",
    }
    assert gp_care(line(code="12003", code_list="012"), CONF) == ""


@pytest.mark.parametrize(
    ("practitioners", "referrer", "counts"),
    [
        ([at(A)], GP, True),
        ([at(A, qualification="0103")], GP, True),
        ([at(B)], GP, False),
        ([at(A)], "", False),
        ([at(A, start="20210803")], GP, False),
        ([at(A, start="20210802", end="20210802")], GP, True),
        ([at(A, end="20210801")], GP, False),
    ],
)
def test_tests_asked_for_by_the_own_practice(
    practitioners: list[dict[str, str]], referrer: str, counts: bool
) -> None:
    asked = line(
        "eerstelijnsdiagnostiek", code_list="041", code="070702", quantity=3, referrer=referrer
    )
    found = outcomes_for([asked], practitioners=practitioners)
    assert found.get("tests_laboratory", 0) == (3 if counts else 0)
    assert found["cost_eerstelijnsdiagnostiek"] == 1000


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("070705", "tests_laboratory"), ("070706", ""), ("079991", ""), ("079995", ""),
        ("079996", "tests_laboratory"), ("080001", "tests_imaging"), ("039899", "tests_function"),
        ("050523", "tests_pathology"), ("050524", ""), ("0700010", ""),
    ],
)  # fmt: skip
def test_order_tariffs_are_no_tests(code: str, kind: str) -> None:
    labels = labels_of(line(code_list="041", code=code), CONF, REGISTERS)
    assert dict(labels)["tests"] == kind
