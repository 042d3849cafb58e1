"""A small country in which several things change before one run, or the same one at a time."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import write_country
from tests.pipeline.small_country import PACKING, YEAR, renumbered

# Two insurers, four practices; paid in the year after: debits of the year, and credits of known
# debits. Some deliveries have a second revision.
PLAN = CountryPlan(500, 4, YEAR, YEAR, 3)
_RULE = ("rules.yml", "value: 2250000", "value: 900000")
_DEFINITIONS = (
    ("rules.yml", "value: 30}", "value: 55}"),
    ("outcomes.yml", "where: {gp_care: [vaccination]}", "where: {gp_care: [consult_normal]}"),
)


class ChangedCountry:
    """The deliveries and rules of the country, before and after, and one change at a time.

    Args:
        folder: where they are written.
    """

    def __init__(self, folder: Path) -> None:
        write_country(Folder(folder / "country"), PLAN, Conf(), truth=False, processes=1)
        all_files = folder / "country" / "deliveries"
        later = sorted((all_files / str(YEAR + 1)).rglob("*.manifest.json"))
        revised = sorted(all_files.rglob("*-r2.manifest.json"))
        self.later = copied([*later, *revised], folder / "later")
        # Of a delivery whose first revision is refused, the second is the first that counts.
        new = [*later, *(file for file in revised if _is_refused(_first_revision(file)))]
        self.late = _debits_only(new, folder / "late")
        self.corrected = copied(set(revised) - set(new), folder / "corrected")
        _as_second_revision(later, self.corrected)
        for file in [*later, *revised]:
            file.unlink()
            data_of(file).unlink()
        self.before = all_files
        self.other_rule = _conf(folder / "other_rule", [_RULE])
        self.other_definitions = _conf(folder / "other_definitions", [_RULE, *_DEFINITIONS])


def data_of(manifest: Path) -> Path:
    """The data file beside a manifest."""
    stem = manifest.name.removesuffix(".manifest.json")
    (found,) = [p for p in manifest.parent.glob(f"{stem}.csv*")]
    return found


def copied(manifests: Iterable[Path], into: Path) -> Path:
    """Deliveries in another folder."""
    into.mkdir()
    for manifest in manifests:
        for file in (manifest, data_of(manifest)):
            shutil.copyfile(file, into / file.name)
    return into


def _first_revision(manifest: Path) -> Path:
    return manifest.with_name(manifest.name.replace("-r2.", "."))


def _is_refused(manifest: Path) -> bool:
    """Whether the file has other lines than its manifest says."""
    rows = json.loads(manifest.read_text(encoding="utf-8"))["rows"]
    return bool(rows != len(_lines(manifest)[1]))


def _lines(manifest: Path) -> tuple[bytes, list[bytes]]:
    data = data_of(manifest)
    unpack, _ = PACKING[data.suffix]
    head, *lines = unpack(data.read_bytes()).splitlines(keepends=True)
    return head, lines


def _is_credit(head: bytes, line: bytes) -> bool:
    return line.split(b";")[head.split(b";").index(b"debit_credit")] == b"C"


def _debits_only(manifests: Iterable[Path], into: Path) -> Path:
    """The deliveries as if their credits had not been sent yet."""
    into.mkdir()
    for manifest in manifests:
        head, lines = _lines(manifest)
        debits = [line for line in lines if not _is_credit(head, line)]
        if debits:
            told = {"rows": len(debits), "credit_cents": 0}
            _write(manifest, into, head, renumbered(head, debits), told)
    return into


def _as_second_revision(manifests: Iterable[Path], into: Path) -> None:
    """The deliveries that have credits, whole, in the place of those without."""
    for manifest in manifests:
        head, lines = _lines(manifest)
        if any(_is_credit(head, line) for line in lines):
            _write(manifest, into, head, lines, {"revision": 2})


def _write(
    manifest: Path, into: Path, head: bytes, lines: Sequence[bytes], told: dict[str, int]
) -> None:
    data = into / f"{manifest.name.removesuffix('.manifest.json')}.csv.gz"
    data.write_bytes(gzip.compress(b"".join([head, *lines]), mtime=0))
    content = json.loads(manifest.read_text(encoding="utf-8")) | told
    content["sha256"] = hashlib.sha256(data.read_bytes()).hexdigest()
    (into / manifest.name).write_text(json.dumps(content), encoding="utf-8")


def _conf(folder: Path, changes: Iterable[tuple[str, str, str]]) -> Path:
    """The configuration with other values."""
    shutil.copytree(PROJECT / "conf", folder)
    for name, old, new in changes:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder
