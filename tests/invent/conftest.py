"""A small country that the tests of this folder read; it is made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import write_country

SMALL = CountryPlan(persons=4_000, practices=12, first_year=2020, last_year=2021, seed=7)


@dataclass(frozen=True)
class Made:
    """A country as it was written."""

    plan: CountryPlan
    folder: Path
    counts: dict[str, int]

    def truth(self, name: str) -> list[dict[str, str]]:
        """The rows of a file of the truth."""
        lines = (self.folder / "truth" / name).read_text(encoding="utf-8").splitlines()
        header = lines[0].split(";")
        return [dict(zip(header, line.split(";"), strict=True)) for line in lines[1:]]

    def people(self) -> list[dict[str, str]]:
        """Every person of the last year, those made by hand included."""
        names = sorted(path.name for path in (self.folder / "truth").glob("persons-p*.csv"))
        return [row for name in names for row in self.truth(name)]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """4,000 persons, 12 practices, 2020-2021."""
    folder = tmp_path_factory.mktemp("small")
    counts = write_country(Folder(folder), SMALL, Conf(), truth=True, processes=1)
    return Made(SMALL, folder, counts)
