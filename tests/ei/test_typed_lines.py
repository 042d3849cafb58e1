"""What lines become: claimed amounts under a pseudonym, no names, nothing granted."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from spiegel_core.contracts.files import NO_BSN
from spiegel_core.contracts.silver import DECLARED_LINES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from spiegel_core.deliveries.judge import Judgement
from spiegel_core.deliveries.pseudonym import person_text, pseudonyms
from tests.ei.building import DOOR, STANDARDS, EiFile, gz321

KEY = b"k" * 32
RIGHT = gz321()


def taken(file: EiFile, key: bytes | None = KEY) -> Judgement:
    return judge_ei_delivery(file.content(), "a.asc", STANDARDS, DOOR, key)


def typed(file: EiFile) -> pa.Table:
    table = taken(file).typed
    assert table is not None
    return table


def person(bsn: str, insurer: str = "", number: str = "") -> int:
    return int(pseudonyms(KEY, [person_text(bsn, insurer, number, NO_BSN)])[0, 0])


def test_a_tariff_is_a_line_with_what_stands_above_it() -> None:
    (row,) = [row for row in typed(RIGHT).to_pylist() if row["reference"] == "p1t2"]
    assert row == {
        "line": 6, "standard": "GZ321 1.0", "reference": "p1t2", "previous_reference": None,
        "is_credit": False, "insurer": "7119", "declarant": "54000051",
        "care_from": datetime.date(2014, 1, 1), "care_to": datetime.date(2014, 1, 31),
        "code_list": "050", "code": "25A048", "care_product": "26A012", "quantity": 6,
        "performer": "94000001", "referrer": "01000001", "diagnosis_list": None,
        "diagnosis": None, "claimed_cents": 90_000, "invoiced_on": datetime.date(2015, 2, 1),
        "person_id": person("123456782"),
    }  # fmt: skip


def test_the_columns_are_those_of_the_contract_but_for_the_load() -> None:
    schema = arrow_schema(DECLARED_LINES)
    assert typed(RIGHT).schema == pa.schema([f for f in schema if f.name != "load_id"])
    assert "granted" not in " ".join(schema.names) and "name" not in " ".join(schema.names)


def test_every_amount_is_a_line_in_the_order_of_the_file() -> None:
    assert typed(RIGHT)["line"].to_pylist() == [4, 6, 11, 14]
    assert sum(typed(RIGHT)["claimed_cents"].to_pylist()) == 149_000


def test_lines_set_aside_are_not_there() -> None:
    assert typed(RIGHT.with_(1, f0420="0"))["line"].to_pylist() == [11, 14]


def test_without_a_number_insurer_and_insured_number_are_the_person() -> None:
    file = RIGHT.with_(10, f0203="999999999", f0205="77")
    for place, code in ((11, "04"), (12, "06"), (13, "17")):
        file = file.with_(place, **{f"f{code}03": "999999999", f"f{code}05": "77"})
    assert typed(file)["person_id"].to_pylist()[-1] == person("999999999", "7119", "77")


def test_a_credit_is_a_credit() -> None:
    file = RIGHT.with_(8, f0439="C", f0441="oud")
    file = file.with_(9, f0621="C", f0623="C", f0626="C", f0628="oud-t")
    (row,) = [row for row in typed(file).to_pylist() if row["line"] == 11]
    assert (row["is_credit"], row["claimed_cents"], row["previous_reference"]) == (
        True, 9_000, "oud-t",
    )  # fmt: skip


def test_without_a_key_nothing_is_typed_and_a_refused_file_neither() -> None:
    assert taken(RIGHT, None).typed is None
    refused = gz321()
    refused.closing["9902"] = "7"
    judgement = taken(refused)
    assert (judgement.typed, judgement.manifest) == (None, None)
    assert judgement.recognised_as == "ei:GZ321:1.0"


def test_the_header_is_the_manifest() -> None:
    manifest = taken(RIGHT).manifest
    assert manifest is not None
    assert (manifest.kind, manifest.delivery_id, manifest.revision) == (
        "ei_claims", "EI-195-54000051-factuur_1", 1,
    )  # fmt: skip
    assert (manifest.sender, manifest.rows, manifest.debit_cents) == ("7119", 14, 149_000)
    assert (manifest.period_from, manifest.period_to) == (
        datetime.date(2015, 1, 1), datetime.date(2015, 1, 31),
    )  # fmt: skip


@pytest.mark.parametrize("key", [KEY, None])
def test_an_invoice_number_as_long_as_a_person_s_is_not_shown(key: bytes | None) -> None:
    ids = []
    for invoice in ("123456782", "111222333"):
        file = gz321()
        file.header["0116"] = invoice
        manifest = taken(file, key).manifest
        assert manifest is not None and invoice not in manifest.delivery_id
        ids.append(manifest.delivery_id)
    assert (len(set(ids)) == 2) is (key is not None)


def test_a_file_to_a_service_bureau_names_no_insurer() -> None:
    file = gz321()
    file.header.update({"0108": "0", "0109": "98000001", "0113": "01"})
    manifest = taken(file).manifest
    assert manifest is not None
    assert (manifest.sender, manifest.delivery_id) == ("9999", "EI-195-98000001-factuur_1")
