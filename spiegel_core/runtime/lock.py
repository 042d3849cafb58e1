"""One writer per store: Delta on a local file system does not keep two drivers apart.

The lock belongs to the process, so the system lets go of it when the process dies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import filelock

from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.files import Folder


@contextmanager
def only_writer(store: Folder, wait_seconds: int) -> Iterator[None]:
    """Hold the store's lock; other writers wait, and give up after `wait_seconds`.

    A store that is no local folder has no lock of its own: whoever schedules the jobs keeps them
    apart there, and Delta refuses commits that conflict.

    Raises:
        EnvironmentUnfit: another job holds the lock.
    """
    if not store.is_local:
        yield
        return
    path = store.local_path
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path / ".lock")
        lock.acquire(timeout=wait_seconds)
    except filelock.Timeout:
        raise EnvironmentUnfit(
            "another job is writing to this store", where=store.uri,
            fix="wait until it has ended and run again; nothing was changed",
        ) from None  # fmt: skip
    except OSError as problem:
        raise EnvironmentUnfit(
            "the store cannot be written to", where=store.uri, found=type(problem).__name__,
            fix="name another folder with --store, or give the right to write",
        ) from None  # fmt: skip
    try:
        yield
    finally:
        lock.release()
