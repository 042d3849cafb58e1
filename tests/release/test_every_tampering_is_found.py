"""Whoever changes a version afterwards, in its files, the register, conf/ or a table, is found, and
the audit names the place."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from spiegel_core.contracts.gold import MODEL_SPREADS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.release.canonical import Finding
from spiegel_core.release.register import APPROVED, REGISTERED, head_of
from spiegel_core.release.signature import APPROVER, SIGNER
from spiegel_core.runtime import registering
from spiegel_core.runtime.deciding import register_of
from spiegel_core.runtime.signing_keys import signing_key
from spiegel_core.runtime.spreads import SPREADS_FILE
from spiegel_core.runtime.verifying import Verifying
from tests.release.small_store import APPROVER_NAME, NAME, OWNER, SmallStore, made
from tests.release.tampering import TAMPERINGS, put_back_afterwards

_FAST, _ALL = 40, 200


@pytest.fixture(scope="module")
def audited(
    approved_store: SmallStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SmallStore, Path]]:
    """The store with a longer register, with the head of every day, and a copy of it all."""
    register = register_of(approved_store.job)
    folder = approved_store.job.folder
    keys = {role: signing_key(folder, role, name, required=False)
            for role, name in ((SIGNER, OWNER), (APPROVER, APPROVER_NAME))}  # fmt: skip
    for kind, role in ((REGISTERED, SIGNER), (APPROVED, APPROVER)):
        register.append(keys[role], kind, "praktijkspiegel-2020-v1", "5a" * 32, {"owner": OWNER})
    records = register.records()
    for count in range(1, len(records) + 1):
        head = head_of(records[:count], keys[SIGNER]).as_bytes()
        (approved_store.folder.parent / f"head{count}.json").write_bytes(head)
    copy = tmp_path_factory.mktemp("copy") / "whole"
    shutil.copytree(approved_store.folder.parent, copy)
    yield approved_store, copy


def findings(store: SmallStore, copy: Path) -> list[Finding]:
    """What an audit finds, by somebody who kept the head of the last day elsewhere."""
    parts = Verifying(store.job, NAME).parts(head=copy / "head4.json")
    return [finding for part in parts for finding in part.findings]


def tampered(seed: int, store: SmallStore, copy: Path) -> None:
    """Change one thing, look, and put it back."""
    dice = random.Random(seed)
    with put_back_afterwards(store, copy):
        place = TAMPERINGS[seed % len(TAMPERINGS)](store, dice)
        found = findings(store, copy)
    told = "\n".join(map(str, found))

    assert found, f"seed {seed}: {place} was changed and nothing was found"
    assert any(place in finding.place for finding in found), f"seed {seed}: {place} not in\n{told}"


def test_an_untouched_version_has_no_findings(audited: tuple[SmallStore, Path]) -> None:
    assert findings(*audited) == []


def test_a_version_from_before_the_national_spread_has_no_findings(tmp_path: Path) -> None:
    write = registering.write_version

    def as_before(*given: Any) -> Any:
        *others, files, key = given
        for name in (SPREADS_FILE, "equations/squares.csv"):
            del files[name]
        return write(*others, files, key)

    with patch.object(registering, "write_version", as_before):
        store = made(tmp_path)
    store.job.tables.replace(MODEL_SPREADS, arrow_schema(MODEL_SPREADS).empty_table())
    out = tmp_path / "out"
    parts = {part.name: part for part in Verifying(store.job, NAME).parts(export=out)}

    assert [finding for part in parts.values() for finding in part.findings] == []
    assert "spread" not in (out / "verify.sql").read_text(encoding="utf-8")
    assert not (out / SPREADS_FILE).exists()
    assert "made before" in parts["national spread of amounts"].notes[0]


def test_a_manifest_that_cannot_be_read_is_named(audited: tuple[SmallStore, Path]) -> None:
    store, copy = audited
    with put_back_afterwards(store, copy):
        (store.folder / NAME.folder / "manifest.json").write_text("{", encoding="utf-8")
        found = findings(store, copy)

    assert f"{NAME.folder}/manifest.json: it cannot be read" in map(str, found)


@pytest.mark.parametrize("seed", range(_FAST))
def test_what_was_changed_is_found_and_named(seed: int, audited: tuple[SmallStore, Path]) -> None:
    tampered(seed, *audited)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(_FAST, _ALL))
def test_so_are_the_other_of_200(seed: int, audited: tuple[SmallStore, Path]) -> None:
    tampered(seed, *audited)
