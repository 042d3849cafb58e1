"""Where the pseudonymisation key comes from: a file outside conf and outside the store."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from spiegel_core.deliveries.pseudonym import read_key
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.files import Folder

KEY_VARIABLE = "SPIEGEL_KEY_FILE"


def key_file(store: Folder, required: bool, has_key: bool = False) -> tuple[Path, bool]:
    """The key file, and whether it was made just now.

    The environment names it. Where conf does not require that, a key of this store's own is made
    beside the store on first use, readable by its owner only, so that a first try works.

    Args:
        store: folder of the store.
        required: whether conf wants the key to be named.
        has_key: whether the store knows its key already, so that a new one is of no use.

    Raises:
        EnvironmentUnfit: a key must be named and is not, or it cannot be read.
    """
    named = os.environ.get(KEY_VARIABLE, "")
    if named:
        read_key(Path(named))
        return Path(named), False
    if required or not store.is_local:
        raise EnvironmentUnfit(
            f"{KEY_VARIABLE} is not set", expected="the path of the pseudonymisation key",
            fix="make a key with: spiegel new-key FILE, keep it safe, and name it there",
        )  # fmt: skip
    beside = store.local_path.with_name(store.local_path.name + ".key")
    if beside.exists():
        read_key(beside)
        return beside, False
    if has_key:
        raise EnvironmentUnfit(
            f"{KEY_VARIABLE} is not set, and this store has a key already", where=store.uri,
            expected="the path of the key this store was begun with", fix="name it there",
        )  # fmt: skip
    new_key(beside)
    return beside, True


def new_key(path: Path, version: str = "k1") -> None:
    """Write a new random key; an existing file is never overwritten.

    Raises:
        EnvironmentUnfit: the file is there already, or cannot be written.
    """
    text = json.dumps({"version": version, "secret": secrets.token_hex(32)}) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        raise EnvironmentUnfit(
            "the key cannot be written", where=str(path), found=type(problem).__name__,
            fix="name a file that is not there yet, in a folder you may write to",
        ) from None  # fmt: skip
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
