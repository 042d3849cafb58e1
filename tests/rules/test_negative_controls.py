"""What would go wrong silently turns a test of the rule book red: each test here breaks a rule on
purpose and runs the test that guards it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spiegel_core.runtime.conf import Conf

from . import test_a_person_of_two_practices_counts_for_neither as two_practices
from . import test_credits_take_a_debit_back as credits
from . import test_outcomes_per_person as outcomes_per_person

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def turns_red(test: Callable[..., None], *fixtures: Any) -> None:
    test_name = test.__name__
    try:
        test(*fixtures)
    except AssertionError:
        return
    raise AssertionError(f"{test_name} stays green while its rule is broken")


def test_summing_cents_as_double_turns_a_test_red(
    year: Any, conf: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_double(parts: DataFrame, listed: Any) -> DataFrame:
        names = F.array(*(F.lit(outcome.name) for outcome in listed))
        of = {name: F.col(name).cast("double") for name in ("high_squares", "mixed", "low_squares")}
        squares = of["high_squares"] * 1e14 + of["mixed"] * 1e7 + of["low_squares"]
        return parts.groupBy(
            "provider", "profile", F.element_at(names, F.col("number") + 1).alias("outcome")
        ).agg(
            F.sum("users").alias("users"),
            F.sum(F.col("total").cast("double")).cast("decimal(38,0)").alias("total"),
            F.sum(squares).cast("decimal(38,0)").alias("total_squares"),
        )

    guard = outcomes_per_person.test_users_are_persons_above_zero_and_squares_are_summed_exactly
    outcomes = outcomes_per_person.outcomes_of_2021(conf)
    guard(year, outcomes)
    monkeypatch.setattr(outcomes_per_person, "sums_per_cell", as_double)
    turns_red(guard, year, outcomes)


def test_dropping_the_netting_turns_a_test_red(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = credits.test_debit_duplicate_credit_and_corrected_debit_net_the_same_in_all_24_orders
    monkeypatch.setattr(
        credits, "netted", lambda claims, settled: claims.withColumn("sign", F.lit(1))
    )
    turns_red(guard, spark)


def test_counting_a_person_of_two_practices_turns_a_test_red(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    attribute = two_practices.attribute_persons

    def at_the_first(fees: DataFrame, several: set[str]) -> DataFrame:
        first = F.coalesce(F.col("practice"), F.element_at("practices", 1))
        return attribute(fees, several).withColumn("practice", first)

    monkeypatch.setattr(two_practices, "attribute_persons", at_the_first)
    turns_red(two_practices.test_a_person_with_fees_of_two_practices_belongs_to_neither, spark)
