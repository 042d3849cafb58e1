"""Record 99: numbers of records, and the signed sum of what is claimed."""

from __future__ import annotations

import pytest

from tests.ei.building import EiFile, found, gz321, judged

NUMBERS = ("9902", "9903", "9904", "9905", "9906", "9907", "9908", "9909")


@pytest.mark.parametrize("field", NUMBERS)
def test_a_number_that_is_not_that_of_the_file_refuses_it(field: str) -> None:
    file = gz321()
    file.closing[field] = "7"
    assert ("ei.total.count", 16, field) in found(file)
    assert judged(file).is_refused


def test_a_sum_that_is_not_that_of_the_file_refuses_it() -> None:
    file = gz321()
    file.closing["9910"] = "148999"
    assert found(file) == [("ei.total.amount", 16, "9910")]
    assert judged(file).is_refused


def test_the_sign_is_that_of_the_sum() -> None:
    file = gz321()
    file.closing["9911"] = "C"
    assert found(file) == [("ei.total.amount", 16, "9911")]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [("0625", "X" * 8, "ei.field.type"), ("0626", "X", "ei.field.code_list"),
     ("0626", " ", "ei.field.required")],
)  # fmt: skip
def test_a_sum_that_cannot_be_made_refuses_the_file(field: str, value: str, rule: str) -> None:
    # Whatever the other amounts are, there would be nothing to hold them against.
    file = gz321().with_(2, **{f"f{field}": value})
    assert found(file) == [("ei.total.amount", 16, "9910"), (rule, 4, field)]
    assert judged(file).is_refused


def test_no_changed_amount_hides_behind_one_that_does_not_fit_its_record() -> None:
    odd = gz321().with_(2, f0620="9999")
    assert not judged(odd).is_refused
    odd.closing["9910"] = "148999"
    assert ("ei.total.amount", 16, "9910") in found(odd)
    assert judged(odd).is_refused


def credited() -> EiFile:
    """The right file with the other care taken back instead."""
    file = gz321().with_(8, f0439="C", f0441="oud")
    return file.with_(9, f0621="C", f0623="C", f0626="C", f0628="oud-t")


def test_credits_are_taken_off_the_sum() -> None:
    assert found(credited()) == []
    assert judged(credited()).debit_cents, judged(credited()).credit_cents == (140_000, 9_000)


def test_a_credit_names_the_debit_it_takes_back() -> None:
    assert found(credited().with_(8, f0441=" ")) == [("ei.condition.required", 10, "0441")]
    assert found(credited().with_(9, f0628=" ")) == [("ei.condition.required", 11, "0628")]


def test_a_credit_takes_back_no_debit_of_the_same_file() -> None:
    own = "ei.relation.credit_of_own_debit"
    assert found(credited().with_(8, f0441="p1")) == [(own, 10, "0441")]
    assert found(credited().with_(9, f0628="p1t1")) == [(own, 11, "0628")]


def dbc_credited() -> EiFile:
    """The right file with the DBC taken back, with all that stands beneath it."""
    file = gz321().with_(1, f0439="C", f0441="oud")
    for place in (2, 4):
        file = file.with_(place, f0621="C", f0623="C", f0626="C", f0628=f"oud-t{place}")
    return (
        file.with_(5, f1618="C", f1620="oud-a")
        .with_(6, f1718="C", f1720="oud-b1")
        .with_(7, f1718="C", f1720="oud-b2")
    )


@pytest.mark.parametrize(
    ("place", "field", "own", "of_another"),
    [(1, "0441", "p1", "p3"), (2, "0628", "p1t1", "p3t1"), (5, "1620", "p1a1", None),
     (6, "1720", "p1b1", "p3b1")],
)  # fmt: skip
def test_every_record_of_a_credit_refers_to_an_earlier_file(
    place: int, field: str, own: str, of_another: str | None
) -> None:
    assert found(dbc_credited()) == []

    def told(value: str) -> list[tuple[str, int | None, str]]:
        return found(dbc_credited().with_(place, **{f"f{field}": value}))

    assert told(" ") == [("ei.condition.required", place + 2, field)]
    assert told(own) == [("ei.relation.differs", place + 2, field)]
    if of_another is not None:
        assert told(of_another) == [("ei.relation.credit_of_own_debit", place + 2, field)]


def test_care_is_taken_back_as_a_whole() -> None:
    assert ("ei.relation.sign", 10, "0439") in found(gz321().with_(8, f0439="C", f0441="oud"))


def test_a_file_of_credits_alone_has_a_credit_total() -> None:
    file = credited()
    file.records = [file.records[place] for place in (0, 8, 9)]
    assert found(file) == []
    assert " C" not in file.lines()[-1] and file.lines()[-1][62] == "C"
