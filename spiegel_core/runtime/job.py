"""How every job starts, holds the store's lock, shows progress, and ends."""

from __future__ import annotations

import atexit
import errno
import importlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from spiegel_core.contracts.settings import Settings
from spiegel_core.errors import EnvironmentUnfit, SpiegelError
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.lock import only_writer
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from spiegel_core.runtime.store import Store

STORE_VARIABLE = "SPIEGEL_STORE"
DEBUG_VARIABLE = "SPIEGEL_DEBUG"
_DEFAULT_STORE = "store"
_SLOW_TO_IMPORT = ("great_expectations", "mlflow")
_UNEXPECTED = 1
_ENVIRONMENT = 3


class Job:
    """A store, a configuration, and Spark when it is first asked for.

    Args:
        store: folder of the store by path or URI; None takes SPIEGEL_STORE, else ./store.
        conf: folder of the configuration; None takes the project's own.
        console: where progress is shown.
    """

    def __init__(
        self, store: str | None, conf: Path | None, console: Console | None = None
    ) -> None:
        self.folder = Folder(store or os.environ.get(STORE_VARIABLE, "") or _DEFAULT_STORE)
        self._conf_folder = conf
        self.console = console or Console(soft_wrap=True)

    @cached_property
    def conf(self) -> Conf:
        return Conf(self._conf_folder)

    @cached_property
    def settings(self) -> Settings:
        return self.conf.settings()

    @cached_property
    def tables(self) -> Tables:
        return Tables(self.folder)

    @cached_property
    def spark(self) -> SparkSession:
        from spiegel_core.runtime.session import start_session

        # Java starts in its own process; these take seconds of ours.
        Thread(target=_import, args=(_SLOW_TO_IMPORT,), daemon=True).start()
        return start_session(self.settings.spark, "spiegel")

    @cached_property
    def store(self) -> Store:
        from spiegel_core.runtime.store import Store

        return Store(self.spark, self.folder)

    @property
    def is_on_cluster(self) -> bool:
        """Whether spark-submit chose the master, so that tasks go to its executors."""
        return not self.settings.spark.master

    @contextmanager
    def writing(self, name: str) -> Iterator[Run]:
        """Hold the store's lock and record a run."""
        with (
            only_writer(self.folder, self.settings.lock.wait_seconds),
            Run(self.folder, name, self.console) as run,
        ):
            yield run


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


def ends_cleanly(main: Callable[[], None]) -> int:
    """Call a main function; an error becomes a text and an exit code, never a traceback.

    Returns:
        0 fine, 1 data refused or gate stopped, 2 wrong use or configuration, 3 environment.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A sign of progress that a terminal of another locale has no letter for must end no job.
        sys.stdout.reconfigure(errors="replace")
    try:
        main()
    except SpiegelError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the next run goes on from what was finished\n")
        return _UNEXPECTED
    except Exception as problem:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        return _told(problem)
    return 0


def leave(code: int) -> NoReturn:
    """End the process with a code.

    The Python way of ending takes native threads of Arrow down while they run: 2 of 12 calls of
    `spiegel status` ended with 134 after all their work was done. So what was registered for the
    end is done here, and the process stops at once.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(code)


def _told(problem: Exception) -> int:
    """Say what kind of error it was; its text stays away, because it may quote a person's row."""
    texts = " ".join(str(p) for p in _chain(problem))
    full = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or "No space left on device" in texts or "os error 28" in texts:
        sys.stderr.write("the disk is full\n  fix:      make room and run again: nothing is lost\n")
        return _ENVIRONMENT
    if isinstance(problem, MemoryError) or "OutOfMemoryError" in texts:
        sys.stderr.write("out of memory\n  fix:      raise spark.driver_memory in conf/base.yml\n")
        return _ENVIRONMENT
    if "ExecutorLostFailure" in texts:
        sys.stderr.write(
            "a task lost its executor again and again\n"
            "  fix:      look at the memory and the log of the executors and run again: "
            "what was finished stays\n"
        )
        return _ENVIRONMENT
    # A task has no other way to say it than Spark's own error.
    if f"{EnvironmentUnfit.__name__}:" in texts:
        sys.stderr.write(
            "a task could not read or write a file\n"
            "  fix:      look at the room on the disk and the rights to the store and run again: "
            "what was finished stays\n"
        )
        return _ENVIRONMENT
    if isinstance(problem, PermissionError):
        sys.stderr.write("a file may not be read or written\n  fix:      look at its rights\n")
        return _ENVIRONMENT
    sys.stderr.write(
        f"unexpected error: {type(problem).__name__}\n"
        f"  fix:      run again with {DEBUG_VARIABLE}=1 to see it; its text may quote data\n"
    )
    return _UNEXPECTED


def _chain(problem: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = problem
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
