"""Versions of models in the store: a folder of files, a signed manifest, a record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.gold import MODEL_VERSIONS
from spiegel_core.engine.design import Design, design_of
from spiegel_core.engine.equations import Equations
from spiegel_core.engine.model import Target
from spiegel_core.errors import WrongUse
from spiegel_core.population.factors import Factor, Factors
from spiegel_core.release.canonical import readable, sha256
from spiegel_core.release.manifest import MANIFEST, SIGNATURE, Manifest, manifest_of, signature_file
from spiegel_core.release.names import VersionName
from spiegel_core.release.register import REGISTERED, Record, state_of
from spiegel_core.release.signature import SigningKey
from spiegel_core.release.table_content import TableContent
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.register_files import Register
from spiegel_core.runtime.tables import Tables

LOCKS = ("requirements.lock", "jars.lock")


def lock_hashes() -> dict[str, str]:
    """SHA-256 of the files that pin every library and JAR of the environment."""
    return {name: sha256((PROJECT / name).read_bytes()) for name in LOCKS}


def conf_files(conf: Conf, product: str) -> dict[str, bytes]:
    """The files of conf/ that numbers and pages of a product depend on, by name from conf/."""
    names = [Path("rules.yml"), Path("outcomes.yml"), Path("products") / f"{product}.yml"]
    names += sorted(p.relative_to(conf.folder) for p in conf.folder.glob("code_lists/*.csv"))
    return {name.as_posix(): (conf.folder / name).read_bytes() for name in names}


def design_file(design: Design, targets: tuple[Target, ...]) -> bytes:
    """Factors and targets of a model, so that a version can be recomputed from itself."""
    factors = [asdict(factor) for factor in design.factors.factors]
    return readable({"factors": factors, "targets": [asdict(target) for target in targets]})


def design_from(content: bytes) -> tuple[Design, tuple[Target, ...]]:
    """The inverse of `design_file`."""
    plain = json.loads(content)
    factors = tuple(Factor(f["name"], tuple(f["classes"]), f["is_any"]) for f in plain["factors"])
    return design_of(Factors(factors)), tuple(Target(**target) for target in plain["targets"])


def equation_files(equations: Equations) -> dict[str, bytes]:
    """X'X, X'y and sums of squares as CSV: a row per pair of classes, per class and target, and
    per outcome."""
    columns = equations.design.columns
    pairs = [
        {"factor": a, "class": b, "other_factor": c, "other_class": d,
         "persons": int(equations.gram[i, j])}
        for i, (a, b) in enumerate(columns) for j, (c, d) in enumerate(columns)
    ]  # fmt: skip
    totals = [
        {"outcome": target.outcome, "measure": target.measure, "factor": factor, "class": name,
         "total": int(equations.totals[row, place])}
        for place, target in enumerate(equations.targets)
        for row, (factor, name) in enumerate(columns)
    ]  # fmt: skip
    squares = [{"outcome": outcome, "squares": str(number)}
               for outcome, number in sorted(equations.squares.items())]  # fmt: skip
    kinds = pa.schema([("outcome", pa.string()), ("squares", pa.string())])
    return {"equations/persons.csv": csv_bytes(pa.Table.from_pylist(pairs)),
            "equations/totals.csv": csv_bytes(pa.Table.from_pylist(totals)),
            "equations/squares.csv": csv_bytes(pa.Table.from_pylist(squares, kinds))}  # fmt: skip


def input_files(contents: Mapping[str, TableContent], deliveries: list[str]) -> dict[str, bytes]:
    """What a version was made from, block by block, and which deliveries counted."""
    files = {f"inputs/{name}.csv": csv_bytes(content.as_table())
             for name, content in contents.items()}  # fmt: skip
    lines = "".join(f"{line}\n" for line in deliveries)
    return {**files, f"inputs/{DELIVERIES.name}.txt": lines.encode()}


def write_version(
    folder: Folder, register: Register, name: VersionName, facts: Mapping[str, Any],
    files: Mapping[str, bytes], key: SigningKey,
) -> Record:  # fmt: skip
    """Write the files of a version, sign its manifest, and register it.

    The record is written last, so a version that is not registered is not finished, and is
    written again.
    """
    manifest = manifest_of(facts, files)
    folder.delete(name.folder)
    for file, content in files.items():
        folder.write(f"{name.folder}/{file}", content)
    folder.write(f"{name.folder}/{SIGNATURE}", signature_file(manifest, key))
    folder.write(f"{name.folder}/{MANIFEST}", manifest.as_bytes())
    told = {"owner": facts["owner"], "review_by": facts["review_by"]}
    return register.append(key, REGISTERED, str(name), manifest.sha256, told)


def registered(records: list[Record], name: VersionName) -> Record | None:
    """The record that registers a version, where there is one."""
    return next((r for r in records if (r.kind, r.subject) == (REGISTERED, str(name))), None)


def state_of_version(records: list[Record], name: VersionName) -> str:
    """Candidate, approved, released or withdrawn; empty when it was never registered."""
    record = registered(records, name)
    return "" if record is None else state_of(records, str(name), record.manifest_sha256)


def version_files(folder: Folder, name: VersionName) -> dict[str, bytes]:
    """The files of a version by name, manifest and signature too."""
    start = len(name.folder) + 1
    return {file[start:]: folder.read(file) for file, _ in folder.files(name.folder)}


def manifest_in(files: Mapping[str, bytes], name: VersionName) -> Manifest:
    """The manifest among the files of a version; raises WrongUse where there is none."""
    from spiegel_core.release.manifest import manifest_from

    if MANIFEST not in files:
        raise WrongUse("there is no such version in this store", found=str(name),
                       fix="spiegel model list shows all of them")  # fmt: skip
    return manifest_from(files[MANIFEST])


def newest_version(tables: Tables, product: str, report_year: int) -> VersionName | None:
    """The version in force of a product and year: the newest; None where there is none."""
    rows = tables.read(MODEL_VERSIONS, columns=["version"], report_year=report_year,
                       product=product)["version"].to_pylist()  # fmt: skip
    return VersionName(product, report_year, max(rows)) if rows else None
