"""One small store for all tests of this folder that put back what they change."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from spiegel_core.runtime.deciding import approve
from spiegel_core.runtime.run import Run
from tests.release.small_store import APPROVER_NAME, NAME, SmallStore, made, without_mlflow

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="session")
def approved_store(tmp_path_factory: pytest.TempPathFactory) -> SmallStore:
    """A store with one version, approved."""
    store = made(tmp_path_factory.mktemp("approved"))
    first, second = without_mlflow()
    with first, second, Run(store.job.folder, "approve") as run:
        assert approve(store.job, NAME, APPROVER_NAME, TODAY, run)
    return store


@pytest.fixture
def small_store(tmp_path: Path) -> SmallStore:
    """A store of the test's own, with a candidate."""
    return made(tmp_path)
