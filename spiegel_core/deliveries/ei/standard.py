"""What an EI standard is: its records, fields and rules, as conf/ei holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

FILE_LEVEL, INSURED_LEVEL, CARE_LEVEL = 0, 1, 2
HEADER, COMMENT, CLOSING = "01", "98", "99"


@dataclass(frozen=True)
class Test:
    """What a field is held against: a word, with the values or fields it is held against.

    Args:
        word: filled, empty, absent (the record may not be there), in, not, starts; or against
            other fields: same_as, other_than, on_or_after, on_or_before, at_most, not_among,
            sum_of, at_least_sum_of, product_of, days_of.
        against: values, or numbers of fields.
    """

    word: str
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class EiField:
    """One field of a record.

    Args:
        number: official number, of which the first two digits name the record ("0411").
        name: official name.
        start, end: first and last position in the record, counted from 1.
        is_number: N: digits, filled up with zeros on the left; else AN: text, filled up with
            spaces on the right.
        obligation: M (always), C (on a condition), O (free), S (reserve).
        holds: what the text means: code, date, agb, bsn, amount, blank ...
        zero_is_value: zeros are a value of this number; else they mean that it is empty.
        values: the values the specification names; empty when it names none.
        role: what the field is to the reader ("claimed", "count:02"); empty for most.
        source: workbook and element of the specification.
    """

    number: str
    name: str
    start: int
    end: int
    is_number: bool
    obligation: str
    holds: str
    zero_is_value: bool
    values: tuple[str, ...]
    role: str
    source: str

    @property
    def record(self) -> str:
        return self.number[:2]

    @property
    def width(self) -> int:
        return self.end - self.start + 1


@dataclass(frozen=True)
class EiRule:
    """A rule on one field, declared in the rules of a standard.

    Args:
        field: number of the field that must hold something.
        when: field number, or "care", and the test that makes the rule hold for a record.
        must: the test the field must pass.
        says: message of the finding.
        source: page, sheet or field of the specification.
        also: fields of the same record that are named with it, as either may be the wrong one.
        consequence: other than that of the level of the record; empty for that of the level.
    """

    field: str
    when: Mapping[str, Test]
    must: Test
    says: str
    source: str
    also: tuple[str, ...] = ()
    consequence: str = ""

    @property
    def record(self) -> str:
        return self.field[:2]


@dataclass(frozen=True)
class Place:
    """Where a kind of record stands: under which other kind, and how often."""

    under: str
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Unique:
    """Fields that together never come twice in a file."""

    fields: tuple[str, ...]
    unless: Mapping[str, Test]
    says: str
    source: str


@dataclass(frozen=True)
class Standard:
    """A standard and version: everything the reader knows of it.

    Args:
        name, version: "GZ321", "1.0".
        fields: the fields of all records, in order.
        places: kinds of record below the header, siblings in the order they must come in.
        comments_on: kinds a comment may follow.
        repeats: field of a record -> field of a record above it that it must repeat.
        signs: as `repeats`, of debit and credit signs.
        rules: rules on fields, in the order they are judged in.
        unique: what never comes twice.
        care: the field whose values tell one sort of care from another; empty for none.
        care_sorts: sort of care -> the values of that field.
        countries: the country codes there are.
        is_third_party: the layout is not the owner's own publication.
    """

    name: str
    version: str
    fields: tuple[EiField, ...]
    places: Mapping[str, Place]
    comments_on: frozenset[str]
    repeats: Mapping[str, str]
    signs: Mapping[str, str]
    rules: tuple[EiRule, ...]
    unique: tuple[Unique, ...]
    care: str = ""
    care_sorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    is_third_party: bool = False

    @cached_property
    def of_number(self) -> dict[str, EiField]:
        return {one.number: one for one in self.fields}

    @cached_property
    def of_record(self) -> dict[str, tuple[EiField, ...]]:
        records = dict.fromkeys(one.record for one in self.fields)
        return {code: tuple(f for f in self.fields if f.record == code) for code in records}

    @cached_property
    def length(self) -> int:
        """Characters of a record, without its line end."""
        return max(one.end for one in self.fields)

    @cached_property
    def roles(self) -> dict[str, tuple[EiField, ...]]:
        named = dict.fromkeys(one.role for one in self.fields if one.role)
        return {role: tuple(f for f in self.fields if f.role == role) for role in named}

    def above(self, code: str) -> tuple[str, ...]:
        """The kinds a record stands under, nearest first; the header is above all.

        Example:
            >>> from spiegel_core.deliveries.ei.standard import Place, Standard
            >>> places = {"02": Place("01"), "04": Place("02"), "06": Place("04")}
            >>> Standard("X", "1", (), places, frozenset(), {}, {}, (), ()).above("06")
            ('04', '02', '01')
        """
        found = []
        while code in self.places:
            code = self.places[code].under
            found.append(code)
        return tuple(found)

    def level(self, code: str) -> int:
        """At which level of the official gate a record of this kind is judged."""
        if code in (HEADER, CLOSING):
            return FILE_LEVEL
        return CARE_LEVEL if "04" in (code, *self.above(code)) else INSURED_LEVEL

    @property
    def label(self) -> str:
        return f"ei:{self.name}:{self.version}"
