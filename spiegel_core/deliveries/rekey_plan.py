"""What a ledger asks of a store that takes its place under another key: a pure function of both.

Persons stay linked because every delivery is judged and pseudonymised again with the one new key;
nothing ever says which old pseudonym became which new one.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping

from spiegel_core.deliveries.ledger import Arrival, merge

# Name of a file, the hashes of it and of its manifest: what arrived, whatever became of it.
Sent = tuple[str, str, str]


@dataclasses.dataclass(frozen=True)
class RekeyPlan:
    """What is left to do.

    Args:
        first: arrivals with lines or findings of their own, in the order they came.
        again: arrivals that were known already, received after those.
        carried: arrivals that were never read, or of which the archive kept nothing; no key is
            in them.
        missing: arrivals that must be received and are not in the archive.
    """

    first: tuple[Arrival, ...]
    again: tuple[Arrival, ...]
    carried: tuple[Arrival, ...]
    missing: tuple[Arrival, ...]


def plan_rekey(
    old: Iterable[Arrival], new: Iterable[Arrival], archive: Mapping[str, int]
) -> RekeyPlan:
    """What must still be received, received again or carried over.

    Args:
        old: the ledger of the store with the old key.
        new: the ledger of the store with the new key, as far as it came.
        archive: the files the old store kept (`runtime.archive.kept_files`).

    Example:
        >>> waits = Arrival("a.csv", verdict="waiting")
        >>> plan_rekey([waits], [], {}).carried == (waits,)
        True
    """
    done = Counter(sent(arrival) for arrival in new)
    first: list[Arrival] = []
    again: list[Arrival] = []
    carried: list[Arrival] = []
    missing: list[Arrival] = []
    # What brought lines comes before what only repeated them: a row less of it may be there.
    for arrival in sorted(old, key=lambda a: (a.load_id is None, a.load_id or 0)):
        if done[sent(arrival)] > 0:
            done[sent(arrival)] -= 1
            continue
        is_kept = {arrival.file_sha256, arrival.manifest_sha256} - {""} <= set(archive)
        if arrival.load_id is not None:
            (first if is_kept else missing).append(arrival)
        elif arrival.verdict == "skipped" and is_kept:
            again.append(arrival)
        else:
            carried.append(arrival)
    return RekeyPlan(tuple(first), tuple(again), tuple(carried), tuple(missing))


def carried_over(
    old: Iterable[Arrival], new: Iterable[Arrival], carried: Iterable[Arrival]
) -> list[Arrival]:
    """The new ledger with what is carried over, and how often everything came."""
    times = {row_of(arrival): arrival.times_received for arrival in old}
    return [
        dataclasses.replace(a, times_received=times.get(row_of(a), a.times_received))
        for a in merge(new, carried)
    ]


def differing(old: Iterable[Arrival], new: Iterable[Arrival]) -> list[Arrival]:
    """The old arrivals whose row is another one in the new ledger, and new ones of nobody."""
    before, after = [*old], [*new]
    there, here = Counter(map(_told, before)), Counter(map(_told, after))
    return [a for a in before if here[_told(a)] < there[_told(a)]] + [
        a for a in after if there[_told(a)] < here[_told(a)] and sent(a) not in map(sent, before)
    ]


def sent(arrival: Arrival) -> Sent:
    """What arrived."""
    return arrival.file, arrival.file_sha256, arrival.manifest_sha256


def row_of(arrival: Arrival) -> tuple[str, ...]:
    """The row of the ledger, by what is the same under any key."""
    return (*sent(arrival), arrival.verdict or "")


def _told(arrival: Arrival) -> tuple[object, ...]:
    """Everything the ledger says of an arrival but loads, keys, ids made with a key, and rules."""
    return (
        *row_of(arrival), arrival.rule, arrival.content_sha256, arrival.lines,
        arrival.lines_set_aside, arrival.debit_cents, arrival.credit_cents,
        arrival.times_received,
    )  # fmt: skip
