"""What would go wrong silently turns a test of the rule book red: each test here breaks a rule on
purpose and runs the test that guards it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spiegel_core.outcomes.cell_sums import sums_of_cells

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
    year: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_double(persons: pa.Table, values: Any, names: Any) -> pa.Table:
        exact = sums_of_cells(persons, values, names)
        squares = defaultdict(float)
        for person, row in zip(persons.to_pylist(), values.astype("float64"), strict=True):
            for name, value in zip(names, row, strict=True):
                squares[person["provider"], person["profile"], name] += value * value
        rows = exact.to_pylist()
        for row in rows:
            of_cell = squares[row["provider"], row["profile"], row["outcome"]]
            row["total_squares"] = Decimal(int(of_cell))
        return pa.Table.from_pylist(rows, schema=exact.schema)

    guard = outcomes_per_person.test_users_are_persons_above_zero_and_squares_are_summed_exactly
    guard(year)
    monkeypatch.setattr(outcomes_per_person, "sums_of_cells", as_double)
    turns_red(guard, year)


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
