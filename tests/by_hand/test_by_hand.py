"""The twin's persons, characteristics, outcomes and availability, on examples drawn by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from .availability import availability, link
from .characteristics import (
    Patient,
    age_on,
    condition_routes,
    cost_groups,
    dispensed,
    income_at,
    income_class,
)
from .claim_lines import Claim
from .drawn import claim, conf_of, credit, deliver, line, registers_of, row, typed
from .outcomes import labels_of, measure, outcomes_of
from .persons import costs, net_fees, population_counts, reasons
from .register_lines import Insured
from .twin import compute, summary

CONF = conf_of()
ANNA, BRAM = "123456782", "111222333"
A, B = "01000001", "01000002"
GP, OTHER_GP = "02000001", "02000002"
CUT_OFF = date(2021, 12, 31)


def fee(**fields: Any) -> Claim:
    """A registration fee, of Anna at practice A in August unless said otherwise."""
    return line(**fields)


def reasons_of(lines: list[Claim], **registers: Any) -> dict[str, tuple[frozenset[str], str]]:
    """Who drops and why, where Anna and Bram are insured."""
    registers.setdefault("insured", [row("insured"), row("insured", bsn=BRAM)])
    known = registers_of(**registers)
    return reasons(net_fees(lines, known, CONF), costs(lines, CONF), known, CONF)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"care_from": "20210630"}, False),
        ({"care_from": "20210701"}, True),
        ({"care_from": "20210930"}, True),
        ({"care_from": "20211001"}, False),
        ({"code": "11109"}, True),
        ({"code": "11110"}, False),
        ({"code_list": "012"}, False),
        ({"practice": "99999999"}, False),
        ({"granted_cents": "0"}, False),
    ],
)
def test_a_registration_fee_of_the_third_quarter(fields: dict[str, str], counts: bool) -> None:
    assert (ANNA in reasons_of([fee(**fields)])) is counts


def test_fees_net_over_the_quarter() -> None:
    debit, small = claim(granted_cents=1000), claim(granted_cents=400)
    taken_back = [typed(debit), typed(credit(debit))]
    assert reasons_of(taken_back) == {}
    assert reasons_of([*taken_back, typed(small)])[ANNA][1] == "counted"


def test_two_practices_count_for_none_and_stand_in_both() -> None:
    lines = [fee(), fee(practice=B), fee(bsn=BRAM, practice=B)]
    found = reasons_of(lines)
    assert found[ANNA] == (frozenset([A, B]), "several_practices")
    counts = population_counts(found, costs(lines, CONF))
    assert counts == {
        ("", "several_practices"): (1, 2000),
        (A, "several_practices"): (1, 2000),
        (B, "several_practices"): (1, 2000),
        ("", "counted"): (1, 1000),
        (B, "counted"): (1, 1000),
    }


def at(practice: str, gp: str = GP, **fields: str) -> dict[str, str]:
    """A GP registered at a practice."""
    return row("practitioners", practitioner_agb=gp, organisation_agb=practice, **fields)


@pytest.mark.parametrize(
    ("practitioners", "performer_at_b", "reason"),
    [
        ([at(A), at(B)], GP, "gp_at_several_practices"),
        ([at(A), at(B)], OTHER_GP, "counted"),
        ([at(A)], GP, "counted"),
        ([at(A), at(B, qualification="0103")], GP, "counted"),
        ([at(A), at(B, start="20210702")], GP, "counted"),
        ([at(A), at(B, start="20210701")], GP, "gp_at_several_practices"),
        ([at(A), at(B, end="20210630")], GP, "counted"),
        ([at(A), at(B, end="20210701")], GP, "gp_at_several_practices"),
        ([at(A), at("03000001")], GP, "counted"),
    ],
)
def test_a_gp_at_several_practices(
    practitioners: list[dict[str, str]], performer_at_b: str, reason: str
) -> None:
    lines = [fee(performer=GP), fee(bsn=BRAM, practice=B, performer=performer_at_b)]
    assert reasons_of(lines, practitioners=practitioners)[ANNA][1] == reason


def test_a_fee_taken_back_does_not_show_a_gp() -> None:
    debit = claim(bsn=BRAM, practice=B, performer=GP)
    lines = [fee(performer=GP), typed(debit), typed(credit(debit)), fee(bsn=BRAM, practice=B)]
    found = reasons_of(lines, practitioners=[at(A), at(B)])
    assert {person: reason for person, (_, reason) in found.items()} == {
        ANNA: "counted",
        BRAM: "counted",
    }


def test_the_first_reason_that_applies() -> None:
    dear = line("ggz", code_list="013", granted_cents=9_000_000)
    two = [fee(performer=GP), fee(practice=B, performer=GP), dear]
    gps = [at(A), at(B)]
    bram_at_b = fee(bsn=BRAM, practice=B, performer=GP)
    assert reasons_of(two, practitioners=gps, insured=[])[ANNA][1] == "several_practices"
    one = [two[0], dear, bram_at_b]
    assert reasons_of(one, practitioners=gps, insured=[])[ANNA][1] == "gp_at_several_practices"
    assert reasons_of(one, insured=[])[ANNA][1] == "not_in_register"
    assert reasons_of(one)[ANNA][1] == "high_cost"


@pytest.mark.parametrize(
    ("care_type", "cents", "reason"),
    [
        ("ggz", 1_000_000, "counted"),
        ("ggz", 1_000_001, "high_cost"),
        ("grz", 2_249_000, "counted"),
        ("grz", 2_249_001, "high_cost"),
        ("wlz", 9_000_000, "counted"),
    ],
)
def test_high_cost_is_strictly_more(care_type: str, cents: int, reason: str) -> None:
    # The fee itself is 10.00 euro, so 22,490.00 beside it is exactly 22,500.00.
    lines = [fee(), line(care_type, code_list="999", code="X", granted_cents=cents)]
    assert reasons_of(lines)[ANNA][1] == reason


def test_a_person_without_bsn_is_the_pair() -> None:
    nobody = {"bsn": "999999999", "insured_number": "A1"}
    lines = [fee(**nobody), fee(**nobody, insurer="7119")]
    insured = [row("insured", **nobody)]
    found = reasons_of(lines, insured=insured)
    assert found["3311:A1"][1] == "counted"
    assert found["7119:A1"][1] == "not_in_register"


def test_the_register_row_with_most_days_then_the_smaller_insurer() -> None:
    rows = [
        row("insured", insurer="7119", insured_days=180, sex="M"),
        row("insured", insurer="3311", insured_days=180, sex="V"),
        row("insured", insurer="0101", insured_days=5, sex="M"),
        row("insured", insurer="0001", insured_days=365, sex="M", year=2020),
    ]
    for order in (rows, rows[::-1]):
        assert registers_of(insured=order).insured[ANNA].insurer == "3311"


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2020, 7, 1), 1),
        (date(2020, 7, 2), 0),
        (date(2020, 12, 31), 0),
        (date(2021, 7, 1), 0),
        (date(2021, 12, 31), 0),
        (date(1931, 7, 1), 90),
        (date(1931, 7, 2), 89),
        (date(2004, 2, 29), 17),
    ],
)
def test_age_on_the_first_of_july(born: date, age: int) -> None:
    assert age_on(CONF.reference_day, born) == age


def test_income_over_inhabitants() -> None:
    # Upward: 10,000 reaches 29 of 100, 20,000 reaches 30, 30,000 reaches 70 exactly, 40,000 all.
    incomes = {
        "1000": (10_000, 29),
        "1001": (20_000, 1),
        "1002": (30_000, 40),
        "1003": (40_000, 30),
    }
    rows = [
        row("postcode_income", postcode4=code, average_income_euro=income, inhabitants=n,
            vintage="2008-2010")
        for code, (income, n) in incomes.items()
    ]  # fmt: skip
    registers = registers_of(postcode_income=rows)
    low, high = income_at(30, registers), income_at(70, registers)
    assert (low, high) == (20_000, 30_000)

    def of(postcode: str) -> str:
        insured = Insured(2021, ANNA, "3311", "A1", date(1980, 1, 1), "V", postcode, "", "", 365)
        return income_class(insured, registers, low, high)

    assert [of(code) for code in ("1000", "1001", "1002", "1003", "9999", "")] == [
        "low", "middle", "middle", "high", "unknown", "unknown",
    ]  # fmt: skip


def medicine(zi: str, atc: str, per_1000: int = 1000) -> dict[str, str]:
    """A medicine of which one unit is one daily dose, unless said otherwise."""
    return row("medicines", zi=zi, atc=atc, ddd_per_1000_units=per_1000)


MEDICINES = [
    medicine("00000001", "A10BA02"), medicine("00000002", "R03BB04"),
    medicine("00000003", "R03AK06"), medicine("00000004", "N05AH02"),
    medicine("00000005", "N06AB03"), medicine("00000006", "L01BC02", 0),
    medicine("00000007", "L02BA01"), medicine("00000008", "C10AA01", 333),
]  # fmt: skip
REGISTERS = registers_of(medicines=MEDICINES)


def pharmacy(zi: int, quantity: int, **fields: str) -> dict[str, str]:
    """A pharmacy line."""
    return claim(code_list="001", code=f"{zi:08d}", quantity=quantity, **fields)


def groups_of(*rows: dict[str, str]) -> set[str]:
    """The cost groups of these pharmacy lines."""
    lines = [typed(fields, "farmacie") for fields in rows]
    return set(cost_groups(dispensed(lines, REGISTERS), CONF))


def routes_of(*lines: Claim) -> set[str]:
    """The conditions and routes of these lines."""
    return set(condition_routes(list(lines), dispensed(list(lines), REGISTERS), CONF))


def test_more_than_180_daily_doses() -> None:
    assert groups_of(pharmacy(4, 180)) == set()
    assert groups_of(pharmacy(4, 90), pharmacy(4, 91)) == {"psychose"}
    assert routes_of(typed(pharmacy(1, 180), "farmacie")) == set()
    assert routes_of(typed(pharmacy(1, 181), "farmacie")) == {"diabetes:drugs"}
    # 541 x 0.333 = 180.153 and 540 x 0.333 = 179.820 doses.
    assert routes_of(typed(pharmacy(8, 541), "farmacie")) == {"cvrm:drugs"}
    assert routes_of(typed(pharmacy(8, 540), "farmacie")) == set()
    assert routes_of(typed(pharmacy(1, 181), "medisch_specialistisch")) == set()
    assert routes_of(typed(pharmacy(9, 999), "farmacie")) == set()


def test_doses_taken_back_do_not_count() -> None:
    debit = pharmacy(4, 181)
    assert groups_of(debit, credit(debit)) == set()


def test_groups_that_rule_others_out() -> None:
    assert groups_of(pharmacy(5, 200)) == {"depressie"}
    assert groups_of(pharmacy(5, 200), pharmacy(4, 200)) == {"psychose"}
    # R03BB is COPD, which is no class here, and rules asthma out all the same.
    assert groups_of(pharmacy(3, 200)) == {"astma"}
    assert groups_of(pharmacy(3, 200), pharmacy(2, 200)) == set()


def test_cancer_counts_net_lines() -> None:
    lines = [pharmacy(6, 1) for _ in range(3)]
    assert groups_of(*lines[:2]) == set()
    assert groups_of(*lines) == {"kanker"}
    assert groups_of(*lines, credit(lines[0])) == set()
    assert groups_of(*lines, pharmacy(7, 200)) == {"kanker"}


def test_the_three_routes_of_a_condition() -> None:
    chain = line("ketenzorg", code_list="900", code="DM2")
    asthma = line("ketenzorg", code_list="900", code="ASTMA")
    doctor = {"specialism": "0322", "diagnosis": "1241", "diagnosis_list": "XXX"}
    lung = line("medisch_specialistisch", code_list="007", **doctor)
    elsewhere = line("ggz", code_list="013", **doctor)
    assert routes_of(chain, asthma, elsewhere) == {"diabetes:chain_care"}
    assert routes_of(lung, typed(pharmacy(2, 181), "farmacie")) == {"copd:specialist", "copd:drugs"}
    debit = claim(code_list="900", code="CVRM")
    assert routes_of(typed(debit), typed(credit(debit))) == set()


def outcomes_for(lines: list[Claim], **registers: Any) -> dict[str, int]:
    """The outcomes of Anna at practice A."""
    known = registers_of(medicines=MEDICINES, **registers)
    outcomes = outcomes_of(CONF, known)
    return measure({ANNA: lines}, {ANNA: A}, outcomes, CONF, known)[ANNA]


def test_one_outcome_per_specialism_and_medicine_group() -> None:
    names = [outcome.name for outcome in outcomes_of(CONF, REGISTERS)]
    assert len(names) == len(set(names))
    assert [name for name in names if name.endswith("_ddd")] == [
        f"medicine_{group}_ddd" for group in ("A10", "C10", "L01", "L02", "N05", "N06", "R03")
    ]
    assert sum(name.startswith("specialism_") for name in names) == len(CONF.specialisms)


def test_cost_and_counts_are_netted() -> None:
    consult = claim(code="12000", quantity=2, granted_cents=2000)
    lines = [
        typed(consult),
        typed(claim(code="12011", granted_cents=1100)),
        typed(credit(consult)),
        typed(claim(code_list="900", code="COPD", granted_cents=5000), "ketenzorg"),
        typed(pharmacy(8, 30, granted_cents=700), "farmacie"),
        line("medisch_specialistisch", code_list="007", specialism="0320", granted_cents=9000),
        line("wlz", code_list="055", code="X", granted_cents=99_999),
        line("logopedie", code_list="012", code="X", granted_cents=300),
    ]
    assert outcomes_for(lines) == {
        "consult_normal": 1,
        "chain_care_quarters": 1,
        "cost_huisartsenzorg": 6100,
        "cost_farmacie": 700,
        "cost_medisch_specialistisch": 9000,
        "cost_overig": 300,
        "cost_total": 16_100,
        "specialism_0320_cost": 9000,
        "medicine_C10_cost": 700,
        "medicine_C10_ddd": 30 * 333,
    }


@pytest.mark.parametrize(
    ("practitioners", "referrer", "counts"),
    [
        ([at(A)], GP, True),
        ([at(A, qualification="0103")], GP, True),
        ([at(B)], GP, False),
        ([at(A)], "", False),
        ([at(A, start="20210803")], GP, False),
        ([at(A, start="20210802", end="20210802")], GP, True),
        ([at(A, end="20210801")], GP, False),
    ],
)
def test_tests_asked_for_by_the_own_practice(
    practitioners: list[dict[str, str]], referrer: str, counts: bool
) -> None:
    asked = line(
        "eerstelijnsdiagnostiek", code_list="041", code="070702", quantity=3, referrer=referrer
    )
    found = outcomes_for([asked], practitioners=practitioners)
    assert found.get("tests_laboratory", 0) == (3 if counts else 0)
    assert found["cost_eerstelijnsdiagnostiek"] == 1000


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("070705", "tests_laboratory"), ("070706", ""), ("079991", ""), ("079995", ""),
        ("079996", "tests_laboratory"), ("080001", "tests_imaging"), ("039899", "tests_function"),
        ("050523", "tests_pathology"), ("050524", ""), ("0700010", ""),
    ],
)  # fmt: skip
def test_order_tariffs_are_no_tests(code: str, kind: str) -> None:
    labels = labels_of(line(code_list="041", code=code), CONF, REGISTERS)
    assert dict(labels)["tests"] == kind


def patients_at(practice: str, persons: int, reason: str = "counted") -> dict[str, Patient]:
    """Persons of a practice."""
    none: frozenset[str] = frozenset()
    practices = frozenset([practice])
    return {
        f"{practice}-{reason}-{number}": Patient(
            practices, practice, reason, "V 40-44", "middle", none, none, none, 0, 0
        )
        for number in range(persons)
    }


def dm2(group: str, *months: int) -> list[Claim]:
    """Diabetes chain care declared by a group, in months of the year."""
    return [
        line("ketenzorg", code_list="900", code="DM2", practice=group, care_from=f"2021{month:02d}15",
             paid_on="20211231")
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
    assert str(total.observed) not in summary(results).split("\n")[0]
