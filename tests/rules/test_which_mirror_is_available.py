"""Why a practice has no national or no regional mirror: two sets of reasons; empty is a mirror."""

from __future__ import annotations

import datetime

import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.population.practices import (
    NATIONAL,
    REGIONAL,
    Registered,
    has_ended,
    unavailable,
)
from spiegel_core.runtime.steps import default_cut_off
from tests.tables import draw

CUT_OFF = datetime.date(2021, 12, 31)


def day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def practice(start: str = "2010-01-01", end: str | None = None) -> Registered:
    return Registered("p1", "Praktijk", day(start) or CUT_OFF, day(end), True, None)


NATIONAL_CASES = """
start      | end        | persons | reasons
2010-01-01 |            | 100     |
2021-01-01 |            | 100     |
2021-01-02 |            | 100     | BEGIN_NA_1JAN
2022-03-01 |            | 100     | BEGIN_NA_1JAN
2010-01-01 |            | 99      | TE_WEINIG_PATIENTEN
2010-01-01 |            | 0       | TE_WEINIG_PATIENTEN
2010-01-01 | 2021-12-31 | 100     | EINDDATUM_VERLEDEN
2010-01-01 | 2022-01-01 | 100     |
2010-01-01 | 2015-01-01 | 0       | EINDDATUM_VERLEDEN TE_WEINIG_PATIENTEN
2021-02-01 | 2021-11-30 | 5       | BEGIN_NA_1JAN EINDDATUM_VERLEDEN TE_WEINIG_PATIENTEN
"""


@pytest.mark.parametrize(
    "row", draw(NATIONAL_CASES), ids=lambda row: "-".join(map(str, row.values()))
)
def test_reasons_there_is_no_national_mirror(
    row: dict[str, str | None], rules_2021: YearRules
) -> None:
    found = unavailable(
        practice(str(row["start"]), row["end"]), int(row["persons"] or 0), {}, {}, {},
        rules_2021, CUT_OFF,
    )  # fmt: skip

    assert found[NATIONAL] == set((row["reasons"] or "").split())


# The practice's group (- is a tie, empty is none), when that group ended, and how many practices
# it has.
REGIONAL_CASES = """
group | ended      | practices | reasons
z1    |            | 4         |
z1    |            | 400       |
z1    |            | 3         | MINDER_DAN_4_PRAKTIJKEN
z1    |            | 0         | MINDER_DAN_4_PRAKTIJKEN
z1    | 2021-12-31 | 4         | ZORGGROEP_AGB_GEWIJZIGD
z1    | 2022-01-01 | 4         |
z1    | 2021-12-31 | 3         | ZORGGROEP_AGB_GEWIJZIGD MINDER_DAN_4_PRAKTIJKEN
-     |            | 4         | ZORGGROEP_ONBESLIST
      |            | 4         | GEEN_DM_KETENZORG
"""


@pytest.mark.parametrize(
    "row", draw(REGIONAL_CASES), ids=lambda row: "-".join(map(str, row.values()))
)
def test_reasons_there_is_no_regional_mirror(
    row: dict[str, str | None], rules_2021: YearRules
) -> None:
    linked = {"p1": None if row["group"] == "-" else row["group"]} if row["group"] else {}
    start = datetime.date(2010, 1, 1)
    groups = {"z1": Registered("z1", "Groep", start, day(row["ended"]), True, None)}

    found = unavailable(
        practice(), 100, linked, groups, {"z1": int(row["practices"] or 0)}, rules_2021, CUT_OFF
    )

    assert found[REGIONAL] == set((row["reasons"] or "").split())
    assert found[NATIONAL] == set()


def test_a_reason_for_the_one_is_no_reason_for_the_other(rules_2021: YearRules) -> None:
    found = unavailable(practice(), 5, {}, {}, {}, rules_2021, CUT_OFF)
    assert found == {NATIONAL: {"TE_WEINIG_PATIENTEN"}, REGIONAL: {"GEEN_DM_KETENZORG"}}


@pytest.mark.parametrize(
    ("cut_off", "is_gone"), [("2022-05-31", False), ("2022-06-01", True), ("2023-01-01", True)]
)
def test_the_cut_off_date_of_the_release_decides_whether_a_practice_has_ended(
    cut_off: str, is_gone: bool, rules_2021: YearRules
) -> None:
    ended = practice(end="2022-06-01")
    found = unavailable(ended, 100, {}, {}, {}, rules_2021, day(cut_off) or CUT_OFF)

    assert has_ended(ended, day(cut_off) or CUT_OFF) == is_gone
    assert found[NATIONAL] == ({"EINDDATUM_VERLEDEN"} if is_gone else set())


def test_the_cut_off_date_is_31_december_where_none_is_named() -> None:
    assert default_cut_off(2021) == datetime.date(2021, 12, 31)


def test_conf_names_100_persons_and_4_practices(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.smallest_practice == 100
    assert rules_2021.numbers.smallest_group == 4
