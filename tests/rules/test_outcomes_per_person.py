"""An outcome is a whole number per person and year, of everything the person had, by whomever
declared; a user is a person above zero."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from spiegel_core.contracts.rules import Outcome
from spiegel_core.contracts.silver import PERSON_ID
from spiegel_core.contracts.table import Column
from spiegel_core.errors import ConfUnusable
from spiegel_core.outcomes.cell_sums import merged, sums_of_cells
from spiegel_core.outcomes.definitions import belongs, outcomes_of_year
from spiegel_core.outcomes.sums import populations_per_cell
from spiegel_core.runtime.conf import Conf
from tests.tables import as_drawn, assert_drawn, draw, frame

from .drawn import MEDICINES_OF_TESTS, Year

ATC = sorted({str(row["atc"]) for row in draw(MEDICINES_OF_TESTS)})
COUNTED = (
    PERSON_ID,
    Column("provider", "string", "practice the person belongs to"),
    Column("profile", "bigint", "profile"),
)


@pytest.fixture(scope="module")
def outcomes(conf: Conf) -> dict[str, Outcome]:
    """The outcomes of 2021 by name."""
    return outcomes_of_2021(conf)


def outcomes_of_2021(conf: Conf) -> dict[str, Outcome]:
    """The outcomes of 2021 by name."""
    found = outcomes_of_year(conf.outcomes(), conf.rules(2021), ATC)
    return {outcome.name: outcome for outcome in found}


LINES = """
person_id | care_type              | practice | code_list | code  | quantity | granted_cents | sign
ann       | huisartsenzorg         | p1       | 008       | 11100 | 1        | 1000          | 1
ann       | huisartsenzorg         | p1       | 008       | 12011 | 1        | 200           | 1
ann       | huisartsenzorg         | p9       | 008       | 12000 | 2        | 300           | 1
ann       | huisartsenzorg         | p1       | 008       | 12001 | 1        | 400           | 1
ann       | huisartsenzorg         | p1       | 008       | 12001 | 1        | 400           | -1
ann       | ketenzorg              | z1       | 900       | DM2   | 1        | 5000          | 1
ann       | ketenzorg              | z1       | 900       | ASTMA | 2        | 6000          | 1
ann       | wlz                    | w1       | 055       | 1     | 9        | 900000        | 1
bob       | farmacie               | a1       | 001       | A101  | 90       | 70000         | 1
bob       | farmacie               | a1       | 001       | A103  | 7        | 1             | 1
bob       | farmacie               | a2       | 001       | A111  | 10       | 2             | 1
bob       | farmacie               | a2       | 001       | H031  | 3        | 80            | 1
bob       | farmacie               | a2       | 001       | X999  | 3        | 90            | 1
cor       | medisch_specialistisch | h1       | 007       | 1     | 1        | 100000        | 1
cor       | medisch_specialistisch | h2       | 007       | 2     | 1        | 20            | 1
dik       | huisartsenzorg         | p1       | 008       | 12011 | 3        | 500           | -1
dik       | ggz                    | m1       | 013       | 1     | 1        | 700           | 1
dik       | logopedie              | f1       | 012       | 1     | 1        | 30            | 1
dik       | fysiotherapie          | f1       | 012       | 1     | 1        | 4             | 1
high      | huisartsenzorg         | p1       | 008       | 12011 | 1        | 8             | 1
"""


# "high" costs too much to count; "nocare" had nothing.
PERSONS = "person_id\nann\nbob\ncor\ndik\nnocare"


@pytest.fixture(scope="module")
def values(year: Year, outcomes: dict[str, Outcome]) -> dict[tuple[str | None, str | None], int]:
    """Every outcome that is not zero, by person."""
    care = year.care(LINES, specialism="0313")
    persons = frame(year.spark, PERSONS, COUNTED, provider="p1", profile=1)
    return year.values(care, care.limit(0), [*outcomes.values()], persons)


def of(values: dict[tuple[str, str], int], person: str) -> dict[str, int]:
    return {outcome: value for (who, outcome), value in values.items() if who == person}


def test_all_care_counts_by_whomever_declared_with_chain_care_among_gp_care(
    values: dict[tuple[str, str], int],
) -> None:
    assert of(values, "ann") == {
        "cost_total": 12_500, "cost_huisartsenzorg": 12_500, "consult_normal": 3,
        "chain_care_quarters": 3,
    }  # fmt: skip


def test_what_was_taken_back_is_no_outcome_at_all(values: dict[tuple[str, str], int]) -> None:
    assert ("ann", "consult_long") not in values


def test_medicines_per_second_level_of_their_atc_code_in_cents_and_thousandths_of_doses(
    values: dict[tuple[str, str], int],
) -> None:
    assert of(values, "bob") == {
        "cost_total": 70_173, "cost_farmacie": 70_173, "medicine_A10_cost": 70_003,
        "medicine_A10_ddd": 100_007, "medicine_H03_cost": 80, "medicine_H03_ddd": 3_000,
    }  # fmt: skip


def test_specialist_care_per_specialism(values: dict[tuple[str, str], int]) -> None:
    assert of(values, "cor") == {
        "cost_total": 100_020, "cost_medisch_specialistisch": 100_020,
        "specialism_0313_cost": 100_020,
    }  # fmt: skip


def test_a_value_may_be_below_zero(values: dict[tuple[str, str], int]) -> None:
    assert of(values, "dik") == {
        "cost_total": 234, "cost_huisartsenzorg": -500, "consult_normal": -3, "cost_ggz": 700,
        "cost_overig": 30, "cost_fysiotherapie": 4,
    }  # fmt: skip


def test_only_persons_that_count_have_outcomes(values: dict[tuple[str, str], int]) -> None:
    assert {person for person, _ in values} == {"ann", "bob", "cor", "dik"}


def test_users_are_persons_above_zero_and_squares_are_summed_exactly(year: Year) -> None:
    persons = frame(
        year.spark,
        """
        person_id | provider | profile
        ann       | p1       | 7
        bob       | p1       | 7
        cor       | p1       | 8
        dik       | p2       | 7
        eef       | p2       | 7
        """,
        COUNTED,
    )
    who = persons.orderBy("provider", "profile", "person_id").toArrow()
    names = [row["person_id"] for row in as_drawn(who, ["person_id"])]
    values = np.zeros((len(names), 2), dtype=np.int64)
    for row in draw(
        """
        person_id | number | value
        ann       | 0      | 100
        bob       | 0      | -30
        cor       | 0      | 2
        dik       | 0      | 9999999999
        ann       | 1      | 5
        """
    ):
        values[names.index(row["person_id"]), int(str(row["number"]))] = int(str(row["value"]))
    # Sums of ann, and of the others: the cell of ann and bob is in both.
    two = ["cost_total", "cost_ggz"]
    parts = [sums_of_cells(who.slice(a, n), values[a : a + n], two) for a, n in ((0, 1), (1, 4))]

    assert_drawn(
        merged(parts).to_pylist(),
        """
        provider | profile | outcome    | users | total      | total_squares
        p1       | 7       | cost_total | 1     | 70         | 10900
        p1       | 8       | cost_total | 1     | 2          | 4
        p2       | 7       | cost_total | 1     | 9999999999 | 99999999980000000001
        p1       | 7       | cost_ggz   | 1     | 5          | 25
        """,
    )
    assert_drawn(
        populations_per_cell(persons),
        """
        provider | profile | persons
        p1       | 7       | 2
        p1       | 8       | 1
        p2       | 7       | 2
        """,
    )


NAMES = """
name                                                                            | counts
cost_total cost_huisartsenzorg cost_farmacie cost_fysiotherapie                 | cents
cost_wijkverpleging cost_ggz cost_eerstelijnsdiagnostiek                        | cents
cost_medisch_specialistisch cost_overig specialism_0313_cost medicine_A10_cost  | cents
consult_short consult_normal consult_long visit_short visit_long contact_remote | quantity
vaccination poh_ggz special_procedures chain_care_quarters                      | quantity
tests_laboratory tests_imaging tests_function tests_pathology                   | quantity
medicine_A10_ddd                                                                | ddd_thousandths
"""


def test_the_outcomes_of_the_mirror_are_there_each_with_its_unit(
    outcomes: dict[str, Outcome],
) -> None:
    drawn = {name: row["counts"] for row in draw(NAMES) for name in str(row["name"]).split()}
    assert {name: outcomes[name].counts for name in drawn} == drawn
    family = ("specialism_", "medicine_")
    assert {name for name in outcomes if not name.startswith(family)} == {
        name for name in drawn if not name.startswith(family)
    }
    assert sum(name.startswith("specialism_") for name in outcomes) == 22
    assert sum(name.startswith("medicine_") for name in outcomes) == 2 * len({a[:3] for a in ATC})


def test_every_segment_of_the_total_is_a_segment_of_its_own_and_together_they_are_the_total(
    year: Year, outcomes: dict[str, Outcome]
) -> None:
    of_segments = [o for o in outcomes.values() if o.name in _SEGMENTS]
    for care_class in year.classes.classes:
        held = sum(belongs(outcome, care_class) for outcome in of_segments)
        assert held == belongs(outcomes["cost_total"], care_class)
        assert held == (care_class.segment is not None)
    assert len(of_segments) == 8


_SEGMENTS = [
    "cost_huisartsenzorg", "cost_farmacie", "cost_fysiotherapie", "cost_wijkverpleging",
    "cost_ggz", "cost_eerstelijnsdiagnostiek", "cost_medisch_specialistisch", "cost_overig",
]  # fmt: skip


def test_every_outcome_has_an_owner_a_source_and_a_review_date(
    outcomes: dict[str, Outcome],
) -> None:
    for outcome in outcomes.values():
        assert outcome.owner
        assert outcome.source
        assert outcome.review_by > datetime.date(2021, 1, 1)
        assert outcome.label


def test_two_outcomes_of_one_name_are_refused(conf: Conf) -> None:
    content = conf.outcomes()
    twice = content.model_copy(update={"outcomes": [*content.outcomes, content.outcomes[0]]})
    with pytest.raises(ConfUnusable, match="two outcomes have one name"):
        outcomes_of_year(twice, conf.rules(2021), ATC)
