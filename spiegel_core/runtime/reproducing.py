"""`spiegel audit reproduce`: a release made again from its manifest, held to it byte for byte."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

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
from spiegel_core.release.names import ReleaseName
from spiegel_core.release.register import RELEASED
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.deciding import register_of
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.fingerprints_plain import code_version
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.kept_reads import KeptTables
from spiegel_core.runtime.mirror_inputs import MirrorSource
from spiegel_core.runtime.publishing import make_documents
from spiegel_core.runtime.releasing import HEAD
from spiegel_core.runtime.versions import lock_hashes

_PER_TASK = 4


@dataclass
class Reproducing:
    """A release, to be made again.

    Args:
        job: the store it stands in.
        name: of the release.
    """

    job: Job
    name: ReleaseName

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files of the release by name."""
        start = len(self.name.folder) + 1
        found = {file[start:]: self.job.folder.read(file)
                 for file, _ in self.job.folder.files(self.name.folder)}  # fmt: skip
        if MANIFEST not in found:
            raise WrongUse("there is no such release in this store", found=str(self.name),
                           fix="spiegel model list shows all of them")  # fmt: skip
        return found

    @cached_property
    def manifest(self) -> Manifest:
        """What the release says of itself."""
        return manifest_from(self.files[MANIFEST])

    def check(self) -> list[Finding]:
        """What is wrong with the release before anything is made again."""
        folder, content = self.name.folder, self.files[MANIFEST]
        register = register_of(self.job)
        records, found = register.read()
        found = [*found, *check_manifest(folder, content, self.files.get(SIGNATURE, b""),
                                         register.trusted)]  # fmt: skip
        if not any((r.kind, r.subject, r.manifest_sha256)
                   == (RELEASED, str(self.name), sha256(content)) for r in records):  # fmt: skip
            found.append(Finding("models/register", f"no record releases {self.name} as it is"))
        hashes = {name: sha256(held) for name, held in self.files.items()}
        known = (MANIFEST, SIGNATURE, HEAD)
        return [*found, *check_files(folder, self.manifest, hashes, known)]

    def changed_documents(self) -> list[Finding]:
        """Documents of the release that stand in the store with other bytes than were released."""
        return [
            Finding(file, "it is not what was released")
            for file, row in self.manifest.facts["documents"].items()
            if self.job.folder.exists(file) and sha256(self.job.folder.read(file)) != row["sha256"]
        ]

    def differences_of_the_environment(self) -> list[str]:
        """Where code or libraries are not those the release was made with."""
        facts = self.manifest.facts
        told = []
        if facts["code_version"] != code_version():
            told.append(f"it was made by code {facts['code_version']}; this is {code_version()}")
        told += [f"{name} is not what it was" for name, digest in lock_hashes().items()
                 if facts["lock"].get(name) != digest]  # fmt: skip
        return told

    def make_again(
        self, out: Path, practices: Sequence[str]
    ) -> Iterator[tuple[str, list[Finding]]]:
        """Write the documents below a folder; per practice what differs from the release.

        Args:
            out: folder to write to.
            practices: providers wanted; empty for all.
        """
        facts = self.manifest.facts
        released = facts["documents"]
        providers = sorted({row["provider"] for row in released.values()})
        unknown = sorted(set(practices) - set(providers))
        if unknown:
            raise WrongUse("the release has no such practice", found=", ".join(unknown),
                           fix="leave --practice out to make all of them")  # fmt: skip
        wanted = list(practices) or providers
        with tempfile.TemporaryDirectory() as scratch:
            source = self._source(Path(scratch))
            batches = [
                [source.of_practice(p) for p in wanted[start : start + _PER_TASK]]
                for start in range(0, len(wanted), _PER_TASK)
            ]
            processes = self.job.settings.documents.processes
            for made in distribute(make_documents, batches, processes=processes):
                for one in made:
                    contents = {"pdf": one.pdf, "xlsx": one.workbook}
                    yield one.practice, self._compared(out, one.practice, contents)

    def _compared(self, out: Path, practice: str, contents: dict[str, bytes]) -> list[Finding]:
        found = []
        for file, row in self.manifest.facts["documents"].items():
            if row["provider"] == practice:
                content = contents[row["form"]]
                Folder(out).write(file, content)
                if sha256(content) != row["sha256"]:
                    found.append(Finding(file, "made again it has other bytes"))
        return found

    def _source(self, scratch: Path) -> MirrorSource:
        """The mirrors by what was read for them then, and by the conf/ of then."""
        for name, content in self.files.items():
            if name.startswith("conf/"):
                path = scratch / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        facts = self.manifest.facts
        return MirrorSource(
            KeptTables(self.files), Conf(scratch / "conf"), int(facts["report_year"]),
            tuple(facts["trend"]), datetime.date.fromisoformat(facts["cut_off"]),
        )  # fmt: skip
