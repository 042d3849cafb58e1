"""The registers that belong to nobody's insurer: AGB, medicines, incomes, practices' answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from spiegel_core.contracts.files import header_of
from spiegel_core.invent import roles
from spiegel_core.invent.agb import CARE_GROUP, COMPANY, PRACTICE
from spiegel_core.invent.country import Country
from spiegel_core.invent.dice import dice
from spiegel_core.invent.geography import VINTAGE
from spiegel_core.invent.packing import Content

SENDER = "9999"
# Practices that answer the questions about their own operations.
_ANSWERING_SHARE = 0.9


def registers(country: Country) -> list[Content]:
    """All registers without persons; those of a year once per year."""
    last = country.plan.last_year
    of_country = [
        _content("organisations", last, _organisations(country)),
        _content("practitioners", last, _practitioners(country)),
        _content("medicines", last, _medicines(country)),
        _content("postcode_income", last, _incomes(country)),
    ]
    of_years = [
        content
        for year in country.plan.years
        for content in (
            _content("municipal_care", year, municipal_care(country, year)),
            _content("practice_operations", year, _operations(country, year)),
        )
    ]
    return of_country + of_years


def _content(kind: str, year: int, rows: Iterable[Sequence[str]]) -> Content:
    lines = [";".join(row) for row in rows]
    body = "\n".join([header_of(kind), *lines]) + "\n"
    return Content(
        delivery_id=f"{SENDER}-{kind}-{year}", kind=kind, sender=SENDER, care_type="",
        period_from=datetime.date(year, 1, 1), period_to=datetime.date(year, 12, 31),
        body=body.encode(), rows=len(lines),
    )  # fmt: skip


def _day(date: datetime.date | None) -> str:
    return date.strftime("%Y%m%d") if date else ""


def _organisations(country: Country) -> list[Sequence[str]]:
    has_email = (PRACTICE, COMPANY, CARE_GROUP)
    return [
        (
            row.agb, row.kind, row.name, row.parent, _day(row.start), _day(row.end),
            row.end_reason, row.successor,
            f"praktijk-{row.agb}@zorg.example" if row.kind in has_email else "",
        )
        for row in country.register.organisations
    ]  # fmt: skip


def _practitioners(country: Country) -> list[Sequence[str]]:
    return [
        (row.agb, row.organisation, row.qualification, _day(row.start), _day(row.end))
        for row in country.register.practitioners
    ]


def _medicines(country: Country) -> list[Sequence[str]]:
    return [(m.zi, m.atc, str(m.ddd_per_1000_units)) for m in country.conf.medicines]


def _incomes(country: Country) -> list[Sequence[str]]:
    geography = country.geography
    return [
        (postcode, str(geography.incomes[n]), str(geography.inhabitants[n]), VINTAGE)
        for n, postcode in enumerate(geography.postcodes)
    ]


def _operations(country: Country, year: int) -> list[Sequence[str]]:
    generator = dice(country.plan.seed, "practice operations", year)
    rows: list[Sequence[str]] = []
    for practice, number in enumerate(country.practices.number):
        draws = generator.random(len(country.conf.operations) + 1)
        has_ended = country.roles.practice.get(practice) == roles.ENDED_EARLIER
        if draws[-1] > _ANSWERING_SHARE or (has_ended and year == country.plan.last_year):
            continue
        for question, draw in zip(country.conf.operations, draws, strict=False):
            value = question.lowest + draw * (question.highest - question.lowest)
            answer = f"{value:.{question.decimals}f}"
            rows.append((str(year), country.register.codes[number], question.indicator, answer))
    return rows


def municipal_care(country: Country, year: int) -> list[Sequence[str]]:
    """What municipalities counted, per neighbourhood; small cells together without one.

    Cells under 10 users are left out of their neighbourhood and stand together in a row of the
    municipality without neighbourhood, so that its rows add up; a rest under 10 is not delivered.
    """
    generator = dice(country.plan.seed, "municipal care", year)
    geography = country.geography
    rows: list[Sequence[str]] = []
    structure = {row.age_class: 0.0 for row in country.conf.municipal_care}
    total = sum(row.insured_years for row in country.conf.insured_years)
    for row in country.conf.insured_years:
        low = int(row.age_class.split("-")[0].rstrip("+"))
        for care in country.conf.municipal_care:
            part = max(0, min(care.to_age, low + 4) - max(care.from_age, low) + 1) / 5
            structure[care.age_class] += part * row.insured_years / total
    for care in country.conf.municipal_care:
        rest: dict[str, tuple[int, int]] = {}
        for place, inhabitants in enumerate(geography.inhabitants):
            poorer = 1 + 0.15 * geography.poverty[place]
            chance = min(max(care.users_per_1000 / 1000 * poorer, 0.0), 1.0)
            users = int(generator.binomial(int(inhabitants * structure[care.age_class]), chance))
            spread = 1 + care.sd * float(generator.standard_normal())
            cents = int(users * care.cost_per_user_euro * 100 * max(spread, 0.2))
            where = geography.municipalities[place]
            if users >= 10:
                rows.append((str(year), care.law, where, geography.neighbourhoods[place],
                             care.age_class, str(users), str(cents)))  # fmt: skip
            else:
                known = rest.get(where, (0, 0))
                rest[where] = (known[0] + users, known[1] + cents)
        rows.extend(
            (str(year), care.law, where, "", care.age_class, str(users), str(cents))
            for where, (users, cents) in rest.items()
            if users >= 10
        )
    return rows
