"""Working GPs are those of the AGB register on 1 July; waarnemers (0103) are not among them
(rule 4), and do not make a GP one at several practices."""

from __future__ import annotations

import datetime

import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.population.attribution import (
    Employment,
    gps_at_several_practices,
    working_gps,
)
from tests.tables import draw

REGISTER = """
gp     | at | qualification | start      | end        | is_shown
always | p1 | 0101          | 2010-01-01 |            | yes
first  | p1 | 0101          | 2021-07-01 |            | yes
last   | p1 | 0101          | 2010-01-01 | 2021-07-01 | yes
oneday | p1 | 0101          | 2021-07-01 | 2021-07-01 | yes
other  | p1 | 0100          | 2010-01-01 |            | yes
early  | p1 | 0101          | 2010-01-01 | 2021-06-30 | no
late   | p1 | 0101          | 2021-07-02 |            | no
locum  | p1 | 0103          | 2010-01-01 |            | no
clinic | h1 | 0101          | 2010-01-01 |            | no
gap    | p1 | 0101          | 2010-01-01 | 2021-06-01 | no
gap    | p1 | 0101          | 2021-07-05 |            | no
back   | p1 | 0101          | 2010-01-01 | 2015-01-01 | no
back   | p1 | 0101          | 2018-01-01 |            | yes
"""


def employments(text: str) -> list[Employment]:
    day = datetime.date.fromisoformat
    return [
        Employment(
            str(row["gp"]), str(row["at"]), str(row["qualification"]), day(str(row["start"])),
            day(row["end"]) if row["end"] else None,
        )
        for row in draw(text)
    ]  # fmt: skip


def test_gps_of_a_practice_are_those_registered_there_on_1_july(rules_2021: YearRules) -> None:
    found = working_gps(
        employments(REGISTER), {"p1"}, rules_2021.reference_date,
        rules_2021.numbers.locum_qualification,
    )  # fmt: skip

    assert found == {(row["gp"], row["at"]) for row in draw(REGISTER) if row["is_shown"] == "yes"}


@pytest.mark.parametrize(
    ("first", "second", "is_at_several"),
    [("0101", "0101", True), ("0101", "0103", False), ("0103", "0103", False)],
)
def test_standing_in_elsewhere_makes_nobody_a_gp_at_several_practices(
    first: str, second: str, is_at_several: bool, rules_2021: YearRules
) -> None:
    register = employments(f"""
        gp | at | qualification | start      | end
        g  | p1 | {first}       | 2010-01-01 |
        g  | p2 | {second}      | 2010-01-01 |
    """)
    gps = working_gps(register, {"p1", "p2"}, rules_2021.reference_date, "0103")

    several = gps_at_several_practices(gps, [("g", "p1"), ("g", "p2")])

    assert several == ({"g"} if is_at_several else set())


def test_conf_names_0103_and_1_july(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.locum_qualification == "0103"
    assert str(rules_2021.reference_date) == "2021-07-01"
