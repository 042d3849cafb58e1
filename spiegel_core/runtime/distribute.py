"""Run the same function on many tasks: in processes of this machine, or as one Spark job."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from spiegel_core.errors import EnvironmentUnfit

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LONGEST_FOLDER = 75
Task = TypeVar("Task")
Result = TypeVar("Result")


def distribute(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    spark: SparkSession | None = None,
    processes: int = 0,
) -> Iterator[Result]:
    """The result of each task, in the order of the tasks.

    Args:
        work: a function of a module, or a method of a dataclass, that can travel.
        tasks: what it is called with.
        spark: the session of a cluster; None runs on this machine.
        processes: processes side by side on this machine; 0 is one per core.

    Example:
        >>> list(distribute(abs, [-1, 2], processes=1))
        [1, 2]
    """
    if spark is not None:
        yield from _on_spark(work, tasks, spark)
        return
    side_by_side = min(processes or os.cpu_count() or 1, len(tasks))
    if side_by_side <= 1:
        yield from map(work, tasks)
        return
    _refuse_long_temporary_folder()
    # A fork server, because a fork of a process with threads may hang.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["spiegel_core.runtime.intake"])
    with ProcessPoolExecutor(
        side_by_side, mp_context=context, initializer=_end_with_parent
    ) as pool:
        yield from pool.map(work, tasks)


def _refuse_long_temporary_folder() -> None:
    """Processes find each other by a socket in that folder, and Unix keeps 107 characters of its
    name; Python adds 32 of its own."""
    folder = tempfile.gettempdir()
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        raise EnvironmentUnfit(
            "the folder for temporary files has too long a name for sockets",
            where=folder, found=f"{len(os.fsencode(folder))} bytes",
            expected=f"at most {_LONGEST_FOLDER}", fix="name a shorter one in TMPDIR",
        )  # fmt: skip


def _end_with_parent() -> None:
    """Helpers of a killed run would wait, and write, for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _on_spark(
    work: Callable[[Task], Result], tasks: Sequence[Task], spark: SparkSession
) -> Iterator[Result]:
    numbered = list(tasks)

    def run(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column("id").to_pylist():
                result = pickle.dumps(work(numbered[number]))
                yield pa.record_batch({"id": [number], "result": [result]})

    rows = spark.range(0, len(numbered), 1, max(len(numbered), 1)).mapInArrow(
        run, "id bigint, result binary"
    )
    for row in sorted(rows.collect(), key=lambda row: int(row["id"])):
        yield pickle.loads(row["result"])
