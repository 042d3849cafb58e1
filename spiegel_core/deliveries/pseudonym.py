"""The person: a keyed hash takes the place of bsn, or of insurer and insured number.

There are only 90,909,091 citizen service numbers, so an unkeyed hash is no protection: all of
them can be hashed within a minute. HMAC-SHA-256 with a secret key cannot be turned around
without the key. The key comes from a file outside conf; its version is stored with each delivery.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from spiegel_core.errors import EnvironmentUnfit

_PURPOSE_PERSON = b"spiegel person 1"
_PURPOSE_ARCHIVE = b"spiegel archive 1"
_PURPOSE_CHECK = b"spiegel check 1"


@dataclass(frozen=True)
class PseudonymKey:
    """A secret of 256 bits and its version. Its text form never shows the secret.

    Args:
        version: short name of the key, stored with each delivery.
        secret: 32 bytes.
    """

    version: str
    secret: bytes

    def __repr__(self) -> str:
        return f"PseudonymKey(version={self.version!r}, secret=<hidden>)"

    def for_persons(self) -> bytes:
        """The key of the purpose "person"; pseudonyms of another purpose cannot be joined."""
        return self._derived(_PURPOSE_PERSON)

    def for_archive(self) -> bytes:
        """The key the archive of deliveries is sealed with."""
        return self._derived(_PURPOSE_ARCHIVE)

    def check(self) -> str:
        """What tells this key from any other (32 hexadecimal digits); the secret is not in it."""
        return self._derived(_PURPOSE_CHECK).hex()[:32]

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose).derive(self.secret)


def read_key(path: Path) -> PseudonymKey:
    """Read a key file: JSON with "version" and "secret" (64 hexadecimal digits).

    Raises:
        EnvironmentUnfit: there is no such file, or it is not of that form.
    """
    expected = 'JSON: {"version": "k1", "secret": "64 hexadecimal digits"}'
    fix = (
        "name the right file (in SPIEGEL_KEY_FILE; of rekey the new one with --new-key), "
        "or make one with: spiegel new-key FILE"
    )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version, secret = str(content["version"]), str(content["secret"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise EnvironmentUnfit(
            "the pseudonymisation key cannot be read",
            where=str(path), found=type(problem).__name__, expected=expected, fix=fix,
        ) from None  # fmt: skip
    if not re.fullmatch(r"[0-9a-f]{64}", secret) or not re.fullmatch(r"[a-z0-9.-]{1,20}", version):
        raise EnvironmentUnfit(
            "the pseudonymisation key is not of its form",
            where=str(path), found="another form", expected=expected, fix=fix,
        )  # fmt: skip
    return PseudonymKey(version, bytes.fromhex(secret))


def keyed_hash(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 of a message (32 bytes).

    Source:
        RFC 2104 and RFC 4231, whose test vectors the tests hold it to.

    Example:
        >>> keyed_hash(b"Jefe", b"what do ya want for nothing?").hex()[:16]
        '5bdcc146bf60754e'
    """
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(message)
    return mac.finalize()


def pseudonyms(key: bytes, persons: Sequence[str]) -> npt.NDArray[np.int64]:
    """Two 64-bit numbers per person text: the pseudonym and its check.

    One number is enough to be unique in practice (17.5 million persons: one chance in 100,000
    that any two of them share it); the check shows it when they do.

    Args:
        key: the key of the purpose (`PseudonymKey.for_persons`).
        persons: texts that name a person each (`person_text`).

    Returns:
        Array of shape (number of persons, 2).

    Example:
        >>> pseudonyms(b"k" * 32, ["b:123456782"]).shape
        (1, 2)
    """
    base = hmac.HMAC(key, hashes.SHA256())
    digests = bytearray()
    for person in persons:
        mac = base.copy()
        mac.update(person.encode())
        digests += mac.finalize()[:16]
    return np.frombuffer(bytes(digests), dtype=">i8").astype(np.int64).reshape(-1, 2)


def person_text(bsn: str, insurer: str, insured_number: str, no_bsn: str) -> str:
    """The text that names a person: the bsn, or insurer and insured number when there is none.

    Example:
        >>> person_text("123456782", "3311", "77", "999999999")
        'b:123456782'
        >>> person_text("999999999", "3311", "77", "999999999")
        'u:3311:77'
    """
    return f"u:{insurer}:{insured_number}" if bsn == no_bsn else f"b:{bsn}"
