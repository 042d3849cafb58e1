"""Every model version has a validation sheet, and it is of the same persons as the benchmarks."""

from __future__ import annotations

import csv

import pytest

from spiegel_core.contracts.gold import BENCHMARKS, MODEL_WEIGHTS, PRACTICES, PRODUCT
from spiegel_core.engine.design import design_of
from spiegel_core.engine.validation import FEW, FIT, NEGATIVE, SUBGROUP, ValidationRow
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.modelling import model_from_rows, targets_of
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.validation import validation_rows
from tests.pipeline.small_country import YEAR, SmallRun

Row = dict[str, str]


@pytest.fixture(scope="module")
def sheet(small_run: SmallRun) -> list[Row]:
    found = sorted(small_run.folder.rglob("validation.csv"))
    assert found, "no version has a validation sheet"
    with found[-1].open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_subgroups_come_first_and_every_check_is_there(sheet: list[Row]) -> None:
    checks = [row["check"] for row in sheet]
    assert checks[0] == SUBGROUP
    assert {SUBGROUP, FIT, NEGATIVE, FEW} == set(checks)
    assert checks.index(FIT) > max(n for n, check in enumerate(checks) if check == SUBGROUP)
    assert len({row["outcome"] for row in sheet if row["check"] == FIT}) == 9


@pytest.fixture(scope="module")
def rows(small_run: SmallRun) -> list[ValidationRow]:
    """The same before anything is left out, from the weights that were kept."""
    tables = small_run.job.tables
    with Run(Folder(small_run.folder), "run") as run:
        work = small_run.year_run(run).work
    weights = tables.read(MODEL_WEIGHTS, report_year=YEAR, product=PRODUCT)
    model = model_from_rows(weights, design_of(work.factors), targets_of(work.outcomes))
    return list(validation_rows(work, model))


@pytest.mark.parametrize("characteristic", ["care group", "number of conditions", "age and copd"])
def test_the_groups_together_are_everybody_who_counts(
    rows: list[ValidationRow], small_run: SmallRun, characteristic: str
) -> None:
    published = small_run.rows(BENCHMARKS, report_year=YEAR, outcome="cost_ggz", measure="amount")
    groups = [row for row in rows if (row.check, row.outcome, row.characteristic)
              == (SUBGROUP, "cost_ggz", characteristic)]  # fmt: skip
    assert len(groups) > 1
    assert sum(row.persons or 0 for row in groups) == sum(row["persons"] for row in published)
    observed, expected = (sum(row[name] for row in published) for name in ("observed", "expected"))
    assert sum(row.observed or 0 for row in groups) == pytest.approx(float(observed))
    assert sum(row.expected or 0 for row in groups) == pytest.approx(float(expected), rel=1e-9)


def test_a_care_group_has_what_its_practices_have(
    rows: list[ValidationRow], small_run: SmallRun
) -> None:
    published = {row["provider"]: row for row in small_run.rows(
        BENCHMARKS, report_year=YEAR, outcome="cost_total", measure="amount")}  # fmt: skip
    members: dict[str, list[str]] = {}
    for row in small_run.rows(PRACTICES, report_year=YEAR):
        if row["practice"] in published:
            members.setdefault(row["care_group"] or "none", []).append(row["practice"])
    found = {row.group: row for row in rows if (row.outcome, row.characteristic)
             == ("cost_total", "care group")}  # fmt: skip
    assert set(found) == set(members)
    for group, practices in members.items():
        observed = sum(int(published[practice]["observed"]) for practice in practices)
        assert found[group].observed == pytest.approx(observed)
        assert found[group].providers == len(practices)


def test_nothing_on_few_persons_stands_in_the_sheet(
    sheet: list[Row], rows: list[ValidationRow]
) -> None:
    groups = [row for row in sheet if row["check"] == SUBGROUP]
    assert len(groups) < len([row for row in rows if row.check == SUBGROUP])
    assert min(int(row["persons"]) for row in groups) >= 10
    assert {row["observed"] for row in groups} == {row["expected"] for row in groups} == {""}
    assert not [row for row in sheet if row["persons"] and 0 < int(row["persons"]) < 10]


def test_classes_with_few_persons_are_those_of_the_weights(
    sheet: list[Row], small_run: SmallRun
) -> None:
    tables: Tables = small_run.job.tables
    rows = tables.read(MODEL_WEIGHTS, report_year=YEAR, outcome="cost_total", measure="amount")
    few = {(r["factor"], r["class"]) for r in rows.to_pylist() if r["persons"] < 100}
    assert {(r["characteristic"], r["group"]) for r in sheet if r["check"] == FEW} == few
