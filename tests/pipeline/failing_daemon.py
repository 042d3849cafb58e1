"""Spark's daemon of Python workers on a bad day: a task that has written its file does not get to
say so. Per table the first task to come so far fails, or takes its executor with it.

Run      by Spark, named by spark.python.daemon.module; FAILING says where it is noted and how.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from spiegel_core.runtime import python_daemon, store
from tests.reliability.losing_executors import parent_of

FAILING, KILLED_AT = "SPIEGEL_TEST_FAILING", "SPIEGEL_TEST_KILLED_AT"
_written = store._write_part


def write_and_fail(
    batches: Iterable[pa.RecordBatch], *, folder: str, **more: Any
) -> Iterator[pa.RecordBatch]:
    """Write the rows of a task as the product does; the first one of a table fails after it."""
    told = list(_written(batches, folder=folder, **more))
    table = Path(folder).name
    if told and is_first(Path(os.environ[FAILING]) / table):
        if table in os.environ.get(KILLED_AT, "").split(","):
            # The worker is forked by Spark's daemon, which the executor started.
            os.kill(parent_of(os.getppid()), signal.SIGKILL)
            signal.pause()
        raise RuntimeError("a task that fails once")
    yield from told


def is_first(mark: Path) -> bool:
    """Whether nobody made this mark before; of several at once, one did not."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def main() -> None:
    """Become Spark's daemon; its workers find the failing function where they look for the real."""
    store._write_part = write_and_fail
    python_daemon.main()


if __name__ == "__main__":
    main()
