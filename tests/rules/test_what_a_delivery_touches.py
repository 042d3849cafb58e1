"""What lacks when a delivery does not count, and whether a year may be published all the same."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.manifest import Manifest
from spiegel_core.deliveries.named import named_delivery
from spiegel_core.deliveries.places import Place, place_of
from spiegel_core.deliveries.reach import Part, parts_of_years, standing_of, year_reached
from spiegel_core.deliveries.volumes import Volume, Volumes
from spiegel_core.errors import WrongUse
from tests.rules.volumes_drawn import EARLY, RELEASE, rules, volumes

QUARTERS = "2020-Q1 | 2020-Q2 | 2020-Q3 | 2020-Q4 | 2021-Q1"
ACCEPTED = {
    "sender": "9101", "care_type": "farmacie", "from": datetime.date(2021, 1, 1),
    "to": datetime.date(2021, 3, 31), "finding": "missing", "reason": "it merged with 9102",
    "owner": "platform team", "until": datetime.date(2022, 6, 30),
}  # fmt: skip


def place(name: str = "9101-farmacie-2021-Q1") -> Place:
    found = place_of(name)
    assert found is not None
    return found


def drawn(*rows: str) -> Volumes:
    return volumes("\n".join([f"sender | {QUARTERS}", *rows]))


def parts(
    held: Volumes, standing: str, own: Volumes | None = None, aside: int = 0
) -> dict[int, Part]:  # fmt: skip
    earlier = held.earlier(place(), 24)
    return parts_of_years(
        held, place(), standing, earlier, own or Volumes({place(): {}}), aside
    )  # fmt: skip


@pytest.mark.parametrize("standing", ["never came", "refused", "waiting", "conflict"])
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 40 lines of the quarter itself and 10 of the one before, for 100 cents each.
        ("9101 | 40+10 | 40+10 | 40+10 | 40+10 | ",
         {2020: Part(Volume(10, 1000), Volume(10, 1000)),
          2021: Part(Volume(40, 4000), Volume(40, 4000))}),
        # Another piece, or an earlier revision, is there for a part.
        ("9101 | 40+10 | 40+10 | 40+10 | 40+10 | 15+10",
         {2020: Part(Volume(10, 1000), Volume(0, 0)),
          2021: Part(Volume(40, 4000), Volume(25, 2500))}),
        # More is there than is usual: nothing is missing.
        ("9101 | 40 | 40 | 40 | 40 | 50@1000", {2021: Part(Volume(40, 4000), Volume(0, 3000))}),
        # Late care that came once is not usual.
        ("9101 | 40 | 40+10 | 40 | 40 | ", {2021: Part(Volume(40, 4000), Volume(40, 4000))}),
        # Two earlier periods say less than four, and more than none.
        ("9101 | | | 40 | 60 | ", {2021: Part(Volume(50, 5000), Volume(50, 5000))}),
        ("9102 | 40 | 40 | 40 | 40 | ", {2021: Part(None, None)}),
    ],
)  # fmt: skip
def test_what_is_missing_is_what_is_usual_less_what_is_there(
    standing: str, row: str, expected: dict[int, Part]
) -> None:
    assert parts(drawn(row), standing) == expected


def test_of_a_delivery_that_counts_only_lines_set_aside_are_missing() -> None:
    held = drawn("9101 | 40 | 40 | 40 | 40 | 30+10")
    own = Volumes({place(): held.held[place()]})
    assert parts(held, "admitted", own) == {
        2020: Part(Volume(10, 1000), Volume(0, 0)), 2021: Part(Volume(30, 3000), Volume(0, 0)),
    }  # fmt: skip
    assert parts(held, "admitted", own, aside=6) == {
        2020: Part(Volume(10, 1000), Volume(2, 150)), 2021: Part(Volume(30, 3000), Volume(5, 450)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lost", "more", "may", "told"),
    [
        (40, {}, True, "200 of 1,000 of its farmacie would be missing, within the bound of 200"),
        (41, {}, False, "204 of 1,000 of its farmacie would be missing; the bound is 200"),
        (0, {}, True, "nothing of it is missing"),
        (None, {}, None, "no earlier periods"),
        (41, {"accepted": [ACCEPTED]}, True, "its absence is accepted"),
        (41, {"missing_stop_per_mille": None}, True, "no bound holds for farmacie"),
        (41, {"missing_stop_per_mille": 203}, False, "the bound is 203"),
    ],
)
def test_a_year_may_be_published_when_little_of_it_is_missing(
    lost: int | None, more: dict[str, Any], may: bool | None, told: str
) -> None:
    held = drawn("9102 | | | | | 160")
    part = Part(None, None) if lost is None else Part(Volume(lost, lost), Volume(lost, lost))
    reached = year_reached(held, place(), 2021, part, rules(**more), RELEASE, EARLY)
    assert (reached.may_be_published, told in reached.why) == (may, True), reached.why


def test_what_else_is_missing_of_the_care_type_counts_with_it() -> None:
    rows = ["9101 | 40 | 40 | 40 | 40 | ", "9103 | 20 | 20 | 20 | 20 | ",
            "9102 | 200 | 200 | 200 | 200 | 200", "9104 | 5 | 5 | 5 | 5 | 5"]  # fmt: skip
    held = drawn(*rows)
    part = parts(held, "refused")[2021]
    reached = year_reached(held, place(), 2021, part, rules(), RELEASE, EARLY)
    # 40 of 245, and 20 of 225, rounded up.
    assert (reached.per_mille, reached.others_per_mille) == (164, 89)
    assert reached.may_be_published is False
    assert "164 of 1,000 of its farmacie would be missing, with 89 of other" in reached.why
    of_all = volumes("\n".join([f"sender | care_type | {QUARTERS}", *(
        f"{row[:4]} | {care_type}{row[4:]}" for row in rows for care_type in ("farmacie", "ggz")
    )]))  # fmt: skip
    assert year_reached(of_all, place(), 2021, part, rules(), RELEASE, EARLY).others_per_mille == 89
    nobody = drawn(*rows[:2])
    lost = {
        day: year_reached(nobody, place(), 2021, part, rules(), RELEASE, day).others_per_mille
        for day in (datetime.date(2021, 5, 30), datetime.date(2021, 5, 31))
    }
    assert list(lost.values()) == [0, 1000]
    accepted = [{**ACCEPTED, "sender": "9103"}]
    alone = year_reached(held, place(), 2021, part, rules(accepted=accepted), RELEASE, EARLY)
    assert (alone.others_per_mille, alone.may_be_published) == (0, True)


@given(st.lists(st.integers(0, 50), min_size=5, max_size=5), st.integers(0, 9))
def test_what_is_held_is_what_is_there_and_what_is_missing(lines: list[int], late: int) -> None:
    row = " | ".join(f"{number}+{late}" for number in lines)
    held = drawn(f"9101 | {row}")
    for year, part in parts(held, "refused").items():
        assert part.held is not None
        assert part.missing is not None
        there = held.of_year(place(), year)
        for usual, lost, kept in zip(part.held, part.missing, there, strict=True):
            assert lost == max(usual - kept, 0)
            assert lost + kept >= usual


@pytest.mark.parametrize(
    ("verdicts", "standing"),
    [
        ({}, "never came"),
        ({"A": ["refused", "refused"]}, "refused"),
        ({"A": ["refused", "admitted"]}, "admitted"),
        ({"A": ["conflict", "conflict", "admitted"]}, "admitted"),
        ({"A": ["superseded", "admitted", "skipped"]}, "admitted"),
        ({"A": ["admitted"], "B": ["waiting"]}, "waiting"),
        ({"A": ["conflict"], "B": ["refused"]}, "conflict"),
        ({"A": ["admitted"], "B": ["copy"]}, "admitted"),
        ({"A": ["copy"]}, "copy"),
    ],
)
def test_arrivals_stand_together_and_the_worst_piece_decides(
    verdicts: dict[str, list[str]], standing: str
) -> None:
    assert standing_of(verdicts) == standing


def arrival(name: str, file: str, verdict: str, kind: str | None = "claims") -> Arrival:
    manifest = None
    if kind is not None:
        manifest = Manifest(
            kind, name, 1, "9101", "farmacie" if kind == "claims" else None,
            datetime.date(2021, 1, 1), datetime.date(2021, 3, 31), 7, 0, 0, "",
        )  # fmt: skip
    return Arrival(file, manifest, verdict)


LEDGER = [
    arrival("9101-farmacie-2021-Q1-p00", "2021/a.csv.gz", "admitted"),
    arrival("9101-farmacie-2021-Q1-p01", "2021/b.csv", "refused"),
    arrival("insured-2021", "insured.csv", "admitted", "insured"),
    arrival("", "9102-ggz-2021-Q2.csv", "waiting", None),
    arrival("", "x.manifest.json", "waiting", None),
    arrival("9103-ggz-2021-Q2", "odd.csv", "refused", "insured"),
]


@pytest.mark.parametrize(
    ("name", "files", "where"),
    [
        ("9101-farmacie-2021-Q1-p01", ["2021/b.csv"], "9101-farmacie-2021-Q1"),
        ("a", ["2021/a.csv.gz"], "9101-farmacie-2021-Q1"),
        ("a.csv.gz", ["2021/a.csv.gz"], "9101-farmacie-2021-Q1"),
        ("2021/a.csv.gz", ["2021/a.csv.gz"], "9101-farmacie-2021-Q1"),
        ("9101-farmacie-2021-Q1", ["2021/a.csv.gz", "2021/b.csv"], "9101-farmacie-2021-Q1"),
        ("9101-farmacie-2021-Q2", [], "9101-farmacie-2021-Q2"),
        ("insured-2021", ["insured.csv"], None),
        ("9102-ggz-2021-Q2", ["9102-ggz-2021-Q2.csv"], "9102-ggz-2021-Q2"),
        ("x", ["x.manifest.json"], None),
        # What the manifest says holds, whatever it is called.
        ("9103-ggz-2021-Q2", ["odd.csv"], None),
    ],
)
def test_a_delivery_is_known_by_id_by_file_or_by_where_it_belongs(
    name: str, files: Sequence[str], where: str | None
) -> None:
    arrivals, found = named_delivery(LEDGER, name)
    assert [a.file for a in arrivals] == files
    assert found == (None if where is None else place(where))


def test_a_name_of_nothing_is_wrong_use_that_names_the_nearest() -> None:
    with pytest.raises(WrongUse, match="insured-2021") as wrong:
        named_delivery(LEDGER, "insured-2012")
    assert "9101-farmacie-2021-Q3" in str(wrong.value)
