"""Files that came in: found in the folders named, each data file with its manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs

from spiegel_core.deliveries.ei.recognise import is_ei_name
from spiegel_core.deliveries.manifest import (
    DATA_SUFFIXES,
    MANIFEST_BYTES,
    MANIFEST_SUFFIX,
    data_stem,
)
from spiegel_core.deliveries.names import shown_name
from spiegel_core.errors import EnvironmentUnfit, WrongUse


@dataclass(frozen=True)
class Incoming:
    """A data file and its manifest, one of them without the other, or a file that is neither.

    An EI file needs no manifest: its header record is one.

    Args:
        name: name safe to show (`shown_name`), from the folder that was named.
        data: where the data file is; None while it is not there.
        manifest: where the manifest is; None while it is not there.
        size: bytes of the data file as sent.
        is_recognised: it is a data file or a manifest, by its name.
    """

    name: str
    data: str | None
    manifest: str | None
    size: int
    is_recognised: bool = True

    @property
    def is_ei(self) -> bool:
        return self.data is not None and is_ei_name(self.data)

    @property
    def is_complete(self) -> bool:
        return self.is_ei or (self.data is not None and self.manifest is not None)


def find_incoming(paths: Iterable[str]) -> list[Incoming]:
    """All files in the folders and files named, in order of name, paired to deliveries.

    A file may be named by its data file or its manifest; the other is looked for beside it. What
    is neither is found too, because its sender must hear so; hidden files are the machine's own.
    Symbolic links are not followed, but for a path that is named itself.

    Raises:
        WrongUse: a path is not there, or holds no files at all.
    """
    found: dict[str, Incoming] = {}
    for path in paths:
        for incoming in _paired(_listed(path)):
            found[incoming.data or incoming.manifest or ""] = incoming
    if not found:
        raise WrongUse(
            "no deliveries found", where=", ".join(paths),
            expected="files NAME.csv, NAME.csv.gz or NAME.csv.zst, each with NAME.manifest.json, "
            "or EI files NAME.asc, NAME.dat or NAME.txt",
            fix="name the folder the files are in",
        )  # fmt: skip
    return sorted(found.values(), key=lambda incoming: (incoming.name, incoming.data or ""))


def read_incoming(path: str) -> bytes:
    """The bytes of a file by path or URI, as they are; of a manifest that is too large one byte
    more than it may have. Raises EnvironmentUnfit where it cannot be read."""
    most = MANIFEST_BYTES + 1 if path.endswith(MANIFEST_SUFFIX) else -1
    with _readable(path), _opened(path) as stream:
        content: bytes = stream.read(most)
    return content


def is_file(path: str) -> bool:
    """Whether there is a file of this name; of a name no file can have there is none."""
    return _is(Path.is_file, path)


def is_folder(path: str) -> bool:
    """Whether there is a folder of this name."""
    return _is(Path.is_dir, path)


def sha256_of(path: str) -> str:
    """SHA-256 of a file by path or URI, however large; raises EnvironmentUnfit as reading does."""
    digest = hashlib.sha256()
    with _readable(path), _opened(path) as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _opened(path: str) -> Any:
    """The file as a stream of its bytes."""
    if "://" not in path:
        # Arrow opens no file whose name is not UTF-8.
        return Path(path).open("rb")
    files, inner = pafs.FileSystem.from_uri(path)
    return files.open_input_stream(inner, compression=None)


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """One file nobody can read is told by its name; what was received before it stays."""
    try:
        yield
    except OSError as problem:
        raise EnvironmentUnfit(
            "a delivered file cannot be read", where=shown_name(path),
            found=type(problem).__name__,
            fix="look at its rights and its disk, or take it out of the folder, and run again: "
            "nothing of it was admitted",
        ) from None  # fmt: skip


def _listed(path: str) -> list[tuple[str, str, int]]:
    """Full name, name from the folder named, and size of each candidate file."""
    if "://" in path:
        files, inner = pafs.FileSystem.from_uri(path)
        if files.type_name == "local":
            # Arrow follows links, also round and round.
            return _listed(inner)
        scheme = path.split("://", maxsplit=1)[0]
        found = files.get_file_info(pafs.FileSelector(inner, recursive=True))
        return [
            (f"{scheme}://{info.path}", info.path[len(inner) :].lstrip("/"), int(info.size or 0))
            for info in found
            if info.type == pafs.FileType.File
        ]
    root = Path(path)
    if is_file(path):
        return _with_other_half(root)
    if not is_folder(path):
        raise WrongUse("there is no such file or folder", where=shown_name(path))
    inside = (p for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    return [(str(p), p.relative_to(root).as_posix(), p.stat().st_size) for p in inside]


def _is(what: Callable[[Path], bool], path: str) -> bool:
    try:
        return what(Path(path))
    except OSError:
        # Longer than a name can be.
        return False


def _with_other_half(named: Path) -> list[tuple[str, str, int]]:
    stem, beside = data_stem(named.name), [named]
    if not is_ei_name(named.name) and stem is not None:
        if named.name.endswith(MANIFEST_SUFFIX):
            beside += [named.with_name(stem + ending) for ending in DATA_SUFFIXES]
        else:
            beside.append(named.with_name(stem + MANIFEST_SUFFIX))
    there = [p for p in beside if p is named or (p.is_file() and not p.is_symlink())]
    return [(str(p), p.name, p.stat().st_size) for p in there]


def _paired(listed: list[tuple[str, str, int]]) -> list[Incoming]:
    manifests = {
        name[: -len(MANIFEST_SUFFIX)]: full
        for full, name, _ in listed
        if name.endswith(MANIFEST_SUFFIX) and data_stem(name) is not None
    }
    incoming, with_data = [], set()
    for full, name, size in sorted(listed):
        if is_ei_name(name):
            incoming.append(Incoming(shown_name(name), full, None, size))
            continue
        stem = data_stem(name)
        if stem is None and not name.split("/")[-1].startswith("."):
            incoming.append(Incoming(shown_name(name), full, None, size, is_recognised=False))
        if stem is None or name.endswith(MANIFEST_SUFFIX):
            continue
        with_data.add(stem)
        incoming.append(Incoming(shown_name(name), full, manifests.get(stem), size))
    alone = [
        Incoming(shown_name(stem + MANIFEST_SUFFIX), None, full, 0)
        for stem, full in manifests.items()
        if stem not in with_data
    ]
    return incoming + alone
