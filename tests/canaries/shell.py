"""The command as its users call it; whatever it leaves behind is inside the folder of the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spiegel_core.runtime.archive import kept_files, open_sealed
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.files import Folder


class Shell:
    """Calls the command in processes of its own.

    Args:
        folder: gets `seen`, with what each call printed, its temporary files and its home.
        environment: variables every call has.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.calls = 0
        self.seen = folder / "seen"
        self.temporary = self.seen / "tmp"
        self.temporary.mkdir(parents=True)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.seen), "TMPDIR": str(self.temporary),
            "COLUMNS": "160", **environment,
        }  # fmt: skip

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[bytes]:
        """Start a call; what it prints goes to a file."""
        self.calls += 1
        with (self.seen / f"{self.calls:02d}.txt").open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "jobs.spiegel", *map(str, arguments)],
                stdout=out, stderr=subprocess.STDOUT, cwd=PROJECT, start_new_session=True,
                env={**self.environment, **environment},
            )  # fmt: skip

    def run(self, code: int, *arguments: str | Path, **environment: str) -> str:
        """A call that must end with this code; returns what it printed."""
        ended = self.start(*arguments, **environment).wait()
        printed = (self.seen / f"{self.calls:02d}.txt").read_text("utf-8", errors="replace")
        assert ended == code, printed
        assert "Traceback" not in printed
        return printed

    def kill_when(self, is_time: Callable[[], bool], *arguments: str | Path) -> None:
        """A call whose processes are killed all at once, as soon as it is time."""
        started = self.start(*arguments)
        while not is_time():
            assert started.poll() is None, "it ended before it was killed"
            time.sleep(0.01)
        os.killpg(started.pid, signal.SIGKILL)
        assert started.wait() == -signal.SIGKILL


@contextmanager
def catching(folders: list[Path], into: Path) -> Iterator[None]:
    """Keep every file that comes into being in some folders, also when it is removed again.

    Every 30 ms; a second name for a file keeps what is written to it later. What lives shorter
    is not caught.
    """
    into.mkdir()
    stop = threading.Event()
    known: set[tuple[str, int]] = set()

    def watch() -> None:
        while not stop.is_set():
            for folder in folders:
                _link_new(folder, into, known)
            stop.wait(0.03)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _link_new(folder: Path, into: Path, known: set[tuple[str, int]]) -> None:
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            try:
                number = path.lstat().st_ino
                if (str(path), number) not in known:
                    os.link(path, into / f"{len(known):06d}-{name}", follow_symlinks=False)
                    known.add((str(path), number))
            except OSError:
                # It was gone before it could be caught.
                continue


def opened_archive(store: Path, key: Path) -> list[bytes]:
    """Every file of the archive of a store, as it was sent."""
    names = kept_files(Folder(store))
    return [open_sealed(str(store), str(key), f"{name}/as sent") for name in names]
