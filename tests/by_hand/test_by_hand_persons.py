"""Who counts in the twin, on examples drawn by hand."""

from __future__ import annotations

from typing import Any

import pytest

from .claim_lines import Claim
from .drawn import (
    ANNA,
    BRAM,
    GP,
    OTHER_GP,
    A,
    B,
    at,
    claim,
    conf_of,
    credit,
    line,
    registers_of,
    row,
    typed,
)
from .persons import costs, net_fees, population_counts, reasons

CONF = conf_of()


def fee(**fields: Any) -> Claim:
    """A registration fee, of Anna at practice A in August unless said otherwise."""
    return line(**fields)


def reasons_of(lines: list[Claim], **registers: Any) -> dict[str, tuple[frozenset[str], str]]:
    """Who drops and why, where Anna and Bram are insured."""
    registers.setdefault("insured", [row("insured"), row("insured", bsn=BRAM)])
    known = registers_of(**registers)
    return reasons(net_fees(lines, known, CONF), costs(lines, CONF), known, CONF)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"care_from": "20210630"}, False),
        ({"care_from": "20210701"}, True),
        ({"care_from": "20210930"}, True),
        ({"care_from": "20211001"}, False),
        ({"code": "11109"}, True),
        ({"code": "11110"}, False),
        ({"code_list": "012"}, False),
        ({"practice": "99999999"}, False),
        ({"granted_cents": "0"}, False),
    ],
)
def test_a_registration_fee_of_the_third_quarter(fields: dict[str, str], counts: bool) -> None:
    assert (ANNA in reasons_of([fee(**fields)])) is counts


def test_fees_net_over_the_quarter() -> None:
    debit, small = claim(granted_cents=1000), claim(granted_cents=400)
    taken_back = [typed(debit), typed(credit(debit))]
    assert reasons_of(taken_back) == {}
    assert reasons_of([*taken_back, typed(small)])[ANNA][1] == "counted"


def test_two_practices_count_for_none_and_stand_in_both() -> None:
    lines = [fee(), fee(practice=B), fee(bsn=BRAM, practice=B)]
    found = reasons_of(lines)
    assert found[ANNA] == (frozenset([A, B]), "several_practices")
    counts = population_counts(found, costs(lines, CONF))
    assert counts == {
        ("", "several_practices"): (1, 2000),
        (A, "several_practices"): (1, 2000),
        (B, "several_practices"): (1, 2000),
        ("", "counted"): (1, 1000),
        (B, "counted"): (1, 1000),
    }


@pytest.mark.parametrize(
    ("practitioners", "performer_at_b", "reason"),
    [
        ([at(A), at(B)], GP, "gp_at_several_practices"),
        ([at(A), at(B)], OTHER_GP, "counted"),
        ([at(A)], GP, "counted"),
        ([at(A), at(B, qualification="0103")], GP, "counted"),
        ([at(A), at(B, start="20210702")], GP, "counted"),
        ([at(A), at(B, start="20210701")], GP, "gp_at_several_practices"),
        ([at(A), at(B, end="20210630")], GP, "counted"),
        ([at(A), at(B, end="20210701")], GP, "gp_at_several_practices"),
        ([at(A), at("03000001")], GP, "counted"),
    ],
)
def test_a_gp_at_several_practices(
    practitioners: list[dict[str, str]], performer_at_b: str, reason: str
) -> None:
    lines = [fee(performer=GP), fee(bsn=BRAM, practice=B, performer=performer_at_b)]
    assert reasons_of(lines, practitioners=practitioners)[ANNA][1] == reason


def test_a_fee_taken_back_does_not_show_a_gp() -> None:
    debit = claim(bsn=BRAM, practice=B, performer=GP)
    lines = [fee(performer=GP), typed(debit), typed(credit(debit)), fee(bsn=BRAM, practice=B)]
    found = reasons_of(lines, practitioners=[at(A), at(B)])
    assert {person: reason for person, (_, reason) in found.items()} == {
        ANNA: "counted",
        BRAM: "counted",
    }


def test_the_first_reason_that_applies() -> None:
    dear = line("ggz", code_list="013", granted_cents=9_000_000)
    two = [fee(performer=GP), fee(practice=B, performer=GP), dear]
    gps = [at(A), at(B)]
    bram_at_b = fee(bsn=BRAM, practice=B, performer=GP)
    assert reasons_of(two, practitioners=gps, insured=[])[ANNA][1] == "several_practices"
    one = [two[0], dear, bram_at_b]
    assert reasons_of(one, practitioners=gps, insured=[])[ANNA][1] == "gp_at_several_practices"
    assert reasons_of(one, insured=[])[ANNA][1] == "not_in_register"
    assert reasons_of(one)[ANNA][1] == "high_cost"


@pytest.mark.parametrize(
    ("care_type", "cents", "reason"),
    [
        ("ggz", 1_000_000, "counted"),
        ("ggz", 1_000_001, "high_cost"),
        ("grz", 2_249_000, "counted"),
        ("grz", 2_249_001, "high_cost"),
        ("wlz", 9_000_000, "counted"),
    ],
)
def test_high_cost_is_strictly_more(care_type: str, cents: int, reason: str) -> None:
    # The fee itself is 10.00 euro, so 22,490.00 beside it is exactly 22,500.00.
    lines = [fee(), line(care_type, code_list="999", code="X", granted_cents=cents)]
    assert reasons_of(lines)[ANNA][1] == reason


def test_a_person_without_bsn_is_the_pair() -> None:
    nobody = {"bsn": "999999999", "insured_number": "A1"}
    lines = [fee(**nobody), fee(**nobody, insurer="7119")]
    insured = [row("insured", **nobody)]
    found = reasons_of(lines, insured=insured)
    assert found["3311:A1"][1] == "counted"
    assert found["7119:A1"][1] == "not_in_register"


def test_the_register_row_with_most_days_then_the_smaller_insurer() -> None:
    rows = [
        row("insured", insurer="7119", insured_days=180, sex="M"),
        row("insured", insurer="3311", insured_days=180, sex="V"),
        row("insured", insurer="0101", insured_days=5, sex="M"),
        row("insured", insurer="0001", insured_days=365, sex="M", year=2020),
    ]
    for order in (rows, rows[::-1]):
        assert registers_of(insured=order).insured[ANNA].insurer == "3311"
