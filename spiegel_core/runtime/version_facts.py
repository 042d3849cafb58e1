"""What a version was computed from: kept when its benchmarks stand, read to compare two."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold import BENCHMARKS, CLASS_COUNTS, POPULATION_COUNTS, PRODUCT
from spiegel_core.contracts.gold_versions import (
    VERSION_BENCHMARKS,
    VERSION_CLASS_COUNTS,
    VERSION_INPUTS,
    VERSION_POPULATIONS,
)
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.engine.version_parts import (
    CLAIMS,
    CODE,
    DEFINITION,
    OUTCOME,
    POPULATION_RULE,
    Input,
)
from spiegel_core.population.practices import NATIONAL
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.tables import Tables

# Numbers of conf/rules.yml that say who counts; the others are definitions.
WHO_COUNTS = frozenset(
    {"registration_fee_codes", "registration_quarter", "reference_day", "locum_qualification",
     "high_cost_ggz_cents", "high_cost_total_cents"}
)  # fmt: skip
# These decide what is shown, and touch neither an observed nor an expected value.
_SHOWN_ONLY = frozenset(
    {"smallest_practice", "smallest_group", "group_programme", "smallest_cell",
     "exact_interval_below", "amount_interval"}
)  # fmt: skip
_REGISTERS = ("organisations", "practitioners", "medicines", "postcode_income")
_BASIC_COVER = "B"


def keep_facts(tables: Tables, conf: Conf, report_year: int, code: str) -> None:
    """Keep what the version of the benchmarks was computed from, unless it is kept already."""
    benchmarks = tables.read(BENCHMARKS, report_year=report_year, product=PRODUCT,
                             reference=NATIONAL)  # fmt: skip
    if not benchmarks.num_rows:
        return
    (version,) = set(benchmarks["version"].to_pylist())
    of_version: dict[str, Any] = {
        "report_year": report_year,
        "product": PRODUCT,
        "version": version,
    }
    if tables.read(VERSION_INPUTS, columns=["name"], **of_version).num_rows:
        return
    counts = tables.read(CLASS_COUNTS, report_year=report_year, product=PRODUCT)
    populations = tables.read(POPULATION_COUNTS, report_year=report_year)
    _keep(tables, VERSION_BENCHMARKS, benchmarks, of_version)
    _keep(tables, VERSION_CLASS_COUNTS, counts, of_version)
    _keep(tables, VERSION_POPULATIONS, populations, of_version)
    inputs = [*deliveries_in_force(tables, report_year), *rules_in_force(conf, report_year),
              Input(CODE, "code", code)]  # fmt: skip
    rows = [of_version | dataclasses.asdict(one) for one in inputs]
    as_rows = pa.Table.from_pylist(rows, schema=arrow_schema(VERSION_INPUTS))
    _keep(tables, VERSION_INPUTS, as_rows, of_version)


def _keep(
    tables: Tables, table: Table, rows: pa.Table, of_version: Mapping[str, int | str]
) -> None:
    for name, value in of_version.items():
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.array([value] * rows.num_rows))
    # What an interrupted run left of the version is replaced.
    tables.replace(table, rows, **of_version)


def deliveries_in_force(tables: Tables, report_year: int) -> Iterator[Input]:
    """The deliveries a year is computed from: claims with care of the year, and registers."""
    totals = tables.read(DELIVERY_TOTALS, care_year=report_year, cover=_BASIC_COVER)
    sums = totals.group_by(["load_id", "is_credit"]).aggregate(
        [("lines", "sum"), ("granted_cents", "sum")]
    )
    of_load: dict[int, dict[bool, tuple[int, int]]] = {}
    for row in sums.to_pylist():
        held = of_load.setdefault(row["load_id"], {})
        held[row["is_credit"]] = row["lines_sum"], row["granted_cents_sum"]
    ledger = tables.read(DELIVERIES, verdict="admitted")
    kinds = pa.array([CLAIMS, "insured", *_REGISTERS])
    for row in ledger.filter(pc.is_in(ledger["kind"], kinds)).to_pylist():
        name = delivery_name(row)
        content = str(row["content_sha256"])
        if row["kind"] == CLAIMS and row["load_id"] in of_load:
            held = of_load[row["load_id"]]
            debits, credits_ = held.get(False, (0, 0)), held.get(True, (0, 0))
            yield Input(CLAIMS, name, content, debits[0] + credits_[0], debits[1], credits_[1])
        elif row["kind"] in _REGISTERS or (
            row["kind"] == "insured" and row["period_from"].year == report_year
        ):
            yield Input(row["kind"], name, content)


def delivery_name(row: Mapping[str, Any]) -> str:
    """The name of a delivery among the inputs of a version, from its row of the ledger."""
    return f"{row['sender']} {row['delivery_id']}"


def rules_in_force(conf: Conf, report_year: int) -> Iterator[Input]:
    """The rules of a year by name, each with the fingerprint of its value, not of its file."""
    rules = conf.rules(report_year)
    for name, value in sorted(rules.numbers.model_dump().items()):
        if name not in _SHOWN_ONLY:
            kind = POPULATION_RULE if name in WHO_COUNTS else DEFINITION
            yield Input(kind, name, _fingerprint(value))
    for field in dataclasses.fields(rules):
        if field.name not in ("report_year", "numbers"):
            yield Input(DEFINITION, field.name, _fingerprint(getattr(rules, field.name)))
    for row in conf.outcomes().outcomes:
        counted = (row.counts, row.where, row.for_each, row.requested_by)
        yield Input(OUTCOME, row.name, _fingerprint(counted))


def _fingerprint(value: Any) -> str:
    return of_texts([json.dumps(value, sort_keys=True, default=_plain)])


def _plain(value: Any) -> Any:
    """What JSON does not know: sets have no order of their own."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, BaseModel):
        return value.model_dump()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    return str(value)
