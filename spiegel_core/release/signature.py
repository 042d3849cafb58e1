"""Ed25519 signatures (RFC 8032): who signed a manifest or a record, and that nobody changed it.

A store proves nothing by keys it holds itself: whoever changes it would sign again. So a signature
counts only by a public key on a list that is kept elsewhere, and each key has one role there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from spiegel_core.release.canonical import Finding, canonical

# Who makes versions and releases, and who, as a second person, approves or withdraws them.
SIGNER, APPROVER = "signer", "approver"
ROLES = (SIGNER, APPROVER)
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PublicKey:
    """A key others are checked with.

    Args:
        name: person or role whose key it is.
        role: signer or approver.
        public: 64 hexadecimal digits.
    """

    name: str
    role: str
    public: str

    def as_line(self) -> bytes:
        """A line of the list of trusted keys."""
        return canonical({"name": self.name, "role": self.role, "public": self.public})


@dataclass(frozen=True)
class SigningKey:
    """A key somebody signs with; `secret` has 64 hexadecimal digits and is never shown."""

    name: str
    role: str
    secret: str

    @property
    def public_key(self) -> PublicKey:
        public = self._private().public_key().public_bytes_raw().hex()
        return PublicKey(self.name, self.role, public)

    def sign(self, content: bytes) -> Signature:
        """The signature over bytes."""
        return Signature(self.public_key.public, self._private().sign(content).hex())

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.secret))

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, {self.role!r})"


@dataclass(frozen=True)
class Signature:
    """A signature and the public key it is of, both in hexadecimal digits."""

    public: str
    value: str

    def as_plain(self) -> dict[str, str]:
        return {"public": self.public, "value": self.value}


def new_signing_key(name: str, role: str) -> SigningKey:
    """A new random key."""
    return SigningKey(name, role, Ed25519PrivateKey.generate().private_bytes_raw().hex())


def is_name(text: str) -> bool:
    """Whether a text may name who signs: 1-60 printable characters, no spaces around it."""
    return 0 < len(text) <= 60 and text.isprintable() and text == text.strip()


def key_from(text: str) -> SigningKey:
    """The key a file holds; raises ValueError when it is not of its form."""
    content = json.loads(text)
    if not isinstance(content, dict) or set(content) != {"name", "role", "secret"}:
        raise ValueError("not name, role and secret")
    key = SigningKey(str(content["name"]), str(content["role"]), str(content["secret"]))
    if not (_KEY.fullmatch(key.secret) and key.role in ROLES and is_name(key.name)):
        raise ValueError("not of the form")
    return key


def trusted_from(text: str) -> tuple[PublicKey, ...]:
    """The keys of a list, one JSON object a line; raises ValueError when a line is not one."""
    keys = []
    for line in filter(None, text.splitlines()):
        content = json.loads(line)
        key = PublicKey(str(content["name"]), str(content["role"]), str(content["public"]))
        if not (_KEY.fullmatch(key.public) and key.role in ROLES and is_name(key.name)):
            raise ValueError("not of the form")
        keys.append(key)
    return tuple(keys)


def check_signature(
    place: str, content: bytes, signature: Signature, trusted: Iterable[PublicKey], role: str
) -> list[Finding]:
    """What is wrong with a signature: not by a trusted key of the role, or over other bytes.

    Example:
        >>> key = SigningKey("platform team", SIGNER, "5a" * 32)
        >>> signed = key.sign(b"facts")
        >>> check_signature("here", b"facts", signed, [key.public_key], SIGNER)
        []
        >>> print(*check_signature("here", b"fact", signed, [key.public_key], SIGNER))
        here: the signature is not over this content
    """
    if not any((k.public, k.role) == (signature.public, role) for k in trusted):
        return [Finding(place, f"signed with a key that is not on the list of trusted {role}s")]
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public))
        key.verify(bytes.fromhex(signature.value), content)
    except (InvalidSignature, ValueError):
        return [Finding(place, "the signature is not over this content")]
    return []


def name_of(public: str, trusted: Iterable[PublicKey]) -> str:
    """Whose key it is, as the list of trusted keys says."""
    return next((key.name for key in trusted if key.public == public), "nobody known")
