"""What goes into a step comes out of it or is left out for a reason, to the cent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.errors import GateStopped
from spiegel_core.population.conservation import Balance


@pytest.mark.parametrize(
    ("went_in", "came_out", "left_out"),
    [
        (10, 10, {}),
        (10, 7, {"high_cost": 2, "several_practices": 1}),
        (0, 0, {}),
        (-250, -300, {"waiting_credits": 50}),
        (10**15, 10**15 - 1, {"cover_a": 1}),
    ],
)
def test_a_step_that_balances_goes_on(
    went_in: int, came_out: int, left_out: dict[str, int]
) -> None:
    Balance("care", "cents", went_in, came_out, left_out).check()


@given(
    st.integers(), st.dictionaries(st.sampled_from("abc"), st.integers()),
    st.integers().filter(lambda n: n != 0),
)  # fmt: skip
def test_a_step_that_is_off_by_any_number_stops(
    came_out: int, left_out: dict[str, int], off: int
) -> None:
    right = came_out + sum(left_out.values())
    Balance("care", "cents", right, came_out, left_out).check()
    with pytest.raises(GateStopped):
        Balance("care", "cents", right + off, came_out, left_out).check()


def test_the_text_names_step_quantity_and_difference() -> None:
    with pytest.raises(GateStopped) as problem:
        Balance("population", "persons", 1000, 990, {"high_cost": 7, "no_fee": 2}).check()

    assert str(problem.value) == (
        "persons got lost or came from nowhere in the step population\n"
        "  found:    out 990; left out: high_cost 7, no_fee 2\n"
        "  expected: together the 1,000 that went in; they differ by -1\n"
        "  fix:      nothing was published; look at the rules of the step, then run again"
    )
    assert problem.value.exit_code == 1


def test_a_balance_is_kept_with_every_part() -> None:
    rows = Balance("care", "lines", 10, 8, {"cover_a": 2, "no_segment": 0}).rows(2021)

    assert [(row["part"], row["value"]) for row in rows] == [
        ("in", 10), ("out", 8), ("cover_a", 2), ("no_segment", 0),
    ]  # fmt: skip
    assert {(row["report_year"], row["step"], row["quantity"]) for row in rows} == {
        (2021, "care", "lines")
    }
