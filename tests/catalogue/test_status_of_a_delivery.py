"""`spiegel status --delivery`: what a delivery touches, arrived or not, without a person in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

import jobs.status
from jobs.delivery import show_delivery
from jobs.status import show
from spiegel_core.contracts.gold import DOCUMENTS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.registry import ModelFacts, keep_version
from tests.delivering import CLAIM, Delivery, register
from tests.door.test_receiving import Store
from tests.quarters import deliver, of_quarter

SENDERS, CARE_TYPES = ("9101", "9102"), ("farmacie", "huisartsenzorg", "wlz")
NAME = "9101-farmacie-2021-Q2"
NEVER = {NAME: 0}
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def store(tmp_path: Path, key_file: Path) -> Store:
    return Store(tmp_path / "store", key_file)


@pytest.fixture
def told(store: Store, capsys: pytest.CaptureFixture[str]) -> Told:
    def told(name: str, is_up_to_date: bool = True) -> dict[str, Any]:
        job = Job(str(store.folder), None, Console(quiet=True))
        show_delivery(job, name, True, lambda _: is_up_to_date)
        return dict(json.loads(capsys.readouterr().out))

    return told


def printed(store: Store, name: str) -> str:
    console = Console(width=160)
    with console.capture() as captured:
        show(Job(str(store.folder), None, console), None, name, False)
    return captured.get()


def documents(store: Store, year: int, practices: int, version: int) -> None:
    rows = [
        {"report_year": year, "product": "praktijkspiegel", "edition": "national",
         "provider": f"0100{n:04d}", "version": version, "form": form, "file": f"{n}.{form}",
         "sha256": "", "model_version": 1, "inputs_sha256": str(version), "status": "draft"}
        for n in range(practices)
        for form in ("pdf", "xlsx")
    ]  # fmt: skip
    store.tables.append(DOCUMENTS, pa.Table.from_pylist(rows, schema=arrow_schema(DOCUMENTS)))


def spoilt(name: str = NAME, **more: object) -> Delivery:
    """A delivery the door refuses."""
    return of_quarter(name, manifest={"rows": 7}, **more)


def test_one_that_never_came_says_what_it_touches(store: Store, told: Told, tmp_path: Path) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, NEVER)
    documents(store, 2021, 9, 1)
    documents(store, 2021, 8, 2)
    found = told(NAME)
    (year,) = found["years"]
    assert found["standing"] == "never came"
    assert (found["segments"], found["cost_outcomes"]) == (
        ["farmacie"], ["cost_total", "cost_farmacie"],
    )  # fmt: skip
    assert (found["earlier_periods"], found["declarers"]) == (4, 12)
    assert found["practices_with_patients_of_the_sender"] == 5
    # 120 lines, where 7 deliveries of 120 are there of the care type and year.
    assert (year["report_year"], year["missing_lines"], year["missing_cents"]) == (
        2021, 120, 120_000,
    )  # fmt: skip
    assert (year["missing_per_mille"], year["may_be_published"]) == (125, False)
    assert (year["documents_of_practices"], year["documents_made"]) == (8, "without it")
    assert "accepted in conf/volumes.yml" in found["what_to_do"][0]
    assert "spiegel run --years 2021-2021" in found["what_to_do"][-1]


@pytest.mark.parametrize(("cut_off", "others"), [(None, 143), ("2021-08-30", 0)])
def test_what_is_due_of_others_by_the_cut_off_date_of_the_year_is_missing_with_it(
    cut_off: str | None, others: int, store: Store, told: Told, tmp_path: Path
) -> None:
    nobody = {f"{s}-{c}-2021-Q2": 0 for s in SENDERS for c in CARE_TYPES}
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, nobody)
    if cut_off is not None:
        for version, day in ((1, "2021-12-31"), (2, cut_off)):
            facts = ModelFacts("praktijkspiegel", 2021, "", "", "", "", day, "2027-12-31", "")
            keep_version(store.tables, facts, version)
    # Six deliveries of 120 lines are there, and the other sender lacks one too.
    assert told(NAME)["years"][0]["missing_of_others_per_mille"] == others


@pytest.mark.parametrize(
    ("standing", "to_do"),
    [
        ("refused", "feedback"), ("conflict", "higher revision"), ("waiting", "other half"),
    ],
)  # fmt: skip
def test_one_that_came_and_does_not_count_says_why(
    store: Store, told: Told, tmp_path: Path, standing: str, to_do: str
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, NEVER)
    documents(store, 2021, 3, 1)
    late = tmp_path / "late"
    if standing == "refused":
        spoilt().write(late)
    elif standing == "conflict":
        of_quarter(NAME, 119).write(late, "a")
        of_quarter(NAME, 118).write(late, "b")
    else:
        of_quarter(NAME).write(late, NAME)
        (late / f"{NAME}.csv").unlink()
    store.receive(late)
    found = told(NAME)
    (year,) = found["years"]
    assert found["standing"] == standing
    assert {a["verdict"] for a in found["arrivals"]} == {standing}
    assert (year["missing_lines"], year["may_be_published"]) == (120, False)
    assert year["documents_made"] == "without it"
    assert to_do in found["what_to_do"][0]


def test_one_that_counts_holds_its_lines_and_lacks_nothing(
    store: Store, told: Told, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    documents(store, 2021, 3, 1)
    found = told(NAME)
    (year,) = found["years"]
    assert (found["standing"], year["lines"], year["missing_lines"]) == ("admitted", 120, 0)
    assert (year["may_be_published"], year["why"]) == (True, "nothing of it is missing")
    assert year["documents_made"] == "with it"
    assert told(NAME, is_up_to_date=False)["years"][0]["documents_made"] == "from other inputs"
    assert found["what_to_do"] == ["Nothing: it counts."]


def test_lines_set_aside_are_missing_and_fewer_than_ten_are_not_told(
    store: Store, told: Told, tmp_path: Path
) -> None:
    aside = {name: of_quarter(name, 320) for name in (NAME, "9102-farmacie-2021-Q2")}
    for number, name in ((16, NAME), (3, "9102-farmacie-2021-Q2")):
        for line in aside[name].lines[:number]:
            line["cover"] = "X"
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, dict.fromkeys(aside, 0))
    for delivery in aside.values():
        delivery.write(tmp_path / "in")
    store.receive(tmp_path / "in")
    found, few = told(NAME), told("9102-farmacie-2021-Q2")
    assert (found["standing"], found["years"][0]["missing_lines"]) == ("admitted", 16)
    assert "set aside" in found["what_to_do"][0]
    assert (few["years"][0]["missing_lines"], few["years"][0]["missing_cents"]) == (None, None)
    assert few["years"][0]["may_be_published"] is True


def test_an_earlier_revision_in_force_is_what_counts(
    store: Store, told: Told, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    spoilt(revision=2).write(tmp_path / "late")
    store.receive(tmp_path / "late")
    found = told(NAME)
    assert (found["standing"], found["years"][0]["missing_lines"]) == ("admitted", 0)
    assert "later revision" in found["what_to_do"][1]


def test_a_piece_that_was_refused_lacks_what_the_others_do_not_hold(
    store: Store, told: Told, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, NEVER)
    piece = of_quarter(NAME, 50)
    piece.delivery_id = f"{NAME}-p00"
    piece.write(tmp_path / "late", "a")
    other = of_quarter(NAME, 70, manifest={"rows": 7})
    other.delivery_id = f"{NAME}-p01"
    other.write(tmp_path / "late", "b")
    store.receive(tmp_path / "late")
    for name, standing in ((NAME, "refused"), (f"{NAME}-p01", "refused")):
        found = told(name)
        assert (found["standing"], found["years"][0]["missing_lines"]) == (standing, 70)
    assert told(f"{NAME}-p00")["standing"] == "admitted"


def test_who_declared_in_a_revision_that_was_replaced_is_not_counted(
    store: Store, told: Told, tmp_path: Path
) -> None:
    first = of_quarter("9101-farmacie-2021-Q1")
    first.lines[0]["practice"] = "01000099"
    first.write(tmp_path / "first")
    store.receive(tmp_path / "first")
    of_quarter("9101-farmacie-2021-Q1", revision=2).write(tmp_path / "second")
    store.receive(tmp_path / "second")
    deliver(store, tmp_path / "in", ["9101"], ["farmacie"], {"9101-farmacie-2021-Q1": 0, **NEVER})
    assert told(NAME)["declarers"] == 12
    assert told("9101-farmacie-2021-Q1")["years"][0]["lines"] == 120


def test_long_term_care_is_in_no_segment_and_holds_no_year_back(
    store: Store, told: Told, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, {"9101-wlz-2021-Q2": 0})
    found = told("9101-wlz-2021-Q2")
    assert (found["segments"], found["cost_outcomes"]) == ([], [])
    assert found["years"][0]["missing_per_mille"] == 125
    assert found["years"][0]["may_be_published"] is True


def test_without_earlier_periods_nobody_can_say(store: Store, told: Told, tmp_path: Path) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    for quarter, of_year in (("2021-Q2", 2021), ("2004-Q1", 2004)):
        found = told(f"9109-ggz-{quarter}")
        (year,) = found["years"]
        assert (year["report_year"], year["missing_lines"]) == (of_year, None)
        assert year["may_be_published"] is None
        assert (found["declarers"], found["practices_with_patients_of_the_sender"]) == (None, None)


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_register_touches_every_segment_of_its_year(
    store: Store, told: Told, tmp_path: Path, is_refused: bool
) -> None:
    manifest = {"rows": 7} if is_refused else {}
    register("insured", [{}], manifest=manifest).write(tmp_path / "in")
    store.receive(tmp_path / "in")
    found = told("insured-2021")
    (year,) = found["years"]
    assert (found["kind"], year["report_year"], len(found["segments"])) == ("insured", 2021, 8)
    assert year["may_be_published"] is (None if is_refused else True)


def test_nothing_of_a_line_is_told(store: Store, told: Told, tmp_path: Path) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, NEVER)
    spoilt().write(tmp_path / "late")
    store.receive(tmp_path / "late")
    for text in (printed(store, NAME), json.dumps(told(NAME))):
        for value in (CLAIM["bsn"], CLAIM["performer"], "01000001", "11000", "9101-far-"):
            assert value not in text


def test_it_is_printed_for_people(store: Store, tmp_path: Path) -> None:
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, NEVER)
    text = printed(store, NAME)
    for words in (
        f"Delivery {NAME}: never came",
        "belongs to 9101, farmacie, 2021-04-01 to 2021-06-30",
        "5 general practices with patients of the sender; 12 declared such care",
        "segments farmacie",
        "2021: 125 of 1,000 of its farmacie would be missing; the bound is 20 (conf/volumes.yml)",
        "What to do",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("states", "is_advised"),
    [
        (["finished", "finished", "finished", "missing"], False),
        (["finished", "finished", "finished", "stale"], True),
        (["finished", "stale", "stale", "missing"], True),
        (["missing"] * 4, True),
    ],
)
def test_a_year_of_the_trend_without_documents_is_up_to_date(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    states: list[str], is_advised: bool,
) -> None:  # fmt: skip
    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES)
    monkeypatch.setattr(jobs.status, "states_of", lambda *_: states)

    assert ("Bring the years up to date" in printed(store, NAME)) == is_advised


def test_options_that_do_not_go_together_are_wrong_use(store: Store) -> None:
    job = Job(str(store.folder), None, Console(quiet=True))
    for year, delivery, as_json in ((2021, NAME, False), (None, None, True)):
        with pytest.raises(WrongUse):
            show(job, year, delivery, as_json)


def test_the_command_answers_and_refuses_a_name_of_nothing(store: Store, tmp_path: Path) -> None:
    def spiegel(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jobs.spiegel", "--store", str(store.folder), "status",
             *arguments],
            capture_output=True, text=True, check=False, cwd=PROJECT,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        )  # fmt: skip

    deliver(store, tmp_path / "in", SENDERS, CARE_TYPES, NEVER)
    found, wrong = spiegel("--delivery", NAME, "--json"), spiegel("--delivery", "nothing")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["standing"] == "never came"
    assert wrong.returncode == 2
    assert "no delivery of that name arrived" in wrong.stderr
    assert "Traceback" not in wrong.stderr
