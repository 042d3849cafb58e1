"""The validation sheet of a model version, from the cells of its year and the weights before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spiegel_core.contracts.gold import (
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATIONS,
    PRACTICES,
    PRODUCT,
)
from spiegel_core.contracts.rules import YearRules
from spiegel_core.engine.design import Design
from spiegel_core.engine.model import AMOUNT, SCALE, Model
from spiegel_core.engine.subgroups import (
    ProviderFacts,
    Subgroups,
    subgroups_of_profiles,
    subgroups_of_providers,
)
from spiegel_core.engine.validation import (
    FIT,
    OTHER_YEAR,
    CellSums,
    ValidationRow,
    at_the_level_of,
    few_rows,
    negative_row,
    subgroup_rows,
    whole_row,
)
from spiegel_core.mirrors.validation_pages import validation_pages
from spiegel_core.mirrors.validation_shown import shown_rows
from spiegel_core.mirrors.write_markdown import pages_as_markdown
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.year_work import YearWork

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_TOTAL = "cost_total"
# Bands of age for reading; the classes of the model are finer.
_BANDS = (0, 18, 45, 65, 75, 85)
_BLOCK = 20_000
_TYPES = {"str": pa.string(), "int": pa.int64(), "int | None": pa.int64(),
          "float | None": pa.float64()}  # fmt: skip


def validation_sheet(work: YearWork, model: Model) -> list[ValidationRow]:
    """The rows of the sheet that may be shown."""
    return list(shown_rows(validation_rows(work, model), work.rules.numbers.smallest_cell))


def validation_files(
    rows: Sequence[ValidationRow], year: int, fewest: int, labels: Mapping[str, str]
) -> dict[str, bytes]:
    """validation.csv with every row that may be shown, and validation.md, its pages of the card."""
    schema = pa.schema([(f.name, _TYPES[str(f.type)]) for f in dataclasses.fields(ValidationRow)])
    table = pa.Table.from_pylist([asdict(row) for row in rows], schema=schema)
    text = pages_as_markdown(validation_pages(rows, year, fewest, labels))
    return {"validation.csv": csv_bytes(table), "validation.md": text.encode()}


def validation_rows(work: YearWork, model: Model) -> Iterator[ValidationRow]:
    """Subgroups outside the model first, then another year's weights, then what to look out for."""
    cells = _cells(work.tables, work.year)
    groups = _subgroups(work, model.design, cells)
    wanted = (_TOTAL, *(f"cost_{segment}" for segment in work.rules.segments))
    held = {t.outcome: n for n, t in enumerate(model.targets) if t.measure == AMOUNT}
    outcomes = [name for name in wanted if name in held]
    places = [held[name] for name in outcomes]
    own = dataclasses.replace(
        model, targets=tuple(model.targets[n] for n in places), weights=model.weights[:, places]
    )
    expected = _by_block(cells.unique, lambda block: own.expected_per_person(block) / SCALE)
    later = []
    for n, outcome in enumerate(outcomes):
        sums = cells.sums(work.tables, work.year, outcome, expected[:, n])
        for group, of_cell in groups:
            yield from subgroup_rows(outcome, sums, group.characteristic, group.names, of_cell)
        later += [*_other_year(work, model.design, cells, outcome, sums),
                  negative_row(outcome, sums)]  # fmt: skip
    yield from later
    # A practice with fewer persons has no mirror; a class with fewer has a weight all the same.
    yield from few_rows(model.design.columns, model.persons, work.rules.numbers.smallest_practice)


@dataclass(frozen=True)
class _Cells:
    """The cells of a year in order of provider and profile.

    Args:
        names: AGB of each provider.
        providers, persons: place and exposure of each cell.
        unique: the profiles that occur; profiles: which of them each cell has.
    """

    names: list[str]
    providers: Ints
    persons: Floats
    unique: Ints
    profiles: Ints

    def sums(self, tables: Tables, year: int, outcome: str, expected: Floats) -> CellSums:
        """The sums of an outcome; a cell that is not there has nothing."""
        rows = tables.read(
            OUTCOME_SUMS, columns=["provider", "profile", "total", "total_squares"],
            report_year=year, product=PRODUCT, outcome=outcome,
        )  # fmt: skip
        provider = np.searchsorted(np.array(self.names), rows["provider"].to_numpy())
        profile = np.searchsorted(self.unique, rows["profile"].to_numpy())
        place = np.searchsorted(self._key, provider * len(self.unique) + profile)
        totals, squares = np.zeros(len(self.persons)), np.zeros(len(self.persons))
        totals[place] = [float(value) for value in rows["total"].to_pylist()]
        squares[place] = [float(value) for value in rows["total_squares"].to_pylist()]
        return CellSums(self.providers, self.persons, totals, squares, expected[self.profiles])

    @property
    def _key(self) -> Ints:
        return self.providers * len(self.unique) + self.profiles


def _cells(tables: Tables, year: int) -> _Cells:
    rows = tables.read(POPULATIONS, report_year=year, product=PRODUCT)
    names, providers = np.unique(np.array(rows["provider"].to_pylist()), return_inverse=True)
    unique, profiles = np.unique(rows["profile"].to_numpy(), return_inverse=True)
    order = np.lexsort((profiles, providers))
    persons = rows["persons"].to_numpy().astype(np.float64)
    return _Cells([str(name) for name in names], providers[order], persons[order], unique,
                  profiles[order])  # fmt: skip


def _subgroups(work: YearWork, design: Design, cells: _Cells) -> list[tuple[Subgroups, Ints]]:
    """Every way to divide, with the group of each cell."""
    of_profile = subgroups_of_profiles(design.factors, cells.unique, _bands(work.rules))
    counted = np.bincount(cells.providers, weights=cells.persons)
    known = {
        row["practice"]: row
        for row in work.tables.read(PRACTICES, report_year=work.year).to_pylist()
    }
    facts = [
        ProviderFacts(int(counted[n]), known[name]["gps"] if name in known else None,
                      (known[name]["care_group"] if name in known else None) or "")
        for n, name in enumerate(cells.names)
    ]  # fmt: skip
    return [
        *((group, group.places[cells.profiles]) for group in of_profile),
        *((group, group.places[cells.providers]) for group in subgroups_of_providers(facts)),
    ]


def _bands(rules: YearRules) -> Mapping[str, list[str]]:
    """Age classes by band."""
    ends = [*(f"{low}-{high - 1}" for low, high in pairwise(_BANDS)),
            f"{_BANDS[-1]}+"]  # fmt: skip
    bands: dict[str, list[str]] = {name: [] for name in ends}
    for age in rules.age_classes:
        bands[ends[int(np.searchsorted(_BANDS, age.from_age, side="right")) - 1]].append(age.name)
    return bands


def _other_year(
    work: YearWork, design: Design, cells: _Cells, outcome: str, sums: CellSums
) -> Iterator[ValidationRow]:
    """This year's weights on this year, and last year's, as they are and at this year's level."""
    yield whole_row(FIT, outcome, f"weights of {work.year}", sums)
    weights = _weights_of(work.tables, work.year - 1, outcome)
    if weights:
        vector = np.array([weights.get(column, 0.0) for column in design.columns])
        expected = _by_block(cells.unique, lambda block: design.matrix(block) @ vector)
        earlier = dataclasses.replace(sums, expected=expected[cells.profiles])
        named = f"weights of {work.year - 1}"
        yield whole_row(OTHER_YEAR, outcome, named, earlier)
        yield whole_row(OTHER_YEAR, outcome, f"{named}, at the level of {work.year}",
                        at_the_level_of(earlier))  # fmt: skip


def _weights_of(tables: Tables, year: int, outcome: str) -> Mapping[tuple[str, str], float]:
    """The newest weights of a year, per class; none where there is no model."""
    rows = tables.read(
        MODEL_WEIGHTS, report_year=year, product=PRODUCT, outcome=outcome, measure=AMOUNT
    ).to_pylist()
    newest = max((row["version"] for row in rows), default=0)
    return {
        (row["factor"], row["class"]): float(row["weight"])
        for row in rows
        if row["version"] == newest
    }


def _by_block(profiles: Ints, compute: Callable[[Ints], Floats]) -> Floats:
    """A figure per profile, a block at a time: the matrix of all would not fit in memory."""
    starts = range(0, max(len(profiles), 1), _BLOCK)
    return np.concatenate([compute(profiles[start : start + _BLOCK]) for start in starts])
