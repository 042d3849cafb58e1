"""Every model version has a validation sheet, and it is of the same persons as the benchmarks."""

from __future__ import annotations

import csv
from collections.abc import Iterable

import pytest

from spiegel_core.contracts.gold import BENCHMARKS, MODEL_WEIGHTS, PRACTICES
from spiegel_core.engine.validation import FEW, FIT, NEGATIVE, SUBGROUP
from spiegel_core.runtime.tables import Tables
from tests.pipeline.small_country import YEAR, SmallRun

Row = dict[str, str]


@pytest.fixture(scope="module")
def sheet(small_run: SmallRun) -> list[Row]:
    found = sorted(small_run.folder.rglob("validation.csv"))
    assert found, "no version has a validation sheet"
    with found[-1].open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def added(rows: Iterable[Row], column: str) -> float:
    return sum(float(row[column]) for row in rows)


def test_subgroups_come_first_and_every_check_is_there(sheet: list[Row]) -> None:
    checks = [row["check"] for row in sheet]
    assert checks[0] == SUBGROUP
    assert {SUBGROUP, FIT, NEGATIVE, FEW} == set(checks)
    assert checks.index(FIT) > max(n for n, check in enumerate(checks) if check == SUBGROUP)
    assert len({row["outcome"] for row in sheet if row["check"] == FIT}) == 9


@pytest.mark.parametrize("characteristic", ["care group", "number of conditions"])
def test_the_groups_together_are_everybody_who_counts(
    sheet: list[Row], small_run: SmallRun, characteristic: str
) -> None:
    published = small_run.rows(BENCHMARKS, report_year=YEAR, outcome="cost_ggz", measure="amount")
    groups = [row for row in sheet if (row["check"], row["outcome"], row["characteristic"])
              == (SUBGROUP, "cost_ggz", characteristic)]  # fmt: skip
    assert len(groups) > 1
    assert added(groups, "persons") == sum(row["persons"] for row in published)
    assert added(groups, "observed") == pytest.approx(
        sum(int(row["observed"]) for row in published)
    )
    assert added(groups, "expected") == pytest.approx(
        float(sum(row["expected"] for row in published)), rel=1e-9
    )


def test_a_care_group_has_what_its_practices_have(sheet: list[Row], small_run: SmallRun) -> None:
    published = {row["provider"]: row for row in small_run.rows(
        BENCHMARKS, report_year=YEAR, outcome="cost_total", measure="amount")}  # fmt: skip
    members: dict[str, list[str]] = {}
    for row in small_run.rows(PRACTICES, report_year=YEAR):
        if row["practice"] in published:
            members.setdefault(row["care_group"] or "none", []).append(row["practice"])
    found = {row["group"]: row for row in sheet if (row["outcome"], row["characteristic"])
             == ("cost_total", "care group")}  # fmt: skip
    assert set(found) == set(members)
    for group, practices in members.items():
        observed = sum(int(published[practice]["observed"]) for practice in practices)
        assert float(found[group]["observed"]) == pytest.approx(observed)
        assert int(found[group]["providers"]) == len(practices)


def test_classes_with_few_persons_are_those_of_the_weights(
    sheet: list[Row], small_run: SmallRun
) -> None:
    tables: Tables = small_run.job.tables
    rows = tables.read(MODEL_WEIGHTS, report_year=YEAR, outcome="cost_total", measure="amount")
    few = {(r["factor"], r["class"]) for r in rows.to_pylist() if r["persons"] < 100}
    assert {(r["characteristic"], r["group"]) for r in sheet if r["check"] == FEW} == few
