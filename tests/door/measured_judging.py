"""Judge files as `spiegel check` does, each in a process of its own that has already started up.

python -m tests.door.measured_judging HONEST FILE...   prints one line of JSON per FILE
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from jobs.check import judge_file
from spiegel_core.runtime.conf import Conf
from tests.memory import peak_mib

CONF = Conf()
WAITED = Path("/proc/self/schedstat")


def seconds_waited() -> float:
    """How long this process was ready to run while others had the processor; Linux tells."""
    return int(WAITED.read_text().split()[1]) / 1e9 if WAITED.exists() else 0.0


def measured(honest: str, file: str) -> dict[str, object]:
    """What the door makes of a file, and what that cost above the start of the process."""
    assert not judge_file(honest, CONF).is_refused
    before, held = resource.getrusage(resource.RUSAGE_SELF), peak_mib()
    started = time.perf_counter() - seconds_waited()
    found = judge_file(file, CONF)
    seconds = time.perf_counter() - seconds_waited() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "is_refused": found.is_refused,
        "is_typed": found.typed is not None,
        "rules": [finding.rule for finding in found.findings.kept],
        "wall": seconds,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "mib": peak_mib() - held,
    }


def in_its_own_process(honest: str, file: str) -> dict[str, object]:
    """A fork before any thread began: nothing to start up, and a peak of its own."""
    reader, writer = os.pipe()
    if not os.fork():
        os.write(writer, json.dumps(measured(honest, file)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        found: dict[str, object] = json.loads(told.read())
    os.wait()
    return found


def main(honest: str, *files: str) -> None:
    for file in files:
        sys.stdout.write(json.dumps(in_its_own_process(honest, file)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
