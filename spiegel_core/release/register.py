"""The register: what was registered, approved, released and withdrawn, by whom, in what order.

Every record names the SHA-256 of the one before it and is signed. So no record can be changed,
left out or put in between without breaking the chain after it. Records cut off the end break
nothing; therefore a head (how many there are, and the hash of the last) is signed too, and every
release keeps the head of its day: the register must hold all records up to every such head.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spiegel_core.release.canonical import Finding, readable, sha256
from spiegel_core.release.signature import (
    APPROVER,
    ROLES,
    SIGNER,
    PublicKey,
    Signature,
    SigningKey,
    check_signature,
    name_of,
)

REGISTERED, APPROVED, RELEASED, WITHDRAWN = "registered", "approved", "released", "withdrawn"
# Whose key each kind of record needs.
ROLE_OF = {REGISTERED: SIGNER, RELEASED: SIGNER, APPROVED: APPROVER, WITHDRAWN: APPROVER}
_NOTHING = "0" * 64


@dataclass(frozen=True)
class Record:
    """One record.

    Args:
        number: 1, 2, 3 … without gaps.
        previous: SHA-256 of the record before it; zeros for the first.
        kind: registered, approved, released or withdrawn.
        subject: name of the version, or of the release.
        manifest_sha256: content of its manifest.
        who: name that belongs to the key.
        at: moment it was written, UTC; evidence, never used in a number.
        facts: what else belongs to it, as the owner or the reason.
        signature: over all of that.
    """

    number: int
    previous: str
    kind: str
    subject: str
    manifest_sha256: str
    who: str
    at: str
    facts: Mapping[str, Any]
    signature: Signature

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return readable(self._plain())

    def as_bytes(self) -> bytes:
        """The record as it is kept."""
        return readable({**self._plain(), "signature": self.signature.as_plain()})

    @property
    def sha256(self) -> str:
        return sha256(self.as_bytes())

    def _plain(self) -> dict[str, Any]:
        return {
            "number": self.number, "previous": self.previous, "kind": self.kind,
            "subject": self.subject, "manifest_sha256": self.manifest_sha256, "who": self.who,
            "at": self.at, "facts": dict(self.facts),
        }  # fmt: skip


@dataclass(frozen=True)
class Head:
    """How many records there are, and the SHA-256 of the last one; signed."""

    count: int
    last: str
    role: str
    signature: Signature

    def as_bytes(self) -> bytes:
        return readable({"count": self.count, "last": self.last, "role": self.role,
                         "signature": self.signature.as_plain()})  # fmt: skip


def next_record(
    records: Sequence[Record], key: SigningKey, kind: str, subject: str, manifest_sha256: str,
    at: str, facts: Mapping[str, Any],
) -> Record:  # fmt: skip
    """The record that follows, signed."""
    previous = records[-1].sha256 if records else _NOTHING
    plain = Record(len(records) + 1, previous, kind, subject, manifest_sha256, key.name, at, facts,
                   Signature("", ""))  # fmt: skip
    return Record(plain.number, previous, kind, subject, manifest_sha256, key.name, at, facts,
                  key.sign(plain.signed_bytes()))  # fmt: skip


def head_of(records: Sequence[Record], key: SigningKey) -> Head:
    """The head of the register as it stands."""
    count, last = len(records), records[-1].sha256 if records else _NOTHING
    return Head(count, last, key.role, key.sign(_head_bytes(count, last, key.role)))


def _head_bytes(count: int, last: str, role: str) -> bytes:
    return readable({"count": count, "last": last, "role": role})


def record_from(content: bytes) -> Record:
    """The record that bytes hold; raises ValueError when they hold none in its own form."""
    try:
        plain = json.loads(content)
        signature = Signature(str(plain["signature"]["public"]), str(plain["signature"]["value"]))
        record = Record(**{**plain, "signature": signature})
    except (KeyError, TypeError) as problem:
        raise ValueError("no record") from problem
    if not isinstance(record.facts, dict) or not isinstance(record.number, int):
        raise ValueError("no record")
    if record.as_bytes() != content:
        raise ValueError("not in the form records are written in")
    return record


def head_from(content: bytes) -> Head:
    """The head that bytes hold; raises ValueError when they hold none in its own form."""
    try:
        plain = json.loads(content)
        signature = Signature(str(plain["signature"]["public"]), str(plain["signature"]["value"]))
        head = Head(int(plain["count"]), str(plain["last"]), str(plain["role"]), signature)
    except (KeyError, TypeError) as problem:
        raise ValueError("no head") from problem
    if head.as_bytes() != content:
        raise ValueError("not in the form heads are written in")
    return head


def check_chain(records: Sequence[Record], trusted: Iterable[PublicKey]) -> list[Finding]:
    """What is wrong with the records: their order, their links, their signatures."""
    keys = tuple(trusted)
    found: list[Finding] = []
    previous = _NOTHING
    for number, record in enumerate(records, start=1):
        place = place_of(number)
        if record.number != number:
            found.append(Finding(place, f"it says that it is record {record.number}"))
        if record.previous != previous:
            found.append(Finding(place, "it does not follow on the record before it"))
        role = ROLE_OF.get(record.kind)
        if role is None:
            found.append(Finding(place, "its kind is none of a register"))
        else:
            found += check_signature(place, record.signed_bytes(), record.signature, keys, role)
            if record.who != name_of(record.signature.public, keys):
                found.append(Finding(place, "it names somebody else than its key"))
        previous = record.sha256
    return found


def check_head(
    place: str, head: Head, records: Sequence[Record], trusted: Iterable[PublicKey],
    is_newest: bool,
) -> list[Finding]:  # fmt: skip
    """Whether the records reach up to a head, and, for the newest head, end there.

    Args:
        place: where the head is kept, for the finding.
        head: how many there were, and the last.
        records: the register.
        trusted: whose signatures count.
        is_newest: whether it is the register's own head, not one kept on an earlier day.
    """
    signed = _head_bytes(head.count, head.last, head.role)
    role = head.role if head.role in ROLES else SIGNER
    found = check_signature(place, signed, head.signature, trusted, role)
    if len(records) < head.count:
        found.append(
            Finding("models/register", f"{head.count - len(records)} records are cut off its end: "
                    f"it has {len(records)}, {place} says {head.count}")
        )  # fmt: skip
    elif head.count and records[head.count - 1].sha256 != head.last:
        found.append(Finding(place_of(head.count), f"it is not the record that {place} names"))
    elif is_newest and len(records) > head.count:
        behind = len(records) - head.count
        found.append(
            Finding(place, f"it does not know the last {behind} records; the next command that "
                    "writes to the register adds them")
        )  # fmt: skip
    return found


def place_of(number: int) -> str:
    """Where a record stands, from the folder of the store."""
    return f"models/register/{number:06d}.json"


def state_of(records: Iterable[Record], subject: str, manifest_sha256: str) -> str:
    """Where a version stands: candidate, approved, released or withdrawn; empty: not registered.

    Only records about exactly this manifest count. The chain is checked elsewhere.
    """
    state = ""
    for record in records:
        about = (record.subject, record.manifest_sha256) == (subject, manifest_sha256)
        models = record.facts.get("models", {}) if record.kind == RELEASED else {}
        if about and record.kind == REGISTERED:
            state = state or "candidate"
        elif about and record.kind == APPROVED and state == "candidate":
            state = APPROVED
        elif about and record.kind == WITHDRAWN:
            state = WITHDRAWN
        elif models.get(subject) == manifest_sha256 and state == APPROVED:
            state = RELEASED
    return state


def refusal_of_approval(registered: Record, key: PublicKey) -> str:
    """Why a key may not approve what a record registers; empty where it may.

    Approval is by a second person: another key than the version was signed with, and a name that
    neither made nor owns the version.
    """
    if key.role != APPROVER:
        return f"the key is that of a {key.role}"
    if key.public == registered.signature.public:
        return "the key is the one the version was signed with"
    owner = str(registered.facts.get("owner", ""))
    if key.name.casefold() in (registered.who.casefold(), owner.casefold()):
        return f"{key.name} made or owns the version"
    return ""


def check_second_person(records: Sequence[Record]) -> list[Finding]:
    """Approvals that are not by a second person, or of something never registered."""
    found = []
    for number, record in enumerate(records, start=1):
        if record.kind != APPROVED:
            continue
        about = (record.subject, record.manifest_sha256)
        registered = [
            earlier
            for earlier in records[: number - 1]
            if earlier.kind == REGISTERED and (earlier.subject, earlier.manifest_sha256) == about
        ]
        if not registered:
            found.append(Finding(place_of(number), "it approves what was not registered"))
            continue
        key = PublicKey(record.who, APPROVER, record.signature.public)
        why = refusal_of_approval(registered[0], key)
        if why:
            found.append(Finding(place_of(number), f"no approval by a second person: {why}"))
    return found
