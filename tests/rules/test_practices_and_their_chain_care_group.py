"""A practice belongs to the chain-care group with most distinct (person, quarter) of diabetes care
among its own persons; claims of a group that ended count for its successor."""

from __future__ import annotations

import datetime

import pytest

from spiegel_core.contracts.gold import PATIENTS
from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.table import Column
from spiegel_core.outcomes.care_classes import CHAIN_CARE
from spiegel_core.population.groups import chain_care_quarters
from spiegel_core.population.practices import (
    Registered,
    RegisterRow,
    as_registered,
    group_of_practices,
    successors,
)
from tests.tables import assert_drawn, draw, frame

from .drawn import Year

SUCCESSORS = (
    Column("declarer", "string", "group that declared"),
    Column("care_group", "string", "group its claims count for"),
)

QUARTERS = """
what                  | quarters       | group
one group             | z1:1           | z1
the group with most   | z1:3 z2:4      | z2
by one quarter        | z1:4 z2:5 z3:4 | z2
a tie                 | z1:4 z2:4      |
a tie below the first | z1:4 z2:9 z3:4 | z2
a tie of three        | z1:4 z2:4 z3:4 |
"""


@pytest.mark.parametrize("row", [pytest.param(row, id=str(row["what"])) for row in draw(QUARTERS)])
def test_the_group_with_most_quarters_and_none_at_a_tie(row: dict[str, str | None]) -> None:
    pairs = [one.split(":") for one in str(row["quarters"]).split()]
    found = group_of_practices(("p1", group, int(number)) for group, number in pairs)

    assert found == {"p1": row["group"]}


def test_a_practice_without_such_care_is_not_linked() -> None:
    assert group_of_practices([]) == {}


def registered(agb: str, end: str | None, successor: str | None) -> Registered:
    ends = datetime.date.fromisoformat(end) if end else None
    return Registered(agb, agb, datetime.date(2010, 1, 1), ends, True, successor)


GROUPS = """
agb | end        | successor | counts_for
z1  |            |           | z1
z2  | 2021-12-31 | z1        | z1
z3  | 2022-01-01 | z1        | z3
z4  | 2020-01-01 |           | z4
z5  | 2020-01-01 | z2        | z1
z6  |            | z1        | z6
z7  | 2020-01-01 | z4        | z4
z8  | 2020-01-01 | z8        | z8
"""


def test_claims_of_a_group_that_ended_count_for_its_successor() -> None:
    rows = draw(GROUPS)
    groups = {
        str(row["agb"]): registered(str(row["agb"]), row["end"], row["successor"]) for row in rows
    }
    assert successors(groups, datetime.date(2021, 12, 31)) == {
        row["agb"]: row["counts_for"] for row in rows
    }


PATIENTS_DRAWN = """
person_id | practice | reason
ann       | p1       | counted
bob       | p1       | high_cost
cor       | p1       | not_in_register
dik       | p1       | gp_at_several_practices
eef       |          | several_practices
fem       | p2       | counted
gus       | p2       | counted
"""
LINES = """
person_id | code | practice | care_from  | sign
ann       | DM2  | z1       | 2021-01-01 | 1
ann       | DM2  | z1       | 2021-03-31 | 1
ann       | DM2  | z1       | 2021-04-01 | 1
ann       | DM2  | z2       | 2021-07-01 | 1
ann       | CVRM | z2       | 2021-10-01 | 1
ann       | DM2  | z1       | 2021-12-31 | 1
ann       | DM2  | z1       | 2021-12-31 | -1
bob       | DM2  | z1       | 2021-02-01 | 1
cor       | DM2  | z2       | 2021-02-01 | 1
dik       | DM2  | z2       | 2021-02-01 | 1
eef       | DM2  | z2       | 2021-02-01 | 1
fem       | DM2  | z1       | 2021-02-01 | 1
fem       | DM2  | z9       | 2021-02-02 | 1
fem       | DM2  | p2       | 2021-05-01 | 1
gus       | DM2  | z3       | 2021-02-01 | 1
hans      | DM2  | z1       | 2021-02-01 | 1
"""


def test_quarters_of_own_persons_are_counted_per_group(year: Year) -> None:
    found = chain_care_quarters(
        year.care(LINES, care_type="ketenzorg", code_list="900"),
        year.classes_of(CHAIN_CARE, "DM2"),
        frame(year.spark, PATIENTS_DRAWN, PATIENTS),
        # z9 has ended and z1 goes on with it; p2 is no chain-care group.
        frame(
            year.spark,
            "declarer | care_group\nz1 | z1\nz2 | z2\nz3 | z3\nz9 | z1",
            SUCCESSORS,
        ),
    )

    # ann's first two and bob's one at z1; high-cost persons are own persons too. fem's claims of
    # one quarter by z1 and z9 are one quarter of z1.
    assert_drawn(
        found,
        """
        practice | care_group | quarters
        p1       | z1         | 3
        p1       | z2         | 1
        p2       | z1         | 1
        p2       | z3         | 1
        """,
    )


# Periods of a practice in the register as name:first day:last day, and how it is described.
PERIODS = """
periods                                         | name | start      | end        | there
A:2010-01-01:                                   | A    | 2010-01-01 |            | yes
A:2010-01-01:2018-12-31 B:2019-01-01:           | B    | 2010-01-01 |            | yes
A:2010-01-01:2021-07-01 B:2021-07-02:           | A    | 2010-01-01 |            | yes
A:2010-01-01:2021-06-30 B:2021-07-01:           | B    | 2010-01-01 |            | yes
A:2010-01-01:2015-01-01 B:2015-01-02:2021-06-30 | B    | 2010-01-01 | 2021-06-30 | no
B:2021-07-02:                                   | B    | 2021-07-02 |            | no
"""


@pytest.mark.parametrize("row", draw(PERIODS), ids=lambda row: str(row["periods"]))
def test_an_organisation_is_described_as_on_1_july(
    row: dict[str, str | None], rules_2021: YearRules
) -> None:
    rows = [register_row(*one.split(":")) for one in str(row["periods"]).split()]
    other = register_row("Z", "2010-01-01", "", kind="zorggroep")

    for order in (rows, rows[::-1]):
        (found,) = as_registered([other, *order], "huisartspraktijk", rules_2021.reference_date)
        assert {
            "name": found.name,
            "start": str(found.start),
            "end": str(found.end) if found.end else None,
            "there": "yes" if found.is_in_register else "no",
        } == {name: row[name] for name in ("name", "start", "end", "there")}


def register_row(name: str, start: str, end: str, kind: str = "huisartspraktijk") -> RegisterRow:
    day = datetime.date.fromisoformat
    return RegisterRow("p1", kind, name, day(start), day(end) if end else None)


def test_conf_names_diabetes(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.group_programme == "DM2"
