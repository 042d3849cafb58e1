"""Documents are released only by models that are in force and approved; what was read for a release
is read again from it, and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from spiegel_core.contracts.gold import MODEL_VERSIONS, POPULATIONS, PRACTICES, PRODUCT
from spiegel_core.errors import WrongUse
from spiegel_core.release.names import VersionName, release_name, version_name
from spiegel_core.runtime.deciding import approve, withdraw
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.kept_reads import KeepingTables, KeptTables
from spiegel_core.runtime.releasing import ModelsBehind
from spiegel_core.runtime.run import Run
from tests.release.conftest import TODAY
from tests.release.small_store import APPROVER_NAME, NAME, YEAR, SmallStore, without_mlflow


def behind(store: SmallStore, *years: int) -> ModelsBehind:
    return ModelsBehind(store.job, PRODUCT, years)


def test_documents_are_drafts_until_every_model_of_the_trend_is_approved(
    small_store: SmallStore,
) -> None:
    before = behind(small_store, YEAR).status
    first, second = without_mlflow()
    with first, second, Run(small_store.job.folder, "approve") as run:
        approve(small_store.job, NAME, APPROVER_NAME, TODAY, run)
        approved = behind(small_store, YEAR).status, behind(small_store, YEAR - 1, YEAR).status
        withdraw(small_store.job, NAME, APPROVER_NAME, "a try", run)
    withdrawn = behind(small_store, YEAR)

    assert (before, *approved, withdrawn.status) == ("draft", "released", "draft", "draft")
    assert withdrawn.withdrawn == 1


@pytest.mark.parametrize(("day", "past"), [("2027-12-31", 0), ("2028-01-01", 1)])
def test_the_review_date_is_that_of_the_version_as_it_was_registered(
    approved_store: SmallStore, day: str, past: int
) -> None:
    review = (approved_store.conf / "products" / f"{PRODUCT}.yml").read_text(encoding="utf-8")
    assert "review_by: 2027-12-31" in review
    assert behind(approved_store, YEAR).past_review(datetime.date.fromisoformat(day)) == past


def test_what_was_read_is_read_again_and_nothing_else(approved_store: SmallStore) -> None:
    tables = KeepingTables(approved_store.job.folder)
    read = [
        tables.read(POPULATIONS, report_year=YEAR, product=PRODUCT),
        tables.read(MODEL_VERSIONS, columns=["version"], report_year=[YEAR]),
        tables.read(PRACTICES),
    ]
    kept = KeptTables(tables.files())

    assert [
        kept.read(POPULATIONS, report_year=YEAR, product=PRODUCT),
        kept.read(MODEL_VERSIONS, columns=["version"], report_year=[YEAR]),
        kept.read(PRACTICES),
    ] == read
    assert tables.files() == tables.files()
    with pytest.raises(WrongUse, match="without this table"):
        kept.read(POPULATIONS, report_year=YEAR - 1, product=PRODUCT)


def test_a_card_says_what_the_version_is_and_shows_no_few_persons(
    approved_store: SmallStore,
) -> None:
    folder = Folder(approved_store.folder / NAME.folder)
    card = folder.read("card.md").decode()

    for told in (str(NAME), "platform team", "2027-12-31", "age\\_sex", "€ ", "gold.populations"):
        assert told in card
    assert "minder dan 10" in card
    assert folder.read("card.pdf").startswith(b"%PDF")


@pytest.mark.parametrize(
    "text",
    ["", "praktijkspiegel-2021", "praktijkspiegel-2021-v0", "../x-2021-v1",
     "praktijkspiegel-2021-v1/", "a-2021-b-v1"],
)  # fmt: skip
def test_what_names_no_version_is_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        version_name(text)


def test_names_are_read_back() -> None:
    assert version_name("praktijkspiegel-2021-v12") == VersionName(PRODUCT, 2021, 12)
    assert str(release_name("praktijkspiegel-2021-national-v2")).endswith("national-v2")
    with pytest.raises(WrongUse):
        release_name("praktijkspiegel-2021-v2")
    assert Path(VersionName(PRODUCT, 2021, 1).folder).name == "praktijkspiegel-2021-v1"
