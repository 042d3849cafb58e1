"""Who gives care, who pays, who is insured and where: everything the issue asks to be there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from tests.invent.by_hand import admitted_rows, person_of
from tests.invent.conftest import Made, Read


def test_all_kinds_of_organisations_and_practitioners_are_registered(read: Read) -> None:
    kinds = Counter(row["kind"] for row in read.registers["organisations"])
    qualifications = Counter(row["qualification"] for row in read.registers["practitioners"])

    assert kinds.keys() == {
        "huisartspraktijk", "onderneming", "vestiging", "zorggroep", "instelling",
    }  # fmt: skip
    # GP, waarnemer, physiotherapist, speech therapist, exercise therapist.
    assert qualifications.keys() == {"0101", "0103", "0400", "0500", "0701"}


def test_practices_are_solo_duo_and_group_with_as_many_gps(small: Made, read: Read) -> None:
    day = f"{small.plan.last_year}0701"
    ended = {r["agb"] for r in read.registers["organisations"] if "" < r["end"] < day}
    kind = {
        row["practice"]: row["kind"]
        for row in small.truth("practices.csv")
        if row["practice"] not in ended
    }
    gps = defaultdict(set)
    for row in read.registers["practitioners"]:
        is_there = row["start"] <= day and (not row["end"] or row["end"] >= day)
        if is_there and row["qualification"] == "0101":
            gps[row["organisation_agb"]].add(row["practitioner_agb"])
    fewest = {
        name: min(len(gps[code]) for code in kind if kind[code] == name)
        for name in ("solo", "duo", "group")
    }

    assert fewest["solo"] >= 1
    assert fewest["duo"] >= 2
    assert fewest["group"] >= 3


def test_every_claim_names_organisations_of_the_register(read: Read) -> None:
    known = {row["agb"] for row in read.registers["organisations"]}
    people = {row["practitioner_agb"] for row in read.registers["practitioners"]} | {""}

    assert {row["practice"] for row in read.claims} <= known
    assert {row["performer"] for row in read.claims} <= people
    assert {row["referrer"] for row in read.claims} <= people


def test_every_insurer_delivers_every_large_care_type_every_quarter(
    small: Made, read: Read
) -> None:
    slots = {
        (one.manifest["sender"], one.manifest["care_type"], one.manifest["period_from"])
        for one in read.received
        if one.manifest["kind"] == "claims"
    }
    insurers = {sender for sender, _, _ in slots}
    starts = [f"{year}-{month:02d}-01" for year in small.plan.years for month in (1, 4, 7, 10)]

    assert len(insurers) == small.plan.number_of_insurers(10_000) == 2
    for care_type in ("huisartsenzorg", "farmacie", "medisch_specialistisch", "fysiotherapie"):
        for insurer in insurers:
            assert {start for i, c, start in slots if (i, c) == (insurer, care_type)} >= set(starts)


def test_postcodes_are_missing_unknown_or_with_income_and_lie_in_neighbourhoods(
    read: Read,
) -> None:
    with_income = {row["postcode4"] for row in read.registers["postcode_income"]}
    kinds: Counter[str] = Counter()
    of_neighbourhood = defaultdict(set)
    for row in read.registers["insured"]:
        code = row["postcode4"]
        kinds["none" if not code else "income" if code in with_income else "unknown"] += 1
        assert bool(code) == bool(row["neighbourhood"]) == bool(row["municipality"])
        if code:
            assert re.fullmatch(r"GM\d{4}", row["municipality"])
            assert re.fullmatch(rf"WK{row['municipality'][2:]}\d\d", row["neighbourhood"])
            of_neighbourhood[row["neighbourhood"]].add(code)

    # A person from abroad has no Dutch postcode.
    assert kinds["income"] > 0.98 * kinds.total()
    assert kinds["none"] > 5
    assert kinds["unknown"] > 2
    assert len(of_neighbourhood) >= 8


@pytest.mark.parametrize(
    ("situation", "is_known"), [("without_postcode", False), ("postcode_without_income", True)]
)
def test_a_person_made_by_hand_has_no_income(
    small: Made, read: Read, situation: str, is_known: bool
) -> None:
    row = next(r for r in small.truth("situations.csv") if r["situation"] == situation)
    bsn, insurer, number = row["subject"].split(" ")
    person = person_of({"bsn": bsn, "insurer": insurer, "insured_number": number})
    codes = [r["postcode4"] for r in read.registers["insured"] if person_of(r) == person]
    with_income = {r["postcode4"] for r in read.registers["postcode_income"]}

    assert len(codes) == 1
    assert bool(codes[0]) == is_known
    assert codes[0] not in with_income


def test_persons_without_bsn_are_in_register_and_claims(read: Read) -> None:
    insured = {person_of(r) for r in read.registers["insured"] if r["bsn"] == "999999999"}
    claimed = {person_of(row) for row in read.claims if row["bsn"] == "999999999"}

    assert len(insured) > 5
    assert len(insured & claimed) > 5


def test_supplementary_cover_is_on_therapists_only_and_never_in_a_total(
    small: Made, read: Read
) -> None:
    covers = Counter((row["care_type"], row["cover"]) for row in read.claims)
    supplementary = {care_type for care_type, cover in covers if cover == "A"}
    # A person made by hand has a fee on cover A.
    assert {"fysiotherapie", "oefentherapie"} <= supplementary
    assert all(covers[name, "B"] for name in supplementary)
    assert covers["huisartsenzorg", "A"] < 5


def test_the_truth_adds_up_over_persons_cells_and_files(small: Made, read: Read) -> None:
    year = str(small.plan.last_year)
    ordinary = small.truth("persons-p00.csv")
    of_persons = sum(int(r["total_cents"]) for r in ordinary if person_of(r) in read.insured)
    of_cells = sum(
        int(row["realised_cents"]) for row in small.truth("calibration.csv") if row["year"] == year
    )
    counted = Counter(row["reason"] for row in small.people() if row["practices"])
    of_practices = sum(int(row["counted"]) for row in small.truth("practices.csv"))

    assert of_persons == of_cells
    assert counted["counted"] == of_practices
    assert sum(int(r["rows"]) for r in small.truth("deliveries.csv")) == small.counts["lines"]
    assert len(small.truth("deliveries.csv")) == small.counts["files"] == len(read.received)


def test_registers_of_care_given_by_others_are_delivered(read: Read, small: Made) -> None:
    verdict = read.verdict
    municipal = [*admitted_rows(read.received, verdict, "municipal_care")]
    operations = [*admitted_rows(read.received, verdict, "practice_operations")]

    assert {row["law"] for row in municipal} == {"Wmo", "Jeugdwet"}
    assert all(int(row["users"]) >= 10 for row in municipal)
    assert {row["practice"] for row in operations} <= {
        row["practice"] for row in small.truth("practices.csv")
    }
    assert operations
