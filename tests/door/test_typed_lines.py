"""What a judged line becomes: typed by its contract, null where empty, the person a pseudonym."""

from __future__ import annotations

import datetime
import json
import random

import pyarrow as pa
import pytest

from spiegel_core.contracts.files import FILE_KINDS
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import arrow_schema
from tests.delivering import Delivery, bsn, register
from tests.tables import assert_drawn

from .planted import judged, typed, whole_register


def claims(*lines: dict[str, str]) -> pa.Table:
    return typed(judged(Delivery(lines=list(lines), care_type="medisch_specialistisch")))


def test_a_line_is_typed_as_its_contract_says() -> None:
    full = {
        "reference": "A-1", "debit_credit": "C", "previous_reference": "B-2", "insurer": "0101",
        "care_from": "20201230", "care_to": "20210102", "code_list": "007", "code": "0123",
        "quantity": "00012", "care_product": "012345678", "specialism": "0313",
        "performer": "03000001", "practice": "06000001", "referrer": "01100001",
        "diagnosis_list": "008", "diagnosis": "0221", "cover": "A", "claimed_cents": "00001000",
        "granted_cents": "999", "paid_on": "20210930",
    }  # fmt: skip
    (row,) = claims(full).drop_columns(["person_id"]).to_pylist()

    assert row == {
        "line": 1, "reference": "A-1", "previous_reference": "B-2", "is_credit": True,
        "insurer": "0101", "care_from": datetime.date(2020, 12, 30),
        "care_to": datetime.date(2021, 1, 2), "code_list": "007", "code": "0123", "quantity": 12,
        "care_product": "012345678", "specialism": "0313", "performer": "03000001",
        "practice": "06000001", "referrer": "01100001", "diagnosis_list": "008",
        "diagnosis": "0221", "indication": None, "cover": "A", "claimed_cents": 1000,
        "granted_cents": 999, "paid_on": datetime.date(2021, 9, 30), "care_year": 2020,
    }  # fmt: skip


def test_an_empty_field_is_null_and_an_empty_care_to_is_the_first_day() -> None:
    assert_drawn(
        claims({}, {"care_to": "20210802", "performer": ""}),
        """
        line | is_credit | care_from  | care_to    | previous_reference | performer | specialism
        1    | no        | 2021-08-01 | 2021-08-01 |                    | 01100001  |
        2    | no        | 2021-08-01 | 2021-08-02 |                    |           |
        """,
    )


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_a_kind_has_the_columns_of_its_contract_but_for_the_load(kind: str) -> None:
    delivery = Delivery() if kind == "claims" else whole_register(kind)
    found = typed(judged(delivery))

    of_contract = arrow_schema(LINES_OF_KIND[kind])
    assert found.schema == pa.schema([f for f in of_contract if f.name != "load_id"])
    for column in LINES_OF_KIND[kind].columns:
        if not column.nullable and column.name != "load_id":
            assert found[column.name].null_count == 0


def test_an_end_that_is_not_there_is_null() -> None:
    lines = [{"agb": "01000001"}, {"agb": "01000002", "end": "20210101", "end_reason": "fusie"}]
    assert_drawn(
        typed(judged(register("organisations", lines))),
        """
        agb      | start      | end        | end_reason | successor_agb
        01000001 | 2010-01-01 |            |            |
        01000002 | 2010-01-01 | 2021-01-01 | fusie      |
        """,
    )


def test_no_value_that_names_a_person_is_left() -> None:
    line = {"bsn": bsn(7), "insured_number": "CANARY-4711"}
    found = judged(Delivery(lines=[line, {**line, "cover": "?"}] + [{}] * 40))
    shown = json.dumps([f.as_json() for f in found.findings.kept])

    for text in (str(typed(found).to_pylist()), shown, repr(found.manifest)):
        assert bsn(7) not in text
        assert "CANARY" not in text
    assert {"bsn", "insured_number"}.isdisjoint(typed(found).column_names)


def test_equal_persons_have_equal_pseudonyms_and_others_other_ones() -> None:
    persons = [
        {"bsn": bsn(1), "insurer": "9101", "insured_number": "1"},
        {"bsn": bsn(1), "insurer": "7119", "insured_number": "2"},  # the same person, switched
        {"bsn": bsn(2), "insurer": "9101", "insured_number": "1"},
        {"bsn": "999999999", "insurer": "9101", "insured_number": "1"},
        {"bsn": "999999999", "insurer": "9101", "insured_number": "1"},
        {"bsn": "999999999", "insurer": "9101", "insured_number": "2"},
        {"bsn": "999999999", "insurer": "7119", "insured_number": "1"},
        {"bsn": "999999999", "insurer": "9101", "insured_number": "01"},
        {"bsn": "999999999", "insurer": "9101", "insured_number": bsn(1)},
    ]
    ids = claims(*persons)["person_id"].to_pylist()

    assert ids[0] == ids[1]
    assert ids[3] == ids[4]
    assert len(set(ids)) == len(ids) - 2


def test_a_person_is_the_same_in_claims_and_register_in_any_line_and_company() -> None:
    numbers = [bsn(n) for n in range(50)]
    shuffled = random.Random(1).sample(numbers, 50)
    in_claims = claims(*[{"bsn": number} for number in numbers])["person_id"].to_pylist()
    of_register = typed(judged(register("insured", [{"bsn": number} for number in shuffled])))

    found = dict(zip(shuffled, of_register["person_id"].to_pylist(), strict=True))
    assert [found[number] for number in numbers] == in_claims


def test_another_key_gives_other_pseudonyms() -> None:
    (one,) = typed(judged(Delivery(), key=b"k" * 32))["person_id"].to_pylist()
    (other,) = typed(judged(Delivery(), key=b"l" * 32))["person_id"].to_pylist()
    assert one != other


def test_without_a_key_a_file_is_judged_and_no_line_is_typed() -> None:
    found = judged(Delivery(), key=None)
    assert (found.is_refused, found.typed, found.lines) == (False, None, 1)


def test_a_file_without_lines_becomes_a_table_without_rows() -> None:
    found = judged(Delivery(lines=[]))
    assert found.findings.kept == []
    assert typed(found).num_rows == 0
