"""File level: lengths, kinds, order, missing and double records, numbers, comments."""

from __future__ import annotations

import pytest

from tests.ei.building import BY_NAME, DOOR, EiFile, found, gz321, header_of, judged

RIGHT = gz321()


def moved(order: list[int]) -> EiFile:
    file = gz321()
    file.records = [file.records[place] for place in order]
    return file


def lines_with(change: dict[int, str | None]) -> bytes:
    """The lines of the right file, some of them replaced, or left out (None)."""
    lines = {number: line for number, line in enumerate(RIGHT.lines(), start=1)}
    kept = [text for text in (lines | change).values() if text is not None]
    return "".join(line + "\n" for line in kept).encode("latin-1")


def line(number: int) -> str:
    return RIGHT.lines()[number - 1]


def test_a_record_of_another_length_refuses_the_file() -> None:
    assert found(lines_with({6: line(6)[:-1]}))[0] == ("ei.file.record_length", 6, "")
    assert found(lines_with({1: line(1) + " "}))[0] == ("ei.file.record_length", 1, "")
    assert judged(lines_with({6: line(6)[:-1]})).is_refused


def test_beneath_a_record_of_another_length_nothing_is_compared_with_it() -> None:
    assert found(lines_with({3: line(3) + "x"})) == [("ei.file.record_length", 3, "")]


def test_more_odd_lines_than_are_told_end_the_judgement() -> None:
    content = lines_with({16: "\n".join(["x" * 200] * (DOOR.findings_per_rule + 1))})
    assert {rule for rule, _, _ in found(content)} == {"ei.file.record_length"}


def test_a_file_of_line_ends_costs_no_memory() -> None:
    content = RIGHT.content()[:9] + b"\n" * 1_000_000
    assert found(content) == [("ei.file.record_length", None, "")]


@pytest.mark.parametrize("kind", ["XX", "03", "  ", "é1", "16", "99"])
def test_a_record_that_says_to_be_another_kind_is_named_for_what_it_is(kind: str) -> None:
    assert found(lines_with({3: kind + line(3)[2:]})) == [("ei.structure.record_kind", 3, "0401")]


def test_a_closing_record_of_an_unknown_kind_is_the_closing_record() -> None:
    assert found(lines_with({16: "96" + line(16)[2:]})) == [
        ("ei.structure.record_kind", 16, "9901")
    ]


def test_a_record_that_fits_no_kind_is_told_without_a_guess() -> None:
    rules = found(lines_with({7: "zz" + "?" * 308}))
    assert rules[0] == ("ei.structure.record_kind", 7, "")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({2: None}, 2),  # care before any insured person
        ({8: f"{line(1)}\n{line(8)}"}, 8),  # a second header
        ({7: line(8), 8: line(7)}, 8),  # activities come before time
        ({2: f"{line(5)}\n{line(2)}", 5: None}, 2),  # a comment on the header
        ({16: f"{line(16)}\n{line(15)}"}, 17),  # after the closing record
        ({3: None}, 3),  # a tariff without its care
    ],
)
def test_a_record_out_of_order_refuses_the_file(change: dict[int, str | None], place: int) -> None:
    judgement = judged(lines_with(change))
    told = [f.line for f in judgement.findings.kept if f.rule == "ei.structure.order"]
    assert told == [place]
    assert judgement.is_refused


def test_a_comment_follows_no_activity_in_this_standard() -> None:
    late = moved([0, 1, 2, 4, 5, 3, 6, 7, 8, 9, 10, 11, 12, 13]).with_(5, f9802="5")
    assert ("ei.structure.order", 7, "9801") in found(late)


def test_a_second_debtor_record_is_out_of_order() -> None:
    standard = BY_NAME["MZ301"]
    debtor = ("03", {"0303": "7", "0306": "1", "0307": "V", "0313": "1", "0315": "S", "0316": "1",
                     "0320": "W", "0321": "NL"})  # fmt: skip
    file = EiFile(standard, [("02", {}), debtor, debtor], header_of(standard, {}))
    assert ("ei.structure.order", 4, "0301") in found(file)


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ([10, 11, 12], (12, "0201")),  # an insured person without care
        ([12], (13, "0401")),  # care without a tariff
    ],
)
def test_a_missing_record_refuses_the_file(left_out: list[int], told: tuple[int, str]) -> None:
    kept = [p for p in range(14) if p not in left_out and not (p > 10 and 11 in left_out)]
    kept = kept if 11 not in left_out else [*range(10), 10]
    assert ("ei.structure.missing", *told) in found(moved(kept))
    assert judged(moved(kept)).is_refused


def test_a_file_without_its_last_record_is_refused() -> None:
    assert ("ei.structure.missing", None, "9901") in found(lines_with({16: None}))


def test_the_same_record_twice_refuses_the_file() -> None:
    rules = found(lines_with({7: f"{line(7)}\n{line(7)}"}))
    assert ("ei.file.identical_record", 8, "1602") in rules


def test_a_number_that_comes_twice_refuses_the_file() -> None:
    rules = found(RIGHT.with_(7, f1702="6"))
    assert ("ei.key.number", 9, "1702") in rules


def test_a_number_that_does_not_count_on_is_a_warning() -> None:
    judgement = judged(RIGHT.with_(4, f0602="900"))
    assert [(f.rule, f.line, f.field, f.consequence) for f in judgement.findings.kept] == [
        ("ei.key.sequence", 6, "0602", "warn")
    ]


def test_a_number_that_cannot_be_read_is_told_alone() -> None:
    assert found(RIGHT.with_(1, f0402="000000000000")) == [("ei.field.required", 3, "0402")]
    assert found(RIGHT.with_(1, f0402="X" * 12)) == [("ei.field.type", 3, "0402")]


def test_a_comment_names_the_record_it_follows() -> None:
    assert found(RIGHT.with_(3, f9802="2")) == [("ei.key.comment", 5, "9802")]


def test_lines_of_a_comment_count_from_one() -> None:
    assert found(RIGHT.with_(3, f9803="2")) == [("ei.key.comment_line", 5, "9803")]
    file = gz321()
    file.records.insert(4, ("98", {"9802": "3", "9803": "2", "9804": "tweede regel"}))
    assert found(file) == []
    assert found(file.with_(4, f9803="3")) == [("ei.key.comment_line", 6, "9803")]
