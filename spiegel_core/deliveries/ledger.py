"""Which delivery counts: a pure function of everything that ever arrived, in whatever order.

Source: the delivery format, section 1 (README, "What comes in"). Every arrival the door did not
refuse is kept with its lines under a load of its own; this module only says which loads count.
So a revision that takes an earlier one's place, or a copy that turns out to be the only one left,
needs no data to be read again.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable

from spiegel_core.deliveries.manifest import Manifest, data_stem


@dataclasses.dataclass(frozen=True)
class Arrival:
    """One file that arrived and what was made of it; a row of the ledger.

    Args:
        file: name of the file, safe to show.
        verdict: what follows for it now; None until `settle` gave it.
        rule, message: why, for every verdict but admitted.
        manifest: what the sender said of it; None when that could not be read.
        lines, lines_set_aside: counts of lines.
        debit_cents, credit_cents: granted amounts over all lines as sent (eurocents).
        content_sha256, file_sha256, manifest_sha256: hexadecimal, empty when unknown.
        load_id: load its lines were written under; None when none were.
        key_version: version of the pseudonymisation key.
        times_received: how often this very file arrived so.
        sender: who sent it, where the manifest names that and is refused all the same.
        rules_sha256: rule set it was judged by; None when it was not read.
    """

    file: str
    manifest: Manifest | None = None
    verdict: str | None = None
    rule: str | None = None
    message: str | None = None
    lines: int = 0
    lines_set_aside: int = 0
    debit_cents: int = 0
    credit_cents: int = 0
    content_sha256: str = ""
    file_sha256: str = ""
    manifest_sha256: str = ""
    load_id: int | None = None
    key_version: str | None = None
    times_received: int = 1
    sender: str | None = None
    rules_sha256: str | None = None

    @property
    def sent_by(self) -> str | None:
        """The sender, as far as it is known."""
        return self.sender if self.manifest is None else self.manifest.sender

    @property
    def identity(self) -> tuple[str, int, str, str]:
        """Two arrivals with the same identity are the same delivery."""
        assert self.manifest is not None
        return (
            self.manifest.delivery_id,
            self.manifest.revision,
            self.manifest.meaning(),
            self.content_sha256,
        )


def settle(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Give every arrival its verdict.

    In:   all arrivals ever, in any order; refused, waiting and skipped ones keep their verdict
    Out:  the same arrivals, each with verdict, rule and message, in a fixed order
    """
    settled = [a for a in arrivals if a.verdict in ("refused", "waiting", "skipped")]
    deliveries = defaultdict(list)
    for arrival in arrivals:
        if arrival.verdict not in ("refused", "waiting", "skipped"):
            assert arrival.manifest is not None
            deliveries[arrival.manifest.delivery_id].append(arrival)
    in_force: list[Arrival] = []
    for of_one_id in deliveries.values():
        winner, others = _in_force(of_one_id)
        settled.extend(others)
        if winner is not None:
            in_force.append(winner)
    settled.extend(_without_copies(in_force))
    return sorted(settled, key=_order)


def _order(arrival: Arrival) -> tuple[str, int, str, str, str, str]:
    manifest = arrival.manifest
    return (
        manifest.delivery_id if manifest else "",
        manifest.revision if manifest else 0,
        arrival.content_sha256,
        arrival.verdict or "",
        arrival.file,
        arrival.manifest_sha256,
    )


def _in_force(of_one_id: list[Arrival]) -> tuple[Arrival | None, list[Arrival]]:
    """The revision of a delivery that counts, and the others with their verdicts.

    It is the highest revision that has one content; a revision with several contents is in
    conflict and leaves the earlier one in force, as a refused revision does.
    """
    by_revision = defaultdict(list)
    for arrival in of_one_id:
        assert arrival.manifest is not None
        by_revision[arrival.manifest.revision].append(arrival)
    clear = [revision for revision, same in by_revision.items() if len(same) == 1]
    highest = max(clear, default=0)
    others = []
    for revision, same in by_revision.items():
        for arrival in same:
            if revision < highest:
                message = f"revision {highest} takes its place"
                others.append(_with(arrival, "superseded", "delivery.superseded", message))
            elif revision > highest:
                contents = ", ".join(sorted(a.content_sha256[:12] for a in same))
                message = (
                    f"revision {revision} came with {len(same)} different contents ({contents}): "
                    "none counts until a higher revision comes"
                )
                others.append(_with(arrival, "conflict", "delivery.conflict", message))
    return (by_revision[highest][0] if clear else None), others


def _without_copies(in_force: list[Arrival]) -> list[Arrival]:
    """Of deliveries with the same content the smallest id counts; an empty file is no copy."""
    by_content = defaultdict(list)
    for arrival in in_force:
        has_lines = arrival.lines > 0
        by_content[arrival.content_sha256 if has_lines else f"empty {arrival.identity}"].append(
            arrival
        )
    settled = []
    for same in by_content.values():
        first, *copies = sorted(same, key=lambda a: a.identity)
        settled.append(dataclasses.replace(first, verdict="admitted", rule=None, message=None))
        for copy in copies:
            message = f"the same lines as delivery {first.identity[0]}, which counts"
            settled.append(_with(copy, "copy", "delivery.copy", message))
    return settled


def _with(arrival: Arrival, verdict: str, rule: str, message: str) -> Arrival:
    return dataclasses.replace(arrival, verdict=verdict, rule=rule, message=message)


def merge(known: Iterable[Arrival], new: Iterable[Arrival]) -> list[Arrival]:
    """The ledger after new arrivals.

    A delivery that is known already is skipped: the ledger says so in a row of its own, and how
    often it came. Refused and waiting files are known by name, so that they can come again
    repaired, and a file that was waiting is judged once it is complete.

    Args:
        known: the ledger so far.
        new: what arrived now; known deliveries carry the verdict "skipped".
    """
    new = list(new)
    named = {arrival.file for arrival in new}
    # A manifest that waited has another name than the delivery it became part of.
    whole = {data_stem(arrival.file) for arrival in new if arrival.verdict != "waiting"}
    kept = [
        a
        for a in known
        if a.verdict != "waiting" or (a.file not in named and data_stem(a.file) not in whole)
    ]
    ledger = {_row_key(arrival): arrival for arrival in kept}
    seen = {arrival.identity for arrival in kept if _took_part(arrival)}
    for arrival in new:
        row = arrival
        if _took_part(arrival) and arrival.identity in seen:
            # Its lines, if it had to be unpacked to know it, are dropped.
            row = _with(dataclasses.replace(arrival, load_id=None), "skipped", "delivery.known",
                        "known already: same id, revision and content")  # fmt: skip
        elif _took_part(arrival):
            seen.add(arrival.identity)
        key = _row_key(row)
        if key in ledger:
            times = ledger[key].times_received + (0 if row.verdict == "waiting" else 1)
            row = dataclasses.replace(row, times_received=times)
        ledger[key] = row
    return settle(ledger.values())


def _took_part(arrival: Arrival) -> bool:
    return arrival.verdict not in ("refused", "waiting", "skipped")


def refused_since(before: Iterable[Arrival], after: Iterable[Arrival]) -> list[Arrival]:
    """The files refused, or in conflict, between two states of the ledger; also once more."""
    times = {_row_key(a): a.times_received for a in before}
    return [
        a
        for a in after
        if a.verdict in ("refused", "conflict") and a.times_received > times.get(_row_key(a), 0)
    ]


def _row_key(arrival: Arrival) -> tuple[str, ...]:
    """Rows that stand for the same fact: a later one takes the earlier one's place."""
    if arrival.verdict in ("refused", "waiting"):
        return (arrival.verdict, arrival.file, arrival.file_sha256, arrival.manifest_sha256)
    kind = "skipped" if arrival.verdict == "skipped" else "delivery"
    file = arrival.file if kind == "skipped" else ""
    return (kind, file, *map(str, arrival.identity))
