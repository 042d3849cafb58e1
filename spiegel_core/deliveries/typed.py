"""Judged lines, typed by their contract; the person becomes a pseudonym here and nowhere else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.files import CLAIMS, FILE_KINDS
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.fields import Fields
from spiegel_core.deliveries.pseudonym import pseudonyms
from spiegel_core.deliveries.registers import person_texts

Numbers = dict[str, npt.NDArray[np.int64]]


def type_lines(fields: Fields, numbers: Numbers, person_key: bytes) -> pa.Table:
    """The lines not set aside, in the columns of silver, without `load_id`.

    In:   the judged fields and the numbers read from them
    Out:  silver.claim_lines or the silver register of the kind
    """
    kept = np.flatnonzero(~fields.aside)
    kind = fields.kind
    columns: dict[str, pa.Array] = {}
    columns["line"] = pa.array(fields.lines.number_of(kept.astype(np.int64)), pa.int32())
    for column in FILE_KINDS[kind]:
        if column.becomes == "sign":
            columns["is_credit"] = pc.equal(_taken(fields.text[column.name], kept), "C")
        elif column.becomes != "person" and column.name != "line":
            columns[column.name] = _typed(fields, numbers, column.name, column.becomes, kept)
    if kind == CLAIMS:
        columns["care_to"] = pc.coalesce(columns["care_to"], columns["care_from"])
        columns["care_year"] = pc.year(columns["care_from"]).cast(pa.int32())
    schema = arrow_schema(LINES_OF_KIND[kind])
    if "person_id" in schema.names:
        columns.update(_persons(fields, kept, person_key))
    schema = pa.schema([piece for piece in schema if piece.name != "load_id"])
    typed = [columns[name].cast(schema.field(name).type) for name in schema.names]
    return pa.table(typed, schema=schema)


def _typed(
    fields: Fields, numbers: Numbers, name: str, becomes: str, kept: npt.NDArray[np.intp]
) -> pa.Array:
    """One column; an empty field is null."""
    if becomes == "string":
        return _taken(fields.text[name], kept)
    is_empty = pc.is_null(_taken(fields.text[name], kept)).to_numpy(zero_copy_only=False)
    values = numbers[name][kept]
    if becomes == "date":
        return pa.array(values.astype(np.int32), pa.int32(), mask=is_empty).cast(pa.date32())
    return pa.array(values, pa.int64(), mask=is_empty)


def _taken(column: pa.ChunkedArray, kept: npt.NDArray[np.intp]) -> pa.Array:
    """The kept values of a text column, null where empty."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        values = _null_if_empty(array.dictionary)
        return values.take(array.indices.take(pa.array(kept)))
    return _null_if_empty(array.take(pa.array(kept)))


def _null_if_empty(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _persons(fields: Fields, kept: npt.NDArray[np.intp], person_key: bytes) -> dict[str, pa.Array]:
    """Pseudonyms of the lines; each different person of the file is hashed once."""
    encoded = pc.dictionary_encode(person_texts(fields.text).take(pa.array(kept)))
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    hashed = pseudonyms(person_key, encoded.dictionary.to_pylist())
    places = encoded.indices.to_numpy()
    return {
        "person_id": pa.array(hashed[places, 0] if len(places) else [], pa.int64()),
        "person_check": pa.array(hashed[places, 1] if len(places) else [], pa.int64()),
    }
