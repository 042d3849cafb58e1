"""What was planted in one piece and year, summed or per person, before it is put in files."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, places, real, whole
from spiegel_core.invent.bundles import Bundles, cents_per_line, joined
from spiegel_core.invent.calibration import insured_years_of, sums_by_cell
from spiegel_core.invent.care import GROUPS, Piece, PieceYear, care_of_group, make_piece, make_year
from spiegel_core.invent.cells import CELLS
from spiegel_core.invent.country import Country
from spiegel_core.invent.detection import Detection, detected, marks_of, reasons
from spiegel_core.invent.health import CONDITIONS, ROUTES
from spiegel_core.invent.identity import bsn_texts, insured_numbers
from spiegel_core.invent.residents import NOWHERE, Residents

_GGZ = "ggz"


@dataclass(frozen=True)
class PersonTruth:
    """One person of the last year, as the rules should find them."""

    bsn: str
    insurer: str
    insured_number: str
    practices: str
    reason: str
    total_cents: int
    ggz_cents: int
    planted: str
    shows: str
    cost_groups: str


@dataclass(frozen=True)
class TruthPart:
    """The truth of a piece in a year.

    Args:
        year: the year.
        insured_years: per cell.
        realised: cents after calibration, segments x cells.
        families: cents per family of care (the last one: care without) x practices (the last
            one: nowhere), by the practice of the year.
        without_therapists: the same as it would be without the effects of therapists.
        persons: per cell, those in the register all year.
        planted, shown: per condition, of those persons per cell.
        diabetes_quarters: practices x numbers in the register: persons and quarters of diabetes
            chain care by declarer, of persons that count or cost too much.
        people: every resident of the last year; empty in other years.
        reasons: persons of the last year per practice and reason; one with two practices stands
            in both.
    """

    year: int
    insured_years: Floats
    realised: Floats
    families: Floats
    without_therapists: Floats
    persons: Floats
    planted: Mapping[str, Floats]
    shown: Mapping[str, Floats]
    diabetes_quarters: Mapping[tuple[int, int], int]
    people: tuple[PersonTruth, ...]
    reasons: Mapping[tuple[str, str], int]

    def without_people(self) -> TruthPart:
        """The sums only, to travel between processes."""
        return dataclasses.replace(self, people=())


def truth_of(
    country: Country, number: int, year: int, factors: Floats, limits: tuple[int, int]
) -> TruthPart:
    """Make a piece once more and write down what is in it."""
    piece = make_piece(country, number)
    of_year = make_year(country, piece, year)
    resident = of_year.resident
    care = joined([care_of_group(country, piece, of_year, group) for group in GROUPS])
    cents = cents_per_line(care, country.items, resident.cell, factors) * care.lines
    found = detected(country, resident, care, marks_of(country))
    is_last = year == country.plan.last_year
    total, ggz = _cost(country, resident, care, cents)
    gp_of_fee = country.practices.gp_of(
        np.maximum(resident.fee_practice[:, 2], 0), piece.traits.chooses_gp[resident.person]
    )
    why = reasons(country, resident, gp_of_fee, total, ggz, limits)
    all_year = resident.counts & (resident.exposure == 1)
    has, shown = of_year.health.has, _shown(found)
    people = _people(country, piece, of_year, found, why, (total, ggz)) if is_last else ()
    return TruthPart(
        year=year,
        insured_years=insured_years_of(resident),
        realised=sums_by_cell(country, resident, care, cents),
        families=families_of(country, resident, care, cents),
        without_therapists=families_of(
            country, resident, care, cents / therapist_factors(country)[care.declarer]
        ),
        persons=_per_cell(resident, all_year),
        planted={name: _per_cell(resident, all_year & has[name]) for name in CONDITIONS},
        shown={name: _per_cell(resident, all_year & shown[name]) for name in CONDITIONS},
        diabetes_quarters=_quarters(country, resident, care, why) if is_last else {},
        people=people,
        reasons=reason_counts(people),
    )


def _per_cell(resident: Residents, flags: Flags) -> Floats:
    return real(np.bincount(resident.cell[flags], minlength=CELLS))


def _shown(found: Detection) -> dict[str, Flags]:
    return {
        name: np.logical_or.reduce([found.shows[name, route] for route in ROUTES])
        for name in CONDITIONS
    }


def _cost(country: Country, resident: Residents, care: Bundles, cents: Ints) -> tuple[Ints, Ints]:
    """Total and GGZ cents per person, as the rule on high cost counts them."""
    segment = country.items.segment[care.item]
    is_ggz = segment == country.targets.segments.index(_GGZ)
    sums = [
        np.bincount(care.person[part], weights=cents[part], minlength=len(resident))
        for part in (segment >= 0, is_ggz)
    ]
    return whole(np.rint(sums[0])), whole(np.rint(sums[1]))


def families_of(
    country: Country, resident: Residents, care: Bundles, amounts: Ints | Floats
) -> Floats:
    """Amounts per family of care and practice of the year."""
    families, practices = len(country.effects.outcomes) + 1, len(country.practices) + 1
    calibrated = country.items.segment[care.item] >= 0
    family = country.items.family[care.item[calibrated]] % families
    home = resident.home[care.person[calibrated]] % practices
    sums = np.bincount(
        family * practices + home, weights=amounts[calibrated], minlength=families * practices
    )
    return real(sums.reshape(families, practices))


def therapist_factors(country: Country) -> Floats:
    """What each number in the register multiplies sessions by; 1 where nothing was planted."""
    factors = np.ones(len(country.register.codes))
    for providers in country.providers.values():
        factors[providers.number] = np.exp(providers.effect)
    return factors


def _quarters(
    country: Country, resident: Residents, care: Bundles, why: list[str]
) -> dict[tuple[int, int], int]:
    """Person-quarters of diabetes chain care per practice and declarer."""
    is_own = np.isin(np.array(why), ["counted", "high_cost"])
    item = country.items.group("programme:DM2")[0]
    who = places((care.item == item) & is_own[care.person])
    practice = resident.fee_practice[care.person[who], 2]
    pairs, counts = np.unique(np.stack([practice, care.declarer[who]]), axis=1, return_counts=True)
    return {
        (int(practice), int(declarer)): int(count)
        for practice, declarer, count in zip(*pairs, counts, strict=True)
    }


def _people(
    country: Country,
    piece: Piece,
    of_year: PieceYear,
    found: Detection,
    why: list[str],
    cost: tuple[Ints, Ints],
) -> tuple[PersonTruth, ...]:
    resident = of_year.resident
    numbers = piece.people.number[resident.person]
    bsn = bsn_texts(numbers, piece.traits.has_bsn[resident.person])
    planted = {name: of_year.health.has[name] for name in CONDITIONS}
    shows = {f"{name}:{route}": flags for (name, route), flags in found.shows.items()}
    columns = (
        bsn,
        [country.insurers[place] for place in resident.insurer.tolist()],
        insured_numbers(numbers),
        _practices(country, resident),
        why,
        cost[0].tolist(),
        cost[1].tolist(),
        _listed(planted, len(resident)),
        _listed(shows, len(resident)),
        _listed(found.cost_groups, len(resident)),
    )
    return tuple(PersonTruth(*row) for row in zip(*columns, strict=True))


def _practices(country: Country, resident: Residents) -> list[str]:
    codes = [country.register.codes[int(number)] for number in country.practices.number]
    return [
        "|".join(sorted({codes[p] for p in (first, second) if p != NOWHERE}))
        for first, second in zip(
            resident.fee_practice[:, 2].tolist(), resident.second_fee[:, 2].tolist(), strict=True
        )
    ]


def _listed(flags: Mapping[str, Flags], count: int) -> list[str]:
    """Per person the names of the flags that are set, sorted, between bars."""
    names: list[list[str]] = [[] for _ in range(count)]
    for name in sorted(flags):
        for place in places(flags[name]).tolist():
            names[place].append(name)
    return ["|".join(found) for found in names]


def reason_counts(people: Iterable[PersonTruth]) -> dict[tuple[str, str], int]:
    """Persons per practice and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    for person in people:
        counts.update((practice, person.reason) for practice in person.practices.split("|"))
    return dict(counts)


def total_reasons(parts: Iterable[Mapping[tuple[str, str], int]]) -> dict[tuple[str, str], int]:
    """The counts of all pieces together."""
    totals: Counter[tuple[str, str]] = Counter()
    for part in parts:
        totals.update(part)
    return dict(totals)


def total_quarters(parts: Iterable[TruthPart]) -> dict[tuple[int, int], int]:
    """The person-quarters of all pieces together."""
    totals: dict[tuple[int, int], int] = {}
    for part in parts:
        for key, count in part.diabetes_quarters.items():
            totals[key] = totals.get(key, 0) + count
    return totals
