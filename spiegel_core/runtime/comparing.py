"""What an audit lays side by side: weights, equations, facts and conf/, and where they differ."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from spiegel_core.contracts.gold import MODEL_SPREADS, MODEL_WEIGHTS
from spiegel_core.engine.equations import Equations
from spiegel_core.engine.model import SCALE_DIGITS, Model
from spiegel_core.release.canonical import Finding
from spiegel_core.release.names import VersionName
from spiegel_core.release.table_content import Block
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.versions import equation_files

# Of each weight: outcome, measure, factor and class; persons, weight and note.
Weights = Mapping[tuple[str, str, str, str], tuple[int, Decimal, str]]
_SHOWN = 20
_OUTCOME_AT = MODEL_SPREADS.column_names.index("outcome")


def weights_of_table(tables: Tables, name: VersionName) -> Weights:
    """The weights of a version as gold.model_weights holds them."""
    rows = tables.read(MODEL_WEIGHTS, report_year=name.report_year, product=name.product,
                       version=name.version)  # fmt: skip
    return _weights(rows)


def weights_of_model(model: Model) -> Weights:
    """The weights of a model that was computed just now."""
    return {
        (target.outcome, target.measure, factor, name): (
            model.persons[row],
            Decimal(int(model.weights[row, place])).scaleb(-SCALE_DIGITS),
            model.notes[row],
        )
        for place, target in enumerate(model.targets)
        for row, (factor, name) in enumerate(model.design.columns)
    }


def differing_weights(
    place: str, first: Weights, than: str, other: Weights | bytes
) -> list[Finding]:
    """Where two sets of weights differ, to the last digit.

    Args:
        place: what the first are.
        first: weights.
        than: what the others are; a file name where they are the bytes of that file.
        other: weights, or a file of them.
    """
    second = _from_file(than, other) if isinstance(other, bytes) else other
    found = [
        Finding(
            f"{place}, {' '.join(key[:2])}, {' '.join(key[2:])}",
            f"{_told(first.get(key))}; {than}: {_told(second.get(key))}",
        )
        for key in sorted({*first} | {*second})
        if first.get(key) != second.get(key)
    ]
    return _shortened(place, found)


def differing_equations(
    recomputed: Equations, stored: Callable[[str], bytes], kept: Collection[str]
) -> list[Finding]:
    """Where equations computed just now differ from the files of a version.

    Args:
        recomputed: from the sums.
        stored: gives a file of the version by name.
        kept: files the version has; earlier ones have no sums of squares.
    """
    found = []
    for name, content in equation_files(recomputed).items():
        if name not in kept or stored(name) == content:
            continue
        then = stored(name).decode().splitlines()
        now = content.decode().splitlines()
        found += [
            Finding(f"equations, {' '.join(a.split(',')[:-1])}",
                    f"{a.rsplit(',', 1)[-1]} in {name}; from the sums: {b.rsplit(',', 1)[-1]}")
            for a, b in zip(then, now, strict=False)
            if a != b
        ]  # fmt: skip
    return _shortened("equations", found)


def differing_spreads(rows: pa.Table, than: str, other: bytes) -> list[Finding]:
    """Where rows of gold.model_spreads differ from a file of a version, or from others.

    Args:
        rows: of the version, in the table.
        than: what the others are.
        other: their CSV, as the version's file has it.
    """
    first, second = (
        {line.split(",")[_OUTCOME_AT]: line for line in content.decode().splitlines()[1:]}
        for content in (csv_bytes(rows.sort_by("outcome")), other)
    )
    found = [
        Finding(f"{MODEL_SPREADS.name}, {outcome}",
                f"{first.get(outcome, 'none')}; {than}: {second.get(outcome, 'none')}")
        for outcome in sorted({*first} | {*second})
        if first.get(outcome) != second.get(outcome)
    ]  # fmt: skip
    return _shortened(MODEL_SPREADS.name, found)


def differing_facts(
    name: VersionName, rows: list[dict[str, Any]], facts: Mapping[str, Any]
) -> list[Finding]:
    """Where the row of gold.model_versions differs from the manifest."""
    place = f"gold.model_versions, {name}"
    if len(rows) != 1:
        return [Finding(place, f"{len(rows)} rows; expected one")]
    return [
        Finding(f"{place}, {column}", "it is not what the manifest says")
        for column, value in rows[0].items()
        if str(value) != str(facts.get(column))
    ]


def differing_conf(then: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[Finding]:
    """Which files of conf/ are not those a version was made with."""
    return [
        Finding(f"conf/{name}", "it is not what the version was made with"
                if name in then and name in now
                else "it is not there" if name in then else "the version was made without it")
        for name in sorted({*then} | {*now})
        if then.get(name) != now.get(name)
    ]  # fmt: skip


def blocks_from(content: bytes) -> dict[str, Block]:
    """The blocks that a file of inputs/ of a version names."""
    types = {"block": pa.string(), "rows": pa.int64(), "sha256": pa.string()}
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    rows = pyarrow.csv.read_csv(io.BytesIO(content), convert_options=options).to_pylist()
    return {row["block"]: Block(row["rows"], row["sha256"]) for row in rows}


def _weights(rows: pa.Table) -> Weights:
    return {
        (row["outcome"], row["measure"], row["factor"], row["class"]): (
            row["persons"], row["weight"], row["note"]
        )
        for row in rows.to_pylist()
    }  # fmt: skip


def _from_file(name: str, content: bytes) -> Weights:
    schema = MODEL_WEIGHTS.arrow_schema
    if name.endswith(".parquet"):
        return _weights(pq.read_table(io.BytesIO(content)).cast(schema))
    options = pyarrow.csv.ConvertOptions(
        column_types={field.name: field.type for field in schema}, strings_can_be_null=False
    )
    return _weights(pyarrow.csv.read_csv(io.BytesIO(content), convert_options=options))


def _told(weight: tuple[int, Decimal, str] | None) -> str:
    if weight is None:
        return "none"
    persons, value, note = weight
    return f"{value:f} of {persons:,} persons" + (f" ({note})" if note else "")


def _shortened(place: str, found: list[Finding]) -> list[Finding]:
    """The first findings; how many there are more is said."""
    if len(found) <= _SHOWN:
        return found
    return [*found[:_SHOWN], Finding(place, f"{len(found) - _SHOWN:,} more differ")]
