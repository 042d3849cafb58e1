"""What people decide about versions: approve, withdraw; and where every version stands."""

from __future__ import annotations

import datetime
from typing import Any

from spiegel_core.contracts.gold import MODEL_VERSIONS
from spiegel_core.errors import GateStopped, WrongUse
from spiegel_core.release.canonical import sha256
from spiegel_core.release.manifest import MANIFEST, SIGNATURE, check_files
from spiegel_core.release.names import VersionName
from spiegel_core.release.register import (
    APPROVED,
    WITHDRAWN,
    Record,
    refusal_of_approval,
)
from spiegel_core.release.signature import APPROVER, SigningKey
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.register_files import Register
from spiegel_core.runtime.registry import show_state
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.signing_keys import signing_key, trusted_keys
from spiegel_core.runtime.versions import (
    manifest_in,
    registered,
    state_of_version,
    version_files,
)


def register_of(job: Job) -> Register:
    """The register of a store, by the keys that are trusted."""
    return Register(job.folder, trusted_keys(job.folder))


def approve(job: Job, name: VersionName, by: str, today: datetime.date, run: Run) -> bool:
    """Approve a version with a second person's key; False when it was approved already.

    Raises:
        GateStopped: its files are not those registered, it was withdrawn, its review is past, or
            the person is no second one.
        WrongUse: there is no such version, or the key is somebody else's.
    """
    key = _key_of(job, by, run)
    register = register_of(job)
    record = _registered(register, name)
    state = state_of_version(register.records(), name)
    if state in ("approved", "released"):
        return False
    why = refusal_of_approval(record, key.public_key)
    if why or state == WITHDRAWN:
        raise GateStopped(
            f"{name} cannot be approved", found=why or "it was withdrawn",
            expected="a version that stands, and a second person: another key, another name",
            fix="let somebody who neither made nor owns the version approve it" if why
            else "make another version: a withdrawn one stays withdrawn",
        )  # fmt: skip
    _refuse_past_review(name, record, today)
    _refuse_changed_files(job, name, record)
    register.append(key, APPROVED, str(name), record.manifest_sha256, {})
    show_state(job.folder, name, APPROVED)
    return True


def withdraw(job: Job, name: VersionName, by: str, reason: str, run: Run) -> bool:
    """Withdraw a version, for good; False when it was withdrawn already."""
    if not 0 < len(reason.strip()) <= 300 or not reason.isprintable():
        raise WrongUse("a withdrawal needs a reason", expected="1 to 300 printable characters")
    key = _key_of(job, by, run)
    register = register_of(job)
    record = _registered(register, name)
    if state_of_version(register.records(), name) == WITHDRAWN:
        return False
    register.append(key, WITHDRAWN, str(name), record.manifest_sha256, {"reason": reason})
    show_state(job.folder, name, WITHDRAWN)
    return True


def versions_of(job: Job) -> list[dict[str, Any]]:
    """Every version with where it stands, in order."""
    records = register_of(job).records()
    rows = job.tables.read(MODEL_VERSIONS).to_pylist()
    named = [(VersionName(r["product"], r["report_year"], r["version"]), r) for r in rows]
    return [
        {**row, "name": str(name), "state": state_of_version(records, name) or "not registered"}
        for name, row in sorted(named, key=lambda pair: pair[0])
    ]


def _key_of(job: Job, by: str, run: Run) -> SigningKey:
    """The approval key, when it is that of who says so."""
    key = signing_key(job.folder, APPROVER, by, job.settings.key.required, run)
    if key.name != by:
        raise WrongUse(
            "the approval key is somebody else's", found=f"that of {key.name}", expected=by,
            fix="name your own key in SPIEGEL_APPROVAL_KEY_FILE",
        )  # fmt: skip
    return key


def _registered(register: Register, name: VersionName) -> Record:
    record = registered(register.records(), name)
    if record is None:
        raise WrongUse("there is no such version in this store", found=str(name),
                       fix="spiegel model list shows all of them")  # fmt: skip
    return record


def _refuse_past_review(name: VersionName, record: Record, today: datetime.date) -> None:
    review_by = str(record.facts["review_by"])
    if review_by < today.isoformat():
        raise GateStopped(
            f"{name} is past its review date", found=f"review by {review_by}",
            expected=f"{today.isoformat()} or later",
            fix="let the owner review the model and set review_by in conf/products",
        )  # fmt: skip


def _refuse_changed_files(job: Job, name: VersionName, record: Record) -> None:
    """Nobody approves other files than were registered."""
    files = version_files(job.folder, name)
    is_other = MANIFEST not in files or sha256(files[MANIFEST]) != record.manifest_sha256
    wrong = [f"{name.folder}/{MANIFEST}"] if is_other else []
    if not is_other:
        hashes = {file: sha256(content) for file, content in files.items()}
        manifest = manifest_in(files, name)
        found = check_files(name.folder, manifest, hashes, (MANIFEST, SIGNATURE))
        wrong = [finding.place for finding in found]
    if wrong:
        raise GateStopped(
            f"{name} is not what was registered", where=wrong[0],
            expected="the files the manifest names", fix=f"spiegel audit verify {name}",
        )  # fmt: skip
