"""Levels: the file, the insured person with all care, the care with all beneath it."""

from __future__ import annotations

from spiegel_core.deliveries.door import DoorRules
from tests.ei.building import gz321, judged

RIGHT = gz321()


def aside(place: int, **values: str) -> list[int]:
    return judged(RIGHT.with_(place, **values)).aside.tolist()


def test_a_wrong_insured_record_takes_all_care_of_the_person_along() -> None:
    assert aside(0, f0207="20140230") == list(range(2, 12))
    assert aside(10, f0207="20140230") == list(range(12, 16))


def test_a_wrong_care_record_takes_what_is_beneath_it_along() -> None:
    assert aside(1, f0420="0") == list(range(3, 10))
    assert aside(8, f0420="0") == [10, 11]


def test_a_wrong_record_beneath_takes_its_care_along() -> None:
    assert aside(6, f1715="02") == list(range(3, 10))
    assert aside(12, f0618="0") == [13, 14, 15]


def test_a_warning_sets_nothing_aside() -> None:
    assert aside(2, f0628="x") == []


def test_every_line_set_aside_has_its_reason() -> None:
    quarantine = judged(RIGHT.with_(8, f0420="0")).quarantine
    assert quarantine == [
        (10, "ei.field.required", "0420"), (11, "ei.record.set_aside_with", ""),
    ]  # fmt: skip


def test_too_large_a_share_refuses_the_file_as_at_any_door() -> None:
    odd = RIGHT.with_(8, f0420="0")
    for share, is_refused in ((2 / 14, False), (1.99 / 14, True), (0.05, True)):
        judgement = judged(odd, DoorRules(set_aside_share=share))
        rules = [f.rule for f in judgement.findings.kept]
        assert judgement.is_refused is is_refused
        assert (rules[-1] == "file.too_many_set_aside") is is_refused


def test_the_file_comes_first_then_persons_then_care() -> None:
    file = RIGHT.with_(1, f0420="0").with_(0, f0207="20140230")
    file.closing["9902"] = "7"
    assert [f.field for f in judged(file).findings.kept] == ["9902", "0207", "0420"]
