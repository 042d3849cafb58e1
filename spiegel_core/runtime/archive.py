"""Files as sent, kept sealed: AES-256-GCM with a key of the purpose "archive".

The name of a sealed file is the SHA-256 of what it holds, so sealing twice changes nothing, and a
file that was touched does not open.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from spiegel_core.deliveries.pseudonym import keyed_hash, read_key
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.files import Folder


def sealed_name(sha256: str) -> str:
    """Where a file stands in the archive.

    Example:
        >>> sealed_name("ab12")
        'archive/ab/ab12.sealed'
    """
    return f"archive/{sha256[:2]}/{sha256}.sealed"


def seal(content: bytes, key: bytes) -> bytes:
    """The content, readable only with the key.

    The nonce follows from key and content, so equal content gives equal bytes and no nonce ever
    serves two contents.

    Example:
        >>> unseal(seal(b"as sent", b"k" * 32), b"k" * 32)
        b'as sent'
    """
    nonce = keyed_hash(key, hashlib.sha256(content).digest())[:12]
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def unseal(sealed: bytes, key: bytes) -> bytes:
    """What was sealed; raises EnvironmentUnfit for another key or a touched file."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
    except (InvalidTag, ValueError):
        raise EnvironmentUnfit(
            "a file of the archive does not open", found="another key, or the file was changed",
            fix="name the key it was sealed with in SPIEGEL_KEY_FILE",
        ) from None  # fmt: skip


def keep(store: Folder, content: bytes, key: bytes) -> None:
    """Seal a file into the archive, unless it is there."""
    name = sealed_name(hashlib.sha256(content).hexdigest())
    if not store.exists(name):
        store.write(name, seal(content, key))


def kept_files(store: Folder) -> dict[str, int]:
    """The files of the archive: SHA-256 as sent -> bytes when sealed."""
    names = store.files("archive")
    return {
        name.split("/")[-1].removesuffix(".sealed"): size
        for name, size in names
        if name.endswith(".sealed")
    }


def sealed_place(sha256: str, name: str) -> str:
    """Where a file of the archive is, for `open_sealed`; ends as the file as sent did."""
    return f"{sha256}/{name}"


def open_sealed(store: str, key_file: str, place: str) -> bytes:
    """A file as sent, from the archive; it is never written down unsealed.

    Args:
        store: folder of the store.
        key_file: the key the archive was sealed with.
        place: as `sealed_place` names it.

    Raises:
        EnvironmentUnfit: another key, or the file was changed.
    """
    sealed = Folder(store).read(sealed_name(place.split("/", maxsplit=1)[0]))
    return unseal(sealed, read_key(Path(key_file)).for_archive())
