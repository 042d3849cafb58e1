"""The steps of a report year in order; a step finished for the same inputs is not done again."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import functions as F

from spiegel_core.contracts.gold import (
    BENCHMARKS,
    MODEL_SPREADS,
    MODEL_VERSIONS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATIONS,
    PRODUCT,
    PROFILES,
)
from spiegel_core.engine.design import design_of
from spiegel_core.errors import GateStopped
from spiegel_core.release.names import VersionName
from spiegel_core.runtime.fingerprints import content_of
from spiegel_core.runtime.fingerprints_plain import code_version, of_texts
from spiegel_core.runtime.gate_metrics import gold_metrics, silver_metrics
from spiegel_core.runtime.gates import Gates
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.modelling import (
    FittedModel,
    compare_year,
    content_of_weights,
    fit_year,
    model_from_rows,
    targets_of,
    weight_rows,
)
from spiegel_core.runtime.registering import Registering, key_of_versions, lock_fingerprint
from spiegel_core.runtime.registry import ModelFacts, keep_version, version_of
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.spreads import spread_rows, spreads_in_force
from spiegel_core.runtime.steps import (
    BENCHMARKS as BENCHMARKS_STEP,
)
from spiegel_core.runtime.steps import (
    MODEL,
    YEAR,
    Finished,
    begin,
    finish,
    finished,
    inputs_of_benchmarks,
    inputs_of_model,
    inputs_of_year,
    require,
)
from spiegel_core.runtime.version_facts import keep_facts
from spiegel_core.runtime.volume_gate import judge_volumes
from spiegel_core.runtime.year_care import build_care
from spiegel_core.runtime.year_patients import build_patients
from spiegel_core.runtime.year_practices import build_practices
from spiegel_core.runtime.year_sums import build_sums
from spiegel_core.runtime.year_work import YearWork, prepare_year


@dataclass
class YearRun:
    """One report year on its way from claims to benchmarks.

    Args:
        job: store and configuration.
        report_year: the year.
        cut_off: cut-off date of the release.
        run: where steps are shown and recorded.
    """

    job: Job
    report_year: int
    cut_off: datetime.date
    run: Run

    @cached_property
    def work(self) -> YearWork:
        return prepare_year(self.job.store, self.job.tables, self.job.conf, self.report_year)

    @cached_property
    def gates(self) -> Gates:
        return Gates(self.job.tables, self.run)

    @cached_property
    def code_version(self) -> str:
        return code_version()

    def all_steps(self) -> None:
        """Year, model and benchmarks."""
        self.year()
        self.model()
        self.benchmarks()

    def year(self) -> None:
        """Claims and registers -> sums per cell."""
        inputs = inputs_of_year(
            self.job.tables, self.report_year,
            [self.job.conf.rules_fingerprint(), self.code_version, str(self.cut_off)],
        )  # fmt: skip

        def make() -> str:
            with self.run.step(f"{self.report_year}: gate on volumes"):
                judge_volumes(self.gates, self.job.conf, self.report_year, self.cut_off)
            with self.run.step(f"{self.report_year}: gate on silver"):
                year, metrics = str(self.report_year), silver_metrics(self.work)
                self.gates.judge("silver", year, [(year, metrics)])
            build_care(self.work, self.run)
            several = build_patients(self.work, self.run)
            build_sums(self.work, self.run)
            build_practices(self.work, several, self.cut_off, self.run)
            tables = (POPULATIONS, OUTCOME_SUMS, PROFILES)
            read = self.job.store.read_year
            return of_texts([content_of(read(table, self.report_year)) for table in tables])

        self._once(YEAR, inputs, make)

    def model(self) -> None:
        """Sums -> weights, registered as a version."""
        year = require(self.job.tables, self.report_year, YEAR)
        product = self.job.conf.product(PRODUCT)

        def make() -> str:
            return self._make_model(year)

        self._once(MODEL, inputs_of_model(year, product.review_by), make)

    def _make_model(self, year: Finished) -> str:
        # Before the work, so that a missing key costs nothing.
        key = key_of_versions(self.job, PRODUCT, self.run)
        with self.run.step(f"{self.report_year}: model") as step:
            fitted = fit_year(self.work)
            facts = self._facts(fitted, year)
            tables = self.job.tables
            version, is_new = version_of(tables, facts)
            of_version = weight_rows(fitted.model, self.report_year, version)
            tables.replace(
                MODEL_WEIGHTS, of_version, report_year=self.report_year, product=PRODUCT,
                version=version,
            )  # fmt: skip
            spreads = spread_rows(fitted.spreads, self.report_year, PRODUCT, version)
            tables.replace(
                MODEL_SPREADS, spreads, report_year=self.report_year, product=PRODUCT,
                version=version,
            )  # fmt: skip
            if is_new:
                keep_version(tables, facts, version)
            name = VersionName(PRODUCT, self.report_year, version)
            Registering(self.job, self.work, key).register(name, fitted, of_version, facts)
            step.counts["weights"] = of_version.num_rows
            return of_texts([str(version), facts.weights_sha256])

    def _facts(self, fitted: FittedModel, year: Finished) -> ModelFacts:
        rows = weight_rows(fitted.model, self.report_year, 0).drop_columns(["version"])
        conf = self.job.conf
        return ModelFacts(
            PRODUCT, self.report_year, content_of_weights(rows), year.outputs,
            conf.rules_fingerprint(), self.code_version, str(self.cut_off),
            str(conf.product(PRODUCT).review_by), lock_fingerprint(),
        )  # fmt: skip

    def benchmarks(self) -> None:
        """Sums and weights -> observed beside expected."""
        year = require(self.job.tables, self.report_year, YEAR)
        model = require(self.job.tables, self.report_year, MODEL)

        def make() -> str:
            with self.run.step(f"{self.report_year}: benchmarks") as step:
                version = self._newest_version()
                work, tables = self.work, self.job.tables
                rows = tables.read(
                    MODEL_WEIGHTS, report_year=self.report_year, product=PRODUCT, version=version
                )
                weights = model_from_rows(rows, design_of(work.factors), targets_of(work.outcomes))
                before = tables.version(BENCHMARKS)
                self.job.store.replace(
                    BENCHMARKS,
                    compare_year(
                        work, weights, version, spreads_in_force(tables, work.rules, version)
                    ),
                    report_year=self.report_year,
                    product=PRODUCT,
                )
                written = self.job.store.read_year(BENCHMARKS, self.report_year)
                step.counts["rows"] = written.count()
            self._gate_on_gold(before)
            keep_facts(self.job.tables, self.job.conf, self.report_year, self.code_version)
            return content_of(written.filter(F.col("product") == PRODUCT))

        self._once(BENCHMARKS_STEP, inputs_of_benchmarks(year, model), make)

    def _gate_on_gold(self, before: int) -> None:
        """Judge persons, sums and benchmarks; a gate that stops puts the benchmarks back."""
        with self.run.step(f"{self.report_year}: gate on gold"):
            year = str(self.report_year)
            metrics = gold_metrics(self.work, targets_of(self.work.outcomes))
            try:
                self.gates.judge("gold", year, [(year, metrics)])
            except GateStopped:
                self.job.tables.restore(BENCHMARKS, before)
                raise

    def _newest_version(self) -> int:
        rows = self.job.tables.read(
            MODEL_VERSIONS, report_year=self.report_year, product=PRODUCT
        ).to_pylist()
        return max(int(row["version"]) for row in rows)

    def _once(self, step: str, inputs: str, make: Callable[[], str]) -> None:
        """Do a step unless it is finished for these inputs."""
        done = finished(self.job.tables, self.report_year, step)
        if done is not None and done.inputs == inputs:
            with self.run.step(f"{self.report_year}: {step} (finished for the same data)") as shown:
                shown.skipped = True
            return
        begin(self.job.tables, self.report_year, step)
        outputs = make()
        finish(self.job.tables, self.report_year, step, Finished(inputs, outputs))
