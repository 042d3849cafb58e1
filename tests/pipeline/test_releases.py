"""Documents are drafts until every model behind them is approved by a second person; a release says
what it was made from, and is made again from that alone, byte for byte."""

from __future__ import annotations

import datetime
import io
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from mlflow import MlflowClient
from openpyxl import load_workbook
from pypdf import PdfReader
from rich.console import Console

from jobs.audit import reproduce, verify
from spiegel_core.contracts.gold import BENCHMARKS, DOCUMENTS, PRODUCT
from spiegel_core.contracts.silver import CLAIM_LINES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import GateStopped
from spiegel_core.release.names import VersionName
from spiegel_core.runtime import publishing
from spiegel_core.runtime.deciding import approve, register_of, withdraw
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.from_claims import check_from_claims
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.publishing import Publishing
from spiegel_core.runtime.registry import tracking_uri
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.verifying import Verifying
from tests.pipeline.small_country import CUT_OFF, YEAR, SmallRun

TODAY = datetime.date(2026, 11, 22)
VERSION = VersionName(PRODUCT, YEAR, 1)
MARK = "concept, niet vrijgegeven"


@pytest.fixture(scope="module")
def job(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A copy of the store that was run, with its keys; what is approved here is approved here."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copytree(small_run.folder, folder / "store", ignore=shutil.ignore_patterns("documents"))
    for file in small_run.folder.parent.glob("store.*"):
        shutil.copyfile(file, folder / file.name)
    job = Job(str(folder / "store"), None, Console(quiet=True))
    job.tables.replace(DOCUMENTS, arrow_schema(DOCUMENTS).empty_table())
    return job


def publish(job: Job) -> Publishing:
    """Make the documents of the year; returns how."""
    with Run(job.folder, "documents") as run:
        publishing_now = Publishing(job, YEAR, (YEAR,), CUT_OFF, run)
        publishing_now.publish()
    return publishing_now


@pytest.fixture(scope="module")
def draft(job: Job) -> list[str]:
    """The files of the drafts."""
    return publish(job).files


@pytest.fixture(scope="module")
def released(job: Job, draft: list[str]) -> Iterator[list[str]]:
    """The files of the release that follows on approval."""
    with Run(job.folder, "approve") as run:
        approve(job, VERSION, "model committee", TODAY, run)
    yield publish(job).files


def text_of(job: Job, files: list[str]) -> tuple[list[str], list[str]]:
    """Text of the pages, and of the first cell of each sheet, of the first practice."""
    pdf = PdfReader(io.BytesIO(job.folder.read(next(f for f in files if f.endswith("pdf")))))
    book = load_workbook(io.BytesIO(job.folder.read(next(f for f in files if f.endswith("xlsx")))))
    cover = " ".join(str(row[0].value) for row in book["Lees mij"].iter_rows(max_row=6))
    titles = [str(sheet["A1"].value) for sheet in book.worksheets[1:-2]]
    return [page.extract_text() for page in pdf.pages], [cover, *titles]


def test_a_draft_says_so_on_every_page_and_every_sheet(job: Job, draft: list[str]) -> None:
    pages, sheets = text_of(job, draft)

    assert all(MARK in text for text in [*pages, *sheets])
    assert {row["status"] for row in job.tables.read(DOCUMENTS).to_pylist()} >= {"draft"}


def test_a_release_stands_beside_the_drafts_without_their_mark(
    job: Job, draft: list[str], released: list[str]
) -> None:
    pages, sheets = text_of(job, released)
    kinds = [record.kind for record in register_of(job).records()]

    assert MARK not in " ".join([*pages, *sheets])
    assert len(draft) == len(released) > 0
    assert all(job.folder.exists(file) for file in [*draft, *released])
    assert kinds == ["registered", "approved", "released"]
    assert verify(job, str(VERSION), False, None, None) == 0


def test_mlflow_repeats_where_a_version_stands_and_shows_its_card(
    job: Job, released: list[str]
) -> None:
    client = MlflowClient(tracking_uri(job.folder), tracking_uri(job.folder))
    shown = client.get_model_version_by_alias(f"{PRODUCT}-{YEAR}", "released")

    assert client.get_registered_model(f"{PRODUCT}-{YEAR}").aliases == {"released": shown.version}
    assert shown.tags["spiegel_state"] == "released"
    assert "Waarvoor is dit model?" in shown.description


def test_a_release_is_not_made_twice(job: Job, released: list[str]) -> None:
    before = len(register_of(job).records())
    again = publish(job)

    assert again.run.steps[-1].skipped
    assert again.files == released
    assert len(register_of(job).records()) == before


def test_a_release_whose_record_was_not_written_is_finished_by_the_next_job(
    job: Job, released: list[str], tmp_path: Path
) -> None:
    copy = Job(str(shutil.copytree(job.folder.local_path, tmp_path / "store")), None, job.console)
    for file in job.folder.local_path.parent.glob("store.*"):
        shutil.copyfile(file, tmp_path / file.name)
    shutil.rmtree(tmp_path / "store" / "releases")
    publish(copy)

    assert copy.folder.exists(f"releases/{PRODUCT}-{YEAR}-national-v2/head.json")
    assert reproduce(copy, f"{PRODUCT}-{YEAR}-national-v2", tmp_path / "out", []) == 0


def test_a_release_is_made_again_byte_for_byte_when_its_tables_are_long_gone(
    job: Job, released: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Path(shutil.copytree(job.folder.local_path, tmp_path / "elsewhere"))
    shutil.rmtree(store / "gold")
    shutil.rmtree(store / "bronze")
    monkeypatch.setenv("SPIEGEL_TRUSTED_KEYS",
                       str(job.folder.local_path.parent / "store.trusted.jsonl"))  # fmt: skip
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    elsewhere = Job(str(store), None, Console(quiet=True))
    found = reproduce(elsewhere, f"{PRODUCT}-{YEAR}-national-v2", tmp_path / "again", [])
    monkeypatch.undo()
    time.tzset()
    again = Folder(tmp_path / "again")

    assert found == 0
    assert sorted(name for name, _ in again.files()) == released
    assert all(again.read(file) == job.folder.read(file) for file in released)


def test_what_differs_from_the_release_is_named(
    job: Job, released: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{PRODUCT}-{YEAR}-national-v2"
    file = job.folder.local_path / "releases" / name / "conf" / "rules.yml"
    content = file.read_bytes()
    file.write_bytes(content + b"# one word more\n")
    assert reproduce(job, name, tmp_path / "a", []) == 1
    file.write_bytes(content)
    document = job.folder.read(released[0])
    job.folder.write(released[0], document + b"%")
    assert reproduce(job, name, tmp_path / "c", [released[0].split("/")[4]]) == 1
    job.folder.write(released[0], document)
    console = Console(file=io.StringIO(), width=200)
    job.console = console
    practice = released[0].split("/")[4]
    real = publishing.make_documents
    monkeypatch.setattr("spiegel_core.runtime.reproducing.make_documents",
                        lambda batch: real(batch, mark=MARK))  # fmt: skip
    monkeypatch.setattr("spiegel_core.runtime.reproducing.distribute",
                        lambda work, tasks, processes: map(work, tasks))  # fmt: skip

    assert reproduce(job, name, tmp_path / "b", [practice]) == 2
    assert f"{released[0]}: made again it has other bytes" in console.file.getvalue()  # type: ignore[attr-defined]


def test_cents_moved_between_claims_of_then_are_found_when_the_sums_are_made_again(
    small_run: SmallRun, job: Job, released: list[str], tmp_path: Path
) -> None:
    """The total stays the same; a cent more would not pass the balance of the step."""
    store = Path(shutil.copytree(job.folder.local_path, tmp_path / "store"))
    for file in job.folder.local_path.parent.glob("store.*"):
        shutil.copyfile(file, tmp_path / file.name)
    other = Job(str(store), None, Console(quiet=True))
    other.__dict__["spark"] = small_run.job.spark
    lines = other.tables.read(CLAIM_LINES)
    practices = sorted({file.split("/")[4] for file in released})[:2]
    cents = lines["granted_cents"].to_numpy().copy()
    for practice, by in zip(practices, (1, -1), strict=True):
        has_cost = pc.and_(pc.equal(lines["practice"], practice), pc.greater(cents, 100))
        cents[np.flatnonzero(has_cost.to_numpy(zero_copy_only=False))[:100]] += by
    place = lines.column_names.index("granted_cents")
    other.tables.replace(CLAIM_LINES, lines.set_column(place, "granted_cents", pa.array(cents)))
    found = check_from_claims(other, Verifying(other, VERSION)).findings

    assert {f"gold.outcome_sums from the claims, provider {p}" for p in practices} <= {
        finding.place for finding in found
    }
    assert {f.place.split(",")[0] for f in found} == {"gold.outcome_sums from the claims"}


def test_of_a_withdrawn_model_no_documents_are_made(job: Job, released: list[str]) -> None:
    with Run(job.folder, "withdraw") as run:
        withdraw(job, VERSION, "model committee", "a wrong code list", run)
    with pytest.raises(GateStopped, match="No model behind the documents was withdrawn"):
        publish(job)
    assert job.tables.read(BENCHMARKS, report_year=YEAR).num_rows
