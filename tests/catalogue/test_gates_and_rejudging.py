"""A check passes, fails, does not apply, or is an error; and can be judged again without data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from spiegel_core.contracts.catalogue import Check
from spiegel_core.contracts.gold_runs import QUALITY_METRICS, QUALITY_RESULTS
from spiegel_core.errors import GateStopped, WrongUse
from spiegel_core.runtime import catalogue as catalogue_of_project
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.gates import Gates
from spiegel_core.runtime.judging import judge_metrics
from spiegel_core.runtime.rejudging import rejudge
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables

FINE: dict[str, int | None] = {
    "lines_unaccounted": 0, "credit_per_mille": 10, "set_aside_per_mille": 5, "period_days": 30,
}  # fmt: skip
IDS = {
    "lines_unaccounted": "deliveries.lines_add_up",
    "credit_per_mille": "deliveries.credits_within_debits",
    "set_aside_per_mille": "deliveries.few_lines_set_aside",
    "period_days": "deliveries.period_at_most_a_year",
}


def check(**bounds: int) -> Check:
    return Check(id="a.b", title="a title", column="counted", consequence="warn",
                 why="because it is tested here", repair="repair the test",
                 source="tests", **bounds)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "status", "judged", "failed"),
    [
        ([{"counted": 3}], "passed", 1, 0),
        ([{"counted": 3}, {"counted": 4}, {"counted": None}], "failed", 2, 1),
        ([{"counted": None}, {"counted": None}], "not_applicable", 0, 0),
        ([{"other": 3}], "error", 0, 0),
        ([{"counted": 3}, {"other": 3}], "error", 0, 0),
        ([], "error", 0, 0),
    ],
)
def test_a_check_has_one_of_four_results_and_what_did_not_run_is_an_error(
    rows: list[Mapping[str, int | None]], status: str, judged: int, failed: int
) -> None:
    (result,) = judge_metrics([check(max=3)], rows)
    assert (result.status, result.judged, result.failed) == (status, judged, failed)


def test_a_check_that_raises_is_an_error() -> None:
    # Bounds the wrong way round cannot be judged.
    (result,) = judge_metrics([check(min=4, max=3)], [{"counted": 3}])
    assert result.status == "error"


class Store:
    """A store in a folder, in which gates stand."""

    def __init__(self, folder: Path) -> None:
        self.tables = Tables(Folder(folder))

    def judge(self, **metrics: Mapping[str, int | None]) -> None:
        with Run(self.tables.folder, "receive") as run:
            Gates(self.tables, run).judge("deliveries", "loads 1-9", list(metrics.items()))

    def statuses(self) -> dict[str, str]:
        return {
            row["check"]: row["status"] for row in self.tables.read(QUALITY_RESULTS).to_pylist()
        }


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.mark.parametrize("missing", IDS)
def test_a_metric_that_is_missing_stops_the_gate_and_is_on_record(
    store: Store, missing: str
) -> None:
    metrics = {name: value for name, value in FINE.items() if name != missing}
    with pytest.raises(GateStopped, match=f"{IDS[missing]}: error"):
        store.judge(one=metrics)
    assert {check: s for check, s in store.statuses().items() if s != "passed"} == {
        IDS[missing]: "error"
    }
    assert set(store.statuses()) == set(IDS.values())


def test_every_result_carries_the_fingerprint_of_the_catalogue(store: Store) -> None:
    store.judge(one=FINE)
    rows = store.tables.read(QUALITY_RESULTS).to_pylist()
    assert {row["rules_sha256"] for row in rows} == {read_catalogue().fingerprint}
    assert len(rows) == len(IDS)


def test_nothing_changes_by_the_same_rules(store: Store) -> None:
    store.judge(one=FINE, two={**FINE, "set_aside_per_mille": 20, "credit_per_mille": None})
    found = rejudge(store.tables)
    assert len(found) == len(IDS)
    assert [one for one in found if one.is_changed] == []
    assert {one.now for one in found} == {"passed", "failed for 1 of 2"}


@pytest.fixture
def other_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's expectations in a folder of the test's own, in which it may change them."""
    folder = tmp_path / "expectations"
    folder.mkdir()
    for path in catalogue_of_project.EXPECTATIONS.glob("*.yml"):
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(catalogue_of_project, "EXPECTATIONS", folder)
    return folder / "deliveries.yml"


def test_another_threshold_is_judged_on_the_metrics_that_were_kept(
    store: Store, other_rules: Path
) -> None:
    store.judge(one=FINE, two={**FINE, "set_aside_per_mille": 20})
    before = {table: store.tables.version(table) for table in (QUALITY_METRICS, QUALITY_RESULTS)}
    text = other_rules.read_text()
    assert text.count("max: 10\n") == 1
    other_rules.write_text(text.replace("max: 10\n", "max: 4\n"))
    catalogue_of_project._read.cache_clear()

    (changed,) = [one for one in rejudge(store.tables) if one.is_changed]

    assert (changed.check, changed.before, changed.now) == (
        "deliveries.few_lines_set_aside", "failed for 1 of 2", "failed for 2 of 2",
    )  # fmt: skip
    assert changed.rules_sha256 != read_catalogue().fingerprint
    assert {table: store.tables.version(table) for table in before} == before


def test_a_new_check_on_a_metric_that_was_not_kept_is_an_error(
    store: Store, other_rules: Path
) -> None:
    store.judge(one=FINE)
    text = other_rules.read_text()
    other_rules.write_text(text.replace("column: period_days", "column: period_weeks"))
    catalogue_of_project._read.cache_clear()

    (changed,) = [one for one in rejudge(store.tables) if one.is_changed]
    assert (changed.before, changed.now) == ("passed", "error")


def test_a_gate_and_a_run_can_be_chosen(store: Store) -> None:
    store.judge(one=FINE)
    store.judge(two=FINE)
    assert {one.run for one in rejudge(store.tables, run="2")} == {"000002-receive"}
    assert {one.run for one in rejudge(store.tables, run="000001-receive")} == {"000001-receive"}
    assert len(rejudge(store.tables, gate="deliveries")) == 2 * len(IDS)
    for gate, run in (("silver", None), (None, "3"), ("door", None), ("nothing", None)):
        with pytest.raises(WrongUse):
            rejudge(store.tables, gate, run)
