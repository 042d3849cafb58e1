"""The year the rules are tested in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spiegel_core.contracts.rules import YearRules

from .drawn import Year

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def year(spark_session: SparkSession, rules_2021: YearRules) -> Year:
    """Report year 2021, for claim lines drawn by the tests."""
    return Year(spark_session, rules_2021)
