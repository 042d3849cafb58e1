"""How much memory a process held."""

from __future__ import annotations

import re
import resource
from pathlib import Path


def peak_mib() -> float:
    """The most memory this process ever held (MiB).

    From Linux itself where it says so: what `getrusage` says of a new process begins with the
    peak of the process that started it.
    """
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if told is not None:
        return int(told.group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
