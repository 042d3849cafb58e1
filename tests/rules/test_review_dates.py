"""An outcome whose review date lies before the date of a release stops that release."""

from __future__ import annotations

import datetime

import pytest

from spiegel_core.contracts.rules import Outcome
from spiegel_core.errors import GateStopped
from spiegel_core.outcomes.definitions import outcomes_of_year, refuse_expired
from spiegel_core.runtime.conf import Conf

RELEASE = datetime.date(2022, 11, 1)


def outcome(name: str, review_by: str) -> Outcome:
    return Outcome(
        name, name, "cents", (), False, "platform team", datetime.date.fromisoformat(review_by), ""
    )


def test_a_review_on_the_day_of_the_release_is_in_time() -> None:
    refuse_expired([outcome("a", "2022-11-01"), outcome("b", "2030-01-01")], RELEASE)
    refuse_expired([], RELEASE)


def test_a_review_that_should_have_been_the_day_before_stops_the_release() -> None:
    outcomes = [outcome("late", "2022-10-31"), outcome("fine", "2022-11-01"),
                outcome("later", "2021-01-01")]  # fmt: skip
    with pytest.raises(GateStopped) as problem:
        refuse_expired(outcomes, RELEASE)

    assert str(problem.value) == (
        "2 outcomes must be reviewed before this release\n"
        "  found:    late (2022-10-31, platform team), later (2021-01-01, platform team)\n"
        "  expected: review_by on or after 2022-11-01\n"
        "  fix:      let the owner review them and set review_by in conf/outcomes.yml"
    )


def test_the_outcomes_of_conf_may_be_released_on_the_date_conf_names(conf: Conf) -> None:
    product = conf.product("praktijkspiegel")
    outcomes = outcomes_of_year(conf.outcomes(), conf.rules(2021), ["A10BA02"])

    refuse_expired(outcomes, product.release_date)
    assert product.review_by >= product.release_date
