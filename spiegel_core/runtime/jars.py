"""Delta's JARs: fetched once by `make setup`, checked, and laid beside Spark's own.

The delta-spark package holds no JAR. Spark's own resolver fetches it; what arrives must have the
SHA-256 that jars.lock names. Later runs find it in place and need no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.conf import PROJECT

_RESOLVE = """
import sys
from pyspark.sql import SparkSession
SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config(
    "spark.jars.packages", sys.argv[1]).config("spark.jars.excludes", sys.argv[2]).config(
    "spark.jars.ivy", sys.argv[3]).getOrCreate().stop()
"""
# What delta-spark names but a Spark without Unity Catalog and Kernel does not need.
_EXCLUDED = (
    "org.apache.hadoop:hadoop-client-runtime", "org.apache.hadoop:hadoop-client-api",
    "io.delta:delta-kernel-api", "io.delta:delta-kernel-defaults",
    "io.delta:delta-kernel-unitycatalog", "io.unitycatalog:unitycatalog-client",
    "io.unitycatalog:unitycatalog-hadoop", "org.locationtech.jts:jts-core",
)  # fmt: skip


def locked_jars() -> list[tuple[str, str]]:
    """Coordinates (group:artifact:version) and SHA-256 of the JARs the project runs with."""
    lines = (PROJECT / "jars.lock").read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return [(coordinate, sha256) for coordinate, sha256 in pairs]


def jar_folder() -> Path:
    """The folder of JARs of the Spark that runs (SPARK_HOME, or the package).

    Not beside the module `pyspark`: under spark-submit that one comes out of a zip file.
    """
    from pyspark.find_spark_home import _find_spark_home

    return Path(_find_spark_home()) / "jars"  # type: ignore[no-untyped-call]


def jar_name(coordinate: str) -> str:
    """File name of a JAR.

    Example:
        >>> jar_name("io.delta:delta-storage:4.4.0")
        'delta-storage-4.4.0.jar'
    """
    _, artifact, version = coordinate.split(":")
    return f"{artifact}-{version}.jar"


def missing_jars() -> list[str]:
    """Coordinates of locked JARs that are not beside Spark's own."""
    return [c for c, _ in locked_jars() if not (jar_folder() / jar_name(c)).is_file()]


def fetch_jars() -> None:
    """Fetch and check the locked JARs; nothing happens when they are in place."""
    if not missing_jars():
        return
    with tempfile.TemporaryDirectory() as scratch:
        _resolve(",".join(c for c, _ in locked_jars()), Path(scratch))
        for coordinate, sha256 in locked_jars():
            _lay_beside_spark(coordinate, sha256, Path(scratch) / "jars")


def _resolve(coordinates: str, ivy: Path) -> None:
    command = [sys.executable, "-c", _RESOLVE, coordinates, ",".join(_EXCLUDED), str(ivy)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or ["no output"])[-1]
        raise EnvironmentUnfit(
            "Delta's JARs cannot be fetched", found=last[:300],
            expected="a network that reaches a Maven repository, once",
            fix="run make setup again when the network is there",
        )  # fmt: skip


def _lay_beside_spark(coordinate: str, sha256: str, fetched: Path) -> None:
    group, artifact, version = coordinate.split(":")
    source = fetched / f"{group}_{artifact}-{version}.jar"
    found = hashlib.sha256(source.read_bytes()).hexdigest() if source.is_file() else "no file"
    if found != sha256:
        raise EnvironmentUnfit(
            f"{coordinate} is not the file jars.lock names", found=found, expected=sha256,
            fix="look where it came from; do not run it",
        )  # fmt: skip
    target = jar_folder() / jar_name(coordinate)
    shutil.copyfile(source, target.with_suffix(".part"))
    target.with_suffix(".part").rename(target)


if __name__ == "__main__":
    fetch_jars()
