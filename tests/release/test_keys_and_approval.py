"""Keys come from outside, one role each; approval needs a second person, files as registered, and a
review that is not past."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from spiegel_core.errors import EnvironmentUnfit, GateStopped, SpiegelError, WrongUse
from spiegel_core.population.factors import practice_factors
from spiegel_core.release.signature import APPROVER, SIGNER, key_from
from spiegel_core.runtime.deciding import approve, register_of, versions_of, withdraw
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.register_files import HEAD
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.signing_keys import make_signing_key, signing_key, trusted_keys
from spiegel_core.runtime.verifying import Verifying
from tests.release.conftest import TODAY
from tests.release.small_store import (
    APPROVER_NAME,
    NAME,
    OWNER,
    SmallStore,
    fill_with_sums,
    register,
    without_mlflow,
)


@pytest.fixture
def run(small_store: SmallStore) -> Iterator[Run]:
    first, second = without_mlflow()
    with first, second, Run(small_store.job.folder, "approve") as run:
        yield run


def states(store: SmallStore) -> list[str]:
    return [row["state"] for row in versions_of(store.job)]


def test_a_version_is_a_candidate_until_a_second_person_approves_it(
    small_store: SmallStore, run: Run
) -> None:
    before = states(small_store)
    first = approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)
    again = approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)

    assert (before, first, again, states(small_store)) == (["candidate"], True, False, ["approved"])
    assert len(register_of(small_store.job).records()) == 2


def test_a_withdrawn_version_stays_withdrawn(small_store: SmallStore, run: Run) -> None:
    assert withdraw(small_store.job, NAME, APPROVER_NAME, "a wrong code list", run)
    assert not withdraw(small_store.job, NAME, APPROVER_NAME, "again", run)
    with pytest.raises(GateStopped, match="it was withdrawn"):
        approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)
    assert states(small_store) == ["withdrawn"]


@pytest.mark.parametrize(
    ("by", "today", "error", "told"),
    [
        (OWNER, TODAY, GateStopped, "platform team made or owns the version"),
        (APPROVER_NAME, datetime.date(2028, 1, 1), GateStopped, "past its review date"),
    ],
)
def test_who_may_not_approve_is_told_why(
    small_store: SmallStore, run: Run, by: str, today: datetime.date,
    error: type[SpiegelError], told: str,
) -> None:  # fmt: skip
    with pytest.raises(error, match=told):
        approve(small_store.job, NAME, by, today, run)
    assert states(small_store) == ["candidate"]


def test_the_signers_own_key_under_another_name_approves_nothing(
    small_store: SmallStore, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = json.loads((tmp_path / "store.signing.key").read_text(encoding="utf-8"))
    named = tmp_path / "named.key"
    named.write_text(json.dumps({**own, "name": "somebody", "role": APPROVER}), encoding="utf-8")
    with (tmp_path / "store.trusted.jsonl").open("ab") as stream:
        stream.write(key_from(named.read_text(encoding="utf-8")).public_key.as_line())
    monkeypatch.setenv("SPIEGEL_APPROVAL_KEY_FILE", str(named))
    with pytest.raises(GateStopped, match="the one the version was signed with"):
        approve(small_store.job, NAME, "somebody", TODAY, run)


def test_nobody_approves_under_the_name_of_another(
    small_store: SmallStore, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_signing_key(tmp_path / "a.key", "the actuary", APPROVER)
    monkeypatch.setenv("SPIEGEL_APPROVAL_KEY_FILE", str(tmp_path / "a.key"))
    trusted = tmp_path / "trusted.jsonl"
    trusted.write_bytes((tmp_path / "store.trusted.jsonl").read_bytes()
                        + (tmp_path / "a.key.pub").read_bytes())  # fmt: skip
    monkeypatch.setenv("SPIEGEL_TRUSTED_KEYS", str(trusted))
    with pytest.raises(WrongUse, match="somebody else's"):
        approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)


def test_a_key_that_is_on_no_list_of_trusted_keys_shuts_nobody_out(
    small_store: SmallStore, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_signing_key(tmp_path / "a.key", "the actuary", APPROVER)
    monkeypatch.setenv("SPIEGEL_APPROVAL_KEY_FILE", str(tmp_path / "a.key"))
    with pytest.raises(EnvironmentUnfit, match="the actuary cannot sign here"):
        approve(small_store.job, NAME, "the actuary", TODAY, run)
    trusted = tmp_path / "trusted.jsonl"
    lines = (tmp_path / "store.trusted.jsonl").read_bytes() + (tmp_path / "a.key.pub").read_bytes()
    trusted.write_bytes(lines)
    monkeypatch.setenv("SPIEGEL_TRUSTED_KEYS", str(trusted))

    assert approve(small_store.job, NAME, "the actuary", TODAY, run)


def test_files_other_than_registered_are_not_approved(small_store: SmallStore, run: Run) -> None:
    (small_store.folder / NAME.folder / "weights.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(GateStopped, match="is not what was registered"):
        approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)


def test_by_a_register_that_was_changed_nothing_is_decided(
    small_store: SmallStore, run: Run
) -> None:
    record = small_store.folder / "models/register/000001.json"
    record.write_text(record.read_text("utf-8").replace("registered", "approved"), "utf-8")
    with pytest.raises(GateStopped, match="the register of models and releases was changed"):
        approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)


def test_a_job_killed_between_record_and_head_does_not_shut_the_register(
    small_store: SmallStore, run: Run
) -> None:
    head = (small_store.folder / HEAD).read_bytes()
    approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)
    (small_store.folder / HEAD).write_bytes(head)
    (found,) = register_of(small_store.job).read()[1]
    assert "does not know the last 1 records" in found.what
    withdraw(small_store.job, NAME, APPROVER_NAME, "a try", run)

    assert register_of(small_store.job).read()[1] == []


def test_an_older_version_is_verified_by_the_tables_as_they_were(small_store: SmallStore) -> None:
    job = small_store.job
    factors = practice_factors(job.conf.rules(NAME.report_year))
    fill_with_sums(job, factors, seed=6)
    first, second = without_mlflow()
    with first, second:
        register(job, factors, version=2)
    parts = list(Verifying(job, NAME).parts())

    assert [finding for part in parts for finding in part.findings] == []
    assert any("made again since" in note for part in parts for note in part.notes)


def test_keys_are_made_once_readable_by_their_owner_and_of_one_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Folder(tmp_path / "store")
    key = signing_key(store, SIGNER, OWNER, required=False)
    file = tmp_path / "store.signing.key"

    assert signing_key(store, SIGNER, "another name", required=False) == key
    assert file.stat().st_mode & 0o077 == 0
    assert trusted_keys(store) == (key.public_key,)
    assert key.secret not in repr(key)
    with pytest.raises(EnvironmentUnfit, match="cannot be written"):
        make_signing_key(file, OWNER, SIGNER)
    monkeypatch.setenv("SPIEGEL_APPROVAL_KEY_FILE", str(file))
    with pytest.raises(EnvironmentUnfit, match="not of the role approver"):
        signing_key(store, APPROVER, OWNER, required=False)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"name":"a","role":"signer","secret":"zz"}',
     '{"name":"a","role":"king","secret":"' + "1" * 64 + '"}'],
)  # fmt: skip
def test_a_file_that_is_no_key_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "k").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SPIEGEL_SIGNING_KEY_FILE", str(tmp_path / "k"))
    with pytest.raises(EnvironmentUnfit, match="signing key"):
        signing_key(Folder(tmp_path / "store"), SIGNER, OWNER, required=False)


def test_where_conf_requires_a_key_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnfit, match="SPIEGEL_SIGNING_KEY_FILE is not set"):
        signing_key(Folder(tmp_path / "store"), SIGNER, OWNER, required=True)
    assert list(tmp_path.iterdir()) == []
