"""Gold: what a version of a model was computed from, kept when the year is computed again.

The other gold tables hold the newest run of a report year; these keep per version what an auditor
needs to compare two of them. A version's rows are written once and never changed.
"""

from __future__ import annotations

from spiegel_core.contracts.gold_runs import REPORT_YEAR
from spiegel_core.contracts.table import Column, Table

_OF_VERSION = (
    REPORT_YEAR,
    Column("product", "string", "product the version is of"),
    Column("version", "int", "version of the model of that product and year"),
)
_KEY = ("report_year", "product", "version")
_PARTS = ("report_year", "version")
_PERSONS = Column("persons", "bigint", "persons", "persons")

VERSION_CLASS_COUNTS = Table(
    name="gold.version_class_counts",
    grain="one row per version, provider, factor and class with persons",
    key=(*_KEY, "provider", "factor", "class"),
    columns=(
        *_OF_VERSION,
        Column("provider", "string", "AGB of the provider"),
        Column("factor", "string", "characteristic"),
        Column("class", "string", "class of the characteristic"),
        _PERSONS,
    ),
    partition_by=_PARTS,
    has_small_cells=True,
)

VERSION_BENCHMARKS = Table(
    name="gold.version_benchmarks",
    grain="one row per version, provider, outcome and measure",
    key=(*_KEY, "provider", "outcome", "measure"),
    columns=(
        *_OF_VERSION,
        Column("provider", "string", "AGB of the provider"),
        Column("outcome", "string", "what is measured"),
        Column("measure", "string", "amount or users"),
        _PERSONS,
        Column("observed", "decimal(38,0)", "what the persons had", "unit of the outcome"),
        Column("expected", "decimal(38,9)", "what such persons have in the nation",
               "unit of the outcome"),
    ),
    partition_by=_PARTS,
)  # fmt: skip

VERSION_POPULATIONS = Table(
    name="gold.version_populations",
    grain="one row per version, practice (empty: the country) and reason",
    key=(*_KEY, "practice", "reason"),
    columns=(
        *_OF_VERSION,
        Column("practice", "string", "AGB of the practice; empty for the country"),
        Column("reason", "string", "counted, or why the persons are left out"),
        _PERSONS,
    ),
    partition_by=_PARTS,
)

VERSION_INPUTS = Table(
    name="gold.version_inputs",
    grain="one row per version and thing it was computed from: a delivery in force, a rule, an "
    "outcome, the code; written last, so that a version with rows here is complete",
    key=(*_KEY, "kind", "name"),
    columns=(
        *_OF_VERSION,
        Column("kind", "string", "claims, a register, population_rule, definition, outcome, code"),
        Column("name", "string", "sender and id of a delivery, name of a rule or an outcome"),
        Column("sha256", "string", "its content"),
        Column("lines", "bigint", "claims: lines of the care year under the basic cover", "lines"),
        Column("debit_cents", "bigint", "claims: granted debits of the care year", "eurocents"),
        Column("credit_cents", "bigint", "claims: granted credits of the care year", "eurocents"),
    ),
    partition_by=_PARTS,
)

GOLD_VERSIONS = (VERSION_CLASS_COUNTS, VERSION_BENCHMARKS, VERSION_POPULATIONS, VERSION_INPUTS)
