"""The outbox: feedback on every file that arrived, in a folder per sender."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spiegel_core.contracts.bronze import FINDINGS
from spiegel_core.contracts.catalogue import Catalogue
from spiegel_core.deliveries.feedback import (
    as_json_lines,
    as_workbook,
    feedback_on,
    outbox_name,
)
from spiegel_core.deliveries.findings import Finding
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables

OUTBOX = "outbox"
_ENDINGS = (".xlsx", ".jsonl")
# Deliveries whose findings are in memory at a time.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Outbox:
    """Where feedback goes.

    Args:
        folder: gets a folder per sender.
        catalogue: what explains the rules.
        most: findings listed per file.
    """

    folder: Folder
    catalogue: Catalogue
    most: int

    def tell(self, tables: Tables, before: Sequence[Arrival], after: Sequence[Arrival]) -> int:
        """Write feedback on every row of the ledger that is new or another one.

        Also on a delivery that was admitted before and whose place another one took. What waited
        and is complete now has its feedback under another name; the old one goes.

        Returns:
            The number of files told about.
        """
        known = set(before)
        changed = [arrival for arrival in after if arrival not in known]
        for start in range(0, len(changed), _AT_ONCE):
            some = changed[start : start + _AT_ONCE]
            found = _findings(tables, [a.load_id for a in some if a.load_id is not None])
            for arrival in some:
                self.write(arrival, found.get(arrival.load_id, ()))
        for name in {outbox_name(a) for a in before} - {outbox_name(a) for a in after}:
            for ending in _ENDINGS:
                self.folder.delete(name + ending)
        return len(changed)

    def write(self, arrival: Arrival, found: Iterable[Finding]) -> str:
        """Write the feedback on an arrival, unless it stands there; returns its name."""
        feedback = feedback_on(arrival, found, self.catalogue, self.most)
        made = (as_workbook(feedback), as_json_lines(feedback))
        for ending, content in zip(_ENDINGS, made, strict=True):
            name = feedback.name + ending
            if not (self.folder.exists(name) and self.folder.read(name) == content):
                self.folder.write(name, content)
        return feedback.name

    def sweep(self) -> None:
        """Remove what an interrupted run had half written."""
        for name, _ in self.folder.files():
            if name.endswith(".part"):
                self.folder.delete(name)


def _findings(tables: Tables, loads: Sequence[int]) -> dict[int | None, list[Finding]]:
    """The findings of loads, by load."""
    found: dict[int | None, list[Finding]] = defaultdict(list)
    if not loads:
        return found
    for row in tables.read(FINDINGS, load_id=loads).to_pylist():
        found[row["load_id"]].append(
            Finding(
                row["rule"], row["consequence"], row["message"], row["record"], row["line"],
                row["field"], row["lines"],
            )
        )  # fmt: skip
    return found
