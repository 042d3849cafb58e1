"""Where the outside world is: official files and published cases, beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shared(name: str) -> Path:
    """A file or folder of ../shared (or SPIEGEL_SHARED); the test is skipped where it is absent."""
    folder = Path(os.environ.get("SPIEGEL_SHARED", REPOSITORY.parent / "shared"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository (../shared, or SPIEGEL_SHARED)")
    return path
