"""Files as sent, kept sealed: AES-256-GCM with a key of the purpose "archive".

The name of a sealed file is the SHA-256 of what it holds, so sealing twice changes nothing, and a
file that was touched does not open.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from spiegel_core.deliveries.pseudonym import keyed_hash
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
