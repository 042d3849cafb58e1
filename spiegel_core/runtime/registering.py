"""A fitted model -> a registered version: computed a second way, written, signed, mirrored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.rules import NATIONAL_SPREAD, OWN_SPREAD
from spiegel_core.engine.equations import Equations
from spiegel_core.engine.validation import ValidationRow
from spiegel_core.errors import GateStopped
from spiegel_core.mirrors.model_card import CardInputs, model_card
from spiegel_core.mirrors.write_markdown import write_markdown
from spiegel_core.mirrors.write_pdf import write_pdf
from spiegel_core.release.names import VersionName
from spiegel_core.release.signature import SIGNER, SigningKey
from spiegel_core.release.table_content import TableContent
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.model_artefacts import artefacts_of, metrics_of
from spiegel_core.runtime.modelling import FittedModel
from spiegel_core.runtime.register_files import Register
from spiegel_core.runtime.registry import ModelFacts, show_in_mlflow, show_state
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.signing_keys import signing_key, trusted_keys
from spiegel_core.runtime.spreads import SPREADS_FILE, spread_rows
from spiegel_core.runtime.steps import deliveries_of_year
from spiegel_core.runtime.study_results import study_shown
from spiegel_core.runtime.table_files import MODEL_INPUTS, content_of_table, equations_of_year
from spiegel_core.runtime.validation import validation_files, validation_sheet
from spiegel_core.runtime.versions import (
    conf_files,
    design_file,
    equation_files,
    input_files,
    lock_hashes,
    registered,
    state_of_version,
    version_files,
    write_version,
)
from spiegel_core.runtime.year_work import YearWork

_INTERVALS = {OWN_SPREAD: "met de spreiding van de eigen patiënten",
              NATIONAL_SPREAD: "met de landelijke spreiding (spreads.csv)"}  # fmt: skip


def lock_fingerprint() -> str:
    """SHA-256 over the files that pin the environment."""
    return of_texts([f"{name} {digest}" for name, digest in lock_hashes().items()])


def key_of_versions(job: Job, product: str, run: Run | None = None) -> SigningKey:
    """The key versions and releases of a product are signed with; one of its owner's own is made
    where none is named and none is required."""
    owner = job.conf.product(product).owner
    return signing_key(job.folder, SIGNER, owner, job.settings.key.required, run)


@dataclass(frozen=True)
class Registering:
    """What a version is registered with.

    Args:
        job: store and configuration.
        work: the report year.
        key: what is signed with.
    """

    job: Job
    work: YearWork
    key: SigningKey

    def register(
        self, name: VersionName, fitted: FittedModel, weights: pa.Table, facts: ModelFacts
    ) -> None:
        """Write and register a version, unless it is; then let MLflow show it as it stands."""
        folder = self.job.folder
        register = Register(folder, trusted_keys(folder))
        records = register.records()
        if registered(records, name) is None:
            contents = self._contents(name)
            equations = self._equations(name, fitted)
            deliveries = deliveries_of_year(self.job.tables, name.report_year)
            sheet = validation_sheet(self.work, fitted.model)
            files = {
                **self._card(name, fitted, facts, contents, len(deliveries), sheet),
                **artefacts_of(self.work, fitted, weights, facts),
                **{f"conf/{file}": content
                   for file, content in conf_files(self.job.conf, name.product).items()},
                "design.json": design_file(equations.design, equations.targets),
                **equation_files(equations),
                SPREADS_FILE: csv_bytes(
                    spread_rows(fitted.spreads, name.report_year, name.product, name.version)
                ),
                **input_files(contents, deliveries),
            }  # fmt: skip
            told = self._manifest_facts(name, facts, contents)
            write_version(folder, register, name, told, files, self.key)
            records = register.records()
        show_in_mlflow(folder, facts, name.version, version_files(folder, name), metrics_of(fitted))
        show_state(folder, name, state_of_version(records, name))

    def _contents(self, name: VersionName) -> dict[str, TableContent]:
        return {
            table.name: content_of_table(self.job.tables, table, name.report_year, name.product)
            for table in MODEL_INPUTS
        }

    def _equations(self, name: VersionName, fitted: FittedModel) -> Equations:
        """The equations added up without Spark; a version is what both ways agree on.

        Raises:
            GateStopped: they do not.
        """
        model = fitted.model
        equations = equations_of_year(
            self.job.tables, name.report_year, name.product, model.design, model.targets
        )
        again = equations.solved()
        spreads = equations.spreads(again)
        same_weights = np.array_equal(again.weights, model.weights)
        if not same_weights or again.persons != model.persons or spreads != fitted.spreads:
            others = len(set(spreads) ^ set(fitted.spreads)) // 2
            raise GateStopped(
                "the model is another one when it is computed without Spark", where=str(name),
                found=f"{int((again.weights != model.weights).sum())} other weights, "
                f"{others} other national spreads",
                expected="the same from the same sums, to the last digit",
                fix="report it to the platform team; nothing was registered",
            )  # fmt: skip
        return equations

    def _card(
        self, name: VersionName, fitted: FittedModel, facts: ModelFacts,
        contents: Mapping[str, TableContent], deliveries: int, sheet: list[ValidationRow],
    ) -> dict[str, bytes]:  # fmt: skip
        """The model card, as Markdown and as PDF, and the validation sheet that stands on it."""
        product = self.job.conf.product(name.product)
        fewest = self.work.rules.numbers.smallest_cell
        published = self.work.rules.numbers.amount_interval
        card = model_card(
            CardInputs(
                str(name), name.report_year, product, fitted.model,
                fitted.diagnostics,
                {table: (content.rows, content.sha256) for table, content in contents.items()},
                deliveries,
                {"Gewichten (SHA-256)": facts.weights_sha256, "Regels (SHA-256)": facts.conf_sha256,
                 "Programma": facts.code_version, "Omgeving (SHA-256)": facts.lock_sha256,
                 "Peildatum": facts.cut_off,
                 "Interval van bedragen en aantallen": _INTERVALS[published]},
                fewest, sheet, study_shown(self.job.conf, published), facts.conf_sha256,
            )
        )  # fmt: skip
        labels = {**product.segments, **product.total}
        return {"card.md": write_markdown(card), "card.pdf": write_pdf(card),
                **validation_files(sheet, name.report_year, fewest, labels)}  # fmt: skip

    def _manifest_facts(
        self, name: VersionName, facts: ModelFacts, contents: Mapping[str, TableContent]
    ) -> dict[str, Any]:
        inputs = {
            table: {"delta_version": content.delta_version, "rows": content.rows,
                    "sha256": content.sha256}
            for table, content in contents.items()
        }  # fmt: skip
        ledger = {"delta_version": self.job.tables.version(DELIVERIES)}
        return {
            **asdict(facts), "name": str(name), "version": name.version,
            "owner": self.job.conf.product(name.product).owner,
            "inputs": {**inputs, DELIVERIES.name: ledger}, "lock": lock_hashes(),
        }  # fmt: skip
