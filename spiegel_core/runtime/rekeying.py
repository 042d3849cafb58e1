"""Another key for a store: every archived file is received again, under it, into a new store.

Persons stay linked because all deliveries then have the one new key. Nothing says which old
pseudonym became which new one, so who gets hold of the new store and the old pseudonyms cannot
join them once the old store is destroyed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.pseudonym import PseudonymKey, read_key
from spiegel_core.deliveries.rekey_plan import (
    carried_over,
    differing,
    plan_rekey,
    row_of,
)
from spiegel_core.errors import EnvironmentUnfit, GateStopped, WrongUse
from spiegel_core.runtime.archive import kept_files, open_sealed, sealed_place
from spiegel_core.runtime.incoming import Incoming
from spiegel_core.runtime.key_record import (
    BEGUN,
    REPLACED,
    VERIFIED,
    confirm_key,
    events,
    record,
)
from spiegel_core.runtime.ledger_table import read_ledger, write_ledger
from spiegel_core.runtime.same_persons import Persons, persons_of
from spiegel_core.runtime.tables import Tables

Read = Callable[[str], bytes]
# Receives files into the new store, given how their bytes are read.
Receive = Callable[[list[Incoming], Read], list[Arrival]]


@dataclass(frozen=True)
class Outcome:
    """What the re-keying came to.

    Args:
        compared: rows of the ledger compared.
        otherwise: those that later rules judge otherwise.
        persons: the persons of both stores.
    """

    compared: int
    otherwise: tuple[Arrival, ...]
    persons: Persons


@dataclass(frozen=True)
class Rekeying:
    """A store, the one that takes its place, and who asked why.

    Args:
        old, new: the two stores.
        old_key, new_key: their key files.
        by, why: who asked for it, and the reason.
    """

    old: Tables
    new: Tables
    old_key: Path
    new_key: Path
    by: str
    why: str

    def begin(self) -> bool:
        """Record that the new store is to take the place of the old; whether that was done before.

        Raises:
            WrongUse: the keys are not two, or the new store is something else's.
            EnvironmentUnfit: the old key is not that of the old store.
        """
        old, new = self._keys()
        if old.check() == new.check() or old.version == new.version:
            raise WrongUse(
                "the new key is not another one", found=f"{old.version} and {new.version}",
                expected="another secret under another version",
                fix="make one with: spiegel new-key FILE --version k2",
            )  # fmt: skip
        if self.old.folder.uri == self.new.folder.uri or not read_ledger(self.old):
            raise WrongUse(
                "there is nothing to re-key", where=self.old.folder.uri,
                expected="a store with deliveries, and another folder for the new one",
                fix="name them with --store and --into",
            )  # fmt: skip
        confirm_key(self.old, old)
        begun = [row for row in events(self.new) if row["event"] == BEGUN]
        if begun and (begun[0]["other_check"], begun[0]["key_check"]) == (old.check(), new.check()):
            return any(row["event"] == VERIFIED for row in events(self.new))
        if begun or events(self.new) or read_ledger(self.new):
            raise WrongUse(
                "the new store is something else's", where=self.new.folder.uri,
                expected="a folder that is not there yet, or the same two keys as before",
                fix="name another folder with --into",
            )  # fmt: skip
        record(self.new, BEGUN, new, old, self.by, self.why)
        return False

    def receive(self, receive: Receive) -> None:
        """Receive what is not in the new store yet; a kill at any moment is made good next time.

        Raises:
            EnvironmentUnfit: files of the ledger are not in the archive.
        """
        archive = kept_files(self.old.folder)
        ledger = read_ledger(self.old)
        plan = plan_rekey(ledger, read_ledger(self.new), archive)
        if plan.missing:
            raise EnvironmentUnfit(
                "files are not in the archive", where=self.old.folder.uri,
                found=f"{len(plan.missing):,} of {len(ledger):,}, the first {plan.missing[0].file}",
                expected="every file the ledger judged", fix="put the archive back from a backup",
            )  # fmt: skip
        read = partial(open_sealed, self.old.folder.uri, str(self.old_key))
        # Also without files: receiving tidies up, and tells, what an interrupted run did not.
        for arrivals in (plan.first, plan.again):
            receive([_archived(arrival, archive) for arrival in arrivals], read)
        new = read_ledger(self.new)
        whole = carried_over(ledger, new, plan.carried)
        if whole != new:
            write_ledger(self.new, whole)

    def verify(self, accepts_differences: bool) -> Outcome:
        """Compare the two stores and record what came of it; the old one is closed from then on.

        Raises:
            GateStopped: something is not the same.
        """
        old, new = read_ledger(self.old), read_ledger(self.new)
        otherwise = tuple(differing(old, new))
        if otherwise and not accepts_differences:
            raise GateStopped(
                f"{len(otherwise):,} of {len(old):,} deliveries are judged otherwise than before",
                found=", ".join(sorted({a.file for a in otherwise})[:10]),
                expected="the same verdict, lines and cents: rules changed since they came",
                fix="use the release they were received with, or accept the verdicts of today "
                "with --accept-differences",
            )  # fmt: skip
        persons = [persons_of(*one) for one in self._compared(old, new, otherwise)]
        if persons[0] != persons[1]:
            raise GateStopped(
                "persons are not linked as before", found=f"{persons[1].persons:,} persons",
                expected=f"{persons[0].persons:,} persons, each with the same lines",
                fix="keep the old store and its key, remove the new store, and tell who keeps "
                "this project",
            )  # fmt: skip
        counts = {"deliveries": len(old), "differing": len(otherwise),
                  "persons": persons[0].persons}  # fmt: skip
        old_key, new_key = self._keys()
        # The old store closes first: a kill in between leaves neither of them open.
        if REPLACED not in {row["event"] for row in events(self.old)}:
            record(self.old, REPLACED, old_key, new_key, self.by, self.why, **counts)
        record(self.new, VERIFIED, new_key, old_key, self.by, self.why, **counts)
        return Outcome(len(old), otherwise, persons[0])

    def _compared(
        self, old: Sequence[Arrival], new: Sequence[Arrival], otherwise: Sequence[Arrival]
    ) -> list[tuple[Tables, dict[int, int]]]:
        """Per store its loads, numbered by the delivery they are of; those judged alike."""
        left_out = {row_of(a)[:3] for a in otherwise}
        rows = sorted({row_of(a) for a in old if row_of(a)[:3] not in left_out})
        places = {row: place for place, row in enumerate(rows)}
        return [
            (
                tables,
                {
                    a.load_id: places[row_of(a)]
                    for a in ledger
                    if a.load_id is not None and row_of(a) in places
                },
            )
            for tables, ledger in ((self.old, old), (self.new, new))
        ]

    def _keys(self) -> tuple[PseudonymKey, PseudonymKey]:
        return read_key(self.old_key), read_key(self.new_key)


def _archived(arrival: Arrival, archive: dict[str, int]) -> Incoming:
    """An arrival as it comes in again, by its places in the archive."""
    manifest = arrival.manifest_sha256
    return Incoming(
        arrival.file, sealed_place(arrival.file_sha256, arrival.file),
        sealed_place(manifest, "manifest") if manifest else None, archive[arrival.file_sha256],
    )  # fmt: skip
