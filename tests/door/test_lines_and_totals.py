"""Gaps, repeated references, control totals, and how many lines may be set aside."""

from __future__ import annotations

import dataclasses

import pyarrow.compute as pc
import pytest

from spiegel_core.deliveries.door import DoorRules
from tests.delivering import Delivery

from .planted import LINES, faultless, judged, planted, rules_of, typed, whole_register


def with_set_aside(lines: int, of: int) -> Delivery:
    """A delivery of some lines, the first of which have a cover nobody knows."""
    wrong = [{"cover": "C"}] * lines
    return Delivery(lines=[*wrong, *[{}] * (of - lines)])


@pytest.mark.parametrize(
    ("aside", "lines", "is_refused"),
    [
        (0, 0, False), (0, 1, False), (1, 1, True), (1, 19, True), (1, 20, False), (2, 20, True),
        (2, 39, True), (2, 40, False), (3, 60, False), (7, 140, False), (8, 140, True),
        (50, 1000, False), (51, 1000, True), (51, 1019, True), (51, 1020, False),
    ],
)  # fmt: skip
def test_up_to_5_percent_of_the_lines_may_be_set_aside(
    aside: int, lines: int, is_refused: bool
) -> None:
    found = judged(with_set_aside(aside, lines))

    assert found.is_refused == is_refused
    assert len(found.aside) == aside
    assert ("file.too_many_set_aside" in {rule for rule, _ in rules_of(found)}) == is_refused


@pytest.mark.parametrize("kind", ["insured", "organisations"])
@pytest.mark.parametrize(("aside", "is_refused"), [(2, False), (3, True)])
def test_the_5_percent_hold_for_registers_too(kind: str, aside: int, is_refused: bool) -> None:
    delivery = whole_register(kind, 40)
    for line in range(1, aside + 1):
        field = "sex" if kind == "insured" else "kind"
        delivery = planted(delivery, {field: "?"}, line)

    assert judged(delivery).is_refused == is_refused


def test_a_line_with_several_faults_is_set_aside_once() -> None:
    faults = {"cover": "C", "quantity": "-1", "code": "", "insured_number": '"'}
    found = judged(Delivery(lines=[faults, *[{}] * 19]))

    assert not found.is_refused
    assert found.aside.tolist() == [1]
    assert len(found.quarantine) == 4


@pytest.mark.parametrize("percent", range(0, 101))
def test_the_share_is_compared_without_rounding(percent: int) -> None:
    # 0.29 x 100 is 28.999999999999996 in doubles.
    door = DoorRules(set_aside_share=percent / 100)
    assert not judged(with_set_aside(percent, 100), door, key=None).is_refused


def test_totals_are_over_all_lines_as_sent_those_set_aside_included() -> None:
    lines = [
        {"granted_cents": "700", "cover": "C"},
        {"granted_cents": "300"},
        {"debit_credit": "C", "previous_reference": "X", "granted_cents": "250"},
        *[{"granted_cents": "0"}] * 37,
    ]
    found = judged(Delivery(lines=lines))

    assert not found.is_refused
    assert (found.debit_cents, found.credit_cents, found.lines) == (1000, 250, 40)
    assert found.aside.tolist() == [1]


@pytest.mark.parametrize("key", ["rows", "debit_cents", "credit_cents"])
@pytest.mark.parametrize("off_by", [-1, 1, 100])
def test_a_total_that_is_off_by_one_refuses_the_file(key: str, off_by: int) -> None:
    right = judged(faultless())
    totals = {
        "rows": LINES, "debit_cents": right.debit_cents, "credit_cents": right.credit_cents,
    }  # fmt: skip
    found = judged(dataclasses.replace(faultless(), manifest={key: totals[key] + off_by}))

    assert found.is_refused
    assert rules_of(found) == {(f"claims.{key}", key)}


def test_totals_of_the_largest_amounts_are_exact() -> None:
    largest = {"granted_cents": "99999999", "claimed_cents": "99999999"}
    credit = {**largest, "debit_credit": "C", "previous_reference": "X"}
    found = judged(Delivery(lines=[largest] * 500 + [credit] * 500))

    assert found.findings.kept == []
    assert found.debit_cents == found.credit_cents == 500 * 99_999_999


def test_a_debit_and_a_credit_of_one_amount_do_not_hide_each_other() -> None:
    # Their difference is what the manifest says; each of the two is not.
    credit = {"debit_credit": "C", "previous_reference": "X"}
    delivery = Delivery(lines=[{}, credit], manifest={"debit_cents": 0, "credit_cents": 0})

    assert rules_of(judged(delivery)) == {
        ("claims.debit_cents", "debit_cents"), ("claims.credit_cents", "credit_cents"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "line"),
    [
        (["1", "2", "4"], 3),
        (["2", "3", "4"], 1),
        (["0", "1", "2"], 1),
        (["1", "1", "2"], 2),
        (["1", "3", "2"], 2),
        (["1", "2", "x"], 3),
        (["1", "", "3"], 2),
    ],
)
def test_line_counts_1_2_3_without_a_gap(numbers: list[str], line: int) -> None:
    found = judged(Delivery(lines=[{"line": number} for number in numbers]))

    (gap,) = (f for f in found.findings.kept if f.rule == "claims.line_gap")
    assert (gap.line, gap.field, found.is_refused) == (line, "line", True)


def test_a_reference_stands_once_in_a_file_whoever_the_insurer() -> None:
    lines = [
        {"reference": "A"}, {"reference": "B"},
        {"reference": "A", "insurer": "7119"},
        {"reference": "a"}, {"reference": "A"},
    ]  # fmt: skip
    found = judged(Delivery(lines=lines))

    repeated = [f.line for f in found.findings.kept if f.rule == "claims.reference_repeated"]
    assert repeated == [3, 5]
    assert found.is_refused


def test_a_credit_may_name_a_reference_of_its_own_file_or_of_any_other() -> None:
    credit = {"debit_credit": "C", "previous_reference": "A", "reference": "B"}
    other = {"debit_credit": "C", "previous_reference": "Z", "reference": "C"}
    found = judged(Delivery(lines=[{"reference": "A"}, credit, other]))

    assert found.findings.kept == []
    assert typed(found)["previous_reference"].to_pylist() == [None, "A", "Z"]


def test_an_unusual_code_list_is_a_warning_and_no_more(door: DoorRules) -> None:
    found = judged(Delivery(lines=[{"code_list": "012"}, {}]), door)

    assert [(f.rule, f.consequence, f.line) for f in found.findings.kept] == [
        ("claims.unusual_list", "warn", 1)
    ]
    assert typed(found).num_rows == 2


@pytest.mark.long
@pytest.mark.parametrize("sign", ["D", "C"])
def test_totals_of_a_million_lines_of_the_largest_amount_are_exact(sign: str) -> None:
    previous = "X" if sign == "C" else ""
    line = {"granted_cents": "99999999", "claimed_cents": "99999999", "debit_credit": sign,
            "previous_reference": previous, "line": "@", "reference": "@"}  # fmt: skip
    header, pattern, _ = Delivery(lines=[line]).data().decode().split("\n")
    text = "\n".join([header, *(pattern.replace("@", str(n)) for n in range(1, 10**6 + 1)), ""])
    total = 99_999_999 * 10**6
    debit, credit = (total, 0) if sign == "D" else (0, total)
    totals = {"debit_cents": debit, "credit_cents": credit, "rows": 10**6}

    found = judged(Delivery(text=text, manifest=totals))

    assert found.findings.kept == []
    assert (found.debit_cents, found.credit_cents) == (debit, credit)
    assert pc.sum(typed(found)["granted_cents"]).as_py() == total
    totals["debit_cents" if sign == "D" else "credit_cents"] -= 1
    assert judged(Delivery(text=text, manifest=totals)).is_refused
