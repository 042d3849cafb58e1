"""The one way a Spark session starts.

Every setting has its reason; those that keep numbers right are asserted by a test.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from spiegel_core.contracts.settings import SparkSettings
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime import python_daemon
from spiegel_core.runtime.jars import missing_jars

# Settings no configuration may change, because a number could silently change with them.
LOCKED = {
    # A bad cast or an overflow fails instead of becoming null or wrapping around.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # A truncated or missing file fails instead of losing lines without a word.
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    # A flipped bit in a data file fails the page checksum instead of changing a number.
    "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
    "spark.hadoop.parquet.page.write-checksum.enabled": "true",
    # A task that ran twice side by side would write its reports twice.
    "spark.speculation": "false",
}

_LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")

_DEFAULTS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # Nothing of the store is shown on a port, and no event log is written.
    "spark.ui.enabled": "false",
    "spark.eventLog.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Tables of some hundred files need no 50 tasks to list them.
    "spark.databricks.delta.snapshotPartitions": "2",
    # Hundreds of files of the store are listed by the driver in less time than a job starts.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000",
    # Several files are written at once, so that lines need no sort by care year first.
    "spark.sql.maxConcurrentOutputFileWriters": "16",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A year has more pieces of generated code than the 100 Spark keeps; the next year, or a
    # second run in a session, need not have them compiled again.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # Error texts of Python tasks end before the lines of data they were made from.
    "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled": "true",
    "spark.python.worker.reuse": "true",
    "spark.sql.debug.maxToStringFields": "200",
}


def start_session(settings: SparkSettings, name: str, scratch: Path | None = None) -> SparkSession:
    """Start Spark with Delta, or take the session that spark-submit started.

    Args:
        settings: conf/base.yml's part on Spark.
        name: what the job is called.
        scratch: folder for files Spark makes beside the store; the system's own when None.

    Raises:
        EnvironmentUnfit: no Java 17 or 21, or Delta's JARs are not in place.
    """
    _check_java()
    if missing_jars():
        raise EnvironmentUnfit(
            "Delta's JARs are not in place", found=", ".join(missing_jars()), fix="run: make setup"
        )
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # Tasks run with the Python, and so the libraries, of the driver.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(f"spiegel {name}")
    if settings.master:
        builder = builder.master(settings.master)
        builder = builder.config("spark.driver.memory", settings.driver_memory)
        builder = builder.config("spark.driver.host", "127.0.0.1")
        builder = builder.config("spark.driver.extraJavaOptions", _java_options(settings, scratch))
        builder = builder.config("spark.python.daemon.module", python_daemon.__name__)
    if scratch is not None:
        builder = builder.config("spark.local.dir", str(scratch))
        builder = builder.config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
    partitions = str(settings.shuffle_partitions)
    for key, value in {
        **_DEFAULTS, "spark.sql.shuffle.partitions": partitions, **settings.settings, **LOCKED,
    }.items():  # fmt: skip
        builder = builder.config(key, value)
    return _started_quietly(builder)


def _started_quietly(builder: SparkSession.Builder) -> SparkSession:
    """Start with what the JVM prints laid aside: it is noise, and later may quote data."""
    sys.stderr.flush()
    screen = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            return builder.getOrCreate()
        except Exception as problem:
            aside.seek(0)
            printed = aside.read().decode("utf-8", "replace").strip().splitlines()
            told = [line for line in printed if "rror" in line or "xception" in line]
            raise EnvironmentUnfit(
                "Spark does not start", found=(told or printed or [type(problem).__name__])[-1],
                fix="look at spark in conf/base.yml, at Java, and at free memory and disk",
            ) from None  # fmt: skip
        finally:
            os.dup2(screen, 2)
            os.close(screen)


def _java_options(settings: SparkSettings, scratch: Path | None) -> str:
    where = f"-Dderby.system.home={scratch} -Djava.io.tmpdir={scratch}" if scratch else ""
    quiet = f"-Dlog4j2.configurationFile=file:{_LOG_SETTINGS} -Dlog4j2.disableJmx=true"
    return f"{quiet} -Duser.timezone=UTC {where} {settings.java_options}".strip()


def _check_java() -> None:
    """Spark runs on Java 17 and 21; anything else fails late and unclearly."""
    home = os.environ.get("JAVA_HOME", "")
    java = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    fix = "install Java 17 or 21, and let JAVA_HOME or PATH name it"
    if java is None:
        raise EnvironmentUnfit("there is no Java", expected="Java 17 or 21", fix=fix)
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', told.stderr)
    if version is None or version.group(1) not in ("17", "21"):
        found = version.group(1) if version else "unknown"
        raise EnvironmentUnfit("this Java is not one Spark runs on", found=f"Java {found}",
                               expected="Java 17 or 21", fix=fix)  # fmt: skip
