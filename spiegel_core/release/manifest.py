"""A manifest: facts, and the SHA-256 of every file that belongs to them, signed as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spiegel_core.release.canonical import Finding, readable, sha256
from spiegel_core.release.signature import (
    SIGNER,
    PublicKey,
    Signature,
    SigningKey,
    check_signature,
)

MANIFEST, SIGNATURE = "manifest.json", "signature.json"


@dataclass(frozen=True)
class Manifest:
    """What something is and what belongs to it.

    Args:
        facts: what it is; plain JSON values.
        files: SHA-256 by name of the file, from the folder of the manifest.
    """

    facts: Mapping[str, Any]
    files: Mapping[str, str]

    def as_bytes(self) -> bytes:
        return readable({"facts": dict(self.facts), "files": dict(self.files)})

    @property
    def sha256(self) -> str:
        return sha256(self.as_bytes())


def manifest_of(facts: Mapping[str, Any], files: Mapping[str, bytes]) -> Manifest:
    """The manifest of some files.

    Example:
        >>> manifest_of({"version": 1}, {"a.csv": b""}).files["a.csv"][:8]
        'e3b0c442'
    """
    return Manifest(facts, {name: sha256(content) for name, content in sorted(files.items())})


def manifest_from(content: bytes) -> Manifest:
    """The manifest that bytes hold; raises ValueError when they hold none."""
    plain = json.loads(content)
    if not isinstance(plain, dict) or set(plain) != {"facts", "files"}:
        raise ValueError("not facts and files")
    return Manifest(plain["facts"], plain["files"])


def signature_file(manifest: Manifest, key: SigningKey) -> bytes:
    """The file that stands beside a manifest."""
    return readable(key.sign(manifest.as_bytes()).as_plain())


def check_manifest(
    folder: str, content: bytes, signed: bytes, trusted: Iterable[PublicKey]
) -> list[Finding]:
    """What is wrong with a manifest and its signature.

    Args:
        folder: where it stands, for the finding.
        content: the manifest as it stands there.
        signed: the signature as it stands beside it.
        trusted: whose signatures count.
    """
    try:
        if manifest_from(content).as_bytes() != content:
            return [Finding(f"{folder}/{MANIFEST}", "it is not in the form it was written in")]
    except (ValueError, TypeError):
        return [Finding(f"{folder}/{MANIFEST}", "it cannot be read")]
    try:
        plain = json.loads(signed)
        signature = Signature(str(plain["public"]), str(plain["value"]))
        if readable(signature.as_plain()) != signed:
            return [Finding(f"{folder}/{SIGNATURE}", "it is not in the form it was written in")]
    except (ValueError, KeyError, TypeError):
        return [Finding(f"{folder}/{SIGNATURE}", "it cannot be read")]
    return check_signature(f"{folder}/{MANIFEST}", content, signature, trusted, SIGNER)


def check_files(
    folder: str, manifest: Manifest, found: Mapping[str, str], known: Iterable[str] = ()
) -> list[Finding]:
    """Which files are not those of the manifest.

    Args:
        folder: where they stand, for the findings.
        manifest: what should be there.
        found: SHA-256 by name of what is there.
        known: files that may stand there beside those of the manifest.
    """
    missing = [Finding(f"{folder}/{name}", "it is not there")
               for name in manifest.files if name not in found]  # fmt: skip
    other = [Finding(f"{folder}/{name}", "its content is not what the manifest names")
             for name, digest in manifest.files.items()
             if found.get(name, digest) != digest]  # fmt: skip
    extra = [Finding(f"{folder}/{name}", "the manifest does not name it")
             for name in sorted({*found} - {*manifest.files} - {*known})]  # fmt: skip
    return [*missing, *other, *extra]
