"""The twin as a whole, and which mirror it makes available, on examples drawn by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from .availability import availability, link
from .characteristics import Patient
from .claim_lines import Claim
from .claims import Netted
from .conservation import of_the_cents
from .drawn import (
    ANNA,
    BRAM,
    GP,
    MEDICINES,
    OTHER_GP,
    A,
    B,
    at,
    claim,
    conf_of,
    credit,
    deliver,
    line,
    patient,
    pharmacy,
    registers_of,
    row,
    typed,
)
from .persons import net_fees
from .practices import practice_facts
from .twin import compute, summary

CONF = conf_of()
CUT_OFF = date(2021, 12, 31)


def patients_at(practice: str, persons: int, reason: str = "counted") -> dict[str, Patient]:
    """Persons of a practice."""
    one = patient(practice=practice, reason=reason)
    return {f"{practice}-{reason}-{number}": one for number in range(persons)}


def dm2(group: str, *months: int) -> list[Claim]:
    """Diabetes chain care declared by a group, in months of the year."""
    return [
        line("ketenzorg", code_list="900", code="DM2", practice=group, paid_on="20211231",
             care_from=f"2021{month:02d}15")
        for month in months
    ]  # fmt: skip


def group_row(agb: str, **fields: str) -> dict[str, str]:
    """A chain-care group in the register."""
    return row("organisations", agb=agb, kind="zorggroep", **fields)


G, H = "53000001", "53000002"


def regional(lines: list[Claim], groups: list[dict[str, str]], members: int = 4) -> set[str]:
    """The regional reasons of practice A, in a country where so many practices have these lines."""
    practices = [f"0100000{number}" for number in range(1, members + 1)]
    organisations = [row("organisations", agb=agb) for agb in practices]
    registers = registers_of(organisations=organisations + groups)
    patients = {p: q for agb in practices for p, q in patients_at(agb, 1).items()}
    own = {person: lines for person in patients}
    links = link(own, patients, registers, CONF, CUT_OFF)
    return set(availability(patients, links, registers, CONF, CUT_OFF)[A].regional)


def test_regional_reasons() -> None:
    both = [group_row(G), group_row(H)]
    assert regional(dm2(G, 1, 4), both) == set()
    assert regional([], both) == {"GEEN_DM_KETENZORG"}
    assert regional(dm2(A, 1), both) == {"GEEN_DM_KETENZORG"}
    assert regional(dm2(G, 1), both, members=3) == {"MINDER_DAN_4_PRAKTIJKEN"}
    # Two claims in one quarter are one quarter.
    assert regional(dm2(G, 1, 2) + dm2(H, 4), both) == {"ZORGGROEP_ONBESLIST"}
    assert regional(dm2(G, 1, 2, 7) + dm2(H, 4), both) == set()


def test_groups_that_ended() -> None:
    ended = {"end": "20211231", "end_reason": "fusie"}
    gone = [group_row(G, **ended), group_row(H)]
    assert regional(dm2(G, 1), gone) == {"ZORGGROEP_AGB_GEWIJZIGD"}
    assert regional(dm2(G, 1), [group_row(G, end="20220101")]) == set()
    taken_over = [group_row(G, successor_agb=H, **ended), group_row(H)]
    assert regional(dm2(G, 1) + dm2(H, 4), taken_over) == set()
    assert regional(dm2(G, 1), taken_over) == set()
    third = group_row("53000003")
    two_to_one = dm2(G, 1) + dm2(H, 4) + dm2("53000003", 7, 10)
    assert regional(two_to_one, [*taken_over, third]) == {"ZORGGROEP_ONBESLIST"}


def test_who_is_left_out_links_nothing_and_makes_no_practice_large() -> None:
    registers = registers_of(organisations=[row("organisations"), group_row(G)])
    patients = patients_at(A, 99) | {
        "gp": patient(reason="gp_at_several_practices"),
        "out": patient(reason="not_in_register"),
        "two": patient(practice=None, reason="several_practices"),
    }
    lines = {person: dm2(G, 1) for person in ("gp", "out", "two")}
    links = link(lines, patients, registers, CONF, CUT_OFF)
    assert links.groups_of == {}
    found = availability(patients, links, registers, CONF, CUT_OFF)
    assert found[A].national == {"TE_WEINIG_PATIENTEN"}


def test_dm2_taken_back_or_on_another_list_links_nothing() -> None:
    debit = claim(code_list="900", code="DM2", practice=G)
    gone = [typed(debit, "ketenzorg"), typed(credit(debit), "ketenzorg")]
    other_list = [line(code_list="999", code="DM2", practice=G)]
    other_programme = [line(code_list="900", code="COPD", practice=G)]
    for lines in (gone, other_list, other_programme):
        assert regional(lines, [group_row(G)]) == {"GEEN_DM_KETENZORG"}


def test_high_cost_persons_link_but_do_not_make_a_member() -> None:
    registers = registers_of(organisations=[row("organisations"), group_row(G)])
    patients = patients_at(A, 1, "high_cost")
    links = link(dict.fromkeys(patients, dm2(G, 1)), patients, registers, CONF, CUT_OFF)
    assert links.group_of(A) == G
    assert links.members == {}


@pytest.mark.parametrize(
    ("fields", "persons", "reasons_given"),
    [
        ({"start": "20210101"}, 100, set()),
        ({"start": "20210102"}, 100, {"BEGIN_NA_1JAN"}),
        ({}, 99, {"TE_WEINIG_PATIENTEN"}),
        ({"end": "20211231"}, 100, {"EINDDATUM_VERLEDEN"}),
        ({"end": "20220101"}, 100, set()),
        ({"end": "20110101"}, 0, {"EINDDATUM_VERLEDEN", "TE_WEINIG_PATIENTEN"}),
    ],
)
def test_national_reasons(fields: dict[str, str], persons: int, reasons_given: set[str]) -> None:
    registers = registers_of(organisations=[row("organisations", **fields)])
    # One of them cost much: the test of 100 comes before that exclusion.
    patients = patients_at(A, max(0, persons - 1)) | patients_at(A, min(1, persons), "high_cost")
    links = link({}, patients, registers, CONF, CUT_OFF)
    found = availability(patients, links, registers, CONF, CUT_OFF)
    assert found[A].national == reasons_given


def test_every_cent_has_one_place() -> None:
    lines = [
        line(granted_cents=1), line(granted_cents=2, care_from="20201231"),
        line(granted_cents=4, cover="A"), line("wlz", granted_cents=8),
        line(granted_cents=16, bsn=BRAM), line(granted_cents=32, bsn="999999999"),
    ]  # fmt: skip
    patients = {ANNA: patient(), BRAM: patient(reason="high_cost")}
    assert of_the_cents(Netted(lines, []), patients, CONF) == {
        ("year", "cents", "in"): 63,
        ("year", "cents", "out"): 1,
        ("year", "cents", "other_year"): 2,
        ("year", "cents", "supplementary_insurance"): 4,
        ("year", "cents", "no_segment"): 8,
        ("year", "cents", "high_cost"): 16,
        ("year", "cents", "no_fee"): 32,
    }


def test_the_gps_of_a_practice() -> None:
    gps = [at(A), at(B), at(A, OTHER_GP), at(A, "02000003", qualification="0103"),
           at(A, "02000004", end="20210630"), at(A, OTHER_GP, qualification="0103")]  # fmt: skip
    registers = registers_of(practitioners=gps, insured=[row("insured")])
    fees = net_fees([line(performer=GP), line(bsn=BRAM, practice=B, performer=GP)], registers, CONF)
    patients = patients_at(A, 3) | patients_at(A, 2, "high_cost") | {"x": patient(practice=None)}
    links = link({}, patients, registers, CONF, CUT_OFF)
    facts = practice_facts(patients, fees, links, registers, CONF)[A]
    assert (facts.gps, facts.gps_elsewhere, facts.locums) == (1, 1, 1)
    assert (facts.persons, facts.counted, facts.is_in_register) == (5, 3, True)


def test_a_whole_year_in_a_folder(tmp_path: Path) -> None:
    deliver(tmp_path, "org", "organisations", [row("organisations"), group_row(G)])
    deliver(tmp_path, "med", "medicines", MEDICINES)
    deliver(tmp_path, "ins", "insured", [row("insured"), row("insured", bsn=BRAM, sex="M")])
    deliver(tmp_path, "gp", "claims", [claim(), claim(bsn=BRAM)], delivery_id="D1")
    late = credit(claim(reference="LATER"), reference="WAITS")
    deliver(tmp_path / "more", "rx", "claims", [pharmacy(1, 181, granted_cents=5000), late],
            delivery_id="D2", care_type="farmacie", ending=".csv.gz")  # fmt: skip
    results = compute(tmp_path, Path(__file__).parents[2] / "conf", 2021, CUT_OFF)
    assert {row.verdict for row in results.ledger.values()} == {"admitted"}
    assert results.waiting_credits == [("3311", "WAITS")]
    assert results.population_counts[A, "counted"] == (2, 7000)
    anna = results.patients[ANNA]
    assert (anna.age_sex, anna.income, anna.total_cents) == ("V 40-44", "unknown", 6000)
    assert anna.condition_routes == {"diabetes:drugs"}
    assert results.values[ANNA]["medicine_A10_ddd"] == 181_000
    total = results.benchmarks[A, "cost_total", "amount"]
    assert (total.persons, total.observed, total.expected, total.index) == (2, 7000, 7000, 100)
    none = results.benchmarks[A, "cost_ggz", "amount"]
    assert (none.observed, none.expected, none.index, none.limits_95) == (0, 0, None, None)
    weights = {k[2:]: v for k, v in results.weights.items() if k[:2] == ("cost_total", "amount")}
    # Age, sex and diabetes tell the two apart in the same way: the first column explains, the
    # later one is collinear. "M 40-44" is the larger class by name.
    assert weights["intercept", ""].weight == 1000
    assert weights["age_sex", "M 40-44"].note == "reference"
    assert weights["age_sex", "V 40-44"].weight == 5000
    assert (weights["diabetes", "yes"].weight, weights["diabetes", "yes"].note) == (0, "collinear")
    assert weights["copd", "yes"].note == "no_persons"
    assert results.conservation["corrections", "cents", "waiting"] == -1000
    for step, what in {key[:2] for key in results.conservation}:
        facts = {k[2]: v for k, v in results.conservation.items() if k[:2] == (step, what)}
        assert facts.pop("in") == sum(facts.values())
    assert str(total.observed) not in summary(results).split("\n")[0]
