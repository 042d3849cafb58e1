"""Which key a store was begun with, and what became of it: `bronze.keys`, only ever added to.

Pseudonyms of two keys do not match, so a store has one key; persons stay linked under another one
only where every delivery is received again into a new store (`rekeying`).
"""

from __future__ import annotations

import datetime
import re

import pyarrow as pa

from spiegel_core.contracts.bronze import KEYS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.pseudonym import PseudonymKey
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.archive import kept_files, sealed_name, unseal
from spiegel_core.runtime.tables import Tables

FIRST_USE, BEGUN, VERIFIED, REPLACED = "first_use", "rekey_begun", "rekey_verified", "replaced"
Event = dict[str, str | int | None]


def events(tables: Tables) -> list[Event]:
    """What is recorded of the key of a store, oldest first."""
    rows: list[Event] = tables.read(KEYS).to_pylist()
    return sorted(rows, key=lambda row: str(row["recorded_at"]))


def has_key(tables: Tables) -> bool:
    """Whether the store was begun with a key, also by a release that did not record it."""
    return tables.exists(KEYS) or bool(kept_files(tables.folder))


def confirm_key(tables: Tables, key: PseudonymKey) -> None:
    """Let the key through when it is the store's own; the first key of a store becomes its own.

    Raises:
        EnvironmentUnfit: the store was begun with another key.
    """
    recorded = events(tables)
    if recorded:
        own_version, own_check = recorded[0]["key_version"], recorded[0]["key_check"]
        if key.check() != own_check:
            raise _another_key(tables, key, f"the key {own_version}")
        return
    if not _opens_archive(tables, key):
        raise _another_key(tables, key, "the key its archive was sealed with")
    record(tables, FIRST_USE, key)


def refuse_between_keys(tables: Tables) -> None:
    """Raise EnvironmentUnfit for a store that another one takes, or is to take, the place of."""
    told = {row["event"] for row in events(tables)}
    if REPLACED in told:
        raise EnvironmentUnfit(
            "this store was re-keyed, and another one took its place", where=tables.folder.uri,
            expected="deliveries in the new store only",
            fix="name the new store with --store, and destroy this one (README, Keys)",
        )  # fmt: skip
    if BEGUN in told and VERIFIED not in told:
        raise EnvironmentUnfit(
            "the re-keying of this store was not finished", where=tables.folder.uri,
            fix="run again, with the same options: spiegel rekey",
        )  # fmt: skip


def record(
    tables: Tables, event: str, key: PseudonymKey, other: PseudonymKey | None = None,
    by: str | None = None, why: str | None = None, **counts: int,
) -> None:  # fmt: skip
    """Add an event; long numbers in what people wrote are masked, for they may be a person's."""
    row = {
        "event": event, "key_version": key.version, "key_check": key.check(),
        "other_version": other.version if other else None,
        "other_check": other.check() if other else None,
        "recorded_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds"),
        "by": _masked(by), "why": _masked(why), "deliveries": None, "differing": None,
        "persons": None, **counts,
    }  # fmt: skip
    tables.append(KEYS, pa.Table.from_pylist([row], schema=arrow_schema(KEYS)))


def _masked(text: str | None) -> str | None:
    return None if text is None else re.sub(r"[0-9]{9,}", "*********", text)[:200]


def _opens_archive(tables: Tables, key: PseudonymKey) -> bool:
    """Whether the key opens the archive of a store that does not know its key yet."""
    sha256 = min(kept_files(tables.folder), default=None)
    if sha256 is None:
        return True
    try:
        unseal(tables.folder.read(sealed_name(sha256)), key.for_archive())
    except EnvironmentUnfit:
        return False
    return True


def _another_key(tables: Tables, key: PseudonymKey, expected: str) -> EnvironmentUnfit:
    return EnvironmentUnfit(
        "this is not the key of the store: its persons would come apart",
        where=tables.folder.uri, found=f"the key {key.version}, another secret",
        expected=expected,
        fix="name the store's own key in SPIEGEL_KEY_FILE, or go over to a new key with: "
        "spiegel rekey",
    )  # fmt: skip
