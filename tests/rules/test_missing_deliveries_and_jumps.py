"""A delivery that does not come, or holds far more or less than is usual, is found."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from spiegel_core.deliveries.places import place_of
from spiegel_core.deliveries.volume_metrics import volume_metrics
from spiegel_core.deliveries.volumes import Volume, part_missing
from tests.rules.volumes_drawn import BOUNDS, EARLY, found, rules, volumes

YEARS = "2020-Q1 | 2020-Q2 | 2020-Q3 | 2020-Q4 | 2021-Q1 | 2021-Q2"
ACCEPTED = {
    "sender": "9101", "care_type": "farmacie", "from": datetime.date(2021, 1, 1),
    "to": datetime.date(2021, 6, 30), "finding": "missing", "reason": "it merged with 9102",
    "owner": "platform team", "until": datetime.date(2022, 6, 30),
}  # fmt: skip


def table(*rows: str) -> str:
    """Quarters of 2020 and two of 2021, of sender after sender."""
    return "\n".join([f"sender | {YEARS}", *rows])


@pytest.mark.parametrize(
    ("what", "rows", "expected"),
    [
        ("nothing is missing", ["9101 | 40 | 40 | 40 | 40 | 40 | 40"], {}),
        ("of one sender nobody else delivered", ["9101 | 40 | 40 | 40 | 40 | | "], {}),
        (
            "it came four times and others are there",
            ["9101 | 40 | 40 | 40 | 40 | | ", "9102 | 40 | 40 | 40 | 40 | 40 | "],
            {"9101-farmacie-2021-Q1": {"missing", "missing_too_much"}},
        ),
        (
            "it goes on missing",
            ["9101 | 40 | 40 | 40 | 40 | | ", "9102 | 40 | 40 | 40 | 40 | 40 | 40"],
            {
                "9101-farmacie-2021-Q1": {"missing", "missing_too_much"},
                "9101-farmacie-2021-Q2": {"missing", "missing_too_much"},
            },
        ),
        (
            "it stays away once",
            ["9101 | 40 | 40 | 40 | 40 | | 40", "9102 | 40 | 40 | 40 | 40 | 40 | 40"],
            {"9101-farmacie-2021-Q1": {"missing", "missing_too_much"}},
        ),
        (
            "it came only three times",
            ["9101 | | 40 | 40 | 40 | | ", "9102 | 40 | 40 | 40 | 40 | 40 | "],
            {},
        ),
        (
            "it did not come every time",
            ["9101 | 40 | 40 | | 40 | 40 | ", "9102 | 40 | 40 | 40 | 40 | 40 | 40"],
            {},
        ),
        (
            "fewer lines are usual than are judged",
            ["9101 | 9 | 9 | 9 | 9 | | ", "9102 | 40 | 40 | 40 | 40 | 40 | "],
            {},
        ),
        (
            "a delivery without lines is there, and holds nothing",
            ["9101 | 40 | 40 | 40 | 40 | 0 | ", "9102 | 40 | 40 | 40 | 40 | 40 | "],
            {"9101-farmacie-2021-Q1": {"below", "far_below"}},
        ),
    ],
)
def test_a_delivery_is_missing_when_it_came_four_times_and_others_came_again(
    what: str, rows: list[str], expected: dict[str, set[str]]
) -> None:
    assert found(table(*rows), 2021) == expected, what


@pytest.mark.parametrize(("there", "is_found"), [(0, False), (1, False), (2, True), (3, True)])
def test_nothing_is_missing_before_half_of_a_period_has_come(there: int, is_found: bool) -> None:
    rows = [
        f"910{n} | 40 | 40 | 40 | 40 | {'40' if n <= there else ''} | " for n in range(1, 5)
    ]  # fmt: skip
    assert bool(found(table(*rows), 2021)) == is_found


@pytest.mark.parametrize(
    ("cut_off", "due_months", "quarters"),
    [
        ("2020-12-31", 2, ()), ("2021-05-30", 2, ()), ("2021-05-31", 2, (1,)),
        ("2021-08-30", 2, (1,)), ("2021-08-31", 2, (1, 2)), ("2021-03-31", 0, (1,)),
        # After twelve months without a delivery who sent it has stopped.
        ("2023-12-31", 2, (1, 2, 3, 4)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("senders", [("9101",), ("9101", "9102")])
def test_a_period_that_nobody_delivers_is_missing_once_it_is_due_at_the_cut_off_date(
    cut_off: str, due_months: int, quarters: tuple[int, ...], senders: tuple[str, ...]
) -> None:
    rows = [f"{sender} | 40 | 40 | 40 | 40 | | " for sender in senders]
    day = datetime.date.fromisoformat(cut_off)
    assert found(table(*rows), 2021, day, due_months=due_months, late_months=0) == {
        f"{sender}-farmacie-2021-Q{quarter}": {"missing", "missing_too_much"}
        for sender in senders
        for quarter in quarters
    }


@pytest.mark.parametrize(
    ("what", "row", "missing"),
    [
        ("one in the middle", "40 | 40 | 40 | 40 | | 40", {"2021-Q1"}),
        ("it came only three times", " | 40 | 40 | 40 | | ", set()),
        ("fewer lines are usual than are judged", "9 | 9 | 9 | 9 | | ", set()),
        ("a delivery without lines is there", "40 | 40 | 40 | 40 | 0 | 40", set()),
    ],
)
def test_a_period_that_nobody_delivers_is_missing_for_who_delivered_the_last_four(
    what: str, row: str, missing: set[str]
) -> None:
    lost = found(table(f"9101 | {row}"), 2021, datetime.date(2021, 9, 29), stop_below=0)
    names = {name[-7:] for name, findings in lost.items() if "missing" in findings}
    assert names == missing, what


@pytest.mark.parametrize(("cut_off", "is_found"), [("2021-05-30", False), ("2021-05-31", True)])
def test_what_is_due_is_missing_also_where_few_of_its_period_have_come(
    cut_off: str, is_found: bool
) -> None:
    rows = [f"910{n} | 40 | 40 | 40 | 40 | {'40' if n == 1 else ''} | " for n in range(1, 5)]
    lost = found(table(*rows), 2021, datetime.date.fromisoformat(cut_off))
    assert set(lost) == ({f"910{n}-farmacie-2021-Q1" for n in (2, 3, 4)} if is_found else set())


def test_months_are_due_as_quarters_are_and_what_came_in_other_pieces_is_not() -> None:
    day = datetime.date(2021, 3, 31)
    months = "2020-09 | 2020-10 | 2020-11 | 2020-12"
    by_month = f"sender | {months}\n9101 | 40 | 40 | 40 | 40"
    assert set(found(by_month, 2021, day)) == {"9101-farmacie-2021-01"}
    # The quarter covers the first three, and after it quarters are due, of which one came before.
    then_a_quarter = f"sender | {months} | 2021-Q1\n9101 | 40 | 40 | 40 | 40 | 40"
    assert set(found(then_a_quarter, 2021, datetime.date(2021, 6, 30))) == set()
    # Nobody can say where a period that is cut out of a month goes on.
    cut_out = ["2020-08-02..2020-08-31", "2020-09", "2020-10", "2020-11", "2020-12-01..2020-12-30"]
    odd = f"sender | {' | '.join(cut_out)}\n9101 | 40 | 40 | 40 | 40 | 40"
    assert set(found(odd, 2021, day)) == set()


@pytest.mark.parametrize(
    ("others", "expected"),
    # Of 40 lines that are missing and 160 there: 200 of 1,000.
    [(160, {"missing"}), (159, {"missing", "missing_too_much"})],
)
def test_a_small_part_of_the_year_warns_and_a_larger_one_stops(
    others: int, expected: set[str]
) -> None:
    rows = ["9101 | 40 | 40 | 40 | 40 | | ", f"9102 | 40 | 40 | 40 | 40 | {others} | "]
    assert found(table(*rows), 2021, warn_above=500)["9101-farmacie-2021-Q1"] == expected


def test_small_parts_that_are_missing_count_together() -> None:
    rows = [
        "9101 | 10 | 10 | 10 | 10 | | ", "9103 | 30 | 30 | 30 | 30 | | ",
        "9102 | 99 | 99 | 99 | 99 | 99 | ", "9104 | 30 | 30 | 30 | 30 | 30 | ",
    ]  # fmt: skip
    both = found(table(*rows), 2021)
    assert both["9101-farmacie-2021-Q1"] == {"missing", "missing_too_much"}
    rows[1] = "9103 | 30 | 30 | 30 | 30 | 30 | "
    assert found(table(*rows), 2021) == {"9101-farmacie-2021-Q1": {"missing"}}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8", {"below"}), ("7", {"below", "far_below"}), ("20", set()), ("19", {"below"}),
        ("80", set()), ("81", {"above"}), ("200", {"above"}), ("202", {"above", "far_above"}),
        ("40@8100", {"above"}), ("40@1999", {"below"}), ("40@799", {"below", "far_below"}),
    ],
)  # fmt: skip
def test_lines_or_cents_jump_when_they_pass_a_bound(cell: str, expected: set[str]) -> None:
    drawn = table(f"9101 | 40 | 40 | 40 | 40 | {cell} | ")
    assert found(drawn, 2021).get("9101-farmacie-2021-Q1", set()) == expected


@pytest.mark.parametrize(
    ("earlier", "lines_percent"),
    [
        # One earlier mistake does not move the median; four seasons stand in it once each.
        ("40 | 40 | 4000 | 40", 100), ("10 | 30 | 50 | 90", 100), ("40 | 40 | 40 | ", None),
        ("9 | 9 | 9 | 9", None),
    ],
)  # fmt: skip
def test_usual_is_the_median_of_the_last_four_periods(
    earlier: str, lines_percent: int | None
) -> None:
    drawn = volumes(table(f"9101 | {earlier} | 40 | "))
    metrics = dict(volume_metrics(drawn, 2021, rules(), EARLY))
    assert metrics["9101-farmacie-2021-Q1"]["lines_percent"] == lines_percent


@pytest.mark.parametrize("usual", ["40@0", "40@-400"])
def test_cents_are_not_compared_where_no_cost_is_usual(usual: str) -> None:
    drawn = volumes(table(f"9101 | {' | '.join([usual] * 4)} | 40 | "))
    metrics = dict(volume_metrics(drawn, 2021, rules(), EARLY))["9101-farmacie-2021-Q1"]
    assert (metrics["lines_percent"], metrics["cents_percent"]) == (100, None)


def test_a_year_is_compared_with_care_of_the_same_age() -> None:
    # 100 lines of the quarter itself and 20 of the one before, and then the care ends.
    drawn = table("9101 | 100+20 | 100+20 | 100+20 | 100+20 | 0+20 | 0+20")
    assert found(drawn, 2020) == {}
    assert found(drawn, 2021) == {
        "9101-farmacie-2021-Q1": {"below", "far_below"},
        "9101-farmacie-2021-Q2": {"below", "far_below"},
    }


def test_late_care_that_is_missing_touches_the_year_it_is_of() -> None:
    rows = ["9101 | 100+20 | 100+20 | 100+20 | 100+20 | | ",
            "9102 | 100+20 | 100+20 | 100+20 | 100+20 | 100+20 | "]  # fmt: skip
    conf = rules()
    of_2020 = dict(volume_metrics(volumes(table(*rows)), 2020, conf, EARLY))[
        "9101-farmacie-2021-Q1"
    ]
    # 460 lines of 2020 came from 9101, 480 from 9102, 20 of each quarter before it in 2019.
    assert of_2020["missing_per_million"] == part_missing(Volume(20, 1), Volume(940, 47), 10**6)


def test_periods_of_another_length_are_not_compared() -> None:
    drawn = volumes(
        "sender | 2020-09 | 2020-10 | 2020-11 | 2020-12 | 2021-Q1\n9101 | 40 | 40 | 40 | 40 | 99"
    )
    metrics = dict(volume_metrics(drawn, 2021, rules(), EARLY))
    assert metrics["9101-farmacie-2021-Q1"]["lines_percent"] is None


def test_a_quarter_that_came_by_the_month_is_not_missing() -> None:
    months = "2021-01 | 2021-02 | 2021-03"
    drawn = (
        f"sender | {YEARS} | {months}\n"
        "9101 | 40 | 40 | 40 | 40 | | | 13 | 13 | 14\n9102 | 40 | 40 | 40 | 40 | 40 | | | | "
    )
    assert found(drawn, 2021) == {}


@pytest.mark.parametrize(
    ("year", "late_months", "is_judged"),
    [
        (2019, 0, False),
        (2019, 11, False),
        (2019, 12, True),
        (2020, 0, True),
        (2021, 0, True),
        (2022, 12, False),
    ],
)
def test_a_period_is_judged_for_the_years_it_lies_in_and_those_it_comes_late_for(
    year: int, late_months: int, is_judged: bool
) -> None:
    drawn = volumes("sender | 2020-12-01..2021-02-28\n9101 | 40")
    assert bool(drawn.places_of_year(year, late_months)) == is_judged


def test_who_has_stopped_is_not_missed_for_ever() -> None:
    years = " | ".join(f"{y}-Q{q}" for y in (2019, 2020, 2021) for q in (1, 2, 3, 4))
    drawn = (
        f"sender | {years}\n9101 | 40 | 40 | 40 | 40 {'| ' * 8}\n9102 {'| 40 ' * 12}"
    )  # fmt: skip
    assert set(found(drawn, 2021, late_months=0)) == set()
    assert set(found(drawn, 2020, late_months=0)) == {
        f"9101-farmacie-2020-Q{n}" for n in (1, 2, 3, 4)
    }


@pytest.mark.parametrize(
    ("other", "is_accepted"),
    [
        ({}, True),
        ({"until": datetime.date(2022, 6, 29)}, False),
        ({"sender": "9103"}, False),
        ({"care_type": "ggz"}, False),
        ({"finding": "jump"}, False),
        ({"to": datetime.date(2021, 3, 31)}, True),
        ({"to": datetime.date(2021, 3, 30)}, False),
        ({"from": datetime.date(2021, 1, 2)}, False),
    ],
)
def test_an_absence_that_is_accepted_neither_warns_nor_stops(
    other: dict[str, Any], is_accepted: bool
) -> None:
    rows = ["9101 | 40 | 40 | 40 | 40 | | ", "9102 | 40 | 40 | 40 | 40 | 40 | "]
    assert (found(table(*rows), 2021, accepted=[{**ACCEPTED, **other}]) == {}) == is_accepted


def test_an_absence_that_is_accepted_does_not_count_with_another() -> None:
    rows = [
        "9101 | 40 | 40 | 40 | 40 | | ", "9103 | 10 | 10 | 10 | 10 | | ",
        "9102 | 99 | 99 | 99 | 99 | 99 | ", "9104 | 10 | 10 | 10 | 10 | 10 | ",
    ]  # fmt: skip
    assert found(table(*rows), 2021, accepted=[ACCEPTED]) == {"9103-farmacie-2021-Q1": {"missing"}}


def test_a_jump_that_is_accepted_neither_warns_nor_stops() -> None:
    drawn = table("9101 | 40 | 40 | 40 | 40 | 900 | ")
    assert found(drawn, 2021, accepted=[{**ACCEPTED, "finding": "jump"}]) == {}
    assert found(drawn, 2021, accepted=[ACCEPTED]) != {}


def test_a_care_type_may_have_bounds_of_its_own_or_none() -> None:
    drawn = table("9101 | 40 | 40 | 40 | 40 | 900 | ")
    wide = {"care_types": ["farmacie"], "warn_below": None, "warn_above": 300, "stop_below": None,
            "stop_above": None, "missing_stop_per_mille": None, "source": "tests"}  # fmt: skip
    assert found(drawn, 2021, others=[wide]) == {"9101-farmacie-2021-Q1": {"above"}}
    assert found(drawn, 2021, others=[{**wide, "care_types": ["ggz"]}]) == {
        "9101-farmacie-2021-Q1": {"above", "far_above"}
    }
    missing = ["9101 | 40 | 40 | 40 | 40 | | ", "9102 | 40 | 40 | 40 | 40 | 40 | "]
    assert found(table(*missing), 2021, others=[wide]) == {"9101-farmacie-2021-Q1": {"missing"}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"stop_below": 51}, {"stop_above": 199},
        {"others": [{**BOUNDS, "care_types": ["tandarts"]}]},
        {"others": [{**BOUNDS, "care_types": ["ggz"]}, {**BOUNDS, "care_types": ["ggz"]}]},
        {"accepted": [{**ACCEPTED, "care_type": "tandarts"}]},
        {"accepted": [{**ACCEPTED, "to": datetime.date(2020, 12, 31)}]},
        {"accepted": [{**ACCEPTED, "reason": ""}]},
    ],
)  # fmt: skip
def test_bounds_and_acceptances_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rules(**wrong)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("9101-ggz-2021-Q4", "2021-10-01", "2021-12-31"),
        ("9101-ggz-2024-02", "2024-02-01", "2024-02-29"),
        ("9101-ggz-2021", "2021-01-01", "2021-12-31"),
        ("9101-ggz-2021-02-01..2021-04-30", "2021-02-01", "2021-04-30"),
        ("9101-medisch_specialistisch-2021-Q1-p00-again", "2021-01-01", "2021-03-31"),
    ],
)
def test_a_place_is_named_as_a_delivery_is(name: str, first: str, last: str) -> None:
    place = place_of(name)
    assert place is not None
    assert (str(place.period_from), str(place.period_to)) == (first, last)
    assert place_of(place.name) == place
    assert name.startswith(place.name)


@pytest.mark.parametrize(
    "name",
    [
        "", "9101", "9101-ggz", "9101-ggz-2021-Q5", "9101-ggz-2021-13", "910-ggz-2021-Q1",
        "9101-GGZ-2021-Q1", "9101-ggz-2021-02-30..2021-04-30", "9101-ggz-2021-05-01..2021-04-30",
        "9101-ggz-2021-Q1\n",
    ],
)  # fmt: skip
def test_what_names_no_place_is_none(name: str) -> None:
    assert place_of(name) is None
