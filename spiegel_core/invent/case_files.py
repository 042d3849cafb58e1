"""Cases as lines and as rows of the insured register, in a piece of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from spiegel_core.contracts.files import INSURED_FIELDS
from spiegel_core.invent.arrays import whole
from spiegel_core.invent.cases import NEVER_SENT, Case, Stay, birth_of, scene_of
from spiegel_core.invent.cases_conditions import condition_cases
from spiegel_core.invent.cases_cost import cost_cases
from spiegel_core.invent.cases_registration import registration_cases
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import day
from spiegel_core.invent.identity import bsn_texts, insured_numbers
from spiegel_core.invent.insured_files import InsuredRows
from spiegel_core.invent.lines import NONE, Lines
from spiegel_core.invent.people import LIVES_PER_PLACE
from spiegel_core.invent.texts import Names

PIECE = "x"
_MARK = "X000"


def all_cases(country: Country, ggz_limit: int, total_limit: int) -> list[Case]:
    """Every case of the country, in a fixed order."""
    scene = scene_of(country)
    return [
        *registration_cases(scene),
        *cost_cases(scene, ggz_limit, total_limit),
        *condition_cases(scene),
    ]


def names_of_cases(country: Country, cases: Sequence[Case]) -> Names:
    """What the numbers on the lines of cases stand for."""
    first = country.plan.persons * LIVES_PER_PLACE
    numbers: list[int] = []
    for place, case in enumerate(cases):
        numbers.append(numbers[-1] if case.shares_number else first + place)
    return Names(
        mark=_MARK,
        bsn=bsn_texts(whole(numbers), np.array([case.has_bsn for case in cases])),
        insured_number=insured_numbers(whole(numbers)),
        insurers=country.insurers,
        agb=country.register.codes,
        items=country.items,
    )


def lines_of_cases(country: Country, cases: Sequence[Case]) -> Lines:
    """The lines of all cases; their references count on through all of them."""
    columns: dict[str, list[int]] = {name: [] for name in Lines.__dataclass_fields__}
    for person, case in enumerate(cases):
        start = len(columns["person"])
        for line in case.lines:
            on = day(line.on.year, line.on.month, line.on.day)
            previous = NONE
            if line.previous is not None:
                never = line.previous == NEVER_SENT
                previous = NEVER_SENT + start if never else start + line.previous
            values = {
                "person": person, "item": line.item, "quantity": line.quantity,
                "claimed": line.cents, "granted": line.cents, "care_from": on, "care_to": NONE,
                "declarer": line.declarer, "performer": line.performer,
                "referrer": line.referrer, "insurer": line.insurer,
                "paid_on": on + line.paid_after, "year": country.plan.last_year,
                "reference": len(columns["person"]), "previous": previous,
                "is_credit": int(line.is_credit),
            }  # fmt: skip
            for name, value in values.items():
                columns[name].append(value)
    return Lines(**{name: whole(values) for name, values in columns.items()})


def insured_rows_of_cases(country: Country, cases: Sequence[Case], names: Names) -> InsuredRows:
    """The rows of the cases in the insured register of the last year."""
    rows = [(n, case, stay) for n, case in enumerate(cases) for stay in case.stays]
    year = country.plan.last_year
    columns = {
        "year": [year for _ in rows],
        "bsn": [names.bsn[n] for n, _, _ in rows],
        "insurer": [names.insurers[stay.insurer] for _, _, stay in rows],
        "insured_number": [names.insured_number[n] for n, _, _ in rows],
        "birth_date": [birth_of(case, n).strftime("%Y%m%d") for n, case, _ in rows],
        "sex": ["MV"[n % 2] for n, _, _ in rows],
        "insured_days": [stay.days for _, _, stay in rows],
        **_areas(country, [stay for _, _, stay in rows]),
    }
    table = pa.table({field.name: columns[field.name] for field in INSURED_FIELDS})
    return InsuredRows(year, whole([stay.insurer for _, _, stay in rows]), table)


def _areas(country: Country, stays: Sequence[Stay]) -> dict[str, list[str]]:
    geography = country.geography
    columns: dict[str, list[str]] = {"postcode4": [], "municipality": [], "neighbourhood": []}
    for stay in stays:
        place = stay.neighbourhood
        known = place is not None
        at = place or 0
        postcode = geography.unknown_postcode(at) if stay.is_unknown else geography.postcodes[at]
        columns["postcode4"].append(postcode if known else "")
        columns["municipality"].append(geography.municipalities[at] if known else "")
        columns["neighbourhood"].append(geography.neighbourhoods[at] if known else "")
    return columns
