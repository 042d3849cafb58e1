"""Persons of a piece: who lives when, in which practice, in which chain-care programme."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from spiegel_core.invent.care import make_piece, make_year
from spiegel_core.invent.country import Country, build_country
from spiegel_core.invent.days import day
from spiegel_core.invent.participation import open_quarters
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.residents import NOWHERE, register_rows
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.inventing import read_country_conf

_PLAN = CountryPlan(persons=40_000, practices=24, first_year=2019, last_year=2021, seed=1)


@pytest.fixture(scope="module")
def country() -> Country:
    return build_country(read_country_conf(Conf()), _PLAN)


def test_every_day_has_as_many_insured_as_the_plan_asks_for(country: Country) -> None:
    people = make_piece(country, 0).people

    for on in (day(2019, 1, 1), day(2020, 2, 29), day(2021, 7, 1), day(2021, 12, 31)):
        there = (people.entry <= on) & (people.leaves >= on)
        assert there.sum() == _PLAN.persons


def test_persons_are_born_die_move_in_and_leave_within_the_period(country: Country) -> None:
    people = make_piece(country, 0).people
    years = len(_PLAN.years)
    born = (people.entry == people.birth).sum()
    moved_in = ((people.entry > day(2019, 1, 1)) & (people.entry > people.birth)).sum()

    # About 1% of a Dutch population is born, and dies, in a year (CBS).
    assert 0.005 < born / years / _PLAN.persons < 0.015
    assert 0.005 < people.dies.sum() / years / _PLAN.persons < 0.015
    assert moved_in > 0
    assert (people.birth <= people.entry).all()
    assert (people.entry <= people.leaves).all()
    assert len(np.unique(people.number)) == len(people)


def test_pieces_of_one_country_are_different_people(country: Country) -> None:
    larger = build_country(country.conf, dataclasses.replace(_PLAN, persons=100_000))
    first, second = make_piece(larger, 0), make_piece(larger, 1)

    assert not np.array_equal(first.people.birth[:1000], second.people.birth[:1000])
    assert not np.array_equal(first.traits.need[:1000], second.traits.need[:1000])
    # The first draw of a piece: two streams that are one show here, before counts move them apart.
    here, there = first.traits.moved_on[:20_000], second.traits.moved_on[:20_000]
    both = (here <= day(2021, 12, 31)) & (there <= day(2021, 12, 31))
    assert both.sum() > 100
    assert (here == there)[both].mean() < 0.05
    assert not set(first.people.number) & set(second.people.number)


def test_rows_of_the_register_never_exceed_the_year(country: Country) -> None:
    piece = make_piece(country, 0)
    for year, length in ((2019, 365), (2020, 366), (2021, 365)):
        resident = make_year(country, piece, year).resident
        of, _, days, _ = register_rows(country, piece.people, piece.traits, resident)
        total = np.bincount(of, weights=days, minlength=len(resident))

        assert (days > 0).all()
        assert total.max() <= length
        assert np.array_equal(total[resident.counts], resident.days[resident.counts])


def test_patients_of_a_tied_practice_have_all_quarters_or_none(country: Country) -> None:
    piece = make_piece(country, 0)
    resident = make_year(country, piece, 2021).resident
    (tied,) = country.roles.tied
    is_open = open_quarters(country, resident, "DM2")[resident.fee_practice[:, 2] == tied]
    declarers = country.groups.declarers("DM2", 2021)[:, tied]

    assert set(is_open.sum(axis=1)) == {0, 4}
    assert declarers[0] == declarers[1] != declarers[2] == declarers[3]


def test_patients_of_a_practice_without_diabetes_care_have_none_elsewhere(
    country: Country,
) -> None:
    resident = make_year(country, make_piece(country, 0), 2021).resident
    (without,) = country.roles.without_diabetes
    own = resident.fee_practice[:, 2] == without

    assert not open_quarters(country, resident, "DM2")[own].any()
    assert open_quarters(country, resident, "CVRM")[own].any()


def test_a_practice_that_began_or_ended_has_fees_only_in_its_time(country: Country) -> None:
    started = country.roles.with_role("started_in_last_year")
    ended = country.roles.with_role("ended_before_last_year")
    piece = make_piece(country, 0)
    has_fee = {
        year: [
            set(make_year(country, piece, year).resident.fee_practice[:, quarter])
            for quarter in range(4)
        ]
        for year in _PLAN.years
    }

    assert [started in found for found in has_fee[2020]] == [False] * 4
    assert [started in found for found in has_fee[2021]] == [False, True, True, True]
    assert [ended in found for found in has_fee[2020]] == [True, True, False, False]
    assert [ended in found for found in has_fee[2021]] == [False] * 4
    assert NOWHERE in has_fee[2021][2]


def test_practices_are_of_the_sizes_and_kinds_of_the_figures(country: Country) -> None:
    kinds = country.practices.kinds

    # 35% solo, 43% duo, 22% group (Nivel 2016); parts given out move one or two.
    assert abs(kinds.count("solo") / 24 - 0.35) < 0.1
    assert abs(kinds.count("duo") / 24 - 0.43) < 0.1
    assert abs(kinds.count("group") / 24 - 0.22) < 0.1
    assert np.isclose(country.practices.share.sum(), 1.0)


def test_every_agb_code_is_given_once(country: Country) -> None:
    codes = country.register.codes

    assert len(codes) == len(set(codes))
    assert {len(code) for code in codes[1:]} == {8}
    named = [row.agb for row in country.register.organisations]
    assert len(named) == len(set(named))


def test_organisations_have_different_invented_names(country: Country) -> None:
    larger = build_country(country.conf, dataclasses.replace(_PLAN, persons=2_000_000,
                                                             practices=1_200))  # fmt: skip
    names = [row.name for row in larger.register.organisations]

    assert len(names) == len(set(names))


def test_care_groups_are_of_various_sizes(country: Country) -> None:
    sizes = sorted(len(group.practices) for group in country.groups.planned)

    assert len(set(sizes)) > 2
    assert min(sizes) < 4 <= max(sizes)
