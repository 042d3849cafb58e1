"""Observed and expected once more, in the plainest Python: dicts and fractions, text by text.

It shares no line with the product: it splits the files itself, and of conf it takes the two lists
only. "E = sum over classes k of (exposure of the provider in class k) x weight k"; weights of one
factor are class means: the intercept is the mean of the largest class (ties: first by name), a
class adds its own mean less that one, and each is rounded half-even to 6 decimals of a cent per
insured year (rules, "What is expected").
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

CONF = Path(__file__).resolve().parents[2] / "conf" / "open_data"
Key = tuple[str, str]


@dataclass(frozen=True)
class ByHand:
    """What a file gives: per (municipality, segment) and per segment.

    Euro cents and insured years as exact numbers; `smooth` is expected without any rounding.
    """

    insured: dict[str, Fraction]
    observed: dict[Key, int]
    expected: dict[Key, Fraction]
    smooth: dict[Key, Fraction]
    national: dict[str, int]


def read(path: Path) -> str:
    """The text of a file, packed or not, in whichever of the two encodings it is."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def by_hand(text: str, with_smooth: bool = True) -> ByHand:
    """The results of one file; `smooth` is left out where it takes too long."""
    exposure: dict[str, dict[str, Fraction]] = {}
    observed: Counter[Key] = Counter()
    of_class: Counter[Key] = Counter()
    national: Counter[str] = Counter()
    time: dict[str, Fraction] = defaultdict(Fraction)
    for where, who, years, cents in rows_of(text):
        national.update(cents)
        if where and who:
            exposure.setdefault(where, {})[who] = years
            time[who] += years
            for segment, amount in cents.items():
                observed[where, segment] += amount
                of_class[who, segment] += amount
    expected, smooth = {}, {}
    reference = min((-years, who) for who, years in time.items())[1]
    for segment in national:
        mean = {who: of_class[who, segment] / years for who, years in time.items() if years}
        base = rounded(mean[reference])
        weight = {who: base + rounded(mean[who] - mean[reference]) for who in mean}
        for where, own in exposure.items():
            present = [(who, years) for who, years in own.items() if years]
            expected[where, segment] = sum((y * weight[who] for who, y in present), Fraction(0))
            if with_smooth:
                smooth[where, segment] = sum((y * mean[who] for who, y in present), Fraction(0))
    insured = {where: sum(own.values(), Fraction(0)) for where, own in exposure.items()}
    return ByHand(insured, dict(observed), expected, smooth, dict(national))


def rows_of(text: str) -> Iterator[tuple[str, str, Fraction, Counter[str]]]:
    """Per row the municipality, the class (empty: not known), insured years, cents per segment."""
    segment_of = dict(_pairs("segments.csv"))
    head, *lines = [line.split(";") for line in text.splitlines()]
    names = [_full(name.lower(), segment_of) for name in head]
    for line in lines:
        row = dict(zip(names, line, strict=True))
        age = _age(row["leeftijdsklasse"])
        who = f"{row['geslacht']} {age}" if row["geslacht"] and age else ""
        cents: Counter[str] = Counter()
        for name, amount in row.items():
            if name in segment_of:
                value = Decimal(amount).scaleb(2)
                assert value == int(value)
                cents[segment_of[name]] += int(value)
                cents["total"] += int(value)
        yield row["gemeentenaam"].strip(), who, Fraction(row["aantal_verzekerdejaren"]), cents


def figures_of_municipalities(text: str) -> dict[str, dict[str, Decimal]]:
    """Persons, insured years and eurocents by name, the rest row under none."""
    head, *lines = [line.split(";") for line in text.splitlines()]
    names = [name.lower() for name in head]
    found: dict[str, dict[str, Decimal]] = {}
    for line in lines:
        row = dict(zip(names, line, strict=True))
        cost = sum(Decimal(v) for name, v in row.items() if name.startswith("kosten_"))
        figures = {
            "persons": Decimal(row["aantal_bsn"]),
            "insured years": Decimal(row["aantal_verzekerdejaren"]), "eurocents": 100 * cost,
        }  # fmt: skip
        of_name = found.setdefault(row["gemeentenaam"].strip(), dict.fromkeys(figures, Decimal(0)))
        for unit, value in figures.items():
            of_name[unit] += value
    return found


def rounded(value: Fraction, digits: int = 6) -> Fraction:
    """A fraction rounded half-even: what `round` does with a Fraction."""
    return Fraction(round(value * 10**digits), 10**digits)


def _pairs(name: str) -> list[tuple[str, str]]:
    with (CONF / name).open(encoding="utf-8", newline="") as lines:
        return [(row[0], row[1]) for row in list(csv.reader(lines, delimiter=";"))[1:]]


@cache
def _ages() -> dict[str, str]:
    return dict(_pairs("age_classes.csv"))


def _age(label: str) -> str:
    return _ages().get(" ".join(label.split()), "")


def _full(name: str, segment_of: dict[str, str]) -> str:
    """Names are cut at 32 characters in one of the files."""
    longer = [full for full in segment_of if full[:32] == name]
    return longer[0] if name not in segment_of and longer else name
