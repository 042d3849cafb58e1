"""Every file is judged as intended, and every person is found back in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.runtime.conf import Conf
from tests.invent.by_hand import (
    Found,
    Person,
    Received,
    admitted_rows,
    find_all,
    gps_at_several,
    netted,
    person_of,
    read_deliveries,
    reason_of,
    verdicts,
)
from tests.invent.conftest import Made


@dataclass(frozen=True)
class Read:
    """The small country as read from its files."""

    received: list[Received]
    verdict: dict[str, str]
    claims: list[dict[str, str]]
    insured: set[Person]
    found: dict[Person, Found]
    several: set[str]
    rules: YearRules
    registers: dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def read(small: Made) -> Read:
    conf = Conf()
    rules = conf.rules(small.plan.last_year)
    received = read_deliveries(small.folder / "deliveries", conf.door())
    verdict = verdicts(received)
    registers = {
        kind: [*admitted_rows(received, verdict, kind)]
        for kind in ("organisations", "practitioners", "medicines", "insured", "postcode_income")
    }
    claims = [*admitted_rows(received, verdict, "claims")]
    medicines = {
        row["zi"]: (row["atc"], int(row["ddd_per_1000_units"])) for row in registers["medicines"]
    }
    practices = {
        row["agb"] for row in registers["organisations"] if row["kind"] == "huisartspraktijk"
    }
    found = find_all(netted(claims), medicines, practices, rules)
    year = str(small.plan.last_year)
    insured = {person_of(row) for row in registers["insured"] if row["year"] == year}
    several = gps_at_several(found, registers["practitioners"], practices, f"{year}0701")
    return Read(received, verdict, claims, insured, found, several, rules, registers)


def test_every_file_gets_the_verdict_the_truth_names(small: Made, read: Read) -> None:
    expected = {row["file"]: row["verdict"] for row in small.truth("deliveries.csv")}

    assert read.verdict == expected
    assert Counter(expected.values()).keys() == {"admitted", "superseded", "refused", "copy"}


def test_exactly_the_planted_lines_are_set_aside_and_each_by_its_rule(
    small: Made, read: Read
) -> None:
    expected = {
        (row["file"], int(row["line"]), row["rule"], row["field"])
        for row in small.truth("lines_set_aside.csv")
    }
    found = {
        (one.name, line, rule, name)
        for one in read.received
        for line, rule, name in one.judgement.quarantine
        # The first version of a refused delivery is not looked at line by line.
        if read.verdict[one.name] == "admitted"
    }

    assert found == expected
    assert len(expected) >= 8
    assert len(expected) < 0.001 * len(read.claims)


def test_no_file_has_a_warning_or_any_other_finding(read: Read) -> None:
    odd = Counter(
        (finding.rule, finding.consequence)
        for one in read.received
        for finding in one.judgement.findings.kept
        if finding.consequence == "warn"
    )

    assert odd == {}


def test_a_refused_file_is_refused_for_its_number_of_rows_only(read: Read) -> None:
    refused = [one for one in read.received if read.verdict[one.name] == "refused"]

    for one in refused:
        assert [finding.rule for finding in one.judgement.findings.kept] == ["claims.rows"]
        again = [
            o for o in read.received if o.manifest["delivery_id"] == one.manifest["delivery_id"]
        ]
        assert sorted(read.verdict[o.name] for o in again) == ["admitted", "refused"]


def test_control_totals_are_those_of_the_truth(small: Made, read: Read) -> None:
    told = {row["file"]: row for row in small.truth("deliveries.csv")}

    for one in read.received:
        row, judged = told[one.name], one.judgement
        assert int(row["rows"]) == judged.lines
        assert int(row["debit_cents"]) == judged.debit_cents
        assert int(row["credit_cents"]) == judged.credit_cents
        assert int(row["set_aside"]) == (
            len(judged.aside) if read.verdict[one.name] == "admitted" else 0
        )


def test_every_person_counts_or_not_as_the_truth_says(small: Made, read: Read) -> None:
    for row in small.people():
        person = person_of(row)
        practices, reason = reason_of(
            read.found.get(person, Found()), read.several, person in read.insured, read.rules
        )
        assert (practices, reason) == (row["practices"], row["reason"])


def test_every_reason_occurs(small: Made) -> None:
    reasons = Counter(row["reason"] for row in small.people())

    assert reasons.keys() == {
        "counted", "several_practices", "gp_at_several_practices", "not_in_register", "high_cost",
        "no_fee",
    }  # fmt: skip
    assert reasons["counted"] > 0.8 * reasons.total()


def test_every_reason_occurs_among_ordinary_persons_too(small: Made) -> None:
    reasons = {row["reason"] for row in small.truth("persons-p00.csv")}

    assert reasons >= {"several_practices", "gp_at_several_practices", "not_in_register",
                       "high_cost", "no_fee"}  # fmt: skip


def test_ordinary_persons_use_exactly_180_daily_doses_of_a_cost_group_and_are_not_in_it(
    small: Made, read: Read
) -> None:
    exact = 0
    for row in small.truth("persons-p00.csv"):
        one = read.found.get(person_of(row), Found())
        for group in read.rules.cost_groups:
            if sum(n for atc, n in one.doses.items() if atc.startswith(group.atc)) == 180_000:
                exact += 1
                assert group.name not in row["cost_groups"].split("|")

    assert exact


def test_every_person_cost_exactly_what_the_truth_says(small: Made, read: Read) -> None:
    for row in small.people():
        one = read.found.get(person_of(row), Found())
        assert (one.total, one.ggz) == (int(row["total_cents"]), int(row["ggz_cents"]))


def test_every_condition_shows_by_the_routes_of_the_truth(small: Made, read: Read) -> None:
    for row in small.people():
        shows = read.found.get(person_of(row), Found()).shows(read.rules)
        assert shows == {name for name in row["shows"].split("|") if name}


def test_every_cost_group_is_that_of_the_truth(small: Made, read: Read) -> None:
    for row in small.people():
        groups = read.found.get(person_of(row), Found()).cost_groups(read.rules)
        assert groups == {name for name in row["cost_groups"].split("|") if name}


def test_nobody_shows_a_condition_that_was_not_planted(small: Made) -> None:
    for row in small.people():
        shown = {name.split(":")[0] for name in row["shows"].split("|") if name}
        assert shown <= set(row["planted"].split("|"))


def test_the_truth_has_everybody_who_has_care_or_is_in_the_register(
    small: Made, read: Read
) -> None:
    told = {person_of(row) for row in small.people()}

    assert {person for person, one in read.found.items() if one.total} <= told
    assert read.insured <= told


def test_references_are_unique_per_insurer(read: Read) -> None:
    counts = Counter((row["insurer"], row["reference"]) for row in read.claims)

    assert max(counts.values()) == 1


def test_all_care_types_lists_and_specialisms_occur(read: Read) -> None:
    care_types = {row["care_type"] for row in read.claims}
    specialisms = {row["specialism"] for row in read.claims} - {""}

    assert care_types == {care_type.name for care_type in read.rules.care_types}
    assert {row["code_list"] for row in read.claims} == {
        "008", "001", "012", "007", "010", "011", "013", "041", "065", "055", "900", "999",
    }  # fmt: skip
    assert specialisms >= set(read.rules.specialisms)


def test_practices_have_no_document_for_the_reasons_the_truth_names(
    small: Made, read: Read
) -> None:
    told = {row["practice"]: row for row in small.truth("practices.csv")}
    counts: Counter[tuple[str, str]] = Counter()
    quarters: dict[str, Counter[str]] = defaultdict(Counter)
    successor = {
        row["agb"]: row["successor_agb"]
        for row in read.registers["organisations"]
        if row["kind"] == "zorggroep" and row["successor_agb"]
    }
    for person, one in read.found.items():
        practices, reason = reason_of(one, read.several, person in read.insured, read.rules)
        for practice in filter(None, practices.split("|")):
            counts[practice, reason] += 1
        if reason in ("counted", "high_cost"):
            groups = {(successor.get(g, g), q) for (g, q), n in one.quarters.items() if n > 0}
            quarters[practices].update(group for group, _ in groups)
    linked = {practice: _group(per_group) for practice, per_group in quarters.items() if per_group}
    members = Counter(g for p, g in linked.items() if counts[p, "counted"])
    organisations = {row["agb"]: row for row in read.registers["organisations"]}
    for practice, row in told.items():
        persons = counts[practice, "counted"] + counts[practice, "high_cost"]
        national = {
            "BEGIN_NA_1JAN": organisations[practice]["start"] > "20210101",
            "TE_WEINIG_PATIENTEN": persons < 100,
            "EINDDATUM_VERLEDEN": "" < organisations[practice]["end"] <= "20211231",
        }
        group = linked.get(practice, "none")
        regional = {
            "GEEN_DM_KETENZORG": group == "none",
            "ZORGGROEP_ONBESLIST": group is None,
            "ZORGGROEP_AGB_GEWIJZIGD": group in organisations
            and "" < organisations[str(group)]["end"] <= "20211231",
            "MINDER_DAN_4_PRAKTIJKEN": group in organisations and members[group] < 4,
        }
        for reason in ("counted", "several_practices", "gp_at_several_practices",
                       "not_in_register", "high_cost"):  # fmt: skip
            assert int(row[reason]) == counts[practice, reason]
        assert row["no_national_document"] == "|".join(k for k, v in national.items() if v)
        assert row["no_regional_document"] == "|".join(k for k, v in regional.items() if v)


def _group(per_group: Counter[str]) -> str | None:
    most = max(per_group.values())
    first = [group for group, count in per_group.items() if count == most]
    return first[0] if len(first) == 1 else None


def test_every_practice_situation_is_there(small: Made) -> None:
    practices = small.truth("practices.csv")
    national = {r for row in practices for r in row["no_national_document"].split("|") if r}
    regional = {r for row in practices for r in row["no_regional_document"].split("|") if r}
    planted = {row["situation"]: row["subject"] for row in small.truth("situations.csv")}
    without = next(r for r in practices if r["practice"] == planted["without_diabetes_chain_care"])
    tied = next(r for r in practices if r["practice"] == planted["tied_between_groups"])

    assert national == {"BEGIN_NA_1JAN", "TE_WEINIG_PATIENTEN", "EINDDATUM_VERLEDEN"}
    assert regional == {
        "GEEN_DM_KETENZORG", "ZORGGROEP_ONBESLIST", "ZORGGROEP_AGB_GEWIJZIGD",
        "MINDER_DAN_4_PRAKTIJKEN",
    }  # fmt: skip
    assert without["no_regional_document"] == "GEEN_DM_KETENZORG"
    assert tied["no_regional_document"] == "ZORGGROEP_ONBESLIST"
    assert not [subject for subject in planted.values() if subject.startswith("not planted")]
