"""A folder on this machine or in an object store: read, write whole files, list.

The only module that opens files of the store; Delta tables belong to `tables` and `store`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.fs as pafs

from spiegel_core.errors import EnvironmentUnfit


class Folder:
    """A folder by path or URI (`s3://`, `hdfs://`, `file://`).

    Args:
        where: a path or a URI; a path becomes absolute.
    """

    def __init__(self, where: str | Path) -> None:
        text = str(where)
        if "://" in text:
            self._files, self._root = pafs.FileSystem.from_uri(text)
            self.uri = text.rstrip("/")
        else:
            self._files = pafs.LocalFileSystem()
            self._root = str(Path(text).resolve())
            self.uri = self._root
        self._root = self._root.rstrip("/") or "/"

    @property
    def is_local(self) -> bool:
        return bool(self._files.type_name == "local")

    @property
    def local_path(self) -> Path:
        """The folder as a path; raises EnvironmentUnfit where it is not on this machine."""
        if not self.is_local:
            raise EnvironmentUnfit("this needs a folder on this machine", where=self.uri)
        return Path(self._root)

    def child(self, name: str) -> Folder:
        """A folder in this one."""
        return Folder(f"{self.uri}/{name}")

    def path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def exists(self, name: str = "") -> bool:
        info = self._files.get_file_info(self.path(name) if name else self._root)
        return bool(info.type != pafs.FileType.NotFound)

    def read(self, name: str) -> bytes:
        """The bytes of a file as they are, packed or not; raises OSError as files do."""
        with self._files.open_input_stream(self.path(name), compression=None) as stream:
            content: bytes = stream.read()
        return content

    def sha256(self, name: str) -> str:
        """SHA-256 of a file, however large it is; raises OSError as files do."""
        digest = hashlib.sha256()
        with self._files.open_input_stream(self.path(name), compression=None) as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    def write(self, name: str, content: bytes) -> None:
        """Write a whole file: it is there entirely or not at all.

        Raises:
            EnvironmentUnfit: the disk is full or the folder may not be written to.
        """
        path = self.path(name)
        try:
            self._files.create_dir(path.rsplit("/", 1)[0], recursive=True)
            with self._files.open_output_stream(f"{path}.part") as stream:
                stream.write(content)
            self._files.move(f"{path}.part", path)
        except OSError as problem:
            raise EnvironmentUnfit(
                "a file cannot be written", where=path, found=str(problem).split(". Detail")[0],
                fix="make room or give the right to write, and run again: nothing was changed",
            ) from None  # fmt: skip

    def files(self, name: str = "") -> list[tuple[str, int]]:
        """Names (from this folder) and sizes in bytes of all files below, in order of name.

        Raises:
            EnvironmentUnfit: it is no folder, or may not be read.
        """
        base = self.path(name) if name else self._root
        selector = pafs.FileSelector(base, allow_not_found=True, recursive=True)
        try:
            found = self._files.get_file_info(selector)
        except OSError as problem:
            raise EnvironmentUnfit(
                "a folder cannot be read", where=base, found=type(problem).__name__,
                fix="give the right to read it, or put a folder there, and run again: "
                "nothing was changed",
            ) from None  # fmt: skip
        start = len(self._root) + 1 if self._root != "/" else 1
        return sorted(
            (info.path[start:], int(info.size or 0))
            for info in found
            if info.type == pafs.FileType.File
        )

    def delete(self, name: str) -> None:
        """Remove a file or a folder with everything in it; nothing happens when it is not there."""
        info = self._files.get_file_info(self.path(name))
        if info.type == pafs.FileType.Directory:
            self._files.delete_dir(self.path(name))
        elif info.type == pafs.FileType.File:
            self._files.delete_file(self.path(name))
