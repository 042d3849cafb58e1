"""Gates: Great Expectations judges metrics, one row per subject; never a row of a person.

First the metrics of a gate are computed, then judged; so a threshold can be judged again on the
metrics that were kept, and no result can ever quote a person's value. Every check that was
expected has a result, or the gate itself fails.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from spiegel_core.contracts.gold_runs import QUALITY_METRICS, QUALITY_RESULTS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import GateStopped
from spiegel_core.runtime.conf import PROJECT, validated
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.yaml_files import read_yaml

PASSED, FAILED, NOT_APPLICABLE, ERROR = "passed", "failed", "not_applicable", "error"
STOP, REFUSE, WARN = "stop", "refuse", "warn"

Metrics = Mapping[str, int | None]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Check(_Part):
    """One check of a gate: a metric between bounds, why it exists and how to repair."""

    id: str = Field(pattern=r"[a-z]+\.[a-z_]+")
    title: str
    column: str
    min: int | None = None
    max: int | None = None
    consequence: str = Field(pattern="stop|refuse|warn")
    why: str = Field(min_length=20)
    repair: str = Field(min_length=10)
    source: str
    owner: str | None = None
    since: str | None = None


class _Defaults(_Part):
    owner: str
    since: str


class GateFile(_Part):
    """expectations/<gate>.yml."""

    defaults: _Defaults
    checks: list[Check]


@dataclass(frozen=True)
class Result:
    """The verdict of one check over all subjects of a gate."""

    check: Check
    status: str
    judged: int
    failed: int
    failed_places: tuple[int, ...]


class _Judged(TypedDict):
    success: bool
    result: dict[str, Any]
    raised: bool


def read_gate(gate: str) -> GateFile:
    """The checks of a gate from expectations/<gate>.yml."""
    name = f"{gate}.yml"
    return validated(GateFile, read_yaml(PROJECT / "expectations" / name), name)


@dataclass(frozen=True)
class Gates:
    """The gates of one run.

    Args:
        tables: where metrics and results are kept.
        run: the run the gates stand in.
    """

    tables: Tables
    run: Run

    def judge(self, gate: str, subjects: Sequence[tuple[str, Metrics]]) -> list[Result]:
        """Judge the metrics of a gate, keep metrics and results, and stop where a check says so.

        Raises:
            GateStopped: a check with the consequence stop failed, or a check could not be judged.
        """
        content = read_gate(gate)
        results = judge_metrics(content, [metrics for _, metrics in subjects])
        self._keep(gate, content, subjects, results)
        for result in results:
            if result.status == FAILED and result.check.consequence == WARN:
                self.run.say(f" [yellow]![/] {result.check.title}: not so for {result.failed}"
                             f" of {result.judged}. {result.check.repair}")  # fmt: skip
        stopping = [
            r
            for r in results
            if r.status == ERROR or (r.status == FAILED and r.check.consequence == STOP)
        ]
        if stopping:
            raise GateStopped(
                f"the gate {gate} stopped: " + "; ".join(r.check.title for r in stopping),
                found="; ".join(f"{r.check.id}: {r.status}" for r in stopping),
                expected="; ".join(r.check.why for r in stopping),
                fix=" ".join(r.check.repair for r in stopping),
            )
        return results

    def _keep(
        self,
        gate: str,
        content: GateFile,
        subjects: Sequence[tuple[str, Metrics]],
        results: list[Result],
    ) -> None:
        subject = subjects[0][0] if len(subjects) == 1 else f"{len(subjects)} deliveries"
        fingerprint = of_texts([content.model_dump_json()])
        rows = [
            {"run": self.run.name, "gate": gate, "check": r.check.id, "subject": subject,
             "status": r.status, "consequence": r.check.consequence, "judged": r.judged,
             "failed": r.failed, "rules_sha256": fingerprint}
            for r in results
        ]  # fmt: skip
        self.tables.append(
            QUALITY_RESULTS, pa.Table.from_pylist(rows, schema=arrow_schema(QUALITY_RESULTS))
        )
        kept = [
            {"run": self.run.name, "gate": gate, "subject": name, "metric": metric, "value": value}
            for name, metrics in subjects
            for metric, value in metrics.items()
        ]
        self.tables.append(
            QUALITY_METRICS, pa.Table.from_pylist(kept, schema=arrow_schema(QUALITY_METRICS))
        )


def judge_metrics(content: GateFile, rows: Sequence[Metrics]) -> list[Result]:
    """The result of every check of a gate over rows of metrics; a check never goes missing."""
    import pandas as pd

    columns = sorted({check.column for check in content.checks})
    frame = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype="Int64") for name in columns}
    )
    by_id = _validated(content, frame)
    results = []
    for check in content.checks:
        present = int(frame[check.column].notna().sum())
        judged = by_id.get(check.id)
        if judged is None or judged["raised"]:
            results.append(Result(check, ERROR, 0, 0, ()))
        elif present == 0:
            results.append(Result(check, NOT_APPLICABLE, 0, 0, ()))
        else:
            places = tuple(int(n) for n in judged["result"].get("unexpected_index_list") or ())
            status = PASSED if judged["success"] else FAILED
            results.append(Result(check, status, present, len(places), places))
    return results


def _validated(content: GateFile, frame: Any) -> dict[str, _Judged]:
    """Great Expectations' results by check."""
    # Measured: its analytics are on by default.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    variables: Any = context.variables
    variables.progress_bars = {"globally": False}
    expectations: Any = gx.expectations
    asset = context.data_sources.add_pandas("metrics").add_dataframe_asset("metrics")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
        batch_parameters={"dataframe": frame}
    )
    suite = gx.ExpectationSuite(
        name="gate",
        expectations=[
            expectations.ExpectColumnValuesToBeBetween(
                column=check.column, min_value=check.min, max_value=check.max,
                meta={"id": check.id},
            )
            for check in content.checks
        ],
    )  # fmt: skip
    # COMPLETE names the places that failed; the rows are subjects, never persons.
    found: Any = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    return {
        result.expectation_config.meta["id"]: _Judged(
            success=bool(result.success),
            result=dict(result.result or {}),
            raised=bool(result.exception_info.get("raised_exception", True))
            if isinstance(result.exception_info, dict)
            else True,
        )
        for result in found.results
    }
