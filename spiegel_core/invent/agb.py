"""The AGB register of the country while it is being made: organisations and practitioners.

Everybody in it has a number, its place in `codes`; place 0 is nobody.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from spiegel_core.invent.country_conf import CountryConf

NOBODY = 0
PRACTICE, CARE_GROUP = "huisartspraktijk", "zorggroep"
COMPANY, SITE, INSTITUTION = "onderneming", "vestiging", "instelling"
GP, LOCUM, CARE_GROUP_GP = "0101", "0103", "0100"
# Where the numbers of each kind of code begin, after the two digits of the kind of care.
_FIRST = {PRACTICE: 10_001, CARE_GROUP: 1_001, COMPANY: 800_001, INSTITUTION: 800_001,
          SITE: 300_001, GP: 500_001, LOCUM: 600_001}  # fmt: skip


@dataclass(frozen=True)
class Organisation:
    """A row of the register of organisations."""

    agb: str
    kind: str
    name: str
    start: datetime.date
    end: datetime.date | None = None
    end_reason: str = ""
    parent: str = ""
    successor: str = ""


@dataclass(frozen=True)
class Practitioner:
    """A row of the register of practitioners."""

    agb: str
    organisation: str
    qualification: str
    start: datetime.date
    end: datetime.date | None = None


@dataclass
class Register:
    """The register as it grows.

    Args:
        codes: AGB codes; a code's place is its number.
        organisations, practitioners: the rows.
    """

    codes: list[str] = field(default_factory=lambda: [""])
    organisations: list[Organisation] = field(default_factory=list)
    practitioners: list[Practitioner] = field(default_factory=list)

    def add(self, code: str) -> int:
        """Give a code its number."""
        self.codes.append(code)
        return len(self.codes) - 1


def code_of(prefix: str, kind: str, number: int) -> str:
    """The AGB code of the n-th organisation or practitioner of a kind.

    Example:
        >>> code_of("01", PRACTICE, 0)
        '01010001'
    """
    return f"{prefix}{_FIRST[kind] + number:06d}"


def names(conf: CountryConf, prefix: str, number: int) -> list[str]:
    """Different invented names for organisations of one kind.

    Every word meets every place before a pair comes again with a number.
    """
    words = [row.word for row in conf.names if row.kind == "word"]
    places = [row.word for row in conf.names if row.kind == "place"]
    return [_name(prefix, words, places, n) for n in range(number)]


def _name(prefix: str, words: Sequence[str], places: Sequence[str], n: int) -> str:
    pairs = len(words) * len(places)
    again = f" {n // pairs + 1}" if n >= pairs else ""
    # The place moves along with each round of the words, so no pair comes twice.
    place = places[(n + n // len(words)) % len(places)]
    return f"{prefix} {words[n % len(words)]} {place}{again}"
