"""What every step of a report year needs: tables, rules, and how results are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.gold_runs import CONSERVATION
from spiegel_core.contracts.rules import Outcome, OutcomeFile, YearRules
from spiegel_core.contracts.silver import (
    CLAIM_LINES,
    INSURED,
    MEDICINES,
    ORGANISATIONS,
    PRACTITIONERS,
)
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.outcomes.care_classes import CareClasses, care_classes
from spiegel_core.outcomes.definitions import outcomes_of_year
from spiegel_core.population.attribution import GENERAL_PRACTICE, Employment, working_gps
from spiegel_core.population.conservation import Balance
from spiegel_core.population.factors import Factors, practice_factors
from spiegel_core.population.practices import RegisterRow
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.store import Store
from spiegel_core.runtime.tables import Tables
from spiegel_core.silver.admitted import admitted_claims, admitted_lines, admitted_loads


@dataclass
class YearWork:
    """What every step of a report year needs.

    Args:
        store, tables: the tables, through Spark and as Arrow.
        rules: the rules of the year.
        classes: the classes of care.
        outcomes: what is measured.
        factors: the characteristics.
    """

    store: Store
    tables: Tables
    rules: YearRules
    classes: CareClasses
    outcomes: tuple[Outcome, ...]
    factors: Factors

    @property
    def year(self) -> int:
        return self.rules.report_year

    def register(self, table: Table, kind: str) -> pa.Table:
        """The lines of a register that count, in memory: registers of care providers, medicines
        and postcodes have some 100,000 rows; never the insured."""
        assert not table.holds_persons
        loads = self.tables.read(DELIVERIES, columns=["load_id"], verdict="admitted", kind=kind)
        rows = self.tables.read(table)
        return rows.filter(pc.is_in(rows["load_id"], loads["load_id"]))

    @cached_property
    def organisations(self) -> list[RegisterRow]:
        """All periods of all organisations."""
        return [
            RegisterRow(r["agb"], r["kind"], r["name"], r["start"], r["end"], r["successor_agb"])
            for r in self.register(ORGANISATIONS, "organisations").to_pylist()
        ]

    @cached_property
    def practices(self) -> frozenset[str]:
        """Every general practice the register has, whenever."""
        return frozenset(row.agb for row in self.organisations if row.kind == GENERAL_PRACTICE)

    @cached_property
    def employments(self) -> list[Employment]:
        """All periods of practitioners at organisations."""
        return [
            Employment(r["practitioner_agb"], r["organisation_agb"], r["qualification"],
                       r["start"], r["end"])
            for r in self.register(PRACTITIONERS, "practitioners").to_pylist()
        ]  # fmt: skip

    @cached_property
    def gps(self) -> set[tuple[str, str]]:
        """GPs and the practices they work at on the reference day, locums left out."""
        locum = self.rules.numbers.locum_qualification
        return working_gps(self.employments, self.practices, self.rules.reference_date, locum)

    def insured(self) -> DataFrame:
        """The lines of the insured register that count."""
        loads = admitted_loads(self.deliveries, "insured")
        return admitted_lines(self.store.read(INSURED), loads)

    def claims(self) -> DataFrame:
        """The claim lines of the year that count, each with the care type of its delivery."""
        lines = self.store.read(CLAIM_LINES, care_year=self.year)
        return admitted_claims(lines, self.deliveries)

    @property
    def deliveries(self) -> DataFrame:
        """The ledger; some 100,000 rows."""
        return self.store.read(DELIVERIES)

    def small(self, rows: pa.Table) -> DataFrame:
        """Rows in memory as a DataFrame."""
        # Of rows in several pieces whose first is empty, Spark makes no rows at all (seen).
        return self.store.spark.createDataFrame(rows.combine_chunks())

    def classes_of(self, item_kind: str, name: str) -> list[int]:
        """Numbers of the classes of care of one item."""
        return [
            c.number
            for c in self.classes.classes
            if c.item.kind == item_kind and c.item.name == name
        ]

    def replace(self, table: Table, rows: DataFrame, **more: Any) -> None:
        """Replace the table's rows of this report year."""
        self.store.replace(table, rows, report_year=self.year, **more)


def prepare_year(store: Store, tables: Tables, conf: Conf, report_year: int) -> YearWork:
    """Read the rules of a year and the list of medicines they speak of."""
    return work_by_rules(store, tables, conf.rules(report_year), conf.outcomes())


def work_by_rules(
    store: Store, tables: Tables, rules: YearRules, outcomes: OutcomeFile
) -> YearWork:
    """The work of a year by rules that were read, with the list of medicines they speak of."""
    loads = tables.read(DELIVERIES, columns=["load_id"], verdict="admitted", kind="medicines")
    medicines = tables.read(MEDICINES, columns=["load_id", "atc"])
    admitted = medicines.filter(pc.is_in(medicines["load_id"], loads["load_id"]))
    atc_codes = sorted(set(admitted["atc"].to_pylist()))
    return YearWork(
        store, tables, rules, care_classes(rules, atc_codes),
        outcomes_of_year(outcomes, rules, atc_codes), practice_factors(rules),
    )  # fmt: skip


def keep_balances(work: YearWork, balances: list[Balance]) -> None:
    """Check balances of a step and keep them; a step that does not balance stops the job."""
    for balance in balances:
        balance.check()
    rows = [row for balance in balances for row in balance.rows(work.year)]
    step = balances[0].step
    work.tables.replace(
        CONSERVATION, pa.Table.from_pylist(rows, schema=arrow_schema(CONSERVATION)),
        report_year=work.year, step=step,
    )  # fmt: skip


def came_out(work: YearWork, step: str, quantity: str) -> int:
    """What an earlier step of the year gave: what goes into the next."""
    kept = work.tables.read(
        CONSERVATION, report_year=work.year, step=step, quantity=quantity, part="out"
    )
    return int(kept["value"].to_pylist()[0])


def totals(rows: DataFrame, *sums: Any) -> dict[str, int]:
    """Sums over all rows, by name; nothing adds up to 0."""
    return {name: int(value or 0) for name, value in rows.agg(*sums).collect()[0].asDict().items()}
