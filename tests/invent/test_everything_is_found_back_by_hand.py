"""Every file is judged as intended, and every person is found back in plain Python."""

from __future__ import annotations

from collections import Counter

from tests.invent.by_hand import person_of
from tests.invent.conftest import Made, Read
from tests.invent.rules_by_hand import Found, reason_of


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
