"""999999999 says there is no number: whoever has it is told apart by insurer and insured number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.files import NO_BSN
from spiegel_core.contracts.silver import CLAIM_LINES, DECLARED_LINES, INSURED
from spiegel_core.deliveries.pseudonym import person_text
from tests.delivering import Delivery, bsn, register
from tests.door.test_rekeying import BSNS, Rotation
from tests.ei.building import gz321, written

NUMBERS = st.text("0123456789ABCV-", min_size=1, max_size=15)


@pytest.fixture
def rotation(tmp_path: Path) -> Rotation:
    return Rotation(tmp_path, batch=10)


@given(st.lists(st.tuples(st.sampled_from(["9101", "9102", "9103"]), NUMBERS), unique=True))
def test_as_many_texts_as_there_are_insured(insured: list[tuple[str, str]]) -> None:
    texts = {person_text(NO_BSN, insurer, number, NO_BSN) for insurer, number in insured}
    assert len(texts) == len(insured)
    assert not any(NO_BSN in text.split(":")[1] for text in texts)


def test_ten_thousand_lines_without_a_number_are_of_their_seven_thousand_insured(
    rotation: Rotation, tmp_path: Path
) -> None:
    lines = [
        {"bsn": NO_BSN, "insurer": ("9101", "9102")[n % 7000 % 2], "insured_number": f"{n % 7000}"}
        for n in range(10_000)
    ]
    Delivery(lines=lines, delivery_id="N").write(tmp_path / "in")
    insured = [line for line in lines[:7000]]
    register("insured", insured).write(tmp_path / "in")
    rotation.receive(tmp_path / "in")

    claimed = rotation.old.read(CLAIM_LINES)["person_id"].to_pylist()
    registered = rotation.old.read(INSURED)["person_id"].to_pylist()
    assert (len(claimed), len(set(claimed))) == (10_000, 7_000)
    assert set(registered) == set(claimed)


def test_two_insurers_or_two_insured_numbers_are_two_persons_and_a_bsn_is_another(
    rotation: Rotation, tmp_path: Path
) -> None:
    lines = [
        {"bsn": NO_BSN, "insurer": "9101", "insured_number": "7"},
        {"bsn": NO_BSN, "insurer": "9102", "insured_number": "7"},
        {"bsn": NO_BSN, "insurer": "9101", "insured_number": "8"},
        {"bsn": NO_BSN, "insurer": "9101", "insured_number": "7"},
        {"bsn": BSNS[0], "insurer": "9101", "insured_number": "7"},
        {"bsn": BSNS[0], "insurer": "9102", "insured_number": "9"},
    ]
    Delivery(lines=lines).write(tmp_path / "in")
    rotation.receive(tmp_path / "in")

    rows = {row["line"]: row["person_id"] for row in rotation.old.read(CLAIM_LINES).to_pylist()}
    assert rows[1] == rows[4]
    assert rows[5] == rows[6]
    assert len({rows[n] for n in (1, 2, 3, 5)}) == 4


def test_000000000_is_no_number_at_all_though_it_passes_the_11_test(
    rotation: Rotation, tmp_path: Path
) -> None:
    lines = [*[{"bsn": bsn(n % 5)} for n in range(30)], {"bsn": "000000000"}]
    Delivery(lines=lines).write(tmp_path / "in")
    rotation.receive(tmp_path / "in")

    assert rotation.old.read(CLAIM_LINES).num_rows == 30


def test_an_ei_file_without_numbers_has_a_person_per_insured_number(
    rotation: Rotation, tmp_path: Path
) -> None:
    file = gz321()
    for code, values in file.records:
        place = {"02": "0203"}.get(code, f"{code}03")
        if place not in values or code == "98":
            continue
        first = values[place] == "123456782"
        values[place] = NO_BSN
        values[f"{code}05"] = "I-1" if first else "I-2"
    written(tmp_path, "ei.asc", file)
    rotation.receive(tmp_path / "ei.asc")

    lines = rotation.old.read(DECLARED_LINES).to_pylist()
    assert len(lines) == 4
    assert len({row["person_id"] for row in lines}) == 2


def test_ten_thousand_persons_are_linked_after_a_rotation_and_none_without_it(
    rotation: Rotation, tmp_path: Path
) -> None:
    persons = [{"bsn": NO_BSN, "insured_number": f"{n}"} for n in range(10_000)]
    for name in ("A", "B"):
        Delivery(lines=persons, delivery_id=name).write(tmp_path / name)
    rotation.receive(tmp_path / "A")
    before = set(rotation.old.read(CLAIM_LINES)["person_id"].to_pylist())
    rotation.receive(tmp_path / "B")
    rotation.rekey()
    loads = rotation.new.read(CLAIM_LINES, ["load_id", "person_id"]).to_pylist()
    first, second = ({r["person_id"] for r in loads if r["load_id"] == n} for n in (1, 2))

    assert len(first & second) == 10_000
    # Delivery A under the old key and B under the new one have nobody in common.
    assert before.isdisjoint(second)
