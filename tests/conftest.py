"""What all tests share: one Spark session, the configuration, a key, and silence on the network."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.settings import SparkSettings
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.runtime.conf import Conf

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytest.register_assert_rewrite("tests.tables")

# The same examples on every machine and run; the first one builds tables of Unicode for seconds.
settings.register_profile(
    "same-every-time", derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("same-every-time")

_OF_THE_MACHINE = (
    "SPIEGEL_KEY_FILE", "SPIEGEL_STORE", "SPIEGEL_ENVIRONMENT", "SPIEGEL_DEBUG",
    "SPIEGEL_SIGNING_KEY_FILE", "SPIEGEL_APPROVAL_KEY_FILE", "SPIEGEL_TRUSTED_KEYS",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side (`make test`), all that needs Spark is one group, so that there is one session;
    the rest goes by module, so that what its tests share is made once."""
    for item in items:
        needs_spark = "spark_session" in getattr(item, "fixturenames", ())
        group = "spark" if needs_spark else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """No test speaks to another machine; Spark and its Python speak over loopback."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test wants to speak to {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment of the machine names (a key, a store) is no part of a test."""
    for name in _OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pseudonymisation key of the test's own, named in the environment."""
    path = tmp_path / "test.key"
    path.write_text(json.dumps({"version": "k1", "secret": "5a" * 32}), encoding="utf-8")
    monkeypatch.setenv("SPIEGEL_KEY_FILE", str(path))
    return path


@pytest.fixture(scope="session")
def conf() -> Conf:
    """The project's own configuration."""
    return Conf()


@pytest.fixture(scope="session")
def rules_2021(conf: Conf) -> YearRules:
    """Every rule of report year 2021."""
    return conf.rules(2021)


@pytest.fixture(scope="session")
def door(conf: Conf) -> DoorRules:
    """The numbers and lists the door judges by."""
    return conf.door()


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """The one session of a test run; without a test that asks for it, no JVM starts.

    For results several tests of a module look at; a test that asks Spark itself takes `spark`.
    """
    from spiegel_core.runtime.session import start_session

    of_tests = SparkSettings(
        master="local[2]",
        driver_memory="2g",
        shuffle_partitions=1,
        java_options="-XX:TieredStopAtLevel=1",
        settings={"spark.sql.adaptive.enabled": "false"},
    )
    session = start_session(of_tests, "tests", tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()


@pytest.fixture
def spark(spark_session: SparkSession) -> Iterator[SparkSession]:
    """The session; what a test cached is gone after it."""
    yield spark_session
    spark_session.catalog.clearCache()
