"""The registers of insured persons: per insurer, year and piece."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.files import INSURED_FIELDS
from spiegel_core.invent.arrays import Floats, Ints
from spiegel_core.invent.care import Piece
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import as_yyyymmdd
from spiegel_core.invent.packing import Content, csv_bytes
from spiegel_core.invent.residents import Residents, register_rows
from spiegel_core.invent.texts import Names
from spiegel_core.invent.traits import EMPTY, UNKNOWN

KIND = "insured"


@dataclass(frozen=True)
class InsuredRows:
    """Rows of the register of a year, of all insurers together.

    Args:
        year: calendar year.
        insurer: place among the insurers, per row.
        table: the columns of the delivery, in the same order.
    """

    year: int
    insurer: Ints
    table: pa.Table


def insured_rows(country: Country, piece: Piece, resident: Residents, names: Names) -> InsuredRows:
    """The rows of the residents of a piece."""
    of, insurer, days, position = register_rows(country, piece.people, piece.traits, resident)
    person = resident.person[of]
    area = _areas(country, position, piece.traits.postcode[person])
    columns = {
        "year": pa.array(np.full(len(of), resident.year)),
        "bsn": pc.take(pa.array(names.bsn), pa.array(person)),
        "insurer": pc.take(pa.array(names.insurers), pa.array(insurer)),
        "insured_number": pc.take(pa.array(names.insured_number), pa.array(person)),
        "birth_date": pa.array(as_yyyymmdd(piece.people.birth[person])),
        "sex": pc.take(pa.array(["M", "V"]), pa.array(piece.people.is_woman[person])),
        **area,
        "insured_days": pa.array(days),
    }
    ordered = {field.name: columns[field.name] for field in INSURED_FIELDS}
    return InsuredRows(resident.year, insurer, pa.table(ordered))


def _areas(country: Country, position: Floats, kind: Ints) -> dict[str, pa.Array]:
    """Postcode, municipality and neighbourhood; all empty where the postcode is."""
    geography = country.geography
    place = geography.at(position)
    unknown = [geography.unknown_postcode(n) for n in range(len(geography.postcodes))]
    known = pc.take(pa.array(geography.postcodes), pa.array(place))
    postcode = pc.if_else(
        pa.array(kind == UNKNOWN), pc.take(pa.array(unknown), pa.array(place)), known
    )
    columns = {
        "postcode4": postcode,
        "municipality": pc.take(pa.array(geography.municipalities), pa.array(place)),
        "neighbourhood": pc.take(pa.array(geography.neighbourhoods), pa.array(place)),
    }
    empty = pa.array(kind == EMPTY)
    return {name: pc.if_else(empty, "", column) for name, column in columns.items()}


def insured_contents(
    rows: InsuredRows, insurers: tuple[str, ...], piece: str
) -> Iterator[tuple[str, Content]]:
    """One delivery per insurer, with its folder."""
    for place, insurer in enumerate(insurers):
        table = rows.table.filter(pa.array(rows.insurer == place))
        if not len(table):
            continue
        content = Content(
            delivery_id=f"{insurer}-{KIND}-{rows.year}-p{piece}", kind=KIND, sender=insurer,
            care_type="", period_from=datetime.date(rows.year, 1, 1),
            period_to=datetime.date(rows.year, 12, 31), body=csv_bytes(KIND, table),
            rows=len(table),
        )  # fmt: skip
        yield f"{rows.year}/{insurer}", content
