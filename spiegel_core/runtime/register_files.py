"""The register in the store: a file per record, never written again, and the head.

A record is written before the head that counts it. A job that was killed in between leaves a
record the head does not know; it is signed and in its place, and the next head counts it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spiegel_core.errors import GateStopped
from spiegel_core.release.canonical import Finding
from spiegel_core.release.register import (
    Head,
    Record,
    check_chain,
    check_head,
    check_second_person,
    head_from,
    head_of,
    next_record,
    place_of,
    record_from,
)
from spiegel_core.release.signature import PublicKey, SigningKey
from spiegel_core.runtime.files import Folder

FOLDER = "models/register"
HEAD = f"{FOLDER}/head.json"


@dataclass(frozen=True)
class Register:
    """The register of a store.

    Args:
        folder: the folder of the store.
        trusted: whose signatures count.
    """

    folder: Folder
    trusted: tuple[PublicKey, ...]

    def read(self) -> tuple[list[Record], list[Finding]]:
        """The records in order, and everything that is wrong with them or with the head."""
        records, found = self._records()
        found += check_chain(records, self.trusted)
        found += check_second_person(records)
        if not self.folder.exists(HEAD):
            if records:
                found.append(Finding(HEAD, "it is not there"))
            return records, found
        head = _head(self.folder.read(HEAD))
        if head is None:
            return records, [*found, Finding(HEAD, "it cannot be read")]
        return records, [*found, *check_head(HEAD, head, records, self.trusted, is_newest=True)]

    def records(self) -> list[Record]:
        """The records, of a register nothing is wrong with.

        Raises:
            GateStopped: something is; nothing is decided by such a register.
        """
        records, found = self.read()
        wrong = [one for one in found if not _is_only_behind(one)]
        if wrong:
            raise GateStopped(
                "the register of models and releases was changed, or signed by somebody unknown",
                where=wrong[0].place, found=wrong[0].what,
                expected="an unbroken chain of records signed by trusted keys",
                fix="spiegel audit verify VERSION names every place; put the register back from "
                "a copy, or name the right list in SPIEGEL_TRUSTED_KEYS",
            )  # fmt: skip
        return records

    def append(
        self, key: SigningKey, kind: str, subject: str, manifest_sha256: str,
        facts: Mapping[str, Any],
    ) -> Record:  # fmt: skip
        """Add a signed record, and the head that counts it."""
        records = self.records()
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        record = next_record(records, key, kind, subject, manifest_sha256, at, facts)
        # A key nobody vouches for would shut the register for everybody after it.
        faults = check_chain([*records, record], self.trusted)
        if faults:
            raise GateStopped(
                f"{key.name} cannot sign here", found=faults[0].what,
                expected="a key on the list of trusted keys",
                fix="add its .pub file to the list that SPIEGEL_TRUSTED_KEYS names",
            )  # fmt: skip
        self.folder.write(place_of(record.number), record.as_bytes())
        self.folder.write(HEAD, head_of([*records, record], key).as_bytes())
        return record

    def head(self) -> bytes:
        """The head as it stands; what a release keeps."""
        return self.folder.read(HEAD)

    def _records(self) -> tuple[list[Record], list[Finding]]:
        """The records by their file names; a gap ends them, and is found."""
        names = [name for name, _ in self.folder.files(FOLDER) if name != HEAD]
        records: list[Record] = []
        found: list[Finding] = []
        for number, name in enumerate(sorted(names), start=1):
            if name != place_of(number):
                found.append(Finding(place_of(number), "it is not there"))
                break
            try:
                records.append(record_from(self.folder.read(name)))
            except ValueError:
                found.append(Finding(name, "it cannot be read, or is not in its own form"))
                break
        return records, found


def _head(content: bytes) -> Head | None:
    try:
        return head_from(content)
    except ValueError:
        return None


def _is_only_behind(finding: Finding) -> bool:
    """A head that does not count the last records is what a killed job leaves."""
    return finding.place == HEAD and finding.what.startswith("it does not know")
