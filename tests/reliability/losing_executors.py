"""Receive on a small cluster of this machine whose executors are killed by their own tasks.

Run      python -m tests.reliability.losing_executors once|always STORE KEY_FILE FOLDER
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pyspark

from spiegel_core.contracts.settings import SparkSettings
from spiegel_core.runtime.incoming import read_incoming
from spiegel_core.runtime.job import ends_cleanly, leave
from spiegel_core.runtime.session import start_session

from .stores import receive

_FATAL = "N3-r1.csv"


def read_and_lose(path: str, *, how: str, driver: int) -> bytes:
    """Read a file; one of them costs the executor its life, on the first attempt or on each."""
    from pyspark import TaskContext

    context = TaskContext.get()
    if context is not None and path.endswith(_FATAL) and os.getpid() != driver:
        attempt = context.attemptNumber()
        if how == "always" or attempt == 0:
            (Path(path).parents[1] / f"lost-{attempt}").touch()
            # The worker is forked by Spark's daemon, which the executor started.
            os.kill(parent_of(os.getppid()), signal.SIGKILL)
            signal.pause()
    return read_incoming(path)


def parent_of(process: int) -> int:
    """The process that started a process."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    return int(told.rpartition(")")[2].split()[1])


def main() -> None:
    """Receive, and end as a job ends."""
    how, store, key_file, folder = sys.argv[1:]
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    cluster = SparkSettings(
        master="local-cluster[2,1,1024]", driver_memory="1g", shuffle_partitions=2,
        java_options="", settings={"spark.executorEnv.PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    session = start_session(cluster, "losing executors", Path(store).parent)
    read = partial(read_and_lose, how=how, driver=os.getpid())
    receive(Path(store), Path(key_file), Path(folder), spark=session, read=read)


if __name__ == "__main__":
    leave(ends_cleanly(main))
