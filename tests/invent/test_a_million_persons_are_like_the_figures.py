"""1,000,000 persons as delivered: cost by age and sex, concentration, prevalence, practices.

Everything is counted in the files (from_files.py), by the rules: cover B, care of 2021, credits
netted, persons in the insured register, ages at 1 July.
"""

from __future__ import annotations

import math
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.invent.arrays import Floats, Ints
from spiegel_core.invent.cells import CELLS, cell_name, cells_of
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import read_country_conf, write_country
from tests.invent.columns import rows_of
from tests.invent.figures import SEGMENTS, SPECIALIST, wanted_by_cell
from tests.invent.from_files import Delivered, read_delivered
from tests.invent.spread import spread_of

pytestmark = pytest.mark.long
Record = Callable[[str, object], None]

_PERSONS, _PRACTICES, _YEAR, _DAYS = 1_000_000, 480, 2021, 365
_INCOME_CLASSES = 3
# vzinfo.nl: persons with diabetes in 2020 and with COPD in 2021, over CBS inhabitants of 2021.
_PREVALENCE = {"diabetes": 1_145_500 / 17_472_870, "copd": 545_900 / 17_472_870}


@dataclass(frozen=True)
class Million:
    folder: Path
    rules: YearRules
    delivered: Delivered

    def cell(self) -> Ints:
        """Age class of five years and sex, as the figures have them."""
        return cells_of(self.delivered.column("age"), self.delivered.column("is_woman"))

    def years(self) -> Floats:
        return self.delivered.column("days") / _DAYS

    def total(self) -> Floats:
        costs = [self.delivered.amount(f"cost_{name}") for name in self.rules.segments]
        return np.sum(costs, axis=0)

    def income(self) -> Ints:
        """Income class of the postcode; 0 is unknown."""
        registers = self.folder / "deliveries" / "registers"
        (path,) = registers.glob("*postcode_income*.csv.gz")
        of = {int(r["postcode4"]): int(r["average_income_euro"]) for r in rows_of(path)}
        postcodes, place = np.unique(self.delivered.column("postcode"), return_inverse=True)
        return np.array([of.get(int(code), 0) for code in postcodes])[place]


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Million]:
    folder = tmp_path_factory.mktemp("million")
    plan = CountryPlan(_PERSONS, _PRACTICES, _YEAR, _YEAR, seed=1)
    write_country(Folder(folder), plan, Conf(), truth=True, processes=2)
    rules = Conf().rules(_YEAR)
    yield Million(folder, rules, read_delivered(folder, rules, processes=2))
    shutil.rmtree(folder)


def test_cost_per_insured_year_is_within_one_percent_in_every_cell(
    million: Million, record_testsuite_property: Record
) -> None:
    cell, years = million.cell(), np.bincount(million.cell(), million.years(), CELLS)
    wanted, off = wanted_by_cell(), {}
    for segment in wanted:
        amount = million.delivered.amount(f"cost_{segment}")
        if segment == SPECIALIST:
            amount = amount + million.delivered.amount("cost_eerstelijnsdiagnostiek")
        found = np.bincount(cell, amount, CELLS) / years
        off |= {(segment, *cell_name(n)): found[n] / wanted[segment][n] - 1 for n in range(CELLS)
                if wanted[segment][n] > 0}  # fmt: skip

    worst = max(off, key=lambda name: abs(off[name]))
    record_testsuite_property(
        "cost by mirror segment, cells and worst", f"{len(off)} {worst} {off[worst]}"
    )
    # No cell is left out, however small its cost.
    assert len(off) == len(wanted) * CELLS
    assert abs(off[worst]) < 0.01, (worst, off[worst])


def test_so_it_is_in_the_finer_segments_of_the_figures(
    million: Million, record_testsuite_property: Record
) -> None:
    """Files do not tell these segments apart, the truth does; small cells are held to it too."""
    figure = {
        (r.segment, r.age_class, r.sex): r.euro_per_insured_year
        for r in read_country_conf(Conf()).cost_2021
    }
    euro: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in rows_of(million.folder / "truth" / "calibration.csv"):
        is_part = row["segment"] == "eerstelijnsdiagnostiek"
        segment = "medisch_specialistische_zorg" if is_part else row["segment"]
        per_year = int(row["realised_cents"]) / 100 / float(row["insured_years"])
        euro[segment, row["age_class"], row["sex"]] += per_year

    off = {name: euro[name] / value - 1 for name, value in figure.items() if value > 0}
    worst = max(off, key=lambda name: abs(off[name]))
    smallest = min(figure[name] for name in off)
    record_testsuite_property("cost by segment of open data, cells, smallest euro and worst",
                    f"{len(off)} {smallest} {worst} {off[worst]}")  # fmt: skip
    assert len(off) > 600
    assert abs(off[worst]) < 0.01, (worst, off[worst])
    assert not [name for name, value in figure.items() if value <= 0 and euro[name] > 0]


def test_the_files_hold_the_amounts_of_the_truth(million: Million) -> None:
    told: dict[str, int] = defaultdict(int)
    years = 0.0
    for row in rows_of(million.folder / "truth" / "calibration.csv"):
        segment = SEGMENTS.get(row["segment"], "overig")
        is_own = row["segment"] == "eerstelijnsdiagnostiek"
        told[row["segment"] if is_own else segment] += int(row["realised_cents"])
        years += float(row["insured_years"]) if is_own else 0

    assert math.isclose(million.years().sum(), years, rel_tol=1e-6)
    for segment, cents in told.items():
        # The truth rounds each cell to the cent.
        assert abs(million.delivered.amount(f"cost_{segment}").sum() - cents) < 1_000, segment


def test_age_and_sex_are_those_of_the_figures(
    million: Million, record_testsuite_property: Record
) -> None:
    years = np.bincount(million.cell(), million.years(), CELLS)
    of_cell = {
        (r.age_class, r.sex): r.insured_years for r in read_country_conf(Conf()).insured_years
    }
    structure = np.array([of_cell[cell_name(cell)] for cell in range(CELLS)])
    off = years / years.sum() / (structure / structure.sum()) - 1

    record_testsuite_property("insured years", years.sum())
    record_testsuite_property("age and sex, worst cell", float(np.abs(off).max()))
    assert abs(years.sum() / _PERSONS - 1) < 0.01
    assert np.abs(off).max() < 0.08


def test_the_top_tenth_of_persons_carries_61_percent_of_cost(
    million: Million, record_testsuite_property: Record
) -> None:
    ordered = np.sort(million.total())[::-1]

    share = ordered[: len(ordered) // 10].sum() / ordered.sum()
    highest = ordered[: len(ordered) // 100].sum() / ordered.sum()

    record_testsuite_property(
        "share of the top tenth and of the top hundredth", f"{share} {highest}"
    )
    assert abs(share - 0.61) < 0.02, share
    assert 0.20 < highest < 0.28, highest


def test_within_age_and_income_the_top_tenth_carries_more_than_half(
    million: Million, record_testsuite_property: Record
) -> None:
    total, income = million.total(), million.income()
    band = np.searchsorted([20, 40, 60, 80], million.delivered.column("age"), side="right")
    quintile = np.searchsorted(np.quantile(income, [0.2, 0.4, 0.6, 0.8]), income)
    top = 0.0
    for group in range(25):
        ordered = np.sort(total[5 * band + quintile == group])[::-1]
        top += ordered[: len(ordered) // 10].sum()

    share = top / total.sum()
    record_testsuite_property("share of the top tenth within age and income", share)
    # CBS 2012: 61.1%. Age explains more of cost since district nursing came in (2015), so both
    # shares cannot be 61% at once; that of all persons is the one calibrated.
    assert 0.53 < share < 0.63


def test_persons_above_the_limits_of_high_cost_exist_in_real_numbers(
    million: Million, record_testsuite_property: Record
) -> None:
    share = (million.total() > million.rules.numbers.high_cost_total_cents).mean()

    record_testsuite_property("share above the limit of high cost", share)
    assert 0.01 < share < 0.03, share


@pytest.mark.parametrize("condition", list(_PREVALENCE))
def test_prevalence_as_the_rules_find_it_is_within_five_percent(
    million: Million, record_testsuite_property: Record, condition: str
) -> None:
    all_year = million.delivered.column("days") == _DAYS
    shown = million.delivered.shown(condition)

    ratio = shown[all_year].mean() / _PREVALENCE[condition]
    of_all = (shown @ million.years()) / million.years().sum() / _PREVALENCE[condition]
    record_testsuite_property(f"prevalence of {condition} over the figure", f"{ratio} {of_all}")
    assert abs(ratio - 1) < 0.05, ratio
    # Weighted by insured days, with those that died or moved in or out.
    assert abs(of_all - 1) < 0.05, of_all


_OUTCOMES = [
    row.outcome for row in read_country_conf(Conf()).planted_effects
    if row.sd > 0 and row.outcome != "gp_other"  # no outcome of the mirror
] + ["cost_total", "cost_huisartsenzorg", "cost_eerstelijnsdiagnostiek"]  # fmt: skip


@pytest.mark.parametrize("outcome", _OUTCOMES)
def test_the_planted_sd_between_practices_is_found_back(
    million: Million, record_testsuite_property: Record, outcome: str
) -> None:
    """Expected is the mean per age, sex and income; nothing of the practice is in it."""
    effects = rows_of(million.folder / "truth" / "practice_effects.csv")
    log = {int(r["practice"]): float(r["log_effect"]) for r in effects if r["outcome"] == outcome}
    practices = np.array(sorted(log))
    practice, income = million.delivered.column("practice"), million.income()
    edges = np.quantile(income[income > 0], [1 / 3, 2 / 3])
    is_total = outcome == "cost_total"
    spread = spread_of(
        np.exp([log[code] for code in practices.tolist()]),
        np.where(np.isin(practice, practices), np.searchsorted(practices, practice), -1),
        million.cell() * _INCOME_CLASSES + np.searchsorted(edges, income),
        million.years(),
        million.total() if is_total else million.delivered.amount(outcome),
    )

    record_testsuite_property(outcome, spread)
    assert spread.is_the_planted_one, spread
    assert spread.is_each_where_planted, spread
