"""The engine on person-years of others: CMS DE-SynPUF 2008-2010, synthetic and public.

Age, sex, diabetes, COPD and ischaemic heart disease; what inpatient, outpatient and carrier care
was reimbursed, in whole cents, and who had any. Only the product computes: the test reads, packs
cells, and judges. A sample is fitted once more in plain fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pytest

from spiegel_core.engine.design import COLLINEAR, NO_PERSONS, REFERENCE, design_of
from spiegel_core.engine.diagnostics import diagnose
from spiegel_core.engine.model import (
    AMOUNT,
    MEASURES,
    SCALE,
    USERS,
    Model,
    Target,
    fit,
    rounding_bound,
)
from spiegel_core.engine.sums import gram_of, totals_of
from spiegel_core.open_data.numbers import hundredths
from spiegel_core.population.factors import NO, SEXES, YES, Factor, Factors
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.modelling import weight_rows
from tests.outside_world.shared import shared

Whole = npt.NDArray[np.int64]

PERSONS = {2008: 10_000, 2009: 9_856, 2010: 9_710}
AGES = ("0-44", "45-54", "55-64", "65-69", "70-74", "75-79", "80-84", "85+")
_OLDEST = (44, 54, 64, 69, 74, 79, 84)
CONDITIONS = {"diabetes": "SP_DIABETES", "copd": "SP_COPD", "heart": "SP_ISCHMCHT"}
FACTORS = Factors(
    (Factor("age", AGES), Factor("sex", SEXES), *(Factor(name, (NO, YES)) for name in CONDITIONS))
)
DESIGN = design_of(FACTORS)
OUTCOMES = {"inpatient": "MEDREIMB_IP", "outpatient": "MEDREIMB_OP", "carrier": "MEDREIMB_CAR"}
TARGETS = tuple(
    Target(name, measure, is_money=True) for name in (*OUTCOMES, "total") for measure in MEASURES
)


@dataclass(frozen=True)
class PersonYears:
    """Persons of a year: profile, and what they have of each target."""

    profiles: Whole
    values: Whole

    def turned(self, order: Whole) -> PersonYears:
        """The same persons in another order, or some of them."""
        return PersonYears(self.profiles[order], self.values[order])


@dataclass(frozen=True)
class Sums:
    """What a model is fitted on."""

    gram: Whole
    totals: list[list[int]]

    def __add__(self, other: Sums) -> Sums:
        both = np.array(self.totals, dtype=object) + np.array(other.totals, dtype=object)
        return Sums(self.gram + other.gram, both.tolist())

    def model(self) -> Model:
        return fit(DESIGN, self.gram, self.totals, TARGETS)


@cache
def person_years(year: int) -> PersonYears:
    """The file of a year; every text is read as it stands, and amounts never become doubles."""
    path = shared("data/cms_desynpuf") / (
        f"DE1_0_{year}_Beneficiary_Summary_File_Sample_1.first10000.csv.gz"
    )
    wanted = ["BENE_BIRTH_DT", "BENE_SEX_IDENT_CD", *CONDITIONS.values(), *OUTCOMES.values()]
    rows = pcsv.read_csv(
        pa.input_stream(path, compression="gzip"),
        convert_options=pcsv.ConvertOptions(
            include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
        ),
    )
    assert rows.num_rows == PERSONS[year]
    born = pc.utf8_slice_codeunits(rows["BENE_BIRTH_DT"], 0, 4)
    ages = year - pc.cast(born, pa.int64()).to_numpy()
    numbers = {
        "age": np.searchsorted(np.array(_OLDEST), ages),
        # 1 is a man and 2 a woman; of a condition 1 is yes and 2 no.
        "sex": _coded(rows["BENE_SEX_IDENT_CD"], ("1", "2")),
        **{name: _coded(rows[column], ("2", "1")) for name, column in CONDITIONS.items()},
    }
    worth = FACTORS.place_values()
    profiles = sum(worth[name] * number for name, number in numbers.items())
    return PersonYears(np.asarray(profiles, dtype=np.int64), _values(rows))


def _coded(column: pa.ChunkedArray, codes: Sequence[str]) -> Whole:
    numbers = pc.index_in(column, value_set=pa.array(codes))
    assert not numbers.null_count
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def _values(rows: pa.Table) -> Whole:
    amounts = []
    for column in OUTCOMES.values():
        cents, unread = hundredths(rows[column])
        assert not unread
        amounts.append(cents.to_numpy())
    columns = [
        (amount > 0).astype(np.int64) if measure == USERS else amount
        for amount in (*amounts, np.sum(amounts, axis=0)) for measure in MEASURES
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def sums_of(persons: PersonYears) -> Sums:
    """The sums of persons, each a cell of one."""
    each = np.ones(len(persons.profiles), dtype=np.int64)
    return Sums(
        gram_of(DESIGN, persons.profiles, each),
        totals_of(DESIGN, persons.profiles, persons.values).tolist(),
    )


def fingerprint(model: Model) -> str:
    """The content of the weight table as it is published, every digit and note."""
    return of_texts(str(sorted(row.items())) for row in weight_rows(model, 2008, 1).to_pylist())


@pytest.mark.parametrize("year", PERSONS)
def test_expected_is_observed_in_every_year_and_class(year: int) -> None:
    persons = person_years(year)
    model = sums_of(persons).model()
    assert not {NO_PERSONS, COLLINEAR} & set(model.notes)
    assert model.notes.count(REFERENCE) == len(FACTORS.factors)
    expected = model.expected_per_person(persons.profiles)
    has = DESIGN.matrix(persons.profiles)
    for column, of_class in enumerate(DESIGN.columns):
        is_in = has[:, column] == 1
        for place, target in enumerate(TARGETS):
            # Python's whole numbers: 10^-9 of a cent, over all persons.
            observed = sum(int(n) for n in persons.values[is_in, place])
            of_model = sum(int(n) for n in expected[is_in, place])
            allowed = int(is_in.sum()) * rounding_bound(target, FACTORS) * SCALE
            assert abs(observed * SCALE - of_model) <= allowed, (year, of_class, target)


@pytest.mark.parametrize("year", PERSONS)
def test_the_weight_table_is_the_same_in_any_order_and_any_parts(year: int) -> None:
    persons = person_years(year)
    number = len(persons.profiles)
    whole = fingerprint(sums_of(persons).model())
    for seed in range(5):
        rng = np.random.default_rng(seed)
        turned = persons.turned(rng.permutation(number))
        assert fingerprint(sums_of(turned).model()) == whole
        edges = np.sort(rng.integers(0, number, seed + 1))
        parts = [turned.turned(part) for part in np.split(np.arange(number), edges)]
        first, *others = (sums_of(part) for part in parts)
        assert fingerprint(sum(others, first).model()) == whole
    fewer = persons.turned(np.arange(number - 1))
    assert fingerprint(sums_of(fewer).model()) != whole


def test_years_added_up_are_the_years_together() -> None:
    years = [person_years(year) for year in PERSONS]
    together = PersonYears(
        np.concatenate([one.profiles for one in years]),
        np.concatenate([one.values for one in years]),
    )
    first, *others = (sums_of(one) for one in years)
    assert fingerprint(sum(others, first).model()) == fingerprint(sums_of(together).model())


def test_conditions_cost_more_and_say_something() -> None:
    """Whoever made the data planted it; a mistake of packing would show here."""
    for year in PERSONS:
        persons = person_years(year)
        sums = sums_of(persons)
        model = sums.model()
        squares = {
            name: sum(int(y) ** 2 for y in persons.values[:, TARGETS.index(target)])
            for target in TARGETS if target.measure == AMOUNT for name in (target.outcome,)
        }  # fmt: skip
        each = np.ones(len(persons.profiles), dtype=np.int64)
        found = diagnose(model, sums.totals, squares, persons.profiles, each)
        shares = {(one.outcome, one.measure): one.r_squared or 0.0 for one in found}
        assert 0.1 < shares["total", AMOUNT] < 0.5
        assert abs(next(iter(found)).residual) <= next(iter(found)).allowed_residual
        for name in CONDITIONS:
            added = (
                model.weights[DESIGN.columns.index((name, YES))]
                - (model.weights[DESIGN.columns.index((name, NO))])
            )
            assert added[TARGETS.index(Target("total", AMOUNT, is_money=True))] > 0, (year, name)


def test_a_sample_has_the_weights_of_plain_fractions() -> None:
    persons = person_years(2009).turned(np.arange(0, 9_856, 11))
    model = sums_of(persons).model()
    kept = [n for n, note in enumerate(model.notes) if not note]
    rows = [
        [1, *_classes_by_hand(profile)] for profile in persons.profiles.tolist()
    ]  # fmt: skip
    for place, target in enumerate(TARGETS):
        solved = _least_squares(
            [[row[n] for n in kept] for row in rows], persons.values[:, place].tolist()
        )
        unit = 10**target.digits
        assert [int(model.weights[n, place]) for n in kept] == [
            round(weight * unit) * SCALE // unit for weight in solved
        ], target


def _classes_by_hand(profile: int) -> list[int]:
    held = FACTORS.unpack(profile)
    return [int(name in held[f.name]) for f in FACTORS.factors for name in f.classes]


def _least_squares(rows: list[list[int]], values: list[int]) -> list[Fraction]:
    """(X'X)^-1 X'y by elimination in fractions, line by line."""
    size = len(rows[0])
    table = [
        [
            *(Fraction(sum(row[i] * row[j] for row in rows)) for j in range(size)),
            Fraction(sum(row[i] * y for row, y in zip(rows, values, strict=True))),
        ]
        for i in range(size)
    ]
    for i in range(size):
        pivot = table[i][i]
        table[i] = [value / pivot for value in table[i]]
        for j in range(size):
            if j != i:
                factor = table[j][i]
                table[j] = [a - factor * b for a, b in zip(table[j], table[i], strict=True)]
    return [row[size] for row in table]
