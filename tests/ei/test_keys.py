"""Keys a record repeats from the one above it, and references that come once."""

from __future__ import annotations

import pytest

from tests.ei.building import found, gz321

RIGHT = gz321()
REPEATED, UNIQUE = "ei.key.repeated", "ei.key.unique"


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (2, "0603", "111222333"), (2, "0604", "7120"), (2, "0605", "x"), (2, "0606", "063"),
        (2, "0607", "ABCDEF"), (2, "0608", "20140102"), (2, "0609", "2"),
        (5, "1603", "111222333"), (5, "1604", "7120"), (5, "1605", "x"), (5, "1606", "063"),
        (5, "1607", "ABCDEF"), (5, "1608", "20140102"), (5, "1609", "2"),
        (6, "1703", "111222333"), (6, "1704", "7120"), (6, "1705", "x"), (6, "1706", "063"),
        (6, "1707", "ABCDEF"), (6, "1708", "20140102"), (6, "1709", "2"),
        (11, "0403", "123456782"), (11, "0404", "7120"), (11, "0405", "x"),
    ],
)  # fmt: skip
def test_a_record_repeats_its_key(place: int, field: str, value: str) -> None:
    told = [t for t in found(RIGHT.with_(place, **{f"f{field}": value})) if t[0] == REPEATED]
    assert told == [(REPEATED, place + 2, field)]


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (0, "0204", "7120"), (0, "0205", "x"), (1, "0409", "ABCDEF"), (1, "0413", "2"),
        (1, "0411", "20140102"),
    ],
)  # fmt: skip
def test_when_all_beneath_agree_the_record_above_is_the_odd_one(
    place: int, field: str, value: str
) -> None:
    told = [t for t in found(RIGHT.with_(place, **{f"f{field}": value})) if t[0] == REPEATED]
    assert told == [(REPEATED, place + 2, field)]


def test_beneath_an_odd_record_another_odd_one_is_told_too() -> None:
    told = found(RIGHT.with_(1, f0409="ABCDEF").with_(4, f0607="ABCDEG"))
    assert [t for t in told if t[0] == REPEATED] == [
        (REPEATED, 3, "0409"), (REPEATED, 6, "0607"),
    ]  # fmt: skip


def test_a_key_that_is_wrong_itself_is_not_compared() -> None:
    assert found(RIGHT.with_(0, f0203="X" * 9)) == [("ei.field.type", 2, "0203")]


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [(8, "0440", "p1"), (4, "0627", "p1t1"), (7, "1719", "p1b1"), (11, "0440", "p1")],
)
def test_a_reference_comes_once(place: int, field: str, value: str) -> None:
    assert found(RIGHT.with_(place, **{f"f{field}": value})) == [(UNIQUE, place + 2, field)]


def test_an_insured_person_has_one_record() -> None:
    told = found(RIGHT.with_(10, f0203="123456782"))
    assert (UNIQUE, 12, "0203") in told


def test_persons_without_a_number_are_not_the_same_person() -> None:
    file = RIGHT
    for place, number in ((0, "verzekerd1"), (10, "verzekerd2")):
        file = file.with_(place, f0203="999999999", f0205=number)
    for place, (code, _) in enumerate(RIGHT.records):
        if code not in ("02", "98"):
            number = "verzekerd1" if place < 10 else "verzekerd2"
            file = file.with_(place, **{f"f{code}03": "999999999", f"f{code}05": number})
    assert found(file) == []


def test_the_same_care_twice_needs_its_own_sequence_number() -> None:
    file = gz321()
    care, tariff = (dict(file.records[place][1]) for place in (8, 9))
    again = [("04", {**care, "0440": "p4"}), ("06", {**tariff, "0627": "p4t1"})]
    file.records[10:10] = again
    assert found(file) == [(UNIQUE, 12, "0413")]
    file.records[10:12] = [
        ("04", {**care, "0440": "p4", "0413": "2"}),
        ("06", {**tariff, "0627": "p4t1", "0609": "2"}),
    ]
    assert found(file) == []
