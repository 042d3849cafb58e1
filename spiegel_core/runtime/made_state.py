"""A state between two versions, made in a store of its own: deliveries and rules -> its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold import CLASS_COUNTS, OUTCOME_SUMS, POPULATION_COUNTS, PRODUCT
from spiegel_core.contracts.rules import OutcomeFile, YearRules
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.engine.explain import ClassWeight, Counts
from spiegel_core.engine.model import AMOUNT, USERS
from spiegel_core.engine.version_parts import Input, Side
from spiegel_core.engine.version_states import State
from spiegel_core.mirrors.audit.compared import NATION, NO_LINES
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.kept_versions import Target, Unparted
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.version_facts import deliveries_in_force, delivery_name
from spiegel_core.runtime.year_care import build_care
from spiegel_core.runtime.year_patients import build_patients
from spiegel_core.runtime.year_sums import build_sums
from spiegel_core.runtime.year_work import YearWork, work_by_rules

# Verdicts of deliveries whose lines were kept: each counted once, or might have.
_WITH_LINES = ("admitted", "superseded", "copy", "conflict")
_MEANING = ("care_type", "period_from", "period_to")


@dataclass(frozen=True)
class StateFacts:
    """What a state holds of the nation and of the practice that is asked about.

    Args:
        persons: those that count, per provider (empty: the nation).
        counts: per provider persons per factor and class.
        sums: what they had, per provider, outcome and measure; none is 0.
        weights: those of the earlier version.
    """

    persons: Mapping[str, int]
    counts: Mapping[str, Counts]
    sums: Mapping[tuple[str, str, str], int]
    weights: Mapping[Target, Sequence[ClassWeight]]

    def observed(self, provider: str, target: Target) -> int:
        return self.sums.get((provider, *target), 0)

    def side(self, provider: str, target: Target) -> Side:
        """The nation, or the practice that is asked about, for one target."""
        return Side(
            self.persons.get(provider, 0), self.counts.get(provider, {}),
            self.observed(provider, target), self.weights[target],
        )  # fmt: skip


@dataclass
class StateWork(YearWork):
    """A report year some of whose deliveries have no credits yet.

    Args:
        debits_only: the loads of those deliveries.
    """

    debits_only: frozenset[int] = frozenset()

    def claims(self) -> DataFrame:
        """The claim lines of the year that count in the state."""
        if not self.debits_only:
            return super().claims()
        loads = self.small(
            pa.table({"debits_only": pa.array(sorted(self.debits_only), pa.int64())})
        )
        is_left_out = F.col("is_credit") & (F.col("load_id") == F.col("debits_only"))
        return super().claims().join(F.broadcast(loads), is_left_out, "left_anti")


def make_state(
    job: Job, debits_only: frozenset[int], report_year: int,
    rules: tuple[YearRules, OutcomeFile],
) -> None:  # fmt: skip
    """The deliveries laid out in a store -> its sums, by the rules; no gate, no model.

    Args:
        job: the store of the state.
        debits_only: the loads whose credits do not count yet.
        report_year: the year.
        rules: of the year, and what is measured.
    """
    # Gold of the state before is of no use, and may be as large as the store.
    job.folder.delete("gold")
    read = work_by_rules(job.store, job.tables, *rules)
    work = StateWork(read.store, read.tables, read.rules, read.classes, read.outcomes,
                     read.factors, debits_only)  # fmt: skip
    unseen = Run(job.folder, "state")
    build_care(work, unseen)
    build_patients(work, unseen)
    build_sums(work, unseen)


def lay_deliveries(store: Tables, into: Tables, state: State, report_year: int) -> frozenset[int]:
    """Let exactly the deliveries of a state count in another store, with the totals of their lines.

    Returns:
        The loads whose credits do not count.

    Raises:
        Unparted: the lines of one are not there any more, or it is not clear which they are.
    """
    found = _rows_of(store.read(DELIVERIES), state.deliveries)
    without = frozenset(found[one]["load_id"] for one in state.debits_only)
    rows = [row | {"verdict": "admitted", "rule": None, "message": None} for row in found.values()]
    into.replace(DELIVERIES, pa.Table.from_pylist(rows, schema=arrow_schema(DELIVERIES)))
    totals = store.read(DELIVERY_TOTALS, care_year=report_year)
    counts = pc.is_in(totals["load_id"], pa.array([row["load_id"] for row in rows], pa.int64()))
    is_later = pc.is_in(totals["load_id"], pa.array(sorted(without), pa.int64()))
    into.replace(
        DELIVERY_TOTALS,
        totals.filter(pc.and_not(counts, pc.and_(is_later, totals["is_credit"]))),
    )  # fmt: skip
    if _told(deliveries_in_force(into, report_year), state) != _told(state.deliveries, state):
        raise Unparted(NO_LINES)
    return without


def _rows_of(ledger: pa.Table, deliveries: Iterable[Input]) -> dict[Input, dict[str, Any]]:
    """The row of the ledger of each delivery."""
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in ledger.filter(pc.is_in(ledger["verdict"], pa.array(_WITH_LINES))).to_pylist():
        key = row["kind"], delivery_name(row), row["content_sha256"]
        rows.setdefault(key, []).append(row)
    found = {}
    for one in deliveries:
        held = rows.get((one.kind, one.name, one.sha256), [])
        # Revisions with the same lines differ in what they are said to be of.
        if len({tuple(row[name] for name in _MEANING) for row in held}) != 1:
            raise Unparted(NO_LINES)
        found[one] = max(held, key=lambda row: (row["verdict"] == "admitted", row["revision"]))
    return found


def _told(deliveries: Iterable[Input], state: State) -> set[tuple[str, str, str, int, int]]:
    """What a state must have in common with what is laid out; lines of credits are not there."""
    empty = {one.name for one in state.debits_only if not one.debit_cents}
    return {
        (one.kind, one.name, one.sha256, one.debit_cents, one.credit_cents)
        for one in deliveries
        if one.name not in empty
    }


def state_facts(
    job: Job, report_year: int, practice: str, weights: Mapping[Target, Sequence[ClassWeight]]
) -> StateFacts:
    """The facts of the state that was made in a store.

    Args:
        job: that store.
        report_year: the year.
        practice: the practice that is asked about; empty for none.
        weights: those of the earlier version.
    """
    people = job.tables.read(POPULATION_COUNTS, report_year=report_year, reason="counted")
    persons = {row["practice"]: row["persons"] for row in people.to_pylist()}
    classes = job.tables.read(CLASS_COUNTS, report_year=report_year, product=PRODUCT)
    counts = {NATION: _counts(classes)}
    if practice:
        counts[practice] = _counts(classes.filter(pc.equal(classes["provider"], practice)))
    return StateFacts(persons, counts, _observed(job, report_year, practice), weights)


def _counts(classes: pa.Table) -> Counts:
    sums = classes.group_by(["factor", "class"]).aggregate([("persons", "sum")])
    return {(r["factor"], r["class"]): r["persons_sum"] for r in sums.to_pylist()}


def _observed(job: Job, report_year: int, practice: str) -> dict[tuple[str, str, str], int]:
    """Sums over the nation, and over the practice."""
    of_practice = F.col("provider") == practice
    columns = {USERS: "users", AMOUNT: "total"}
    sums = [
        *(F.sum(name).alias(measure) for measure, name in columns.items()),
        *(F.sum(F.when(of_practice, F.col(name))).alias(f"own_{measure}")
          for measure, name in columns.items()),
    ]  # fmt: skip
    rows = job.store.read_year(OUTCOME_SUMS, report_year).groupBy("outcome").agg(*sums).collect()
    found = {}
    for row in rows:
        for measure in columns:
            found[NATION, row["outcome"], measure] = int(row[measure])
            if practice:
                found[practice, row["outcome"], measure] = int(row[f"own_{measure}"] or 0)
    return found
