"""The rules once more, on rows of text: what they make of each person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from spiegel_core.contracts.rules import YearRules
from tests.invent.by_hand import Person, person_of

_MIRRORED = ("code_list", "code", "practice", "care_from", "quantity", "granted_cents")


def netted(claims: list[dict[str, str]]) -> list[tuple[dict[str, str], int]]:
    """Each line that counts with its sign; credits that wait are left out."""
    debits: dict[tuple[object, ...], int] = defaultdict(int)
    for row in claims:
        if row["debit_credit"] == "D":
            debits[row["insurer"], row["reference"], person_of(row), *mirrored(row)] += 1
    counted = []
    for row in claims:
        if row["debit_credit"] == "D":
            counted.append((row, 1))
            continue
        key = (row["insurer"], row["previous_reference"], person_of(row), *mirrored(row))
        if debits[key] > 0:
            debits[key] -= 1
            counted.append((row, -1))
    return counted


def mirrored(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in _MIRRORED)


@dataclass
class Found:
    """What the rules find about one person in a year."""

    fees: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    gps: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    total: int = 0
    ggz: int = 0
    chain: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    quarters: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    doses: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    visits: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def shows(self, rules: YearRules) -> set[str]:
        """condition:route of every condition that shows."""
        found = set()
        for source in rules.conditions:
            name = f"{source.condition}:{source.route}"
            if source.route == "chain_care" and self.chain[source.code] > 0:
                found.add(name)
            visit = (source.specialism or "", source.code)
            if source.route == "specialist" and self.visits[visit] > 0:
                found.add(name)
        for condition in rules.condition_names:
            drugs = tuple(
                s.code for s in rules.conditions if s.condition == condition and s.route == "drugs"
            )
            doses = sum(n for atc, n in self.doses.items() if atc.startswith(drugs))
            if doses > 1000 * rules.numbers.condition_ddd:
                found.add(f"{condition}:drugs")
        return found

    def cost_groups(self, rules: YearRules) -> set[str]:
        """Pharmaceutical cost groups before exclusions."""
        found = set()
        for group in rules.cost_groups:
            lines = sum(n for atc, n in self.lines.items() if atc.startswith(group.atc))
            doses = sum(n for atc, n in self.doses.items() if atc.startswith(group.atc))
            enough = (
                lines >= rules.numbers.fkg_cancer_lines
                if group.counts_lines
                else doses > 1000 * rules.numbers.fkg_ddd
            )
            if enough:
                found.add(group.name)
        return found


def find_all(
    counted: list[tuple[dict[str, str], int]],
    medicines: dict[str, tuple[str, int]],
    practices: set[str],
    rules: YearRules,
) -> dict[Person, Found]:
    """Read every line that counts in the report year."""
    segment = {care_type.name: care_type.segment for care_type in rules.care_types}
    year = str(rules.report_year)
    first, last = (d.strftime("%Y%m%d") for d in rules.registration_period)
    found: dict[Person, Found] = defaultdict(Found)
    for row, sign in counted:
        if row["care_from"][:4] != year or row["cover"] != "B" or not segment[row["care_type"]]:
            continue
        one = found[person_of(row)]
        cents = sign * int(row["granted_cents"])
        one.total += cents
        one.ggz += cents if segment[row["care_type"]] == "ggz" else 0
        is_fee = row["code_list"] == "008" and row["code"] in rules.numbers.registration_fee_codes
        if is_fee and first <= row["care_from"] <= last and row["practice"] in practices:
            one.fees[row["practice"]] += cents
            one.gps[row["practice"], row["performer"]] += cents
        if row["code_list"] == "900":
            one.chain[row["code"]] += sign
            if row["code"] == "DM2":
                quarter = f"{(int(row['care_from'][4:6]) - 1) // 3}"
                one.quarters[row["practice"], quarter] += sign
        if row["care_type"] == "farmacie" and row["code"] in medicines:
            atc, ddd = medicines[row["code"]]
            one.doses[atc] += sign * int(row["quantity"]) * ddd
            one.lines[atc] += sign
        if row["care_type"] == "medisch_specialistisch":
            one.visits[row["specialism"], row["diagnosis"]] += sign
    return found


def reason_of(one: Found, several: set[str], is_insured: bool, rules: YearRules) -> tuple[str, str]:
    """Practices with a net fee, and why the person counts or not."""
    fees = sorted(practice for practice, cents in one.fees.items() if cents > 0)
    gps = {gp for (practice, gp), cents in one.gps.items() if practice in fees and cents > 0}
    numbers = rules.numbers
    if not fees:
        return "", "no_fee"
    practices = "|".join(fees)
    if len(fees) > 1:
        return practices, "several_practices"
    if gps & several:
        return practices, "gp_at_several_practices"
    if not is_insured:
        return practices, "not_in_register"
    if one.ggz > numbers.high_cost_ggz_cents or one.total > numbers.high_cost_total_cents:
        return practices, "high_cost"
    return practices, "counted"


def gps_at_several(
    found: dict[Person, Found], practitioners: list[dict[str, str]], practices: set[str], day: str
) -> set[str]:
    """GPs registered at several practices on a day and seen on fees of at least two of them."""
    registered = defaultdict(set)
    for row in practitioners:
        holds = row["start"] <= day and (not row["end"] or row["end"] >= day)
        if holds and row["qualification"] != "0103" and row["organisation_agb"] in practices:
            registered[row["practitioner_agb"]].add(row["organisation_agb"])
    seen = defaultdict(set)
    for one in found.values():
        for (practice, gp), cents in one.gps.items():
            if cents > 0 and practice in registered[gp]:
                seen[gp].add(practice)
    return {gp for gp, places in seen.items() if len(places) > 1}
