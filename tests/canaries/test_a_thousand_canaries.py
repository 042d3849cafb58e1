"""A thousand canaries through every way there is, eight of them failing: found nowhere."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from spiegel_core.contracts.gold import BENCHMARKS, OUTCOME_SUMS
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.keys import KEY_VARIABLE, new_key
from spiegel_core.runtime.tables import Tables
from tests.canaries.planting import Canaries, ei_of_canaries, planted, wrong_deliveries
from tests.canaries.scanning import Scanner, told
from tests.canaries.shell import Shell, catching, opened_archive
from tests.ei.building import written

pytestmark = pytest.mark.long


@dataclass
class Traces:
    """What all the calls left behind."""

    folder: Path
    canaries: Canaries

    @property
    def seen(self) -> Path:
        return self.folder / "seen"


def talkative_conf(folder: Path, seen: Path) -> Path:
    """The project's configuration with Spark's event log on and nothing of it packed."""
    conf = Path(shutil.copytree(PROJECT / "conf", folder / "conf"))
    base = yaml.safe_load((conf / "base.yml").read_text("utf-8"))
    for name in ("events", "spark"):
        (seen / name).mkdir()
    base["spark"]["master"] = "local[2]"
    base["spark"]["driver_memory"] = "2g"
    base["spark"]["java_options"] = f"-Djava.io.tmpdir={seen / 'tmp'} -XX:TieredStopAtLevel=1"
    base["spark"]["settings"] |= {
        "spark.eventLog.enabled": "true", "spark.eventLog.dir": (seen / "events").as_uri(),
        "spark.local.dir": str(seen / "spark"),
        "spark.sql.warehouse.dir": str(seen / "warehouse"),
        "spark.shuffle.compress": "false", "spark.shuffle.spill.compress": "false",
        "spark.broadcast.compress": "false",
    }  # fmt: skip
    (conf / "base.yml").write_text(yaml.safe_dump(base), encoding="utf-8")
    return conf


def files_below(folder: Path, pattern: str) -> int:
    return sum(1 for _ in folder.rglob(pattern))


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traces]:
    """Every way of the command, once; the failing ones before the ones that go well."""
    folder = tmp_path_factory.mktemp("canaries")
    canaries = Canaries()
    for version in ("k1", "k2"):
        new_key(folder / f"{version}.key", version)
    shell = Shell(folder, SPIEGEL_STORE=str(folder / "store"))
    shell.environment[KEY_VARIABLE] = str(folder / "k1.key")
    conf = talkative_conf(folder, shell.seen)
    temporary = [shell.temporary, shell.seen / "spark"]
    with catching(temporary, shell.seen / "caught"):
        in_every_way(folder, shell, conf, canaries)
    yield Traces(folder, canaries)


def in_every_way(folder: Path, shell: Shell, conf: Path, canaries: Canaries) -> None:
    store, country = folder / "store", folder / "country"
    deliveries = country / "deliveries"
    year = ("--conf", conf, "--year", "2021")
    shell.run(0, "invent", "--out", country, "--persons", "1100", "--practices", "5", "--years",
              "2021-2021")  # fmt: skip
    planted(deliveries, canaries)
    written(deliveries, "invoice.asc", ei_of_canaries(canaries))
    wrong = wrong_deliveries(folder / "wrong", canaries)
    registers = (deliveries / "registers").rename(folder / "registers")
    # 1. Killed while it receives. (The country itself has a delivery made to be refused.)
    shell.kill_when(lambda: files_below(store / "archive", "*.sealed") > 20, "receive", deliveries)
    shell.run(1, "receive", deliveries)
    # 2. Lines and manifests broken in every way.
    shell.run(1, "receive", folder / "wrong")
    # 3. A gate that stops.
    assert "the gate silver stopped" in shell.run(1, "run", *year)
    shell.run(0, "receive", registers)
    # 4. A file of the store that was damaged.
    file = max(
        (store / "silver" / "claim_lines").rglob("*.parquet"), key=lambda p: p.stat().st_size
    )
    whole = file.read_bytes()
    file.write_bytes(whole[:500] + bytes(len(whole) - 1000) + whole[-500:])
    assert "not what was written" in shell.run(3, "run", *year)
    file.write_bytes(whole)
    # 5. Tasks that fail with persons in hand: a file stands where their folder belongs.
    in_the_way = store / "gold" / "care" / "report_year=2021"
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.touch()
    assert "a task could not read or write a file" in shell.run(3, "run", *year)
    in_the_way.unlink()
    # 6. Killed while it computes.
    shell.kill_when(lambda: files_below(store / "gold" / "care", "*.parquet*") > 0, "run", *year)
    # 7. Another key.
    shell.run(3, "receive", registers, **{KEY_VARIABLE: str(folder / "k2.key")})
    # 8. Wrong files looked at by their sender.
    for number, name in enumerate(wrong):
        shell.run(1, "check", name, "--json", "--feedback", shell.seen / f"feedback-{number}")
    shell.run(0, "run", *year)
    shell.run(0, "documents", *year)
    shell.run(0, "status", *year)
    shell.run(0, "rejudge")
    for table in ("bronze.deliveries", "bronze.findings", "gold.outcome_sums", "bronze.keys",
                  "gold.quality_metrics"):  # fmt: skip
        shell.run(0, "table", table, "--small-cells", "--out", shell.seen / f"{table}.csv")
    shell.run(0, "rekey", "--new-key", folder / "k2.key", "--into", folder / "new", "--by",
              canaries.bsn("by"), "--why", canaries.bsn("why"))  # fmt: skip
    shell.run(0, "--store", folder / "new", "run", *year, **{KEY_VARIABLE: str(folder / "k2.key")})


def test_they_came_in_and_stand_in_the_archive_only_sealed(traces: Traces) -> None:
    scanner = traces.canaries.scanner()
    for place, key in (("store", "k1"), ("new", "k2")):
        opened = opened_archive(traces.folder / place, traces.folder / f"{key}.key")
        there = set[str]().union(*(scanner.in_file_as_sent(content) for content in opened))
        assert len(there & scanner.bsns) > 1000
        assert len(there & scanner.words) > 1000


def test_they_are_found_nowhere_else(traces: Traces) -> None:
    scanner = traces.canaries.scanner()
    found = scanner.in_folders(traces.seen, traces.folder / "store", traces.folder / "new")

    assert told(found, traces.folder) == []
    print(  # noqa: T201
        f"{len(scanner.bsns):,} numbers, {scanner.files_read:,} files, "
        f"{scanner.bytes_read:,} bytes, {scanner.numbers_read:,} numbers in text"
    )


def test_every_kind_of_file_was_looked_at(traces: Traces) -> None:
    kinds = Counter(
        path.suffix for folder in (traces.seen, traces.folder / "store", traces.folder / "new")
        for path in folder.rglob("*") if path.is_file()
    )  # fmt: skip
    for suffix in (".parquet", ".json", ".jsonl", ".xlsx", ".pdf", ".db", ".sealed", ".txt"):
        assert kinds[suffix] > 0, (suffix, kinds)
    events = [path for path in (traces.seen / "events").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in events) > 100_000
    assert files_below(traces.seen / "caught", "*shuffle*") > 0


def test_one_canary_in_any_of_these_files_would_have_been_found(
    traces: Traces, tmp_path: Path
) -> None:
    # One file of each kind that was left behind, and a canary at its end.
    scanner: Scanner = traces.canaries.scanner()
    one_of_each = {
        path.suffix: path for folder in (traces.seen, traces.folder / "store")
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip
    for suffix, path in one_of_each.items():
        copy = tmp_path / f"copy{suffix}"
        copy.write_bytes(path.read_bytes() + traces.canaries.bsn("planted").encode())
        assert scanner.in_file(copy) == set(), suffix
        assert traces.canaries.scanner().in_file(copy) == {traces.canaries.bsn("planted")}, suffix


def test_what_is_published_is_the_same_under_the_new_key(traces: Traces) -> None:
    old, new = (Tables(Folder(traces.folder / place)) for place in ("store", "new"))
    for table in (BENCHMARKS, OUTCOME_SUMS):
        names = [name for name in table.column_names if name != "version"]
        order = [(name, "ascending") for name in table.key]
        before, after = (one.read(table, names).sort_by(order) for one in (old, new))
        assert before.num_rows > 0
        assert before.equals(after)
