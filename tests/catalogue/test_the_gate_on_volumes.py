"""The gate on volumes stops the years a missing delivery touches, and says what to do."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from jobs.run import run
from spiegel_core.contracts.gold_runs import QUALITY_METRICS, QUALITY_RESULTS, STEPS
from spiegel_core.deliveries.volume_bounds import against_bounds
from spiegel_core.deliveries.volume_metrics import METRICS
from spiegel_core.errors import GateStopped, WrongUse
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.catalogue import read_gate
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.gates import Gates, rule_set
from spiegel_core.runtime.inventing import write_country
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.rejudging import Rejudged, rejudge
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.steps import YEAR, Finished, default_cut_off, finish
from spiegel_core.runtime.volume_gate import VOLUMES, judge_volumes, volume_reading
from tests.door.test_receiving import Store
from tests.quarters import deliver, of_quarter
from tests.rules.volumes_drawn import RELEASE, rules

SENDERS, CARE_TYPES = ("9101", "9102"), ("farmacie", "hulpmiddelen")
MISSING = "9101-farmacie-2021-Q2"
FOURTH_QUARTER = tuple(f"{s}-{c}-2021-Q4" for s in SENDERS for c in CARE_TYPES)
ACCEPTED = """accepted:
  - {sender: "9101", care_type: farmacie, from: 2021-04-01, to: 2021-06-30, finding: missing,
     reason: it will not come any more, owner: platform team, until: 2027-12-31}
"""


@pytest.fixture
def store(tmp_path: Path, key_file: Path) -> Store:
    return Store(tmp_path / "store", key_file)


@pytest.fixture
def conf(tmp_path: Path) -> Conf:
    """The project's conf in a folder of the test's own, in which it may change it."""
    return Conf(Path(shutil.copytree(PROJECT / "conf", tmp_path / "conf")))


def change(conf: Conf, before: str, after: str) -> None:
    path = conf.folder / "volumes.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(before) >= 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def judge(
    store: Store, conf: Conf, year: int, cut_off: datetime.date | None = None
) -> dict[str, tuple[str, int, int]]:
    """Status, judged and failed of each check; raises where the gate stops."""
    with Run(store.tables.folder, "run") as shown:
        judge_volumes(Gates(store.tables, shown), conf, year, cut_off or default_cut_off(year))
    return kept(store, shown.name)


def kept(store: Store, run: str) -> dict[str, tuple[str, int, int]]:
    return {
        row["check"].removeprefix("volumes."): (row["status"], row["judged"], row["failed"])
        for row in store.tables.read(QUALITY_RESULTS).to_pylist()
        if row["run"] == run
    }


def changed(store: Store, conf: Conf) -> list[tuple[str, str | None, str | None]]:
    found: list[Rejudged] = rejudge(store.tables, VOLUMES, None, {VOLUMES: volume_reading(conf)})
    return [(one.check, one.before, one.now) for one in found if one.is_changed]


def test_deliveries_that_come_as_usual_pass_and_a_first_year_does_not_apply(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    assert set(judge(store, conf, 2021).values()) == {("passed", 16, 0)}
    assert {status for status, *_ in judge(store, conf, 2020).values()} == {"not_applicable"}


def test_a_missing_delivery_stops_its_year_and_only_that(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, {MISSING: 0})
    judge(store, conf, 2020)
    with pytest.raises(GateStopped) as stopped:
        judge(store, conf, 2021)
    text = str(stopped.value)
    assert f"volumes.missing_share: failed ({MISSING})" in text
    assert "spiegel status --delivery" in text
    assert "accepted in conf/volumes.yml, with reason, owner and until" in text
    failed = {
        name for name, (status, *_) in kept(store, "000003-run").items() if status != "passed"
    }
    assert failed == {"delivery_missing", "missing_share"}


def test_a_quarter_that_nobody_delivers_stops_its_year_once_it_is_due(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, dict.fromkeys(FOURTH_QUARTER, 0))
    # On the cut-off date where none is named, 31 December, the fourth quarter is not due.
    assert judge(store, conf, 2021)["missing_share"] == ("passed", 12, 0)
    with pytest.raises(GateStopped) as stopped:
        judge(store, conf, 2021, datetime.date(2022, 2, 28))
    assert all(name in str(stopped.value) for name in FOURTH_QUARTER)


@pytest.mark.parametrize(
    ("missing", "cut_off"), [((MISSING,), None), (FOURTH_QUARTER, "2022-02-28")]
)
def test_a_run_of_that_year_stops_before_anything_is_computed(
    missing: tuple[str, ...], cut_off: str | None, store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, dict.fromkeys(missing, 0))
    job = Job(str(store.folder), conf.folder, Console(quiet=True))
    finish(store.tables, 2021, YEAR, Finished("inputs", "outputs"))
    with pytest.raises(GateStopped, match=missing[0]) as stopped:
        run(job, [2021], None, cut_off)
    assert stopped.value.exit_code == 1
    # No session was started, and no step says that the year is up to date.
    assert "spark" not in vars(job)
    assert store.tables.read(STEPS).num_rows == 0


def test_an_absence_declared_in_conf_lets_the_year_through(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, {MISSING: 0})
    with pytest.raises(GateStopped):
        judge(store, conf, 2021)
    change(conf, "accepted: []\n", ACCEPTED)
    assert judge(store, conf, 2021)["missing_share"] == ("passed", 15, 0)


def test_a_delivery_that_comes_after_all_lets_the_year_through(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, {MISSING: 0})
    deliver(store, tmp_path / "later", SENDERS, CARE_TYPES)
    assert judge(store, conf, 2021)["missing_share"] == ("passed", 16, 0)


def test_a_revision_that_was_replaced_is_no_volume(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    of_quarter(MISSING, 130, revision=2).write(tmp_path / "later")
    store.receive(tmp_path / "later")
    assert set(judge(store, conf, 2021).values()) == {("passed", 16, 0)}


@pytest.mark.parametrize(
    ("lines", "failed", "stops"),
    [
        (61, set(), False), (59, {"jump_down"}, False),
        (12, {"jump_down", "jump_down_stop"}, True), (250, {"jump_up"}, False),
        (610, {"jump_up", "jump_up_stop"}, True),
    ],
)  # fmt: skip
def test_a_jump_warns_or_stops(
    store: Store, conf: Conf, tmp_path: Path, lines: int, failed: set[str], stops: bool
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, {MISSING: lines})
    has_stopped = False
    try:
        judge(store, conf, 2021)
    except GateStopped:
        has_stopped = True
    found = kept(store, "000002-run")
    assert has_stopped == stops
    assert {name for name, (status, *_) in found.items() if status == "failed"} == failed


def test_bounds_of_another_day_are_held_to_the_metrics_that_were_kept(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, {MISSING: 0, "9102-farmacie-2021-Q4": 100})
    with pytest.raises(GateStopped):
        judge(store, conf, 2021)
    assert changed(store, conf) == []
    versions = {t: store.tables.version(t) for t in (QUALITY_METRICS, QUALITY_RESULTS)}

    change(conf, "accepted: []\n", ACCEPTED)
    change(conf, "    warn_below: 50\n    warn_above: 200\n    stop_below: 20",
           "    warn_below: 90\n    warn_above: 200\n    stop_below: 20")  # fmt: skip

    assert changed(store, conf) == [
        ("volumes.delivery_missing", "failed for 1 of 16", "passed"),
        ("volumes.jump_down", "passed", "failed for 1 of 15"),
        ("volumes.missing_share", "failed for 1 of 16", "passed"),
    ]
    assert {t: store.tables.version(t) for t in versions} == versions


def test_what_is_kept_are_metrics_of_places_without_bounds(
    store: Store, conf: Conf, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    judge(store, conf, 2021)
    rows = store.tables.read(QUALITY_METRICS).to_pylist()
    rows = [row for row in rows if row["gate"] == VOLUMES]
    assert {row["metric"] for row in rows} == set(METRICS)
    assert len(rows) == len({(row["member"], row["metric"]) for row in rows}) == 16 * len(METRICS)
    results = store.tables.read(QUALITY_RESULTS).to_pylist()
    reading = volume_reading(conf)
    assert {row["rules_sha256"] for row in results} == {rule_set(reading)} != {rule_set(None)}
    change(conf, "    warn_below: 50\n    warn_above: 200\n    stop_below: 20",
           "    warn_below: 40\n    warn_above: 200\n    stop_below: 20")  # fmt: skip
    assert rule_set(volume_reading(conf)) != rule_set(reading)


def test_the_checks_of_the_gate_are_those_the_code_has_findings_for() -> None:
    metrics = {"lines_percent": 100, "cents_percent": 100, "missing_per_million": 0}
    ((_, columns),) = against_bounds([(MISSING, metrics)], rules(), RELEASE)
    assert sorted(columns) == sorted(check.column for check in read_gate(VOLUMES).checks)


def test_a_metric_of_something_else_is_an_error_that_names_it() -> None:
    with pytest.raises(WrongUse, match="9101-ggz-2021-Q3"):
        against_bounds([("2021", {})], rules(), RELEASE)


@pytest.mark.long
def test_the_example_raises_no_alarm(store: Store, conf: Conf, tmp_path: Path) -> None:
    write_country(Folder(tmp_path / "country"), CountryPlan(), conf, truth=False, processes=1)
    store.receive(tmp_path / "country" / "deliveries")
    for year in (2019, 2020, 2021):
        results = judge(store, conf, year)
        assert {status for status, *_ in results.values()} == {"passed"}, year
        assert all(judged > 70 for _, judged, _ in results.values()), year
