"""The register is a chain of signed records: nothing in it can be changed, left out, put in
between or cut off, and nobody approves what he made himself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.release.canonical import Finding
from spiegel_core.release.names import VersionName
from spiegel_core.release.register import (
    APPROVED,
    REGISTERED,
    RELEASED,
    WITHDRAWN,
    Record,
    check_chain,
    check_head,
    check_second_person,
    head_from,
    head_of,
    next_record,
    record_from,
    refusal_of_approval,
    state_of,
)
from spiegel_core.release.signature import APPROVER, SIGNER, PublicKey, SigningKey
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.registry import show_state, tracking_uri

TEAM = SigningKey("platform team", SIGNER, "11" * 32)
COMMITTEE = SigningKey("model committee", APPROVER, "22" * 32)
STRANGER = SigningKey("platform team", SIGNER, "33" * 32)
TRUSTED = (TEAM.public_key, COMMITTEE.public_key)
NAME, MANIFEST = "praktijkspiegel-2021-v1", "ab" * 32
AT = "2026-11-21T12:00:00+00:00"


def chain(*kinds: str) -> list[Record]:
    """Records of these kinds about one version, each by the key it needs."""
    records: list[Record] = []
    for kind in kinds:
        key = COMMITTEE if kind in (APPROVED, WITHDRAWN) else TEAM
        facts = {REGISTERED: {"owner": "the owner"}, RELEASED: {"models": {NAME: MANIFEST}}}
        subject, digest = (NAME, MANIFEST) if kind != RELEASED else ("a release", "cd" * 32)
        records.append(next_record(records, key, kind, subject, digest, AT, facts.get(kind, {})))
    return records


WHOLE = (REGISTERED, APPROVED, RELEASED, WITHDRAWN)


def test_a_chain_by_trusted_keys_has_nothing_wrong_with_it() -> None:
    records = chain(*WHOLE)
    head = head_of(records, TEAM)

    assert check_chain(records, TRUSTED) == check_second_person(records) == []
    assert check_head("head", head, records, TRUSTED, is_newest=True) == []
    assert [record_from(r.as_bytes()) for r in records] == records
    assert head_from(head.as_bytes()) == head


@given(st.integers(0, 3), st.sampled_from(["kind", "subject", "manifest_sha256", "who", "at",
                                           "number", "previous"]))  # fmt: skip
def test_a_record_that_was_changed_is_found_in_its_place(number: int, field: str) -> None:
    records = chain(*WHOLE)
    other = 9 if field == "number" else "approved!"
    records[number] = dataclasses.replace(records[number], **{field: other})

    assert f"models/register/{number + 1:06d}.json" in {
        finding.place for finding in check_chain(records, TRUSTED)
    }


def test_another_record_that_a_trusted_key_signed_does_not_fit_in_the_chain() -> None:
    records = chain(*WHOLE)
    others = [next_record([], TEAM, REGISTERED, NAME, MANIFEST, AT, {"owner": "another"})]
    others.append(next_record(others, COMMITTEE, APPROVED, NAME, MANIFEST, AT, {}))
    exchanged = [others[0], *records[1:]]
    last = [*records[:1], others[1]]

    (found,) = check_chain(exchanged, TRUSTED)
    assert (found.place, found.what) == (
        "models/register/000002.json", "it does not follow on the record before it"
    )  # fmt: skip
    assert check_head("h", head_of(records[:2], TEAM), last, TRUSTED, is_newest=True) == [
        Finding("models/register/000002.json", "it is not the record that h names")
    ]


def test_a_record_signed_again_by_a_stranger_is_found_though_the_chain_holds() -> None:
    records: list[Record] = []
    records.append(next_record(records, STRANGER, REGISTERED, NAME, MANIFEST, AT, {}))

    assert [f.what for f in check_chain(records, TRUSTED)] == [
        "signed with a key that is not on the list of trusted signers",
        "it names somebody else than its key",
    ]


def test_the_key_of_a_signer_approves_nothing() -> None:
    records = chain(REGISTERED)
    records.append(next_record(records, TEAM, APPROVED, NAME, MANIFEST, AT, {}))

    assert "not on the list of trusted approvers" in check_chain(records, TRUSTED)[0].what


@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_a_tail_that_was_cut_is_found_by_a_head_kept_on_a_later_day(left: int) -> None:
    records = chain(*WHOLE)
    (found,) = check_head("kept", head_of(records, TEAM), records[:left], TRUSTED, is_newest=False)

    assert found.place == "models/register"
    assert f"{4 - left} records are cut off its end" in found.what


def test_a_head_of_an_earlier_day_may_be_behind_and_the_own_head_may_not() -> None:
    records = chain(*WHOLE)
    earlier = head_of(records[:2], COMMITTEE)

    assert check_head("kept", earlier, records, TRUSTED, is_newest=False) == []
    assert "does not know the last 2" in check_head("h", earlier, records, TRUSTED, True)[0].what


def test_a_head_that_nobody_trusted_signed_is_found() -> None:
    records = chain(*WHOLE)
    assert check_head("h", head_of(records, STRANGER), records, TRUSTED, is_newest=True)


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((), ""),
        ((REGISTERED,), "candidate"),
        ((APPROVED,), ""),
        ((REGISTERED, APPROVED), "approved"),
        ((REGISTERED, RELEASED), "candidate"),
        ((REGISTERED, APPROVED, RELEASED), "released"),
        ((REGISTERED, WITHDRAWN), "withdrawn"),
        ((REGISTERED, APPROVED, RELEASED, WITHDRAWN), "withdrawn"),
        ((REGISTERED, WITHDRAWN, APPROVED), "withdrawn"),
    ],
)
def test_where_a_version_stands_follows_from_its_records(
    kinds: tuple[str, ...], state: str
) -> None:
    assert state_of(chain(*kinds), NAME, MANIFEST) == state


def test_records_about_another_manifest_of_that_name_do_not_count() -> None:
    assert state_of(chain(REGISTERED, APPROVED), NAME, "00" * 32) == ""


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (COMMITTEE.public_key, ""),
        (PublicKey("Model Committee", APPROVER, TEAM.public_key.public),
         "the key is the one the version was signed with"),
        (PublicKey("The Owner", APPROVER, "44" * 32), "The Owner made or owns the version"),
        (PublicKey("platform team", APPROVER, "44" * 32), "platform team made or owns the version"),
        (PublicKey("somebody", SIGNER, "44" * 32), "the key is that of a signer"),
    ],
)  # fmt: skip
def test_only_a_second_person_approves(key: PublicKey, why: str) -> None:
    assert refusal_of_approval(chain(REGISTERED)[0], key) == why


def test_an_approval_that_was_written_all_the_same_is_found() -> None:
    records: list[Record] = []
    same = SigningKey("platform team", APPROVER, TEAM.secret)
    records.append(next_record(records, TEAM, REGISTERED, NAME, MANIFEST, AT, {"owner": "x"}))
    records.append(next_record(records, same, APPROVED, NAME, MANIFEST, AT, {}))
    records.append(next_record(records, COMMITTEE, APPROVED, "other", MANIFEST, AT, {}))

    assert [finding.what for finding in check_second_person(records)] == [
        "no approval by a second person: the key is the one the version was signed with",
        "it approves what was not registered",
    ]


@given(st.binary(max_size=60))
def test_bytes_that_are_no_record_or_head_are_refused(content: bytes) -> None:
    for read in (record_from, head_from):
        with pytest.raises(ValueError):
            read(content)


def test_two_stores_of_one_process_have_their_records_in_mlflow_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    folders = [Folder(tmp_path / name) for name in ("first", "second")]
    for folder in folders:
        show_state(folder, VersionName("praktijkspiegel", 2021, 1), "candidate")

    assert [tracking_uri(folder) for folder in folders] == [
        f"sqlite:///{folder.local_path}/models/mlflow.db" for folder in folders
    ]
    assert all((folder.local_path / "models" / "mlflow.db").exists() for folder in folders)
