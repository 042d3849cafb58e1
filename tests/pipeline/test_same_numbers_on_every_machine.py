"""From the deliveries to the documents, each time in processes of its own: the same tables, the
same version and the same documents whatever the machine is like, and whatever day it is."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from spiegel_core.contracts.bronze import KEYS
from spiegel_core.contracts.gold import GOLD, PRODUCT
from spiegel_core.release.names import VersionName
from spiegel_core.release.register import place_of
from spiegel_core.runtime.all_tables import ALL_TABLES
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.register_files import HEAD
from tests.pipeline.failing_daemon import KILLED_AT
from tests.pipeline.machines import Machine, Machines, Made
from tests.pipeline.small_country import YEAR, shuffled

pytestmark = pytest.mark.long

FAR_AWAY = "Pacific/Kiritimati"  # 14 hours before UTC, so most of the day it is tomorrow
TURKISH = "-Duser.language=tr -Duser.country=TR"
# Ten seconds before the leap day of 2028 ends, UTC.
JUST_BEFORE_MIDNIGHT, LEAP_DAY, DAY_AFTER = 1_835_481_590, "2028-02-29", "2028-03-01"
LeapDay = Callable[[], dict[str, str]]
VERSION = VersionName(PRODUCT, YEAR, 1)
# Where another day may be seen, and is.
KNOW_THE_DAY = {place_of(1), HEAD, "runs/000001-receive.json", "runs/000002-run.json"}
# These name the content of deliveries, and so the order of lines in their files, or loads.
_NAME_DELIVERIES = ("gold.steps", "gold.version_inputs", "gold.quality_metrics")


def local(master: str, partitions: int, **settings: str) -> dict[str, Any]:
    """Spark in one process."""
    small = {"spark.sql.files.maxPartitionBytes": str(4_000_000 // partitions)}
    return {
        "master": master, "shuffle_partitions": partitions, "settings": {**small, **settings},
    }  # fmt: skip


def failing(**settings: str) -> dict[str, str]:
    """Settings by which Spark's Python workers fail once per table."""
    return {"spark.python.daemon.module": "tests.pipeline.failing_daemon", **settings}


MACHINES = {
    "1_core_1_partition_ascii": Machine(
        local("local[1]", 1),
        lambda told, files: (told["master"], files) == ("local[1]", 1)
        and (told["java charset"], told["python encoding"]) == ("US-ASCII", "ANSI_X3.4-1968"),
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
         "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "1"},
        receives=True,
    ),
    "2_cores_3_partitions_tasks_fail_after_writing": Machine(
        local("local[2,4]", 3, **failing()),
        lambda told, files: (told["master"], files) == ("local[2,4]", 3)
        and told["tasks failed"] >= 5,
        {"PYTHONHASHSEED": "2"},
    ),
    "7_partitions_shuffled_lines_shuffled_files_another_time_zone": Machine(
        {**local("local[*]", 7), "java_options": f"-Duser.timezone={FAR_AWAY}"},
        lambda told, files: files == 7
        and (told["java zone"], told["python zone"]) == (FAR_AWAY, "+14"),
        {"TZ": FAR_AWAY, "PYTHONHASHSEED": "3"},
        receives=True, has_other_lines=True,
    ),
    "33_partitions_turkish": Machine(
        {**local("local[2]", 33), "java_options": TURKISH},
        lambda told, files: files == 33
        and (told["java locale"], told["java 1.5"]) == ("tr_TR", "1,5"),
        {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4"},
    ),
    "cluster_loses_executors_that_are_turkish_in_another_time_zone": Machine(
        {
            "master": "local-cluster[2,1,1024]", "driver_memory": "1g",
            "settings": failing(**{
                "spark.executorEnv.PYTHONPATH": str(PROJECT), "spark.executorEnv.TZ": FAR_AWAY,
                "spark.executor.extraJavaOptions": f"{TURKISH} -Duser.timezone={FAR_AWAY}",
            }),
        },
        lambda told, _: told["executors lost"] == 3 and told["tasks failed"] >= 5,
        {KILLED_AT: "care,patients,outcome_sums"},
    ),
    "another_day": Machine(
        {}, lambda told, _: {told["java day"], told["python day"]} == {DAY_AFTER}, receives=True
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def machines(country_key: Path, tmp_path_factory: pytest.TempPathFactory) -> Machines:
    """Where machines are started."""
    return Machines(MACHINES, tmp_path_factory.mktemp("machines"), country_key)


@pytest.fixture(scope="module")
def received(machines: Machines, deliveries: Path) -> Path:
    """A store with the deliveries."""
    return machines.receive("here", [deliveries])


@pytest.fixture(scope="module")
def here(machines: Machines, received: Path) -> Made:
    """The year on the machine that conf/base.yml speaks of."""
    store = shutil.copytree(received, machines.folder / "here-run-store")
    return machines.run("here", store)


@pytest.fixture(scope="module")
def leap_day(machines: Machines) -> LeapDay:
    """The variables of a process that starts on the leap day."""
    library = machines.folder / "another_day.so"
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("another day needs a C compiler")
    source = Path(__file__).with_name("another_day.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return lambda: {
        "LD_PRELOAD": str(library), "CLOCK_SHIFT": str(JUST_BEFORE_MIDNIGHT - int(time.time())),
    }  # fmt: skip


def in_another_order(deliveries: Path, folder: Path) -> list[Path]:
    """The files with their lines shuffled, renamed and each named by itself, so that they are
    taken in in another order."""
    dice = random.Random(7)
    for manifest in sorted(shuffled(deliveries, folder).rglob("*.manifest.json")):
        prefix = f"{dice.randrange(10**6):06d}-"
        for half in sorted(manifest.parent.glob(f"{manifest.name.split('.')[0]}.*")):
            half.rename(half.with_name(prefix + half.name))
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", MACHINES)
def test_the_same_tables_version_and_documents_on(
    name: str, machines: Machines, deliveries: Path, here: Made, request: pytest.FixtureRequest
) -> None:
    machine = MACHINES[name]
    day: LeapDay = request.getfixturevalue("leap_day") if name == "another_day" else dict
    if machine.receives:
        paths = [deliveries]
        if machine.has_other_lines:
            paths = in_another_order(deliveries, machines.folder / "shuffled")
        store = machines.receive(name, paths, **machine.environment, **day())
    else:
        received: Path = request.getfixturevalue("received")
        store = Path(shutil.copytree(received, machines.folder / f"{name}-store"))
    made = machines.run(name, store, **machine.environment, **day())

    assert machine.happened(made.told, made.files_of_patients), (made.told, made.files_of_patients)
    assert made.told["java"] in ("17", "21")
    of_gold, documents = made.fingerprints(GOLD), made.files("documents")
    version = made.files(VERSION.folder)
    assert len(documents) >= 2
    assert len(version) > 20
    if machine.has_other_lines:
        same = here.fingerprints(GOLD)
        assert of_gold == {**same, **{table: of_gold[table] for table in _NAME_DELIVERIES}}
        assert all(of_gold[table] != same[table] for table in _NAME_DELIVERIES)
        assert changed(here.files(VERSION.folder), version) == {
            f"{VERSION.folder}/{file}"
            for file in ("inputs/bronze.deliveries.txt", "manifest.json", "signature.json")
        }
    else:
        everything = [table for table in ALL_TABLES.values() if table is not KEYS]
        assert made.fingerprints(everything) == here.fingerprints(everything)
        assert version == here.files(VERSION.folder)
    assert documents == here.files("documents")
    if name == "another_day":
        must_know_the_day_nowhere_else(here, made)


def must_know_the_day_nowhere_else(here: Made, made: Made) -> None:
    """The register and the records of runs say when; no other file of the store does."""
    differing = changed(here.files(""), made.files(""))
    assert differing == KNOW_THE_DAY
    # The head names the last record by its content.
    for name in differing - {HEAD}:
        text = (made.store / name).read_text(encoding="utf-8")
        assert LEAP_DAY in text or DAY_AFTER in text, name
    assert str(made.tables.read(KEYS)["recorded_at"][0]).startswith((LEAP_DAY, DAY_AFTER))


def test_a_day_after_the_review_date_a_version_is_not_approved(
    machines: Machines, here: Made, leap_day: LeapDay, tmp_path: Path
) -> None:
    store = shutil.copytree(here.store, tmp_path / "store")
    code, printed = machines.called(
        "here", "jobs.spiegel", "--store", store, "--conf", machines.folder / "conf",
        "model", "approve", "--by", "model committee", **leap_day(),
    )  # fmt: skip

    assert code == 1, printed
    assert f"{VERSION} is past its review date" in printed
    assert f"{LEAP_DAY} or later" in printed


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Names of files that are not the same, or on one side only."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
