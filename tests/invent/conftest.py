"""A small country that the tests of this folder read; it is made, and read, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import write_country
from tests.invent.by_hand import (
    Person,
    Received,
    admitted_rows,
    person_of,
    read_deliveries,
    verdicts,
)
from tests.invent.rules_by_hand import Found, find_all, gps_at_several, netted

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


@dataclass(frozen=True)
class Read:
    """The small country as read from its files."""

    received: list[Received]
    verdict: dict[str, str]
    claims: list[dict[str, str]]
    insured: set[Person]
    found: dict[Person, Found]
    several: set[str]
    rules: YearRules
    registers: dict[str, list[dict[str, str]]]


@pytest.fixture(scope="session")
def read(small: Made) -> Read:
    conf = Conf()
    rules = conf.rules(small.plan.last_year)
    received = read_deliveries(small.folder / "deliveries", conf.door())
    verdict = verdicts(received)
    registers = {
        kind: [*admitted_rows(received, verdict, kind)]
        for kind in ("organisations", "practitioners", "medicines", "insured", "postcode_income")
    }
    claims = [*admitted_rows(received, verdict, "claims")]
    medicines = {
        row["zi"]: (row["atc"], int(row["ddd_per_1000_units"])) for row in registers["medicines"]
    }
    practices = {
        row["agb"] for row in registers["organisations"] if row["kind"] == "huisartspraktijk"
    }
    found = find_all(netted(claims), medicines, practices, rules)
    year = str(small.plan.last_year)
    insured = {person_of(row) for row in registers["insured"] if row["year"] == year}
    several = gps_at_several(found, registers["practitioners"], practices, f"{year}0701")
    return Read(received, verdict, claims, insured, found, several, rules, registers)
