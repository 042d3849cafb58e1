"""`spiegel audit verify`: whether a version is what was registered, and follows from its sums."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spiegel_core.contracts.gold import MODEL_SPREADS, MODEL_VERSIONS
from spiegel_core.contracts.table import Table
from spiegel_core.engine.design import Design
from spiegel_core.engine.equations import Equations
from spiegel_core.engine.model import Model, Target
from spiegel_core.errors import WrongUse
from spiegel_core.release.canonical import Finding, sha256
from spiegel_core.release.manifest import (
    MANIFEST,
    SIGNATURE,
    Manifest,
    check_files,
    check_manifest,
    manifest_from,
)
from spiegel_core.release.names import VersionName
from spiegel_core.release.register import Record, check_head, head_from
from spiegel_core.release.signature import name_of
from spiegel_core.release.table_content import Block, differing_blocks
from spiegel_core.runtime.comparing import (
    blocks_from,
    differing_conf,
    differing_equations,
    differing_facts,
    differing_spreads,
    differing_weights,
    weights_of_model,
    weights_of_table,
)
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.plain_check import check_exported, export_version
from spiegel_core.runtime.register_files import Register
from spiegel_core.runtime.signing_keys import trusted_keys
from spiegel_core.runtime.spreads import SPREADS_FILE, spread_rows
from spiegel_core.runtime.steps import YEAR, finished
from spiegel_core.runtime.table_files import MODEL_INPUTS, content_of_table, equations_of_year
from spiegel_core.runtime.versions import (
    conf_files,
    design_from,
    newest_version,
    registered,
    state_of_version,
    version_files,
)


@dataclass(frozen=True)
class Checked:
    """One part of the verification.

    Args:
        name: what was looked at.
        findings: what is not as it should be.
        notes: what is good to know.
        seconds: how long it took.
    """

    name: str
    findings: list[Finding]
    notes: list[str]
    seconds: float


@dataclass
class Verifying:
    """The verification of one version.

    Args:
        job: store and configuration.
        name: of the version.
        notes: filled by the part that runs.
    """

    job: Job
    name: VersionName
    notes: list[str] = field(default_factory=list)

    def parts(self, head: Path | None = None, export: Path | None = None) -> Iterator[Checked]:
        """Every part, one after the other.

        Args:
            head: a head of the register somebody kept on an earlier day.
            export: folder for the files an auditor checks in SQL.

        Raises:
            WrongUse: the store has no such version.
        """
        if MANIFEST not in self.files and registered(self._records, self.name) is None:
            raise WrongUse("there is no such version in this store", found=str(self.name),
                           fix="spiegel model list shows all of them")  # fmt: skip
        yield self._part("register", lambda: self._register(head))
        yield self._part("manifest, signature and files", self._manifest_and_files)
        yield self._part("approval", self._approval)
        yield self._part("row of gold.model_versions", self._row)
        yield self._part("configuration", self._conf)
        yield self._part("weights in the table and in the files", self._weights)
        yield self._part("sums the version was made from", self._sums)
        yield self._part("equations, from the sums", self._equations_from_sums)
        yield self._part("weights, solved exactly", self._solved)
        yield self._part("national spread of amounts", self._spreads)
        if export is not None:
            yield self._part("weights and spreads, in plain SQL", lambda: self._in_sql(export))

    def _part(self, name: str, look: Callable[[], list[Finding]]) -> Checked:
        self.notes = []
        started = time.monotonic()
        try:
            findings = look()
        except Exception as problem:
            # A file that was changed may break any reader; the audit must still say all it can.
            findings = [Finding(name, f"it cannot be read ({type(problem).__name__})")]
        return Checked(name, findings, self.notes, time.monotonic() - started)

    @cached_property
    def _register_of_store(self) -> Register:
        return Register(self.job.folder, trusted_keys(self.job.folder))

    @cached_property
    def _read(self) -> tuple[list[Record], list[Finding]]:
        return self._register_of_store.read()

    @property
    def _records(self) -> list[Record]:
        return self._read[0]

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files of the version by name."""
        return version_files(self.job.folder, self.name)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest, whether or not it is the one that was registered."""
        return manifest_from(self.files[MANIFEST])

    @cached_property
    def _is_in_force(self) -> bool:
        """Whether it is the newest of its year: tables and conf/ must then still agree with it."""
        return newest_version(self.job.tables, self.name.product, self.name.report_year) in (
            self.name, None
        )  # fmt: skip

    @cached_property
    def _design(self) -> tuple[Design, tuple[Target, ...]]:
        return design_from(self._sound("design.json"))

    def _sound(self, name: str) -> bytes:
        """A file of the version that is the one the manifest names."""
        content = self.files[name]
        if sha256(content) != self.manifest.files[name]:
            raise ValueError("not the file the manifest names")
        return content

    def _register(self, head: Path | None) -> list[Finding]:
        records, found = self._read
        trusted = self._register_of_store.trusted
        if not trusted:
            self.notes.append("no list of trusted keys: name one in SPIEGEL_TRUSTED_KEYS")
        names = [n for n, _ in self.job.folder.files("releases") if n.endswith("/head.json")]
        heads = {name: self.job.folder.read(name) for name in names}
        if head is not None:
            heads[str(head)] = head.read_bytes()
        for place, content in heads.items():
            try:
                kept = head_from(content)
            except ValueError:
                found = [*found, Finding(place, "it cannot be read, or is not in its own form")]
                continue
            found = [*found, *check_head(place, kept, records, trusted, is_newest=False)]
        last = records[-1].sha256 if records else "none"
        self.notes.append(f"{len(records)} records, the last {last}")
        return found

    def _manifest_and_files(self) -> list[Finding]:
        folder = self.name.folder
        missing = [n for n in (MANIFEST, SIGNATURE) if n not in self.files]
        if missing:
            return [Finding(f"{folder}/{name}", "it is not there") for name in missing]
        content, signed = self.files[MANIFEST], self.files[SIGNATURE]
        trusted = self._register_of_store.trusted
        found = check_manifest(folder, content, signed, trusted)
        record = registered(self._records, self.name)
        if record is None:
            found.append(Finding("models/register", f"no record registers {self.name}"))
        elif record.manifest_sha256 != sha256(content):
            found.append(
                Finding(f"{folder}/{MANIFEST}", "it is not the manifest that was registered")
            )
        try:
            manifest = self.manifest
        except ValueError:
            return found
        hashes = {name: sha256(content) for name, content in self.files.items()}
        self.notes.append(f"{len(manifest.files)} files")
        return found + check_files(folder, manifest, hashes, known=(MANIFEST, SIGNATURE))

    def _approval(self) -> list[Finding]:
        state = state_of_version(self._records, self.name)
        self.notes.append(f"state: {state or 'not registered'}")
        record = registered(self._records, self.name)
        if record is not None:
            self.notes.append(f"owner {record.facts.get('owner')}, review by "
                              f"{record.facts.get('review_by')}")  # fmt: skip
        trusted = self._register_of_store.trusted
        for one in self._records:
            if one.subject == str(self.name) and one.kind in ("approved", "withdrawn"):
                who = name_of(one.signature.public, trusted)
                self.notes.append(f"{one.kind} by {who} on {one.at[:10]}")
        return []

    def _row(self) -> list[Finding]:
        rows = self.job.tables.read(
            MODEL_VERSIONS, report_year=self.name.report_year, product=self.name.product,
            version=self.name.version,
        ).to_pylist()  # fmt: skip
        return differing_facts(self.name, rows, self.manifest.facts)

    def _conf(self) -> list[Finding]:
        then = {name.removeprefix("conf/"): content
                for name, content in self.files.items() if name.startswith("conf/")}  # fmt: skip
        found = differing_conf(then, conf_files(self.job.conf, self.name.product))
        if not self._is_in_force and found:
            self.notes.append(f"{len(found)} files of conf/ were changed since; a newer version "
                              "is in force")  # fmt: skip
            return []
        return found

    def _weights(self) -> list[Finding]:
        table = weights_of_table(self.job.tables, self.name)
        return [
            finding
            for file in ("weights.parquet", "weights.csv")
            for finding in differing_weights("gold.model_weights", table, file, self.files[file])
        ]

    @cached_property
    def _as_of(self) -> dict[str, int]:
        """Versions of the tables to look at: those of then, where the year was made again."""
        year = finished(self.job.tables, self.name.report_year, YEAR)
        of_then = year is None or year.outputs == self.manifest.facts["inputs_sha256"]
        if self._is_in_force and of_then:
            return {}
        inputs = self.manifest.facts["inputs"]
        return {table.name: int(inputs[table.name]["delta_version"]) for table in MODEL_INPUTS}

    def _sums(self) -> list[Finding]:
        if self._as_of:
            self.notes.append("the year was made again since; looked at the tables as they were")
        return [finding for table in MODEL_INPUTS for finding in self._of_table(table)]

    def _of_table(self, table: Table) -> list[Finding]:
        then: dict[str, Block] = blocks_from(self._sound(f"inputs/{table.name}.csv"))
        try:
            now = content_of_table(
                self.job.tables, table, self.name.report_year, self.name.product,
                self._as_of.get(table.name),
            )  # fmt: skip
        except Exception as problem:
            return [Finding(table.name, f"it cannot be read ({type(problem).__name__})")]
        return differing_blocks(table.name, MODEL_INPUTS[table], then, now.blocks)

    @cached_property
    def _recomputed(self) -> Equations:
        return equations_of_year(
            self.job.tables, self.name.report_year, self.name.product, *self._design, self._as_of
        )

    @cached_property
    def _solved_again(self) -> Model:
        return self._recomputed.solved()

    def _equations_from_sums(self) -> list[Finding]:
        return differing_equations(self._recomputed, self._sound, self.manifest.files)

    def _solved(self) -> list[Finding]:
        again = weights_of_model(self._solved_again)
        table = weights_of_table(self.job.tables, self.name)
        self.notes.append(f"{len(again):,} weights")
        return differing_weights("gold.model_weights", table, "recomputed from the sums", again)

    def _spreads(self) -> list[Finding]:
        of = self.name
        rows = self.job.tables.read(
            MODEL_SPREADS, report_year=of.report_year, product=of.product, version=of.version
        )
        if SPREADS_FILE not in self.manifest.files:
            self.notes.append("made before the national spread was kept")
            return differing_spreads(rows, "the version", b"")
        found = self._recomputed.spreads(self._solved_again)
        again = spread_rows(found, of.report_year, of.product, of.version)
        self.notes.append(f"{again.num_rows} outcomes")
        others = {SPREADS_FILE: self.files[SPREADS_FILE],
                  "recomputed from the sums": csv_bytes(again)}  # fmt: skip
        return [f for than, other in others.items() for f in differing_spreads(rows, than, other)]

    def _in_sql(self, export: Path) -> list[Finding]:
        files = export_version(
            self.job.tables, self.name, self._design[1], export, self._as_of,
            with_spreads=SPREADS_FILE in self.manifest.files,
        )  # fmt: skip
        self.notes.append(f"run by hand: cd {export}; duckdb < {files[-1].name}")
        return check_exported(export)
