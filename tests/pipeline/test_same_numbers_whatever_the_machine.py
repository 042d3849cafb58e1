"""The same deliveries give the same bytes: with 1, 3 or 7 partitions, in whatever order lines and
tasks come, and once more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spiegel_core.contracts.gold import DOCUMENTS, GOLD, PRODUCT
from spiegel_core.contracts.gold_runs import QUALITY_METRICS, QUALITY_RESULTS
from spiegel_core.release.names import VersionName
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.keys import KEY_VARIABLE
from spiegel_core.runtime.versions import manifest_in, version_files
from tests.pipeline.small_country import YEAR, SmallRun, received, shuffled

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What gates judged carries the run it was judged in; documents are another step.
_OF_RUNS = (QUALITY_RESULTS, QUALITY_METRICS, DOCUMENTS)


def fingerprints(run: SmallRun) -> dict[str, str]:
    """Content of every gold table, whatever the order of its rows."""
    return {
        table.name: of_texts(sorted(str(row) for row in run.rows(table)))
        for table in GOLD
        if table not in _OF_RUNS
    }


def files_of_version(run: SmallRun) -> dict[str, str]:
    """SHA-256 of every file of the version but the list of its deliveries."""
    name = VersionName(PRODUCT, YEAR, 1)
    files = manifest_in(version_files(run.job.folder, name), name).files
    return {file: digest for file, digest in files.items() if "deliveries" not in file}


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_partitions_and_order_of_lines_change_no_gold_table_and_no_model(
    partitions: int,
    small_run: SmallRun,
    deliveries: Path,
    country_key: Path,
    spark_session: SparkSession,
    tmp_path: Path,
) -> None:
    lines = deliveries if partitions == 1 else shuffled(deliveries, tmp_path / "shuffled")
    before = spark_session.conf.get("spark.sql.shuffle.partitions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, KEY_VARIABLE, str(country_key))
        other = received(lines, tmp_path / "store", spark_session)
    try:
        spark_session.conf.set("spark.sql.shuffle.partitions", str(partitions))
        # Files are cut smaller, so that scans have other tasks as well.
        spark_session.conf.set("spark.sql.files.maxPartitionBytes", str(2_000_000 * partitions))
        other.run()
    finally:
        spark_session.conf.set("spark.sql.shuffle.partitions", str(before))
        spark_session.conf.unset("spark.sql.files.maxPartitionBytes")

    found = fingerprints(other)
    # Steps name the content of the deliveries, and so the order of lines in their files.
    assert found == {**fingerprints(small_run), "gold.steps": found["gold.steps"]}
    # So do deliveries; all else a version is made of has the same bytes.
    assert files_of_version(other) == files_of_version(small_run)


def test_a_second_run_does_nothing_again(small_run: SmallRun) -> None:
    before = fingerprints(small_run)
    again = small_run.run()

    assert [(step.name, step.skipped) for step in again.steps] == [
        ("2021: year (finished for the same data)", True),
        ("2021: model (finished for the same data)", True),
        ("2021: benchmarks (finished for the same data)", True),
    ]
    assert fingerprints(small_run) == before
