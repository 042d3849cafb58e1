"""One small country for all tests of this folder: invented, received and run once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spiegel_core.runtime.keys import KEY_VARIABLE
from tests.by_hand.twin import Results, compute
from tests.pipeline.small_country import CUT_OFF, YEAR, SmallRun, invented, received

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONF = Path(__file__).parents[2] / "conf"


@pytest.fixture(scope="session")
def country_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key every store of this folder pseudonymises with."""
    path = tmp_path_factory.mktemp("key") / "country.key"
    path.write_text(json.dumps({"version": "k1", "secret": "5a" * 32}), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deliveries of the small country."""
    return invented(tmp_path_factory.mktemp("country"))


@pytest.fixture(scope="session")
def by_hand(deliveries: Path) -> Results:
    """What the plain-Python twin makes of them."""
    return compute(deliveries, CONF, YEAR, CUT_OFF)


@pytest.fixture(scope="session")
def small_run(
    deliveries: Path,
    country_key: Path,
    spark_session: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SmallRun]:
    """The small country received and run; no test may change its store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, KEY_VARIABLE, str(country_key))
        run = received(deliveries, tmp_path_factory.mktemp("small") / "store", spark_session)
        run.run()
        yield run
