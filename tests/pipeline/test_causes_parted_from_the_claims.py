"""`spiegel audit compare --from-claims`: what changed before one run is parted as if it had changed
one at a time, and nothing of the store changes."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from jobs.audit_compare import compare
from jobs.receive import receive
from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.gold import PATIENTS
from spiegel_core.contracts.silver import CLAIM_LINES
from spiegel_core.engine.design import INTERCEPT
from spiegel_core.engine.model import SCALE
from spiegel_core.engine.version_parts import (
    CODE,
    CORRECTED,
    DEFINITION,
    LATE,
    POPULATION_RULE,
    WEIGHTS,
    Side,
)
from spiegel_core.errors import GateStopped
from spiegel_core.mirrors.audit.compared import EXPECTED, NATION, OBSERVED, Compared, Version
from spiegel_core.runtime import made_state, parting
from spiegel_core.runtime.comparison import Request, compared
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.kept_versions import VersionFacts
from spiegel_core.runtime.keys import KEY_VARIABLE
from spiegel_core.runtime.parting import FromClaims
from spiegel_core.runtime.pipeline import YearRun
from spiegel_core.runtime.run import Run
from tests.delivering import Delivery
from tests.pipeline.changed_country import ChangedCountry
from tests.pipeline.small_country import CUT_OFF, PACKING, YEAR, SmallRun
from tests.tree import tree

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AGB = "01010003"
ORDER = (LATE, CORRECTED, POPULATION_RULE, DEFINITION)
ASKED = Request(f"{YEAR}:1", f"{YEAR}:2", AGB, small_cells=True)


@pytest.fixture(scope="module")
def key(country_key: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, KEY_VARIABLE, str(country_key))
        yield


def job_of(store: Path, spark: SparkSession, conf: Path | None = None) -> Job:
    job = Job(str(store), conf, Console(quiet=True))
    job.__dict__["spark"] = spark
    return job


def run(job: Job) -> None:
    """Bring the report year up to date: a version follows."""
    with Run(job.folder, "run") as shown:
        YearRun(job, YEAR, CUT_OFF, shown).all_steps()


def copy_of(store: Path, folder: Path) -> Path:
    for file in store.parent.glob("store.*"):
        shutil.copyfile(file, folder / file.name)
    return Path(shutil.copytree(store, folder / "store"))


def parted(job: Job) -> Compared:
    with FromClaims(job, AGB) as states:
        return compared(job.tables, job.conf, ASKED, states.part)


@dataclass(frozen=True)
class Late:
    """A version with one more delivery: new debits, and credits of debits the first one has.

    Args:
        job: the store.
        load_id: load of the delivery.
    """

    job: Job
    load_id: int


@pytest.fixture(scope="module")
def late(small_run: SmallRun, key: None, tmp_path_factory: pytest.TempPathFactory) -> Late:
    folder = tmp_path_factory.mktemp("late")
    store = copy_of(small_run.folder, folder)
    job = job_of(store, small_run.job.spark)
    (file,) = small_run.deliveries.rglob("9101-huisartsenzorg-2021-Q4-p00.csv*")
    unpack, _ = PACKING[file.suffix]
    rows = list(csv.DictReader(unpack(file.read_bytes()).decode().splitlines(), delimiter=";"))
    lines = job.tables.read(CLAIM_LINES, columns=["previous_reference"], care_year=YEAR)
    taken_back = set(lines["previous_reference"].to_pylist())
    consults = [
        {name: value for name, value in row.items() if name != "line"} for row in rows
        if (row["code"], row["debit_credit"]) == ("12011", "D")
        and row["reference"] not in taken_back
    ][:200]  # fmt: skip
    new = [row | {"reference": f"LATE-{n}"} for n, row in enumerate(consults)]
    credit = [
        row | {"reference": f"BACK-{n}", "previous_reference": row["reference"],
               "debit_credit": "C"}
        for n, row in enumerate(consults[::3])
    ]  # fmt: skip
    Delivery(
        lines=[*new, *credit], delivery_id="9101-huisartsenzorg-2021-Q4-late",
        period=("2021-10-01", "2021-12-31"),
    ).write(folder / "arrived")  # fmt: skip
    assert receive(job, [str(folder / "arrived")]) == 0
    run(job)
    (row,) = job.tables.read(DELIVERIES, delivery_id="9101-huisartsenzorg-2021-Q4-late").to_pylist()
    return Late(job, row["load_id"])


def test_new_debits_and_their_credits_are_two_parts_counted_by_hand(late: Late) -> None:
    folder = late.job.folder.local_path.parent
    before = tree(folder)
    whole = parted(late.job)
    assert tree(folder) == before

    (told,) = whole.partings or ()
    assert (told.order, told.problem) == ((LATE, CORRECTED), "")
    tables = late.job.tables
    practice_of = {
        row["person_id"]: row["practice"]
        for row in tables.read(PATIENTS, report_year=YEAR, reason="counted").to_pylist()
    }
    worked_out: Counter[tuple[str, str]] = Counter()
    for line in tables.read(CLAIM_LINES, load_id=late.load_id).to_pylist():
        cause, sign = (CORRECTED, -1) if line["is_credit"] else (LATE, 1)
        for provider in (NATION, practice_of.get(line["person_id"])):
            if line["person_id"] in practice_of and provider is not None:
                worked_out[provider, cause] += sign * line["granted_cents"]
    for outcome in ("cost_total", "cost_huisartsenzorg"):
        for provider in (NATION, AGB):
            (split,) = [
                s for s in whole.splits
                if (s.provider, s.quantity, s.target.outcome, s.target.measure)
                == (provider, OBSERVED, outcome, "amount")
            ]  # fmt: skip
            assert split.parts == {cause: worked_out[provider, cause] for cause in split.parts}
            assert set(split.parts) == {LATE, CORRECTED}


def test_a_state_that_cannot_be_made_is_told_and_leaves_nothing(
    late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = late.job.folder.local_path.parent
    before, store = tree(folder), tree(late.job.folder.local_path)

    def stopped(*_: object) -> None:
        # Who is killed here has changed nothing either.
        assert tree(late.job.folder.local_path) == store
        raise GateStopped("lines do not balance", found="7 lines")

    monkeypatch.setattr(made_state, "build_patients", stopped)
    with pytest.raises(GateStopped) as raised:
        compare(late.job, ASKED, None, from_claims=True)
    assert str(raised.value) == (
        "a state between two versions cannot be made\n"
        "  where:    2021:1 to 2021:2: late_claims\n"
        "  found:    lines do not balance found: 7 lines\n"
        "  expected: lines in silver that add up to what the door counted\n"
        "  fix:      put the store back from a backup, or leave --from-claims out"
    )
    assert tree(folder) == before


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> ChangedCountry:
    return ChangedCountry(tmp_path_factory.mktemp("changed"))


@pytest.fixture(scope="module")
def first(
    country: ChangedCountry, key: None, spark_session: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:  # fmt: skip
    """The store with the first version."""
    store = tmp_path_factory.mktemp("first") / "store"
    job = job_of(store, spark_session)
    receive(job, [str(country.before)])
    run(job)
    return store


@pytest.fixture(scope="module")
def at_once(
    country: ChangedCountry, first: Path, spark_session: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Job:  # fmt: skip
    """A second version of everything that changed."""
    store = copy_of(first, tmp_path_factory.mktemp("at_once"))
    job = job_of(store, spark_session, country.other_definitions)
    receive(job, [str(country.later)])
    run(job)
    return job


@pytest.fixture(scope="module")
def found(at_once: Job) -> Compared:
    """The parts from the claims; nothing beside them was written."""
    folder = at_once.folder.local_path.parent
    before = tree(folder)
    whole = parted(at_once)
    assert tree(folder) == before
    return whole


@pytest.mark.long
def test_every_cause_has_a_part_of_its_own(found: Compared) -> None:
    (told,) = found.partings or ()
    assert (told.order, told.problem) == (ORDER, "")
    assert {part for split in found.splits for part in split.parts} == {*ORDER, WEIGHTS}
    # Each kind of part is there, of the nation and of the practice.
    for provider in (NATION, AGB):
        total = {
            split.quantity: set(split.parts)
            for split in found.splits
            if (split.provider, split.target.outcome) == (provider, "cost_total")
            and split.target.measure == "amount"
        }
        assert total == {EXPECTED: {*ORDER, WEIGHTS}, "observed": {*ORDER} - {DEFINITION}}


@pytest.fixture(scope="module")
def one_at_a_time(
    country: ChangedCountry, first: Path, spark_session: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[VersionFacts]:  # fmt: skip
    """The same changes, each followed by a run: five versions."""
    store = copy_of(first, tmp_path_factory.mktemp("one_at_a_time"))
    for arrived, conf in (
        (country.late, None), (country.corrected, None), (None, country.other_rule),
        (None, country.other_definitions),
    ):  # fmt: skip
        job = job_of(store, spark_session, conf)
        if arrived is not None:
            assert receive(job, [str(arrived)]) == 0
        run(job)
    return [VersionFacts(job.tables, Version(YEAR, number), AGB) for number in range(1, 6)]


@pytest.mark.long
def test_parts_are_those_of_the_same_changes_one_at_a_time(
    found: Compared, one_at_a_time: list[VersionFacts], at_once: Job
) -> None:
    second = VersionFacts(at_once.tables, Version(YEAR, 2), AGB)
    assert second.weights == one_at_a_time[-1].weights
    judged = 0
    for split in found.splits:
        target = split.target.outcome, split.target.measure
        sides = [version.side(split.provider, target) for version in one_at_a_time]
        for parts, is_mean in ((split.parts, False), (split.mean_parts, True)):
            assert parts == by_hand(sides, split.quantity, is_mean)
            judged += 1
    assert judged > 1_000


def by_hand(sides: list[Side], quantity: str, is_mean: bool) -> dict[str, Fraction]:
    """The change from version to version, with the weights of the first; then other weights."""
    values = [value(side, sides[0], quantity, is_mean) for side in sides]
    parts = {cause: b - a for cause, (a, b) in zip(ORDER, pairwise(values), strict=True)}
    parts[WEIGHTS] = value(sides[-1], sides[-1], quantity, is_mean) - values[-1]
    return {name: part for name, part in parts.items() if part}


def value(side: Side, weights_of: Side, quantity: str, is_mean: bool) -> Fraction:
    total = Fraction(side.observed)
    if quantity == EXPECTED:
        total = Fraction(0)
        for row in weights_of.weights:
            held = side.counts.get((row.factor, row.name), 0)
            total += Fraction(row.weight, SCALE) * (
                side.persons if row.factor == INTERCEPT else held
            )
    return total / side.persons if is_mean else total


@pytest.mark.long
def test_another_program_that_makes_the_same_numbers_parts_them_alike(
    found: Compared, at_once: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parting, "code_version", lambda: "another")
    again = parted(at_once)
    (told,) = again.partings or ()
    assert (told.order, told.problem) == ((CODE, *ORDER, CODE), "")
    assert [split.parts for split in again.splits] == [split.parts for split in found.splits]


@pytest.mark.long
def test_the_command_shows_the_parts_and_in_which_order_they_follow(
    at_once: Job, tmp_path: Path
) -> None:
    at_once.console = Console(file=io.StringIO(), width=1000)
    files = compare(at_once, ASKED, tmp_path, from_claims=True)
    text = at_once.console.file.getvalue()  # type: ignore[attr-defined]
    assert "in deze volgorde: late declaraties (nieuwe debetregels), gecorrigeerde" in text
    assert "Samen  " not in text
    assert {path.suffix for path in files} == {".pdf", ".xlsx", ".csv"}
