"""Every situation the rules are about is in the files, as situations.csv describes it."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.invent.by_hand import person_of, unpacked
from tests.invent.conftest import Made

_HEADER_OF_CLAIMS = "line;reference;"


@pytest.fixture(scope="module")
def lines(small: Made) -> list[dict[str, str]]:
    """Every claim line as sent, broken ones and earlier revisions included."""
    rows = []
    for path in sorted((small.folder / "deliveries").rglob("*.csv*")):
        text = unpacked(path.read_bytes(), path.name).decode().splitlines()
        if text[0].startswith(_HEADER_OF_CLAIMS):
            header = text[0].split(";")
            quarter = "-".join(path.name.split("-")[2:4])
            rows += [
                {**dict(zip(header, line.split(";"), strict=True)), "file": path.name,
                 "quarter": quarter}
                for line in text[1:]
            ]  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def of_person(lines: list[dict[str, str]]) -> dict[tuple[str, ...], list[dict[str, str]]]:
    grouped = defaultdict(list)
    for row in lines:
        grouped[person_of(row)].append(row)
    return grouped


def subject(small: Made, situation: str) -> tuple[str, ...]:
    """The person of a situation made by hand."""
    row = next(r for r in small.truth("situations.csv") if r["situation"] == situation)
    bsn, insurer, number = row["subject"].split(" ")
    return person_of({"bsn": bsn, "insurer": insurer, "insured_number": number})


def test_every_person_made_by_hand_has_lines(
    small: Made, of_person: dict[tuple[str, ...], list[dict[str, str]]]
) -> None:
    rows = [r for r in small.truth("situations.csv") if r["kind"] == "person"]

    assert len(rows) > 50
    assert len({row["situation"] for row in rows}) == len(rows)
    for row in rows:
        assert of_person[subject(small, row["situation"])]


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        ("two_practices_in_third_quarter", "several_practices"),
        ("second_fee_taken_back", "counted"),
        ("no_fee_in_third_quarter", "no_fee"),
        ("born_in_july", "no_fee"),
        ("fee_taken_back", "no_fee"),
        ("fee_on_supplementary_cover", "no_fee"),
        ("fee_of_a_care_group", "no_fee"),
        ("gp_at_several_practices_lends_gp", "gp_at_several_practices"),
        ("gp_at_several_practices_shares_gp", "gp_at_several_practices"),
        ("gp_registered_elsewhere_not_seen_there", "counted"),
        ("locum_on_the_fee", "counted"),
        ("not_in_register", "not_in_register"),
        ("ggz_at_the_limit", "counted"),
        ("ggz_a_cent_above", "high_cost"),
        ("total_at_the_limit", "counted"),
        ("total_a_cent_above", "high_cost"),
        ("high_wlz_only", "counted"),
        ("high_supplementary_only", "counted"),
        ("high_before_netting", "counted"),
        ("high_by_a_late_claim", "high_cost"),
        ("without_bsn", "counted"),
        ("same_number_at_other_insurer", "counted"),
    ],
)
def test_a_situation_has_its_consequence(small: Made, situation: str, reason: str) -> None:
    people = {person_of(row): row for row in small.people()}

    assert people[subject(small, situation)]["reason"] == reason


def test_amounts_around_the_limits_are_exact_to_the_cent(small: Made) -> None:
    people = {person_of(row): row for row in small.people()}

    def cents(situation: str, column: str) -> int:
        return int(people[subject(small, situation)][column])

    assert cents("ggz_at_the_limit", "ggz_cents") == 1_000_000
    assert cents("ggz_a_cent_above", "ggz_cents") == 1_000_001
    assert cents("total_at_the_limit", "total_cents") == 2_250_000
    assert cents("total_a_cent_above", "total_cents") == 2_250_001


def test_two_insurers_with_one_number_are_two_persons(small: Made) -> None:
    here, there = subject(small, "without_bsn"), subject(small, "same_number_at_other_insurer")

    assert here[0] == there[0] == "u"
    assert here[1] != there[1]
    assert here[2] == there[2]


@pytest.mark.parametrize("condition", ["diabetes", "copd", "cvrm"])
def test_each_condition_occurs_by_every_route_alone_and_by_several(
    small: Made, condition: str
) -> None:
    routes: Counter[tuple[str, ...]] = Counter()
    for row in small.people():
        shows = [name.split(":") for name in row["shows"].split("|") if name]
        routes[tuple(route for name, route in shows if name == condition)] += 1

    assert {("chain_care",), ("drugs",), ("specialist",), ("chain_care", "drugs")} <= set(routes)


@pytest.mark.parametrize("condition", ["diabetes", "copd", "cvrm"])
def test_ordinary_persons_show_each_condition_by_every_route(small: Made, condition: str) -> None:
    routes: Counter[str] = Counter()
    for row in small.truth("persons-p00.csv"):
        routes.update(
            show.split(":")[1] for show in row["shows"].split("|") if show.startswith(condition)
        )

    assert min(routes[name] for name in ("chain_care", "drugs", "specialist")) >= 3, routes


def test_late_claims_fill_two_quarters_after_the_last_year(
    small: Made, lines: list[dict[str, str]]
) -> None:
    after = [row for row in lines if row["quarter"] in ("2022-Q1", "2022-Q2")]

    assert {row["quarter"] for row in after} == {"2022-Q1", "2022-Q2"}
    assert all(row["care_from"] < "20220101" for row in after)


def test_a_share_of_lines_comes_one_or_two_quarters_after_the_care(
    lines: list[dict[str, str]],
) -> None:
    lag: Counter[int] = Counter()
    for row in lines:
        if not (row["care_from"].isdigit() and row["paid_on"].startswith("202")):
            continue
        year, month = int(row["care_from"][:4]), int(row["care_from"][4:6])
        paid = 4 * int(row["quarter"][:4]) + int(row["quarter"][-1]) - 1
        lag[paid - (4 * year + (month - 1) // 3)] += 1
    total = lag.total()

    assert lag[0] > 0.4 * total
    assert lag[1] > 0.1 * total
    assert lag[2] > 0.01 * total


def test_credits_mirror_their_debit_and_some_come_in_a_later_delivery(
    lines: list[dict[str, str]],
) -> None:
    ordinary = [row for row in lines if "-px" not in row["file"]]
    debits = {(r["insurer"], r["reference"]): r for r in ordinary if r["debit_credit"] == "D"}
    credits = [
        r for r in ordinary if r["debit_credit"] == "C" and not r["reference"].startswith("B")
    ]
    later = 0
    for row in credits:
        debit = debits[row["insurer"], row["previous_reference"]]
        for name in ("bsn", "insured_number", "code_list", "code", "practice", "care_from",
                     "quantity", "granted_cents"):  # fmt: skip
            assert row[name] == debit[name]
        later += row["quarter"] > debit["quarter"]
    corrected = [r for r in ordinary if r["debit_credit"] == "D" and r["previous_reference"]]

    assert 0.008 < len(credits) / len(ordinary) < 0.02
    assert 0.4 < len(corrected) / len(credits) < 0.6
    assert later > 0.2 * len(credits)


def test_most_adult_physiotherapy_is_on_supplementary_cover(lines: list[dict[str, str]]) -> None:
    covers = Counter(
        row["cover"]
        for row in lines
        if "-fysiotherapie-" in row["file"] and row["indication"] in ("008", "009", "001")
    )

    assert 0.35 < covers["A"] / covers.total() < 0.65


def test_referrers_of_diagnostics_are_own_gps_others_locums_and_nobody(
    lines: list[dict[str, str]],
) -> None:
    referrers = Counter(
        row["referrer"][:3] for row in lines if "-eerstelijnsdiagnostiek-" in row["file"]
    )

    # 015 begins the code of a GP, 016 that of a locum.
    assert referrers["015"] > 0.85 * referrers.total()
    assert referrers["016"] > 0
    assert referrers[""] > 0.02 * referrers.total()


def test_some_files_are_packed_otherwise(small: Made) -> None:
    names = [path.name for path in (small.folder / "deliveries").rglob("*.csv*")]
    endings = Counter(Path(name).suffix for name in names)

    assert endings[".gz"] > endings[".zst"] > 0
    assert endings[".csv"] > 0


def test_moves_and_switches_make_two_rows_of_one_person(small: Made) -> None:
    rows: Counter[tuple[str, ...]] = Counter()
    insurers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for path in sorted((small.folder / "deliveries" / "2021").rglob("*-insured-*.csv.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]:
            fields = line.split(";")
            person = person_of(dict(zip(("bsn", "insurer", "insured_number"), fields[1:4],
                                        strict=True)))  # fmt: skip
            rows[person] += 1
            insurers[person].add(fields[2])

    assert max(rows.values()) == 2
    assert sum(1 for count in rows.values() if count == 2) > 20
    assert any(len(found) == 2 for found in insurers.values())
