"""Everything that stands in a folder, so that two looks at it can be held side by side."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def tree(folder: Path, but: tuple[Path, ...] = ()) -> dict[str, str]:
    """Every file, folder and link below a folder -> what it is or holds; links are not followed.

    Args:
        folder: where to look.
        but: folders that are left out with all they hold.
    """
    found = {}
    for place, folders, files in os.walk(os.fsencode(folder)):
        folders[:] = [f for f in folders if Path(os.fsdecode(os.path.join(place, f))) not in but]  # noqa: PTH118 - names that are no text
        for name in (*folders, *files):
            path = Path(os.fsdecode(place)) / os.fsdecode(name)
            shown = ascii(str(path.relative_to(folder)))
            if path.is_symlink():
                found[shown] = f"link to {os.readlink(path)!a}"  # noqa: PTH115 - as it is written
            elif path.is_dir():
                found[shown] = "folder"
            else:
                found[shown] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
