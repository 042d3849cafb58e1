"""Gates: checks judged on metrics, one row per subject; never a row of a person.

First the metrics of a gate are computed, then judged; so a threshold can be judged again on the
metrics that were kept (`rejudging`), and no result can ever quote a person's value. Every check
that was expected has a result, or the gate itself fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from spiegel_core.contracts.catalogue import STOP, WARN
from spiegel_core.contracts.gold_runs import QUALITY_METRICS, QUALITY_RESULTS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import GateStopped
from spiegel_core.runtime.catalogue import read_catalogue, read_gate
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.judging import ERROR, FAILED, Metrics, Result, judge_metrics
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables

Members = Sequence[tuple[str, Metrics]]
_MOST_NAMED = 5


@dataclass(frozen=True)
class Reading:
    """What conf has to say of a gate.

    Args:
        read: makes of the metrics that are kept those that are judged.
        sha256: fingerprint of the part of conf it does so by.
    """

    read: Callable[[Members], Members]
    sha256: str


def rule_set(reading: Reading | None) -> str:
    """Fingerprint of all a result hangs on: the catalogue, and conf where it has a part in it."""
    of_catalogue = read_catalogue().fingerprint
    return of_catalogue if reading is None else of_texts([of_catalogue, reading.sha256])


@dataclass(frozen=True)
class Gates:
    """The gates of one run.

    Args:
        tables: where metrics and results are kept.
        run: the run the gates stand in.
    """

    tables: Tables
    run: Run

    def judge(
        self,
        gate: str,
        subject: str,
        members: Members,
        reading: Reading | None = None,
    ) -> list[Result]:
        """Judge the metrics of a gate, keep metrics and results, and stop where a check says so.

        Args:
            gate: name of its file in expectations/.
            subject: what is judged, as a report year or the loads of a batch; once in a run.
            members: the parts of the subject with their metrics; each name once.
            reading: where conf has a part in what is judged; `rejudging` reads the metrics again in
                the same way.

        Raises:
            GateStopped: a check with the consequence stop failed, or a check could not be judged.
        """
        judged = members if reading is None else reading.read(members)
        results = judge_metrics(read_gate(gate).checks, [metrics for _, metrics in judged])
        self._keep(gate, subject, members, results, rule_set(reading))
        for result in results:
            if result.status == FAILED and result.check.consequence == WARN:
                self.run.say(f" [yellow]![/] {result.check.title}: not so for {result.failed}"
                             f" of {result.judged}{_named(result, members)}."
                             f" {result.check.repair}")  # fmt: skip
        stopping = [
            r
            for r in results
            if r.status == ERROR or (r.status == FAILED and r.check.consequence == STOP)
        ]
        if stopping:
            raise GateStopped(
                f"the gate {gate} stopped: " + "; ".join(r.check.title for r in stopping),
                found="; ".join(f"{r.check.id}: {r.status}{_named(r, members)}" for r in stopping),
                expected="; ".join(r.check.why for r in stopping),
                fix=" ".join(r.check.repair for r in stopping),
            )
        return results

    def _keep(
        self,
        gate: str,
        subject: str,
        members: Members,
        results: list[Result],
        fingerprint: str,
    ) -> None:
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
            {"run": self.run.name, "gate": gate, "subject": subject, "member": member,
             "metric": metric, "value": value}
            for member, metrics in members
            for metric, value in metrics.items()
        ]  # fmt: skip
        self.tables.append(
            QUALITY_METRICS, pa.Table.from_pylist(kept, schema=arrow_schema(QUALITY_METRICS))
        )


def _named(result: Result, members: Members) -> str:
    """The members that failed, where the subject has several."""
    names = [members[place][0] for place in result.failed_places]
    if len(members) == 1 or not names:
        return ""
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f" ({', '.join(names[:_MOST_NAMED])}{more})"
