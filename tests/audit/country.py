"""A country of a few persons: its gold tables, written through delta-rs, without Spark."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from spiegel_core.contracts.gold import (
    AVAILABILITY,
    BENCHMARKS,
    CLASS_COUNTS,
    MODEL_VERSIONS,
    MODEL_WEIGHTS,
    POPULATION_COUNTS,
    PRACTICES,
    PRODUCT,
)
from spiegel_core.contracts.gold_runs import STEPS
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.engine.benchmark import Cells, CellSums, benchmark_rows, compare_provider
from spiegel_core.engine.design import INTERCEPT, design_of
from spiegel_core.engine.model import AMOUNT, USERS, Model, Target, fit, gram_of
from spiegel_core.population.factors import NO, YES, Factors, practice_factors
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.modelling import weight_rows
from spiegel_core.runtime.tables import Tables

YEAR = 2021
TARGETS = (
    Target("cost_total", AMOUNT, True), Target("cost_total", USERS, True),
    Target("consult_normal", AMOUNT, False), Target("consult_normal", USERS, False),
)  # fmt: skip


@dataclass(frozen=True)
class Patient:
    """Somebody at a practice: classes, and what he or she had."""

    practice: str
    age_sex: str = "M 45-49"
    income: str = "middle"
    conditions: tuple[str, ...] = ()
    cost_groups: tuple[str, ...] = ()
    cents: int = 0
    consults: int = 0

    def classes(self) -> dict[str, tuple[str, ...]]:
        found = {"age_sex": (self.age_sex,), "income": (self.income,), "fkg": self.cost_groups}
        for name in ("diabetes", "copd", "cvrm"):
            found[name] = (YES if name in self.conditions else NO,)
        return found

    def value(self, target: Target) -> int:
        amount = self.cents if target.outcome == "cost_total" else self.consults
        return int(amount > 0) if target.measure == USERS else amount


@dataclass
class Country:
    """The counted persons of a year, with their tables.

    Args:
        patients: who counts.
        left_out: per practice ("" for the country) persons per reason, beside those that count.
        reasons: per practice why it has no mirror (national).
    """

    patients: Sequence[Patient]
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def practices(self) -> list[str]:
        named = {p.practice for p in self.patients} | set(self.left_out) | set(self.reasons)
        return sorted(named - {""})

    def model(self) -> Model:
        """The weights of the country, as the product fits them."""
        design = design_of(factors())
        profiles = Counter(factors().pack(p.classes()) for p in self.patients)
        numbers = np.array(sorted(profiles), dtype=np.int64)
        exposure = np.array([profiles[n] for n in sorted(profiles)], dtype=np.int64)
        totals = [
            [
                sum(
                    p.value(target)
                    for p in self.patients
                    if factor == INTERCEPT or name in p.classes()[factor]
                )
                for target in TARGETS
            ]
            for factor, name in design.columns
        ]
        return fit(design, gram_of(design, numbers, exposure), totals, TARGETS)

    def write(self, tables: Tables, version: int = 1) -> None:
        """Gold as a run of the year leaves it."""
        model = self.model()
        tables.replace(MODEL_WEIGHTS, weight_rows(model, YEAR, version), version=version)
        _keep(tables, CLASS_COUNTS, self._class_counts())
        compared = [self._compared(model, practice, version) for practice in self.practices]
        tables.replace(BENCHMARKS, pa.concat_tables([rows for rows in compared if rows]))
        _keep(tables, POPULATION_COUNTS, self._reasons())
        _keep(tables, PRACTICES, [_practice(agb) for agb in self.practices])
        _keep(tables, AVAILABILITY, [
            {"report_year": YEAR, "practice": agb, "edition": "national", "reason": reason}
            for agb, held in self.reasons.items() for reason in held
        ])  # fmt: skip
        _keep(tables, STEPS, [{"report_year": YEAR, "step": "benchmarks", "inputs_sha256": "1" * 64,
                               "outputs_sha256": "2" * 64}])  # fmt: skip
        tables.append(MODEL_VERSIONS, _rows(MODEL_VERSIONS, [_version(version)]))

    def own(self, practice: str) -> list[Patient]:
        return [p for p in self.patients if p.practice == practice]

    def _class_counts(self) -> list[dict[str, Any]]:
        counts = Counter(
            (p.practice, factor, name)
            for p in self.patients
            for factor, names in p.classes().items()
            for name in names
        )
        return [
            {"report_year": YEAR, "product": PRODUCT, "provider": who, "factor": factor,
             "class": name, "persons": number}
            for (who, factor, name), number in sorted(counts.items())
        ]  # fmt: skip

    def _compared(self, model: Model, practice: str, version: int) -> pa.Table | None:
        by_profile: dict[int, list[Patient]] = defaultdict(list)
        for one in self.own(practice):
            by_profile[factors().pack(one.classes())].append(one)
        if not by_profile:
            return None
        held = [by_profile[profile] for profile in sorted(by_profile)]
        cells = Cells(np.array(sorted(by_profile)), np.array([len(of) for of in held]))
        sums = {
            target.outcome: CellSums(
                np.arange(len(held)),
                tuple(sum(p.value(target) > 0 for p in of) for of in held),
                tuple(sum(p.value(target) for p in of) for of in held),
                tuple(sum(p.value(target) ** 2 for p in of) for of in held),
            )
            for target in TARGETS
            if target.measure == AMOUNT
        }
        compared = compare_provider(cells, sums, model, 10)
        return benchmark_rows(compared, YEAR, PRODUCT, practice, "national", version)

    def _reasons(self) -> list[dict[str, Any]]:
        persons = {agb: dict(self.left_out.get(agb, {})) for agb in ("", *self.practices)}
        for agb in self.practices:
            if self.own(agb):
                persons[agb]["counted"] = len(self.own(agb))
        persons[""]["counted"] = len(self.patients)
        return [
            {"report_year": YEAR, "practice": agb, "reason": reason, "persons": number,
             "cost_cents": 0}
            for agb, held in persons.items() for reason, number in held.items()
        ]  # fmt: skip


@cache
def factors() -> Factors:
    """The seven characteristics of the product."""
    return practice_factors(Conf().rules(YEAR))


def _practice(agb: str) -> dict[str, Any]:
    return {
        "report_year": YEAR, "practice": agb, "name": f"Praktijk {agb}",
        "start": datetime.date(2001, 1, 1), "end": None, "is_in_register": True, "gps": 1,
        "gps_elsewhere": 0, "locums": 0, "care_group": None, "care_group_name": None,
        "persons": 0, "counted": 0,
    }  # fmt: skip


def _version(version: int) -> dict[str, Any]:
    return {
        "product": PRODUCT, "report_year": YEAR, "version": version, "weights_sha256": "a" * 64,
        "inputs_sha256": "b" * 64, "conf_sha256": "c" * 64, "code_version": "0.0.0+test",
        "lock_sha256": "d" * 64,
        "cut_off": datetime.date(2021, 12, 31), "review_by": datetime.date(2027, 12, 31),
    }  # fmt: skip


def _rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(table))


def _keep(tables: Tables, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    tables.replace(table, _rows(table, rows))
