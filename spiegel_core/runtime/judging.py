"""Checks held to metrics by Great Expectations: a frame with a row per subject, never of a person.

A check has one of four results: passed, failed, not applicable (its metric was computed, and is
null for every subject), or error (nothing says what its metric is). An error is never a pass.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from spiegel_core.contracts.catalogue import Check

PASSED, FAILED, NOT_APPLICABLE, ERROR = "passed", "failed", "not_applicable", "error"

Metrics = Mapping[str, int | None]


@dataclass(frozen=True)
class Result:
    """The verdict of one check over all subjects judged together.

    Args:
        check: the check.
        status: passed, failed, not_applicable or error.
        judged, failed: subjects whose metric is there, and those of them outside the bounds.
        failed_places: places of the failed ones among the subjects, from 0.
    """

    check: Check
    status: str
    judged: int
    failed: int
    failed_places: tuple[int, ...]


class _Judged(TypedDict):
    success: bool
    result: dict[str, Any]
    raised: bool


def judge_metrics(checks: Sequence[Check], rows: Sequence[Metrics]) -> list[Result]:
    """The result of every check over rows of metrics; a check never goes missing.

    Args:
        checks: the checks of a gate.
        rows: per subject its metrics by name; None is a metric that does not apply. A metric that
            is not named at all was not computed: its checks are errors, as without any subject.
    """
    import pandas as pd

    columns = sorted({check.column for check in checks})
    frame = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype="Int64") for name in columns}
    )
    by_id = _validated(checks, frame)
    results = []
    for check in checks:
        was_computed = bool(rows) and all(check.column in row for row in rows)
        present = int(frame[check.column].notna().sum())
        judged = by_id.get(check.id)
        if not was_computed or judged is None or judged["raised"]:
            results.append(Result(check, ERROR, 0, 0, ()))
        elif present == 0:
            results.append(Result(check, NOT_APPLICABLE, 0, 0, ()))
        else:
            places = tuple(int(n) for n in judged["result"].get("unexpected_index_list") or ())
            status = PASSED if judged["success"] else FAILED
            results.append(Result(check, status, present, len(places), places))
    return results


def _validated(checks: Sequence[Check], frame: Any) -> dict[str, _Judged]:
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
            for check in checks
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
