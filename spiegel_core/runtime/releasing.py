"""Documents -> a release: what was made, from what, by whose approval, signed and registered."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spiegel_core.contracts.gold import DRAFT, RELEASED
from spiegel_core.release.canonical import sha256
from spiegel_core.release.manifest import MANIFEST, SIGNATURE, manifest_of, signature_file
from spiegel_core.release.names import ReleaseName, VersionName
from spiegel_core.release.register import APPROVED, WITHDRAWN, Record
from spiegel_core.release.register import RELEASED as RELEASED_KIND
from spiegel_core.runtime.deciding import register_of
from spiegel_core.runtime.fingerprints_plain import code_version
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.register_files import Register
from spiegel_core.runtime.registering import key_of_versions
from spiegel_core.runtime.registry import show_state
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.versions import (
    conf_files,
    lock_hashes,
    newest_version,
    registered,
    state_of_version,
)

HEAD = "head.json"


@dataclass(frozen=True)
class ModelsBehind:
    """The models whose numbers documents show: those in force, of every year of the trend.

    Args:
        job: store and configuration.
        product: of the documents.
        trend: all years shown.
    """

    job: Job
    product: str
    trend: tuple[int, ...]

    @cached_property
    def register(self) -> Register:
        return register_of(self.job)

    @cached_property
    def records(self) -> list[Record]:
        return self.register.records()

    @cached_property
    def names(self) -> list[VersionName]:
        found = [newest_version(self.job.tables, self.product, year) for year in self.trend]
        return [name for name in found if name is not None]

    @cached_property
    def states(self) -> dict[VersionName, str]:
        return {name: state_of_version(self.records, name) for name in self.names}

    @property
    def status(self) -> str:
        """Released when every model was approved by a second person, else draft."""
        if len(self.names) < len(self.trend):
            return DRAFT
        may = all(state in (APPROVED, "released") for state in self.states.values())
        return RELEASED if may else DRAFT

    @property
    def withdrawn(self) -> int:
        return sum(state == WITHDRAWN for state in self.states.values())

    def past_review(self, day: datetime.date) -> int:
        """How many should have been reviewed again before a day, as they were registered."""
        kept = [registered(self.records, name) for name in self.names]
        return sum(
            str(record.facts["review_by"]) < day.isoformat()
            for record in kept
            if record is not None
        )

    def manifests(self) -> dict[str, str]:
        """SHA-256 of the manifest of each, by name."""
        kept = {name: registered(self.records, name) for name in self.names}
        return {str(name): record.manifest_sha256 for name, record in kept.items() if record}


def release(
    job: Job, name: ReleaseName, models: ModelsBehind, cut_off: datetime.date,
    inputs: Mapping[str, bytes], documents: Sequence[Mapping[str, object]], run: Run,
) -> None:  # fmt: skip
    """Write, sign and register a release; one that is registered is left as it is.

    Args:
        job: store and configuration.
        name: of the release.
        models: the models behind it, all approved.
        cut_off: cut-off date of the release.
        inputs: what was read for the documents (`KeepingTables.files`).
        documents: their rows of gold.documents.
        run: where a self-made key is told.
    """
    register = models.register
    if not is_released(job, name, register.records()):
        key = key_of_versions(job, name.product, run)
        files = {
            **inputs,
            **{f"conf/{file}": content
               for file, content in conf_files(job.conf, name.product).items()},
        }  # fmt: skip
        manifest = manifest_of(_facts(name, models, cut_off, documents), files)
        job.folder.delete(name.folder)
        for file, content in files.items():
            job.folder.write(f"{name.folder}/{file}", content)
        job.folder.write(f"{name.folder}/{SIGNATURE}", signature_file(manifest, key))
        job.folder.write(f"{name.folder}/{MANIFEST}", manifest.as_bytes())
        told = {"models": models.manifests(), "documents": len(documents)}
        register.append(key, RELEASED_KIND, str(name), manifest.sha256, told)
    if not job.folder.exists(f"{name.folder}/{HEAD}"):
        job.folder.write(f"{name.folder}/{HEAD}", register.head())
    records = register.records()
    for model in models.names:
        show_state(job.folder, model, state_of_version(records, model))


def is_released(job: Job, name: ReleaseName, records: Sequence[Record]) -> bool:
    """Whether the register names the release with the manifest that stands there."""
    where = f"{name.folder}/{MANIFEST}"
    if not job.folder.exists(where):
        return False
    digest = sha256(job.folder.read(where))
    return any((r.kind, r.subject, r.manifest_sha256) == (RELEASED_KIND, str(name), digest)
               for r in records)  # fmt: skip


def _facts(
    name: ReleaseName, models: ModelsBehind, cut_off: datetime.date,
    documents: Sequence[Mapping[str, object]],
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": str(name), "product": name.product, "report_year": name.report_year,
        "edition": name.edition, "version": name.version, "trend": list(models.trend),
        "cut_off": cut_off.isoformat(), "code_version": code_version(), "lock": lock_hashes(),
        "models": models.manifests(),
        "inputs_sha256": documents[0]["inputs_sha256"] if documents else "",
        "documents": {str(row["file"]): {"provider": row["provider"], "form": row["form"],
                                         "sha256": row["sha256"]} for row in documents},
    }  # fmt: skip
