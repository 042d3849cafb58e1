"""The twin's ledger and corrections, on deliveries drawn by hand."""

from __future__ import annotations

import itertools

import pytest

from .claims import net, of_the_year
from .drawn import arrival_of, claim, credit, line, typed
from .ledger import settle

X, Y, Z = ([claim(reference=name)] for name in "XYZ")
BAD = [claim(reference="B", cover="?")]


@pytest.mark.parametrize(
    ("sent", "verdicts"),
    [
        ([("A", 1, X), ("A", 1, X)], ["admitted", "skipped"]),
        ([("A", 1, X), ("A", 2, Y)], ["superseded", "admitted"]),
        ([("A", 1, X), ("A", 2, [])], ["superseded", "admitted"]),
        ([("A", 1, X), ("A", 1, Y)], ["conflict", "conflict"]),
        ([("A", 1, X), ("A", 1, Y), ("A", 2, Z)], ["superseded", "superseded", "admitted"]),
        ([("A", 1, X), ("A", 2, Y), ("A", 2, Z)], ["admitted", "conflict", "conflict"]),
        ([("A", 1, X), ("A", 2, BAD)], ["admitted", "refused"]),
        ([("A", 1, BAD), ("A", 1, X)], ["refused", "admitted"]),
        ([("A", 1, X), ("B", 1, X)], ["admitted", "copy"]),
        ([("A", 1, []), ("B", 1, [])], ["admitted", "admitted"]),
        ([("A", 1, X), ("A", 2, Y), ("B", 1, X)], ["superseded", "admitted", "admitted"]),
        ([("A", 1, X), ("A", 1, Y), ("B", 1, X)], ["conflict", "conflict", "admitted"]),
        ([("B", 1, Y), ("B", 2, X), ("A", 7, X)], ["superseded", "copy", "admitted"]),
    ],
)
def test_the_ledger_in_every_order_of_arrival(
    sent: list[tuple[str, int, list[dict[str, str]]]], verdicts: list[str]
) -> None:
    for order in itertools.permutations(range(len(sent))):
        arrivals = {}
        for n in order:
            arrivals[n] = arrival_of(
                "claims", sent[n][2], delivery_id=sent[n][0], revision=sent[n][1]
            )
            arrivals[n].file = f"{n}.csv"
        in_force = settle(list(arrivals.values()))
        assert [arrivals[n].verdict for n in range(len(sent))] == verdicts
        assert sorted(a.file for a in in_force) == [
            f"{n}.csv" for n, verdict in enumerate(verdicts) if verdict == "admitted"
        ]


def test_a_credit_settles_in_either_order() -> None:
    debit = claim()
    both = [typed(debit), typed(credit(debit), "ketenzorg")]
    for lines in (both, both[::-1]):
        netted = net(lines)
        assert (len(netted.lines), netted.waiting) == (2, [])
        assert netted.lines[1].care_type == "ketenzorg"


@pytest.mark.parametrize(
    "fields",
    [
        {"bsn": "999999999"},
        {"code": "11100"},
        {"practice": "01000002"},
        {"care_from": "20210803"},
        {"quantity": "2"},
        {"granted_cents": "999"},
        {"insurer": "7119"},
        {"previous_reference": "ELSE"},
    ],
)
def test_a_credit_of_something_else_waits(fields: dict[str, str]) -> None:
    debit = claim()
    back = typed(credit(debit, **fields))
    assert net([typed(debit), back]).waiting == [back]


def test_a_second_credit_and_a_credit_on_a_credit_wait() -> None:
    debit = claim()
    first, second = credit(debit, paid_on="20211002"), credit(debit, paid_on="20211003")
    on_credit = credit(first)
    lines = [typed(fields) for fields in (second, on_credit, first, debit)]
    netted = net(lines)
    assert {waiting.reference for waiting in netted.waiting} == {
        second["reference"],
        on_credit["reference"],
    }
    assert net([line(), *lines, typed(debit)]).waiting == [typed(on_credit)]


def test_a_conflict_names_the_others() -> None:
    arrivals = [arrival_of("claims", rows) for rows in (X, Y, Z)]
    for number, arrival in enumerate(arrivals):
        arrival.file = f"{number}.csv"
    assert settle(arrivals) == []
    assert arrivals[0].reason == "other content in ['1.csv', '2.csv']"


def test_a_line_belongs_to_the_year_of_its_care_and_cover_a_to_no_mirror() -> None:
    lines = [
        line(care_from="20201231", care_to="20210101"),
        line(care_from="20210101"),
        line(care_from="20211231", paid_on="20220301"),
        line(care_from="20220101", paid_on="20220301"),
        line(cover="A"),
    ]
    assert of_the_year(lines, 2021) == lines[1:3]
