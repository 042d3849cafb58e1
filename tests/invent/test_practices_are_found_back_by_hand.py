"""Which practices have no document and why, counted in the files, is what the truth says."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.invent.conftest import Made, Read
from tests.invent.rules_by_hand import reason_of


def test_practices_have_no_document_for_the_reasons_the_truth_names(
    small: Made, read: Read
) -> None:
    told = {row["practice"]: row for row in small.truth("practices.csv")}
    counts: Counter[tuple[str, str]] = Counter()
    quarters: dict[str, Counter[str]] = defaultdict(Counter)
    successor = _successors(read)
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
        assert row["care_group"] == (group if group in organisations else "")
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


def _successors(read: Read) -> dict[str, str]:
    return {
        row["agb"]: row["successor_agb"]
        for row in read.registers["organisations"]
        if row["kind"] == "zorggroep" and row["successor_agb"]
    }


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
