"""Benchmarks -> documents: gated, made side by side, registered with their hash."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from dataclasses import dataclass, field
from functools import cached_property, partial

import pyarrow as pa

from spiegel_core.contracts.gold import (
    DOCUMENTS,
    DRAFT,
    MODEL_VERSIONS,
    PRACTICES,
    PRODUCT,
    RELEASED,
)
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import DRAFT as DRAFT_MARK
from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel
from spiegel_core.mirrors.write_pdf import write_pdf
from spiegel_core.mirrors.write_workbook import write_workbook
from spiegel_core.release.names import ReleaseName
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.fingerprints_plain import code_version, fingerprint_of, of_texts
from spiegel_core.runtime.gates import Gates
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.kept_reads import KeepingTables
from spiegel_core.runtime.mirror_inputs import MirrorSource
from spiegel_core.runtime.releasing import ModelsBehind, is_released, release
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.steps import (
    BENCHMARKS,
    MODEL,
    YEAR,
    Finished,
    finish,
    finished,
    inputs_of_documents,
)
from spiegel_core.runtime.steps import DOCUMENTS as DOCUMENTS_STEP

EDITION = "national"
_PER_TASK = 4


@dataclass(frozen=True)
class Made:
    """One document of a practice, both forms."""

    practice: str
    pdf: bytes
    workbook: bytes


def make_documents(batch: list[MirrorInputs], mark: str = "") -> list[Made]:
    """The documents of some practices; pure, so that it can run anywhere.

    Args:
        batch: what each is made from.
        mark: stands on every page, as that it is a draft.
    """
    made = []
    for inputs in batch:
        document = dataclasses.replace(praktijkspiegel(inputs), mark=mark)
        made.append(Made(inputs.card.agb, write_pdf(document), write_workbook(document)))
    return made


@dataclass
class Publishing:
    """The documents of a report year.

    Args:
        job: store and configuration.
        year: report year of the documents.
        trend: all years of the trend, that one included.
        cut_off: cut-off date of the release.
        run: where steps are shown and recorded.
    """

    job: Job
    year: int
    trend: tuple[int, ...]
    cut_off: datetime.date
    run: Run
    files: list[str] = field(default_factory=list)

    def publish(self) -> int:
        """Make the documents of every practice that gets one; returns how many practices.

        They are drafts, and say so, until every model behind them is approved; then they are
        released: signed and registered, with all that they were made from.
        """
        tables = self.job.tables
        inputs = self._inputs()
        done = finished(tables, self.year, DOCUMENTS_STEP)
        if done is not None and done.inputs == inputs and self._all_there():
            with self.run.step(f"{self.year}: documents (finished for the same data)") as step:
                step.skipped = True
            return 0
        kept = KeepingTables(self.job.folder)
        source = MirrorSource(kept, self.job.conf, self.year, self.trend, self.cut_off)
        practices = source.available()
        self._gate(practices)
        with self.run.step(f"{self.year}: documents ({self.models.status})") as step:
            version = self._version(inputs)
            rows = self._write(source, practices, version, inputs)
            written = pa.Table.from_pylist(rows, schema=arrow_schema(DOCUMENTS))
            tables.replace(DOCUMENTS, written, report_year=self.year, product=PRODUCT,
                           edition=EDITION, version=version)  # fmt: skip
            if self.models.status == RELEASED:
                name = ReleaseName(PRODUCT, self.year, EDITION, version)
                release(
                    self.job, name, self.models, self.cut_off, kept.files(), rows, self.run
                )  # fmt: skip
            outputs = of_texts(sorted(f"{row['file']} {row['sha256']}" for row in rows))
            finish(tables, self.year, DOCUMENTS_STEP, Finished(inputs, outputs))
            step.counts["practices"] = len(practices)
        return len(practices)

    @cached_property
    def models(self) -> ModelsBehind:
        """The models whose numbers the documents show."""
        return ModelsBehind(self.job, PRODUCT, self.trend)

    def _inputs(self) -> str:
        """Everything the documents depend on: numbers of all years, texts, code, approval."""
        policy = [code_version(), fingerprint_of(self.job.conf.folder), self.models.status]
        return inputs_of_documents(self.job.tables, self.trend, self.cut_off, policy)

    def _version(self, inputs: str) -> int:
        """A new version stands beside the old; the same inputs are the same version."""
        rows = self.job.tables.read(
            DOCUMENTS, columns=["version", "inputs_sha256"], report_year=self.year,
            product=PRODUCT, edition=EDITION,
        ).to_pylist()  # fmt: skip
        for row in rows:
            if row["inputs_sha256"] == inputs:
                return int(row["version"])
        return 1 + max((int(row["version"]) for row in rows), default=0)

    def _write(
        self, source: MirrorSource, practices: list[str], version: int, inputs: str
    ) -> list[dict[str, object]]:
        batches = [
            [source.of_practice(p) for p in practices[start : start + _PER_TASK]]
            for start in range(0, len(practices), _PER_TASK)
        ]
        model_version = max(
            row["version"]
            for row in self.job.tables.read(
                MODEL_VERSIONS, report_year=self.year, product=PRODUCT
            ).to_pylist()
        )
        rows: list[dict[str, object]] = []
        processes = self.job.settings.documents.processes
        status = self.models.status
        make = partial(make_documents, mark=DRAFT_MARK if status == DRAFT else "")
        for made in distribute(make, batches, processes=processes):
            for one in made:
                for form, content in (("pdf", one.pdf), ("xlsx", one.workbook)):
                    name = self.file_name(one.practice, version, form)
                    self.job.folder.write(name, content)
                    self.files.append(name)
                    rows.append(
                        {
                            "report_year": self.year, "product": PRODUCT, "edition": EDITION,
                            "provider": one.practice, "version": version, "form": form,
                            "file": name, "sha256": hashlib.sha256(content).hexdigest(),
                            "model_version": model_version, "inputs_sha256": inputs,
                            "status": status,
                        }
                    )  # fmt: skip
        return rows

    def file_name(self, practice: str, version: int, form: str) -> str:
        """Where a document stands, from the store."""
        return (
            f"documents/{PRODUCT}/{self.year}/v{version}/{practice}/"
            f"{PRODUCT}-{self.year}-{practice}.{form}"
        )

    def _all_there(self) -> bool:
        rows = self.job.tables.read(
            DOCUMENTS, report_year=self.year, product=PRODUCT, edition=EDITION
        ).to_pylist()
        newest = max((row["version"] for row in rows), default=0)
        of_newest = [row for row in rows if row["version"] == newest]
        self.files = sorted(row["file"] for row in of_newest)
        if any(row["status"] == RELEASED for row in of_newest):
            name = ReleaseName(PRODUCT, self.year, EDITION, newest)
            if not is_released(self.job, name, self.models.records):
                return False
        return bool(rows) and all(self.job.folder.exists(name) for name in self.files)

    def _gate(self, practices: list[str]) -> None:
        """The gate before documents: reviews, one state of the data, nobody too small."""
        with self.run.step(f"{self.year}: gate before documents"):
            product = self.job.conf.product(PRODUCT)
            outcomes = self.job.conf.outcomes()
            persons = {
                row["practice"]: row["persons"]
                for row in self.job.tables.read(PRACTICES, report_year=self.year).to_pylist()
            }
            smallest = self.job.conf.rules(self.year).numbers.smallest_practice
            unfinished = [
                (year, step)
                for year in self.trend
                for step in (YEAR, MODEL, BENCHMARKS)
                if finished(self.job.tables, year, step) is None
            ]
            metrics = {
                "outcomes_past_review": sum(
                    (row.review_by or outcomes.defaults.review_by) < product.release_date
                    for row in outcomes.outcomes
                ),
                "model_past_review": int(product.review_by < product.release_date)
                + self.models.past_review(product.release_date),
                "models_withdrawn": self.models.withdrawn,
                "steps_unfinished": len(unfinished),
                "documents_too_small": sum(persons[p] < smallest for p in practices),
            }
            subject = str(self.year)
            Gates(self.job.tables, self.run).judge("documents", subject, [(subject, metrics)])
