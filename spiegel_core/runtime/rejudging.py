"""Thresholds judged again on the metrics that were kept, without reading the data again.

Nothing is stored: what a run was judged by stays on record, and this says what today's rules would
have said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spiegel_core.contracts.gold_runs import QUALITY_METRICS, QUALITY_RESULTS
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.catalogue import gates_of, read_gate
from spiegel_core.runtime.gates import Members, Reading
from spiegel_core.runtime.judging import Metrics, Result, judge_metrics
from spiegel_core.runtime.run import run_number
from spiegel_core.runtime.tables import Tables

# Run, gate and subject: what was judged together.
Group = tuple[str, str, str]


@dataclass(frozen=True)
class Rejudged:
    """A check held again to the metrics of a run.

    Args:
        run, gate, subject: what was judged together.
        check: id of the check.
        before: its result then, as "passed" or "failed for 3 of 20"; None when there was no such
            check.
        now: its result by today's rules, in the same words; None when there is no such check.
        rules_sha256: the rule set it was judged by then; None when there was no such check.
    """

    run: str
    gate: str
    subject: str
    check: str
    before: str | None
    now: str | None
    rules_sha256: str | None

    @property
    def is_changed(self) -> bool:
        return self.before != self.now


def rejudge(
    tables: Tables,
    gate: str | None = None,
    run: str | None = None,
    readings: Mapping[str, Reading] | None = None,
) -> list[Rejudged]:
    """Every check of the gates that stood, then and now, in order of run, gate, subject and check.

    Args:
        tables: where metrics and results were kept.
        gate: only this gate.
        run: only this run, by its number or its name.
        readings: by gate what makes of kept metrics those that are judged (`Gates.judge`).

    Raises:
        WrongUse: there is no such gate, or no metrics of such a run and gate are kept.
    """
    chosen = [gate] if gate is not None else gates_of()
    checks = {name: read_gate(name).checks for name in chosen}
    metrics = _groups(tables.read(QUALITY_METRICS).to_pylist(), chosen, run)
    results = _groups(tables.read(QUALITY_RESULTS).to_pylist(), chosen, run)
    if not metrics:
        raise WrongUse(
            "no metrics of such a gate and run are kept",
            found=f"gate {gate or 'any'}, run {run or 'any'}",
            fix="spiegel table gold.quality_metrics --out metrics.csv lists them",
        )
    judged = {group: _members(rows) for group, rows in metrics.items()}
    found: list[Rejudged] = []
    for group in sorted(judged):
        members: Members = list(judged[group].items())
        if readings is not None and group[1] in readings:
            members = readings[group[1]].read(members)
        now = judge_metrics(checks[group[1]], [metrics for _, metrics in members])
        found.extend(_compared(group, results.get(group, []), now))
    return found


def _groups(
    rows: Iterable[dict[str, Any]], gates: list[str], run: str | None
) -> dict[Group, list[dict[str, Any]]]:
    groups: dict[Group, list[dict[str, Any]]] = {}
    for row in rows:
        is_of_run = run is None or run in (row["run"], str(run_number(row["run"])))
        if is_of_run and row["gate"] in gates:
            groups.setdefault((row["run"], row["gate"], row["subject"]), []).append(row)
    return groups


def _members(rows: Iterable[dict[str, Any]]) -> dict[str, Metrics]:
    """The metrics of each member, in order of member; one that was not kept is not there."""
    members: dict[str, dict[str, int | None]] = {}
    for row in sorted(rows, key=lambda row: (row["member"], row["metric"])):
        members.setdefault(row["member"], {})[row["metric"]] = row["value"]
    return dict(members)


def _compared(
    group: Group, before: Iterable[Mapping[str, Any]], now: Iterable[Result]
) -> list[Rejudged]:
    then = {row["check"]: row for row in before}
    today = {result.check.id: result for result in now}
    return [
        Rejudged(
            *group, check,
            _told(**{name: then[check][name] for name in ("status", "judged", "failed")})
            if check in then else None,
            _told(today[check].status, today[check].judged, today[check].failed)
            if check in today else None,
            then[check]["rules_sha256"] if check in then else None,
        )
        for check in sorted({*then, *today})
    ]  # fmt: skip


def _told(status: str, judged: int, failed: int) -> str:
    """A result in words.

    Example:
        >>> _told("failed", 20, 3), _told("passed", 20, 0)
        ('failed for 3 of 20', 'passed')
    """
    return f"{status} for {failed:,} of {judged:,}" if failed else status
