"""Machines for one country, each in processes, a store and an environment of its own."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyspark
import yaml

from spiegel_core.contracts.gold import PATIENTS
from spiegel_core.contracts.table import Table
from spiegel_core.release.signature import SIGNER
from spiegel_core.runtime.conf import ENVIRONMENT_VARIABLE, PROJECT
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.fingerprints_plain import of_texts
from spiegel_core.runtime.keys import KEY_VARIABLE
from spiegel_core.runtime.signing_keys import KEY_VARIABLES, TRUSTED_VARIABLE, make_signing_key
from spiegel_core.runtime.tables import Tables
from tests.pipeline.failing_daemon import FAILING
from tests.pipeline.small_country import YEAR

# Data files by name of their content hold the same rows; Delta and MLflow note times of their own.
_NOT_COMPARED = re.compile(
    r"(bronze|silver|gold)/.*(/_delta_log/|\.parquet$)|models/(mlflow\.db|artifacts/)"
)

Told = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Machine:
    """What one machine is like, and what shows that it was.

    Args:
        spark: what its file beside conf/base.yml says of Spark.
        happened: over what the process told, and the number of data files of gold.patients.
        environment: variables of its processes.
        receives: it takes the deliveries in itself, else it begins with a store that has them.
        has_other_lines: the lines of its deliveries, and the files, come in another order.
    """

    spark: Mapping[str, Any]
    happened: Callable[[Told, int], bool]
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    receives: bool = False
    has_other_lines: bool = False


@dataclasses.dataclass(frozen=True)
class Made:
    """A store that was run, and what its process told."""

    store: Path
    told: Told

    @property
    def tables(self) -> Tables:
        return Tables(Folder(self.store))

    @property
    def files_of_patients(self) -> int:
        return len(self.tables.files_of(PATIENTS, report_year=YEAR))

    def fingerprints(self, tables: Iterable[Table]) -> dict[str, str]:
        """Content of tables, whatever the order of their rows."""
        return {
            table.name: of_texts(sorted(str(row) for row in self.tables.read(table).to_pylist()))
            for table in tables
        }

    def files(self, *folders: str) -> dict[str, str]:
        """SHA-256 of every file of some folders of the store, but those that are not compared."""
        names = [name for place in folders for name, _ in Folder(self.store).files(place)]
        return {
            name: hashlib.sha256((self.store / name).read_bytes()).hexdigest()
            for name in names if not _NOT_COMPARED.match(name)
        }  # fmt: skip


@dataclasses.dataclass
class Machines:
    """Starts machines in a folder of their own, all with one conf/ and the same keys.

    Args:
        machines: by name.
        folder: for everything they write.
        key_file: every store pseudonymises with it.
    """

    machines: Mapping[str, Machine]
    folder: Path
    key_file: Path

    def __post_init__(self) -> None:
        shutil.copytree(PROJECT / "conf", self.folder / "conf")
        # Beside each other, so that conf/ is the same one for all of them.
        for name, machine in self.machines.items():
            text = yaml.safe_dump({"spark": dict(machine.spark)})
            (self.folder / "conf" / f"{name}.yml").write_text(text, encoding="utf-8")
        make_signing_key(self.folder / "signing.key", "platform team", SIGNER)

    def environment(self, name: str) -> dict[str, str]:
        """The variables of every process of a machine."""
        home = self.folder / "spark"
        if not home.exists():
            # A cluster writes below SPARK_HOME, which is that of the libraries.
            home.mkdir()
            for part in Path(pyspark.__file__).parent.iterdir():
                (home / part.name).symlink_to(part)
        usual = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
        marks = self.folder / f"{name}-failed"
        marks.mkdir(exist_ok=True)
        return {
            **usual, "HOME": str(self.folder), "PYTHONPATH": str(PROJECT),
            "SPARK_HOME": str(home), "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
            KEY_VARIABLE: str(self.key_file), FAILING: str(marks),
            KEY_VARIABLES[SIGNER]: str(self.folder / "signing.key"),
            TRUSTED_VARIABLE: str(self.folder / "signing.key.pub"),
            ENVIRONMENT_VARIABLE: name if name in self.machines else "",
        }  # fmt: skip

    def called(
        self, name: str, module: str, *arguments: str | Path, **more: str
    ) -> tuple[int, str]:
        """Code and output of a process of a machine."""
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)], cwd=PROJECT, check=False,
            env={**self.environment(name), **more}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def receive(self, name: str, paths: Iterable[Path], **more: str) -> Path:
        """The deliveries in a new store; one of them is made to be refused."""
        store = self.folder / f"{name}-store"
        code, printed = self.called(
            name, "jobs.spiegel", "--store", store, "--conf", self.folder / "conf",
            "receive", *paths, **more,
        )  # fmt: skip
        assert code == 1, printed
        assert "1 refused" in printed
        return store

    def run(self, name: str, store: Path, **more: str) -> Made:
        """Bring the year up to date with its documents."""
        told = self.folder / f"{name}.json"
        code, printed = self.called(
            name, "tests.pipeline.one_machine", store, self.folder / "conf", told, **more
        )
        assert code == 0, printed
        assert "Traceback" not in printed
        return Made(store, json.loads(told.read_text(encoding="utf-8")))
