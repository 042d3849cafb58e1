"""Judge files as `spiegel check` does, each in a process of its own that has already started up.

python -m tests.door.measured_judging HONEST FILE...   prints one line of JSON per FILE
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from jobs.check import judge_file
from spiegel_core.runtime.conf import Conf

CONF = Conf()
# A machine that does something else for a moment may take a second for what costs none.
ATTEMPTS = 3


def measured(honest: str, file: str) -> dict[str, object]:
    """What the door makes of a file, and what that cost above the start of the process."""
    assert not judge_file(honest, CONF).is_refused
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    found = judge_file(file, CONF)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    return {
        "is_refused": found.is_refused,
        "is_typed": found.typed is not None,
        "rules": [finding.rule for finding in found.findings.kept],
        "wall": seconds,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "mib": (after.ru_maxrss - before.ru_maxrss) / 1024,
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
        tries = [in_its_own_process(honest, file)]
        while float(str(tries[-1]["wall"])) >= 1 and len(tries) < ATTEMPTS:
            tries.append(in_its_own_process(honest, file))
        sys.stdout.write(json.dumps(min(tries, key=lambda one: float(str(one["wall"])))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
