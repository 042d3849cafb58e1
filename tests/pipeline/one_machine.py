"""A report year in a process of its own, on the machine its environment makes; tells what it was.

Run      python -m tests.pipeline.one_machine STORE CONF TOLD
"""

from __future__ import annotations

import datetime
import json
import locale
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from jobs.run import run
from spiegel_core.runtime.job import Job, ends_cleanly, leave
from tests.pipeline.small_country import YEAR

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def machine(spark: SparkSession) -> dict[str, Any]:
    """What Java and Python say of where they run, and what Spark says of its executors."""
    java: Any = spark._jvm
    status: Any = spark.sparkContext._jsc.sc().statusStore()
    executors = status.executorList(False)
    each = [executors.apply(number) for number in range(executors.size())]
    return {
        "master": spark.sparkContext.master,
        "partitions": int(spark.conf.get("spark.sql.shuffle.partitions") or 0),
        "java": java.java.lang.System.getProperty("java.specification.version"),
        "java locale": java.java.util.Locale.getDefault().toString(),
        "java 1.5": java.java.text.NumberFormat.getInstance().format(1.5),
        "java zone": java.java.util.TimeZone.getDefault().getID(),
        "java charset": java.java.nio.charset.Charset.defaultCharset().name(),
        "java day": java.java.time.LocalDate.now().toString(),
        "python encoding": locale.getencoding(),
        "python zone": time.tzname[0],
        "python day": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "tasks failed": sum(one.failedTasks() for one in each),
        "executors lost": sum(not one.isActive() for one in each),
    }


def main() -> None:
    """Bring the year up to date with its documents, as `spiegel run` does."""
    store, conf, told = sys.argv[1:]
    job = Job(store, Path(conf), Console(quiet=True))
    run(job, [YEAR], YEAR, None)
    Path(told).write_text(json.dumps(machine(job.spark)), encoding="utf-8")


if __name__ == "__main__":
    leave(ends_cleanly(main))
