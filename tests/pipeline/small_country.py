"""A small invented country, received and run: what the tests of this folder look at."""

from __future__ import annotations

import dataclasses
import datetime
import gzip
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.console import Console

from jobs.receive import receive
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import write_country
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.pipeline import YearRun
from spiegel_core.runtime.run import Run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

YEAR = 2021
CUT_OFF = datetime.date(2021, 12, 31)
# Small enough for the twin (130,000 lines in seconds), large enough for every reason to occur.
PLAN = CountryPlan(2_500, 9, YEAR, YEAR, 3)


def _unpacked_zstd(content: bytes) -> bytes:
    return bytes(pa.CompressedInputStream(pa.BufferReader(content), "zstd").read())


PACKING: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".csv": (bytes, bytes),
    ".gz": (gzip.decompress, lambda content: gzip.compress(content, mtime=0)),
    ".zst": (_unpacked_zstd, lambda content: bytes(pa.compress(content, "zstd", asbytes=True))),
}


def invented(folder: Path) -> Path:
    """Invent the country; returns the folder of its deliveries."""
    write_country(Folder(folder), PLAN, Conf(), truth=False, processes=1)
    return folder / "deliveries"


def renumbered(head: bytes, lines: list[bytes]) -> list[bytes]:
    """Lines that carry their own number carry that of their new place."""
    names = head.split(b";")
    if b"line" not in names:
        return lines
    place = names.index(b"line")
    numbered = []
    for number, line in enumerate(lines, start=1):
        cells = line.split(b";")
        numbered.append(b";".join([*cells[:place], b"%d" % number, *cells[place + 1 :]]))
    return numbered


def shuffled(deliveries: Path, folder: Path) -> Path:
    """The same deliveries with the lines of every file in another order."""
    for file in sorted(path for path in deliveries.rglob("*") if path.is_file()):
        into = folder / file.relative_to(deliveries)
        into.parent.mkdir(parents=True, exist_ok=True)
        into.write_bytes(file.read_bytes())
    for data in sorted(folder.rglob("*.csv*")):
        file = data.with_name(data.name.split(".csv")[0] + ".manifest.json")
        if not file.exists():
            continue
        manifest = json.loads(file.read_text(encoding="utf-8"))
        unpack, pack = PACKING[data.suffix]
        head, *lines = unpack(data.read_bytes()).splitlines(keepends=True)
        # Equal files stay equal: a copy must still be seen to be one.
        random.Random(hashlib.sha256(b"".join(lines)).digest()).shuffle(lines)
        content = b"".join([head, *renumbered(head, lines)])
        data.write_bytes(pack(content))
        manifest["sha256"] = hashlib.sha256(data.read_bytes()).hexdigest()
        file.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@dataclasses.dataclass(frozen=True)
class SmallRun:
    """The country in a store."""

    deliveries: Path
    folder: Path
    job: Job

    def year_run(self, run: Run) -> YearRun:
        """The report year on its way."""
        return YearRun(self.job, YEAR, CUT_OFF, run)

    def run(self) -> Run:
        """Bring the report year up to date; returns the record with its steps."""
        with Run(Folder(self.folder), "run") as run:
            self.year_run(run).all_steps()
        return run

    def rows(self, table: Any, **equal: int | str) -> list[dict[str, Any]]:
        """Rows of a table, as dicts."""
        return list(self.job.tables.read(table, **equal).to_pylist())


def received(deliveries: Path, folder: Path, spark: SparkSession) -> SmallRun:
    """A store with the deliveries, not yet run; its job uses the session of the tests."""
    job = Job(str(folder), None, Console(quiet=True))
    job.__dict__["spark"] = spark
    receive(job, [str(deliveries)])
    return SmallRun(deliveries, folder, job)
