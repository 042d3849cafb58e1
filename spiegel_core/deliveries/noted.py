"""What an interrupted run noted in the ledger, so that doing it again counts no file twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from spiegel_core.deliveries.ledger import Arrival

# Name of a file, and the hashes of it and of its manifest.
SentFile = tuple[str, str, str]


def times_noted(before: Iterable[Arrival], after: Iterable[Arrival]) -> Counter[SentFile]:
    """How often an interrupted run noted each file: the ledger it found against the one it left.

    Example:
        >>> times_noted([], [Arrival("a.csv", file_sha256="5a")])
        Counter({('a.csv', '5a', ''): 1})
    """
    times: Counter[SentFile] = Counter()
    for arrival in after:
        times[_sent_file(arrival)] += arrival.times_received
    for arrival in before:
        times[_sent_file(arrival)] -= arrival.times_received
    return +times


def not_yet_noted(
    arrivals: Iterable[Arrival], noted: Counter[SentFile]
) -> tuple[list[Arrival], Counter[SentFile]]:
    """What remains to be noted when a run does again what an interrupted one half did.

    Args:
        arrivals: what the run made of its files.
        noted: `times_noted` by the interrupted run.

    Returns:
        The arrivals that are new, and what of `noted` they did not use up.
    """
    left = Counter(noted)
    remaining = []
    for arrival in arrivals:
        if left[_sent_file(arrival)] > 0:
            left[_sent_file(arrival)] -= 1
        else:
            remaining.append(arrival)
    return remaining, +left


def _sent_file(arrival: Arrival) -> SentFile:
    return arrival.file, arrival.file_sha256, arrival.manifest_sha256
