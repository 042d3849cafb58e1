"""Where signing keys and the list of trusted keys come from: files outside conf and the store."""

from __future__ import annotations

import json
import os
from pathlib import Path

from spiegel_core.errors import EnvironmentUnfit, WrongUse
from spiegel_core.release.signature import (
    APPROVER,
    ROLES,
    SIGNER,
    PublicKey,
    SigningKey,
    is_name,
    key_from,
    new_signing_key,
    trusted_from,
)
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.run import Run

KEY_VARIABLES = {SIGNER: "SPIEGEL_SIGNING_KEY_FILE", APPROVER: "SPIEGEL_APPROVAL_KEY_FILE"}
TRUSTED_VARIABLE = "SPIEGEL_TRUSTED_KEYS"
_BESIDE = {SIGNER: ".signing.key", APPROVER: ".approval.key"}


def signing_key(
    store: Folder, role: str, name: str, required: bool, run: Run | None = None
) -> SigningKey:
    """The key of a role.

    The environment names its file. Where conf does not require that, a key of this store's own is
    made beside the store on first use and put on the list of trusted keys there, so that a first
    try works: it shows that nothing changed since, not who signed.

    Args:
        store: the folder of the store.
        role: signer or approver.
        name: whose key a self-made one is.
        required: whether the environment must name the key.
        run: where it is said that a key was made.

    Raises:
        EnvironmentUnfit: a key must be named and is not, or it cannot be read.
    """
    variable = KEY_VARIABLES[role]
    named = os.environ.get(variable, "")
    if named:
        key = read_signing_key(Path(named), role)
        # Said before the work: what a key signs that nobody vouches for counts nowhere.
        if not any((k.public, k.role) == (key.public_key.public, role)
                   for k in trusted_keys(store)):  # fmt: skip
            raise EnvironmentUnfit(
                f"{key.name} cannot sign here", where=str(named),
                expected="a key on the list of trusted keys",
                fix=f"add its .pub file to the list, and name the list in {TRUSTED_VARIABLE}",
            )  # fmt: skip
        return key
    if required or not store.is_local:
        raise EnvironmentUnfit(
            f"{variable} is not set", expected=f"the path of the key of a {role}",
            fix=f"make one with: spiegel model new-signing-key FILE --role {role} --name NAME",
        )  # fmt: skip
    beside = _beside(store, _BESIDE[role])
    if not beside.exists():
        key = make_signing_key(beside, name, role)
        with _beside(store, ".trusted.jsonl").open("ab") as stream:
            stream.write(key.public_key.as_line())
        if run is not None:
            run.say(f" [yellow]![/] a signing key of {name} was made beside the store, for a first"
                    f" try; {variable} names a real one")  # fmt: skip
    return read_signing_key(beside, role)


def read_signing_key(path: Path, role: str) -> SigningKey:
    """Read the key of a role; raises EnvironmentUnfit where it cannot be, or is of another role."""
    expected = f'JSON: {{"name": …, "role": "{role}", "secret": "64 hexadecimal digits"}}'
    fix = f"make one with: spiegel model new-signing-key FILE --role {role} --name NAME"
    try:
        key = key_from(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise EnvironmentUnfit(
            "the signing key cannot be read", where=str(path), found=type(problem).__name__,
            expected=expected, fix=fix,
        ) from None  # fmt: skip
    if key.role != role:
        raise EnvironmentUnfit(
            f"the signing key is not of the role {role}", where=str(path),
            found=f"that of a {key.role}", expected=expected, fix=fix,
        )  # fmt: skip
    return key


def make_signing_key(path: Path, name: str, role: str) -> SigningKey:
    """Write a new random key, and its public half as FILE.pub; nothing is overwritten.

    Raises:
        WrongUse: the name or the role is none.
        EnvironmentUnfit: the file is there already, or cannot be written.
    """
    if not is_name(name) or role not in ROLES:
        raise WrongUse(
            "the key needs a name and a role", found=f"{name[:60]!r}, {role[:60]!r}",
            expected=f"1 to 60 printable characters, and {' or '.join(ROLES)}",
        )  # fmt: skip
    key = new_signing_key(name, role)
    text = json.dumps({"name": key.name, "role": key.role, "secret": key.secret}) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        path.with_name(f"{path.name}.pub").write_bytes(key.public_key.as_line())
    except OSError as problem:
        raise EnvironmentUnfit(
            "the key cannot be written", where=str(path), found=type(problem).__name__,
            fix="name a file that is not there yet, in a folder you may write to",
        ) from None  # fmt: skip
    return key


def trusted_keys(store: Folder) -> tuple[PublicKey, ...]:
    """The keys whose signatures count: those of SPIEGEL_TRUSTED_KEYS, else of the list beside a
    local store; none where there is no list.

    Raises:
        EnvironmentUnfit: the list cannot be read.
    """
    named = os.environ.get(TRUSTED_VARIABLE, "")
    if not named and not store.is_local:
        return ()
    path = Path(named) if named else _beside(store, ".trusted.jsonl")
    if not named and not path.exists():
        return ()
    try:
        return trusted_from(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise EnvironmentUnfit(
            "the list of trusted keys cannot be read", where=str(path),
            found=type(problem).__name__, expected="the lines of .pub files, one key a line",
            fix=f"put the .pub files of those you trust together, and name the file in "
            f"{TRUSTED_VARIABLE}",
        ) from None  # fmt: skip


def _beside(store: Folder, ending: str) -> Path:
    return store.local_path.with_name(store.local_path.name + ending)
