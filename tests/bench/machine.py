"""The machine a benchmark ran on, and how much memory its processes took at most."""

from __future__ import annotations

import os
import platform
import re
import threading
import time
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

_MIB = 1024


def described() -> list[str]:
    """Processor, cores, memory, and the versions that matter."""
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    names = ("pyspark", "delta-spark", "deltalake", "pyarrow", "duckdb")
    return [
        f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, Linux {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in names),
    ]


class PeakMemory:
    """Samples what this process and everything it started hold, Java and tasks included."""

    def __init__(self) -> None:
        self.peak_mib = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.is_set():
            self.peak_mib = max(self.peak_mib, _held_kib(os.getpid()) // _MIB)
            time.sleep(0.2)


def processor_seconds() -> float:
    """What this process and everything it started have computed so far, on all cores together."""
    ticks = 0
    for pid in _family(os.getpid(), _parents()):
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except OSError:
            continue
        # After the name, which may hold blanks: own and waited-for user and system time.
        ticks += sum(int(field) for field in text.rpartition(")")[2].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            found[int(folder.name)] = int(text.rpartition(")")[2].split()[1])
    return found


def _family(root: int, parents: dict[int, int]) -> set[int]:
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _held_kib(root: int) -> int:
    """Memory of a process and its descendants; shared pages count once per process."""
    parents, held = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "status").read_text(encoding="utf-8")
            except OSError:
                continue
            found = dict(re.findall(r"^(PPid|VmRSS):\s+(\d+)", text, re.MULTILINE))
            parents[int(folder.name)] = int(found.get("PPid", 0))
            held[int(folder.name)] = int(found.get("VmRSS", 0))
    return sum(held.get(pid, 0) for pid in _family(root, parents))
