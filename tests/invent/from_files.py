"""A large invented country as read from its files: columns instead of persons, piece by piece.

Nothing here comes from spiegel_core.invent. Which files count and which lines are set aside is
taken from the truth; that the door judges so is proven on the small country
(test_everything_is_found_back_by_hand).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from spiegel_core.contracts.rules import YearRules
from spiegel_core.invent.arrays import Flags, Floats, Ints
from spiegel_core.runtime.distribute import distribute
from tests.invent.columns import integers, medicines, persons_of, read_table, rows_of
from tests.invent.sums import Sums

_COLUMNS = ("insured_number", "debit_credit", "care_from", "code_list", "code", "quantity",
            "specialism", "practice", "diagnosis", "cover", "granted_cents")  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """Everybody in the insured register, one value per person.

    Args:
        age: at 1 July. is_woman: 1 is a woman.
        days: insured days.
        postcode: of the first row; 0 is none.
        practice: AGB with a fee in the third quarter; 0 is none, or several.
        amounts: per segment (cents) and per count of the mirror.
        shows: per condition, whether it shows by any route.
    """

    age: Ints
    is_woman: Ints
    days: Ints
    postcode: Ints
    practice: Ints
    amounts: Mapping[str, Floats]
    shows: Mapping[str, Flags]


@dataclass(frozen=True)
class FromFiles:
    """Reads a piece; it travels to other processes."""

    folder: Path
    rules: YearRules

    def read(self, piece: str) -> Piece:
        """Everybody of a piece, with all their claims."""
        insured = pa.concat_tables([t for _, _, t in self._tables("insured", piece, None)])
        numbers, first, place = np.unique(
            persons_of(insured), return_index=True, return_inverse=True
        )
        birth = insured["birth_date"].cast(pa.int64()).to_numpy()[first]
        days = np.bincount(place, insured["insured_days"].cast(pa.int64()).to_numpy())
        sums = Sums(self.rules, numbers, medicines(self.folder))
        for _, care_type, table in self._tables("claims", piece, _COLUMNS):
            sums.add(care_type, table)
        shows = sums.shows()
        year = self.rules.report_year
        born = birth // 10_000 + (birth % 10_000 > 701)
        return Piece(
            age=np.maximum(year - born, 0),
            is_woman=(insured["sex"].to_numpy()[first] == "V").astype(np.int64),
            days=days.astype(np.int64),
            postcode=integers(insured["postcode4"])[first],
            practice=np.where(sums.practices == 1, sums.practice, 0),
            amounts=dict(sums.amounts),
            shows=shows,
        )

    def _tables(
        self, kind: str, piece: str, columns: tuple[str, ...] | None
    ) -> Iterator[tuple[str, str, pa.Table]]:
        """Name, care type and lines of each file of a piece that counts."""
        for row in rows_of(self.folder / "truth" / "deliveries.csv"):
            parts = row["delivery_id"].split("-")
            if row["kind"] == kind and row["verdict"] == "admitted" and parts[-1] == piece:
                table = read_table(self.folder / "deliveries" / row["file"], columns)
                if int(row["set_aside"]):
                    # Broken lines are copies at the end of the file.
                    table = table.slice(0, len(table) - int(row["set_aside"]))
                yield row["file"], parts[1], table


@dataclass(frozen=True)
class Delivered:
    """All pieces together."""

    pieces: list[Piece] = field(repr=False)

    def column(self, name: str) -> Ints:
        """A value of everybody."""
        return np.concatenate([getattr(piece, name) for piece in self.pieces])

    def amount(self, name: str) -> Floats:
        """An amount of everybody."""
        return np.concatenate([
            piece.amounts.get(name, np.zeros(len(piece.age))) for piece in self.pieces
        ])  # fmt: skip

    def shown(self, condition: str) -> Flags:
        """Whether a condition shows."""
        return np.concatenate([piece.shows[condition] for piece in self.pieces])


def read_delivered(folder: Path, rules: YearRules, processes: int) -> Delivered:
    """The country in a folder; persons made by hand are no part of a population."""
    rows = rows_of(folder / "truth" / "deliveries.csv")
    pieces = sorted({row["delivery_id"].split("-")[-1] for row in rows
                     if row["kind"] == "insured"} - {"px"})  # fmt: skip
    return Delivered([*distribute(FromFiles(folder, rules).read, pieces, processes=processes)])
