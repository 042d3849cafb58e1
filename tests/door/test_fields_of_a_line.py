"""The last value that is still fine, field by field, and how fields of one line hang together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.files import CARE_TYPES
from spiegel_core.deliveries.fields import is_bsn
from tests.delivering import Delivery
from tests.tables import draw

from .planted import judged, rules_of

FINE = """
field              | written
bsn                | 999999999
bsn                | 010000008
insured_number     | 1
insured_number     | 123456789012345
reference          | a
reference          | A-1234567890-abcdefg
previous_reference | 12345678901234567890
care_from          | 20060101
care_from          | 20210901
care_to            | 20210801
care_to            | 20210901
code_list          | 001
code_list          | 065
code_list          | 999
code               | A
code               | ABCDE6789
quantity           | 0
quantity           | 99999
care_product       | 123456789
performer          |
referrer           |
referrer           | 00000000
cover              | A
cover              | B
claimed_cents      | 99999999
granted_cents      | 0
granted_cents      | 1000
paid_on            | 20210801
paid_on            | 20210930
"""


@pytest.mark.parametrize(
    "row", [pytest.param(r, id=f"{r['field']}={r['written']}") for r in draw(FINE)]
)
def test_the_last_value_that_is_still_fine(row: dict[str, str | None]) -> None:
    found = judged(Delivery(lines=[{row["field"]: row["written"] or ""}]))
    assert found.findings.kept == []


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("000000000", False),
        ("000000012", True),
        ("111222333", True),
        ("123456782", True),
        ("123456789", False),
        ("999999990", True),
        ("999999999", False),
    ],
)
def test_a_bsn_passes_the_11_test(number: str, is_one: bool) -> None:
    assert is_bsn(np.array([int(number)]))[0] == is_one


@given(st.integers(0, 999_999_999))
def test_the_11_test_is_the_weighted_sum_of_the_digits(number: int) -> None:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    weighted = sum(w * int(d) for w, d in zip(weights, f"{number:09d}", strict=True))
    assert is_bsn(np.array([number]))[0] == (weighted % 11 == 0 and number > 0)


@given(st.integers(1, 99_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_never_passes_the_11_test(start: int, place: int, more: int) -> None:
    # 9 digits of which the last makes the sum right; 10 has no digit.
    digits = [int(digit) for digit in f"{start:08d}"]
    check = sum(w * d for w, d in zip(range(9, 1, -1), digits, strict=True)) % 11
    if check == 10:
        return
    digits.append(check)
    wrong = [*digits]
    wrong[place] = (wrong[place] + more) % 10

    right_and_wrong = [int("".join(map(str, number))) for number in (digits, wrong)]
    assert is_bsn(np.array(right_and_wrong)).tolist() == [True, False]


def test_bsn_999999999_is_a_person_by_insurer_and_number() -> None:
    found = judged(Delivery(lines=[{"bsn": "999999999", "insurer": "9101"}]))
    assert found.findings.kept == []


# care_from, care_to and paid_on of a delivery over 2021, and the field at fault.
DATES = """
care_from | care_to  | paid_on  | at_fault
20210101  |          | 20210101 |
20210101  | 20210101 | 20210101 |
20060101  | 20211231 | 20211231 |
20210102  | 20210101 | 20210102 | care_to
20210101  | 20210102 | 20210101 | care_to
20210102  |          | 20210101 | paid_on
20051231  |          | 20210101 | care_from
20051231  | 20051231 | 20210101 | care_from care_to
20210101  |          | 20201231 | paid_on
20210101  |          | 20220101 | paid_on
20200229  | 20200229 | 20210101 |
20210229  |          | 20210301 | care_from
"""


@pytest.mark.parametrize("row", draw(DATES), ids=lambda row: "-".join(map(str, row.values())))
def test_care_lies_from_2006_to_the_payment_and_the_payment_in_the_period(
    row: dict[str, str | None],
) -> None:
    fields = {name: row[name] or "" for name in ("care_from", "care_to", "paid_on")}
    line = Delivery(lines=[fields], period=("2021-01-01", "2021-12-31"))

    assert {field for _, field in rules_of(judged(line)) if field} == set(
        (row["at_fault"] or "").split()
    )


@pytest.mark.parametrize("care_type", CARE_TYPES)
def test_a_specialism_stands_on_specialist_care_and_ggz_only(care_type: str) -> None:
    found = judged(Delivery(care_type=care_type, lines=[{"specialism": "0313"}] + [{}] * 20))

    may_stand = care_type in ("medisch_specialistisch", "ggz")
    assert found.aside.tolist() == ([] if may_stand else [1])


@pytest.mark.parametrize("care_type", CARE_TYPES)
def test_an_indication_stands_on_paramedical_care_only(care_type: str) -> None:
    found = judged(Delivery(care_type=care_type, lines=[{"indication": "001"}] + [{}] * 20))

    may_stand = care_type in ("fysiotherapie", "oefentherapie", "logopedie", "paramedisch_overig")
    assert found.aside.tolist() == ([] if may_stand else [1])


@pytest.mark.parametrize(
    ("debit_credit", "previous_reference", "is_fine"),
    [("D", "", True), ("D", "X", True), ("C", "X", True), ("C", "", False)],
)
def test_a_credit_names_the_debit_it_takes_back(
    debit_credit: str, previous_reference: str, is_fine: bool
) -> None:
    line = {"debit_credit": debit_credit, "previous_reference": previous_reference}
    found = judged(Delivery(lines=[line] + [{}] * 20))

    assert found.aside.tolist() == ([] if is_fine else [1])


@pytest.mark.parametrize(
    ("claimed", "granted", "is_fine"),
    [("0", "0", True), ("1000", "1000", True), ("1000", "999", True), ("1000", "1001", False)],
)
def test_at_most_what_was_claimed_is_granted(claimed: str, granted: str, is_fine: bool) -> None:
    line = {"claimed_cents": claimed, "granted_cents": granted}
    found = judged(Delivery(lines=[line] + [{}] * 20))

    assert found.aside.tolist() == ([] if is_fine else [1])


@pytest.mark.parametrize(
    ("code_list", "code", "is_fine"),
    [
        ("900", "DM2", True),
        ("900", "COPD", True),
        ("900", "ASTMA", True),
        ("900", "CVRM", True),
        ("900", "DM1", False),
        ("900", "12011", False),
        ("008", "DM1", True),
    ],
)
def test_list_900_holds_the_programmes_of_chain_care(
    code_list: str, code: str, is_fine: bool
) -> None:
    line = {"code_list": code_list, "code": code}
    found = judged(Delivery(care_type="ketenzorg", lines=[line] + [{}] * 20))

    assert found.aside.tolist() == ([] if is_fine else [1])


def test_the_insurer_of_a_line_need_not_be_the_sender() -> None:
    delivery = Delivery(lines=[{"insurer": "7119"}, {"insurer": "0736"}], sender="9101")
    assert judged(delivery).findings.kept == []


def test_care_may_be_years_older_than_the_period_it_was_paid_in() -> None:
    delivery = Delivery(lines=[{"care_from": "20060101", "care_to": "20060102"}])
    assert judged(delivery).findings.kept == []
