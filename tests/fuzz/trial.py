"""One file on trial: judged, timed, and held against what must hold of every judgement."""

from __future__ import annotations

import functools
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import pyarrow as pa

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from spiegel_core.deliveries.ei.recognise import is_ei_name
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from spiegel_core.runtime.conf import Conf
from tests.ei.building import STANDARDS

from . import slow_reader
from .hostile import Hostile

KEY = b"k" * 32
SECONDS_AT_MOST = 10


class Fault(AssertionError):
    """A judgement that is none: it raised, hung, or admitted what does not add up."""


@dataclass
class Trials:
    """What a number of trials came to.

    Args:
        files: how many there were.
        accepted: what was done to those that were accepted.
        with_lines_aside: how many of these have lines set aside.
        slowest_seconds, slowest: the longest of them.
        faults: what was done to the file, and what went wrong.
    """

    files: int = 0
    accepted: list[str] = field(default_factory=list)
    with_lines_aside: int = 0
    slowest_seconds: float = 0.0
    slowest: str = ""
    faults: list[str] = field(default_factory=list)

    def add(self, file: Hostile) -> None:
        """Try one more file; a fault is kept, not raised."""
        try:
            self.must_hold(file)
        except Fault as fault:
            self.faults.append(f"{file.what}: {fault}")

    def must_hold(self, file: Hostile, door: DoorRules | None = None) -> None:
        """Try one more file, under the rules of conf or others.

        Raises:
            Fault: something that must hold of every judgement does not.
        """
        begun = time.monotonic()
        try:
            found = judged_in_time(file, door)
        finally:
            seconds = time.monotonic() - begun
            self.files += 1
            if seconds > self.slowest_seconds:
                self.slowest_seconds, self.slowest = seconds, file.what
        if not found.is_refused:
            self.accepted.append(file.what)
            self.with_lines_aside += len(found.aside) > 0
        must_add_up(file, found)


def judged_in_time(file: Hostile, door: DoorRules | None = None) -> Judgement:
    """The judgement, as `spiegel receive` makes it.

    Raises:
        Fault: it raised, or took more than ten seconds.
    """

    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"took more than {SECONDS_AT_MOST} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_AT_MOST)
    try:
        if is_ei_name(file.name):
            return judge_ei_delivery(file.data, file.name, STANDARDS, door or _door(), KEY)
        return judge_delivery(file.manifest, file.data, file.name, door or _door(), KEY)
    except Exception as problem:
        told = traceback.format_exc(limit=-3)
        raise Fault(f"{type(problem).__name__}: {problem}\n{told}") from problem
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@functools.cache
def _door() -> DoorRules:
    return Conf().door()


def must_add_up(file: Hostile, found: Judgement) -> None:
    """A refused file has its reason and no lines; an accepted one is what it says it is."""
    if found.is_refused:
        _must(found.typed is None, "lines of a refused file were typed")
        _must(found.findings.first_refusal() is not None, "refused without a reason")
        return
    lines = found.typed
    if lines is None or found.manifest is None:
        raise Fault("accepted without lines")
    if found.manifest.kind not in ("claims", "ei_claims"):
        _must(lines.num_rows == found.lines - len(found.aside), "lines got lost")
        return
    try:
        _must_be_as_declared(file, found, lines)
    except (ValueError, KeyError, IndexError) as problem:
        raise Fault(f"accepted, and a slow reader cannot read it: {problem!r}") from problem


def _must_be_as_declared(file: Hostile, found: Judgement, lines: pa.Table) -> None:
    aside = set(found.aside.tolist())
    counted: Callable[..., tuple[int, int]]
    if file.manifest is not None:
        declared, held = (
            slow_reader.claims_declared(file.manifest),
            slow_reader.claims_held(file.data, file.name),
        )
        counted, cents = slow_reader.claims_counted, "granted_cents"
        net = int(held["debit_cents"]) - int(held["credit_cents"])
    elif found.recognised_as == "ei:GZ321:1.0":
        declared, held = (
            slow_reader.ei_declared(file.data, file.name),
            slow_reader.ei_held(file.data, file.name),
        )
        counted, cents = slow_reader.ei_counted, "claimed_cents"
        net = int(held["9910"]) * (-1 if held["9911"] == "C" else 1)
    else:
        return
    _must(declared == held, f"accepted, and declares {declared} but holds {held}")
    _must(found.debit_cents - found.credit_cents == net, "the judgement says another sum")
    both = zip(lines[cents].to_pylist(), lines["is_credit"].to_pylist(), strict=True)
    typed = lines.num_rows, sum(-amount if is_credit else amount for amount, is_credit in both)
    _must(typed == counted(file.data, file.name, aside), "the lines accepted are not those sent")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Fault(otherwise)
