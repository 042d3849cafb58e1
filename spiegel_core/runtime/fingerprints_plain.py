"""Fingerprints of texts, of folders and of the code; nothing here needs Spark."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from spiegel_core.runtime.conf import PROJECT


def of_texts(texts: Iterable[str]) -> str:
    """SHA-256 over texts in the order given; where one ends and the next begins counts.

    Example:
        >>> of_texts(["ab", "c"]) == of_texts(["a", "bc"])
        False
    """
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text)}:".encode() + text.encode())
    return digest.hexdigest()


def code_version() -> str:
    """The version of the code: its release number and the content of the package."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version("spiegel")
    except PackageNotFoundError:
        release = "0"
    return f"{release}+{fingerprint_of(PROJECT / 'spiegel_core')[:12]}"


def fingerprint_of(folder: Path) -> str:
    """SHA-256 over names and contents of all files below a folder, in order of name."""
    digest = hashlib.sha256()
    for path in sorted(
        p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts
    ):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()
