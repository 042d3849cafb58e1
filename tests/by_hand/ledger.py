"""Which deliveries count: the ledger, as a function of the set of arrivals.

"Files may arrive in any order and several times: the end state is the same" (delivery format,
section 1). So nothing here knows an order of arrival.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .deliveries import Arrival


@dataclass(frozen=True)
class LedgerRow:
    """What the ledger says of one file."""

    file: str
    delivery_id: str | None
    revision: int | None
    kind: str | None
    sender: str | None
    care_type: str | None
    verdict: str
    reason: str
    lines: int
    set_aside: frozenset[int]
    debit_cents: int
    credit_cents: int
    content_sha256: str


def settle(arrivals: list[Arrival]) -> list[Arrival]:
    """Give every arrival its verdict; the answer is the deliveries in force.

    "Only admitted (or superseded) deliveries take part in these comparisons: a refused file blocks
    nothing, so it can come again repaired under the same revision" (delivery format, section 1).
    """
    by_id: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        if arrival.verdict == "admitted" and arrival.manifest is not None:
            by_id[arrival.manifest.delivery_id].append(arrival)
    in_force = [found for group in by_id.values() if (found := settle_id(group)) is not None]
    return leave_out_copies(in_force)


def settle_id(arrivals: list[Arrival]) -> Arrival | None:
    """Settle all arrivals of one delivery id; the answer is the one in force, if any.

    "same id, same revision, other content: neither counts, until a higher revision comes";
    "higher revision: replaces the whole earlier revision"; "lower revision than admitted: recorded
    as superseded, not used". Readings: a conflict at a higher revision leaves the earlier clear
    revision in force; a conflict below the revision in force is superseded with it.
    """
    by_revision: dict[int, list[Arrival]] = defaultdict(list)
    for arrival in skip_repeats(arrivals):
        assert arrival.manifest is not None
        by_revision[arrival.manifest.revision].append(arrival)
    clear = [revision for revision, contents in by_revision.items() if len(contents) == 1]
    highest = max(clear, default=0)
    for revision, contents in by_revision.items():
        for arrival in contents:
            if revision < highest:
                arrival.verdict, arrival.reason = "superseded", f"revision {highest} is in force"
            elif len(contents) > 1:
                others = sorted(other.file for other in contents if other is not arrival)
                arrival.verdict, arrival.reason = "conflict", f"other content in {others}"
    return by_revision[highest][0] if clear else None


def skip_repeats(arrivals: list[Arrival]) -> list[Arrival]:
    """Files that say the same, once.

    "same id, same revision, same content: skipped, and the ledger says so". Reading: of several
    such files the one with the smallest hash of its manifest, then the smallest file name, stands
    for all.
    """
    first: dict[tuple[int, str], Arrival] = {}
    for arrival in sorted(arrivals, key=lambda a: (a.manifest_sha256, a.file)):
        assert arrival.manifest is not None
        key = (arrival.manifest.revision, arrival.content_sha256)
        if key in first:
            arrival.verdict, arrival.reason = "skipped", f"the same as {first[key].file}"
        else:
            first[key] = arrival
    return list(first.values())


def leave_out_copies(in_force: list[Arrival]) -> list[Arrival]:
    """What is left when copies are out.

    "other id, same content: the smaller delivery_id counts, the other is a `copy`, naming it. A
    file without lines is never a copy." Reading: copies are looked for among the deliveries in
    force only; ids are compared as text.
    """
    kept: list[Arrival] = []
    first: dict[str, str] = {}
    for arrival in sorted(in_force, key=lambda a: a.manifest.delivery_id if a.manifest else ""):
        assert arrival.manifest is not None
        if arrival.lines and arrival.content_sha256 in first:
            arrival.verdict, arrival.reason = "copy", f"of {first[arrival.content_sha256]}"
        else:
            first[arrival.content_sha256] = arrival.manifest.delivery_id
            kept.append(arrival)
    return kept


def ledger_row(arrival: Arrival) -> LedgerRow:
    """The row of the ledger for a settled arrival."""
    manifest = arrival.manifest
    return LedgerRow(
        file=arrival.file,
        delivery_id=manifest.delivery_id if manifest else None,
        revision=manifest.revision if manifest else None,
        kind=manifest.kind if manifest else None,
        sender=manifest.sender if manifest else None,
        care_type=manifest.care_type if manifest else None,
        verdict=arrival.verdict,
        reason=arrival.reason,
        lines=arrival.lines,
        set_aside=frozenset(arrival.set_aside),
        debit_cents=arrival.debit_cents,
        credit_cents=arrival.credit_cents,
        content_sha256=arrival.content_sha256,
    )
