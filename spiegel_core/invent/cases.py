"""Persons made by hand, one for each situation of the rules that must not be left to chance.

A case is one person in the last year with everything that is known of them: rows in the insured
register, lines, and what the rules make of it. Cases come on top of the persons of the country.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spiegel_core.invent import roles
from spiegel_core.invent.country import Country
from spiegel_core.invent.fees import yearly_tariffs

COUNTED, SEVERAL, GP_AT_SEVERAL, NOT_IN_REGISTER, HIGH_COST, NO_FEE = (
    "counted", "several_practices", "gp_at_several_practices", "not_in_register", "high_cost",
    "no_fee",
)  # fmt: skip
# Reference of a debit that never comes.
NEVER_SENT = 9_000_000
_PAID_AFTER = 30
_HARMLESS = (roles.STARTED_FROM, roles.TAKES_OVER, roles.ALSO_REGISTERED, roles.GP_ELSEWHERE)
_FIRST_BIRTH_YEAR, _BIRTH_YEARS = 1957, 35


@dataclass(frozen=True)
class Stay:
    """A row of the insured register: at an insurer for some days, living somewhere.

    Args:
        insurer: place among the insurers.
        days: insured days.
        neighbourhood: None is without postcode.
        is_unknown: with a postcode the incomes do not know.
    """

    insurer: int = 0
    days: int = 365
    neighbourhood: int | None = 0
    is_unknown: bool = False


@dataclass(frozen=True)
class CaseLine:
    """A claim line of a case.

    Args:
        item: number of the item.
        cents: claimed and granted (eurocents).
        on: first day of the care.
        declarer, performer, referrer: numbers in the register.
        quantity: as delivered.
        insurer: place among the insurers.
        paid_after: days from the care to the payment.
        previous: place of an earlier line of the case that it takes back or replaces, or
            NEVER_SENT.
        is_credit: a credit.
    """

    item: int
    cents: int
    on: datetime.date
    declarer: int
    performer: int = 0
    referrer: int = 0
    quantity: int = 1
    insurer: int = 0
    paid_after: int = _PAID_AFTER
    previous: int | None = None
    is_credit: bool = False


@dataclass(frozen=True)
class Case:
    """One person and what the rules make of them.

    Args:
        situation: short name.
        about: what is peculiar.
        expected: what follows under the rules.
        reason: counted, or why the person does not count, or no_fee.
        lines: what was declared.
        stays: rows in the insured register; none is not in it.
        practices: practices with a fee in the third quarter, numbers in the register.
        shows: conditions with the routes they show by (`diabetes:drugs`).
        cost_groups: pharmaceutical cost groups, before exclusions.
        birth: date of birth; None is any.
        has_bsn: else the person is known by insurer and number only.
        shares_number: has the number of the case before it.
    """

    situation: str
    about: str
    expected: str
    reason: str
    lines: Sequence[CaseLine]
    stays: Sequence[Stay] = (Stay(),)
    practices: Sequence[int] = ()
    shows: Sequence[str] = ()
    cost_groups: Sequence[str] = ()
    birth: datetime.date | None = None
    has_bsn: bool = True
    shares_number: bool = False


@dataclass(frozen=True)
class Scene:
    """Where cases take place: the last year, two ordinary practices and their GPs.

    Args:
        country: the country.
        year: its last year.
        practices: places of ordinary practices, the first two of which the cases use.
    """

    country: Country
    year: int
    practices: tuple[int, ...]
    tariffs: tuple[float, ...] = field(repr=False)

    def practice(self, place: int = 0) -> int:
        """Number in the register of an ordinary practice."""
        return int(self.country.practices.number[self.practices[place]])

    def gp(self, place: int = 0) -> int:
        """Number in the register of the first GP of an ordinary practice."""
        practices = self.country.practices
        return int(practices.gps[practices.first_gp[self.practices[place]]])

    def item(self, group: str, place: int = 0) -> int:
        """One item of a group."""
        return int(self.country.items.group(group)[place])

    def provider(self, care_type: str) -> int:
        """Number in the register of an organisation of a care type."""
        return int(self.country.providers[care_type].number[0])

    def on(self, month: int, day_of_month: int = 1) -> datetime.date:
        """A day of the year."""
        return datetime.date(self.year, month, day_of_month)

    def fee(self, quarter: int, place: int = 0, **other: object) -> CaseLine:
        """The registration fee of a quarter (1-4) at one of the practices."""
        item = self.item("fee_under_65")
        line = CaseLine(
            item, round(self.tariffs[item]), self.on(3 * quarter - 2), self.practice(place),
            self.gp(place),
        )  # fmt: skip
        return CaseLine(**{**vars(line), **other})

    def fees(self, place: int = 0) -> list[CaseLine]:
        """The fees of the whole year at one practice."""
        return [self.fee(quarter, place) for quarter in (1, 2, 3, 4)]

    def care(self, group: str, cents: int, month: int = 5, **other: object) -> CaseLine:
        """Some care of a group of items, of the first organisation of its care type."""
        return self._care(self.item(group), cents, month, other)

    def care_of(
        self, care_type: str, cents: int, month: int = 5, cover: str = "B", **other: object
    ) -> CaseLine:
        """Some care of a care type."""
        rows = enumerate(self.country.items.rows)
        item = next(n for n, row in rows if row.care_type == care_type and row.cover == cover)
        return self._care(item, cents, month, other)

    def care_group(self) -> int:
        """Number in the register of the chain-care group of the first practice."""
        return int(self.country.groups.diabetes[-1, 0, self.practices[0]])

    def _care(self, item: int, cents: int, month: int, other: dict[str, object]) -> CaseLine:
        care_type = self.country.items.rows[item].care_type
        if care_type == "huisartsenzorg":
            declarer = self.practice()
        elif care_type == "ketenzorg":
            declarer = self.care_group()
        else:
            declarer = self.provider(care_type)
        line = CaseLine(item, cents, self.on(month, 11), declarer)
        return CaseLine(**{**vars(line), **other})


def scene_of(country: Country) -> Scene:
    """The scene of a country; with one practice, everything takes place there."""
    in_group = [p for group in country.groups.planned for p in group.practices]
    given = country.roles.practice
    # Those without a part come first; a part that leaves persons alone does no harm.
    plain = [p for p in in_group if p not in given]
    plain += [p for p in in_group if given.get(p) in _HARMLESS]
    plain = plain or in_group
    tariffs = yearly_tariffs(country, country.plan.last_year)
    return Scene(country, country.plan.last_year, tuple(plain), tuple(tariffs.tolist()))


def credit_of(line: CaseLine, place: int, **other: object) -> CaseLine:
    """The credit that takes an earlier line of the case back, a month later."""
    mirrored = {**vars(line), "previous": place, "is_credit": True,
                "paid_after": line.paid_after + 31}  # fmt: skip
    return CaseLine(**{**mirrored, **other})


def birth_of(case: Case, number: int) -> datetime.date:
    """The date of birth: cases differ in age, so that no age and sex has much of their cost."""
    if case.birth is not None:
        return case.birth
    return datetime.date(_FIRST_BIRTH_YEAR + number * 7 % _BIRTH_YEARS, 1 + number % 12, 15)


def total_of(lines: Sequence[CaseLine]) -> int:
    """Net granted cents."""
    return int(np.sum([-line.cents if line.is_credit else line.cents for line in lines]))
