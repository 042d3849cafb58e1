"""Which delivery counts: every row of the table of arrivals, in any order, any number of times."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiegel_core.deliveries.ledger import Arrival, merge
from spiegel_core.deliveries.manifest import Manifest
from tests.tables import draw


def delivered(delivery_id: str, revision: int, content: str, **more: object) -> Arrival:
    """An arrival the door did not refuse; the content "empty" has no lines."""
    lines = 0 if content == "empty" else 7
    manifest = Manifest(
        "claims", delivery_id, revision, "9101", "farmacie", datetime.date(2021, 7, 1),
        datetime.date(2021, 9, 30), lines, 1000, 0, content,
    )  # fmt: skip
    arrival = Arrival(
        file=f"{delivery_id}-{revision}-{content}.csv", manifest=manifest, lines=lines,
        content_sha256=content, file_sha256=content, manifest_sha256=content, load_id=1,
    )  # fmt: skip
    return dataclasses.replace(arrival, **more)


def refused(delivery_id: str, revision: int, content: str) -> Arrival:
    arrival = delivered(delivery_id, revision, content)
    return dataclasses.replace(arrival, verdict="refused", rule="claims.rows", message="rows")


def received(arrivals: Iterable[Arrival], known: Iterable[Arrival] = ()) -> list[Arrival]:
    """The ledger when arrivals come one by one."""
    ledger = list(known)
    for arrival in arrivals:
        ledger = merge(ledger, [arrival])
    return ledger


def verdicts(ledger: Iterable[Arrival]) -> dict[str, str]:
    """Verdict per delivery, revision and content; repetitions left out."""
    return {
        f"{a.manifest.delivery_id}{a.manifest.revision}{a.content_sha256}": str(a.verdict)
        for a in ledger
        if a.manifest is not None and a.verdict != "skipped"
    }


# What arrives (id, revision, content), and the verdict of each in the end. R before an arrival:
# the door refused it.
TABLE = """
what                      | arrives             | verdicts
a delivery                | A1x                 | admitted
a higher revision         | A1x A2y             | superseded admitted
a revision far higher     | A1x A7y             | superseded admitted
three revisions           | A1x A2y A3z         | superseded superseded admitted
a revision of one content | A1x A2x             | superseded admitted
an empty revision         | A1x A2empty         | superseded admitted
two of one revision       | A1x A1y             | conflict conflict
three of one revision     | A1x A1y A1z         | conflict conflict conflict
two, then a higher one    | A1x A1y A2z         | superseded superseded admitted
two above a revision      | A1x A2y A2z         | admitted conflict conflict
two contents at two       | A1x A1y A2z A3x A3y | superseded superseded admitted conflict conflict
the same under another id | A1x B1x             | admitted copy
the same under three ids  | B1x C1x A1x         | copy copy admitted
nothing under two ids     | A1empty B1empty     | admitted admitted
like what was superseded  | A1x A2y B1x         | superseded admitted admitted
like what is in conflict  | A1x A1y B1x         | conflict conflict admitted
a revision that is a copy | A1x B1y B2x         | admitted superseded copy
a copy that is revised    | A1x B1x B2y         | admitted superseded admitted
two side by side          | A1x B1y             | admitted admitted
a refused file            | RA1x                | refused
a refused file, repaired  | RA1x A1y            | refused admitted
a refused revision        | A1x RA2y            | admitted refused
the same again, refused   | A1x RA1y            | admitted refused
like what was refused     | RA1x B1x            | refused admitted
"""


def arrivals_of(text: str) -> list[Arrival]:
    found = []
    for word in text.split():
        make = refused if word.startswith("R") else delivered
        name = word.removeprefix("R")
        found.append(make(name[0], int(name[1]), name[2:]))
    return found


@pytest.mark.parametrize("row", [pytest.param(row, id=str(row["what"])) for row in draw(TABLE)])
def test_every_order_of_arrival_ends_in_these_verdicts(row: dict[str, str]) -> None:
    arrivals = arrivals_of(row["arrives"])
    names = [word.removeprefix("R") for word in row["arrives"].split()]
    expected = dict(zip(names, row["verdicts"].split(), strict=True))
    ledgers = [received(order) for order in itertools.permutations(arrivals)]

    for ledger in ledgers:
        assert verdicts(ledger) == expected
        assert ledger == ledgers[0]
    # All at once, and with everything that was not refused arriving a second time.
    assert verdicts(merge([], arrivals)) == expected
    again = [a for a in arrivals if a.verdict is None]
    assert verdicts(received(again, known=ledgers[0])) == expected


def test_what_is_known_is_skipped_and_every_skip_is_counted() -> None:
    one = delivered("A", 1, "x")
    other_name = dataclasses.replace(one, file="again.csv.gz", file_sha256="packed", load_id=2)

    ledger = received([one, one, other_name, one])

    assert [(a.file, a.verdict, a.rule, a.times_received, a.load_id) for a in ledger] == [
        ("A-1-x.csv", "admitted", None, 1, 1),
        ("A-1-x.csv", "skipped", "delivery.known", 2, None),
        ("again.csv.gz", "skipped", "delivery.known", 1, None),
    ]


def test_a_conflict_names_both_contents() -> None:
    ledger = received(
        [delivered("A", 1, "0123456789abcdef"), delivered("A", 1, "fedcba9876543210")]
    )

    for arrival in ledger:
        assert "0123456789ab, fedcba987654" in str(arrival.message)
        assert "until a higher revision comes" in str(arrival.message)


def test_a_copy_names_the_delivery_that_counts() -> None:
    ledger = received([delivered("B", 3, "x"), delivered("A", 9, "x")])
    messages = {a.manifest.delivery_id: a.message for a in ledger if a.manifest}
    assert messages == {"A": None, "B": "the same lines as delivery A, which counts"}


def test_a_superseded_delivery_names_the_revision_that_took_its_place() -> None:
    ledger = received([delivered("A", 1, "x"), delivered("A", 3, "y"), delivered("A", 2, "z")])
    assert [a.message for a in ledger if a.verdict == "superseded"] == [
        "revision 3 takes its place"
    ] * 2


def test_one_content_that_claims_to_be_two_things_is_a_conflict() -> None:
    one = delivered("A", 1, "x")
    assert one.manifest is not None
    other = dataclasses.replace(one, manifest=dataclasses.replace(one.manifest, care_type="ggz"))

    assert {a.verdict for a in received([one, other])} == {"conflict"}


def waiting(file: str) -> Arrival:
    return Arrival(file, None, "waiting", "delivery.waiting", "waits")


@pytest.mark.parametrize("half", ["A-1-x.csv", "A-1-x.manifest.json"])
def test_half_a_delivery_waits_until_it_is_whole(half: str) -> None:
    ledger = received([waiting(half), waiting(half)])
    assert [(a.file, a.verdict, a.times_received) for a in ledger] == [(half, "waiting", 1)]

    whole = received([delivered("A", 1, "x")], known=ledger)
    assert [(a.file, a.verdict) for a in whole] == [("A-1-x.csv", "admitted")]


def test_what_waits_takes_no_part_in_comparisons() -> None:
    ledger = received([waiting("A-1-y.csv"), delivered("A", 1, "x"), waiting("z.manifest.json")])
    assert verdicts(ledger) == {"A1x": "admitted"}
    assert sorted(a.file for a in ledger if a.verdict == "waiting") == [
        "A-1-y.csv", "z.manifest.json",
    ]  # fmt: skip


def test_a_refused_file_that_comes_again_is_counted_and_stays_refused() -> None:
    ledger = received([refused("A", 1, "x")] * 3)
    assert [(a.verdict, a.times_received) for a in ledger] == [("refused", 3)]


ARRIVALS = st.builds(
    lambda name, revision, content, is_refused: (refused if is_refused else delivered)(
        name, revision, content
    ),
    st.sampled_from("ABC"),
    st.integers(1, 3),
    st.sampled_from(["x", "y", "z", "empty"]),
    st.sampled_from([False, False, False, True]),
)


@st.composite
def histories(draw_: st.DrawFn) -> tuple[list[Arrival], list[list[Arrival]]]:
    """Some arrivals, and the same ones in another order, repeated, in batches of any size."""
    arrivals = draw_(st.lists(ARRIVALS, min_size=1, max_size=9))
    again = [a for a in arrivals if draw_(st.booleans())]
    order = draw_(st.permutations([*arrivals, *again]))
    cuts = sorted(draw_(st.sets(st.integers(1, max(len(order) - 1, 1)), max_size=4)))
    bounds = [0, *cuts, len(order)]
    return arrivals, [list(order[i:j]) for i, j in itertools.pairwise(bounds)]


def state(ledger: Iterable[Arrival]) -> list[tuple[object, ...]]:
    """What is known, however often it came and under whatever name first."""
    return sorted(
        (a.identity, a.verdict, a.rule, a.message) for a in ledger if a.verdict != "skipped"
    )


@settings(max_examples=200)
@given(histories())
def test_200_histories_end_in_the_same_state_in_whatever_order_and_batches(
    history: tuple[list[Arrival], list[list[Arrival]]],
) -> None:
    arrivals, batches = history
    ledger: list[Arrival] = []
    for batch in batches:
        ledger = merge(ledger, batch)

    assert state(ledger) == state(received(arrivals))
    _holds(ledger)


def _holds(ledger: list[Arrival]) -> None:
    """What must be true of any ledger."""
    admitted = [a for a in ledger if a.verdict == "admitted" and a.manifest is not None]
    ids = [a.manifest.delivery_id for a in admitted if a.manifest]
    contents = [a.content_sha256 for a in admitted if a.lines]
    assert len(ids) == len(set(ids))
    assert len(contents) == len(set(contents))
    for arrival in ledger:
        assert arrival.verdict is not None
        assert (arrival.rule is None) == (arrival.verdict == "admitted")
        # Nothing is lost: a copy and what was superseded point at something that counts.
        if arrival.verdict == "copy":
            assert arrival.content_sha256 in contents
