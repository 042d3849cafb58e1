"""What a person is like: the seven characteristics."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .claim_lines import Claim
from .conf import Conf
from .register_lines import Insured
from .registers import Registers

PHARMACY, MEDICINE_LIST = "farmacie", "001"
SPECIALIST_CARE = "medisch_specialistisch"
CHAIN_CARE_LIST = "900"
CONDITIONS = ("diabetes", "copd", "cvrm")
INCOMES = ("low", "middle", "high", "unknown")


@dataclass(frozen=True)
class Patient:
    """A person with a registration fee, as published (by key of the person)."""

    practices: frozenset[str]
    practice: str | None
    reason: str
    age_sex: str | None
    income: str | None
    cost_groups: frozenset[str]
    conditions: frozenset[str]
    condition_routes: frozenset[str]
    total_cents: int
    ggz_cents: int


@dataclass
class Dispensed:
    """What a person was handed over of one ATC code: thousandths of a DDD, and net lines."""

    ddd_thousandths: int = 0
    lines: int = 0


def age_on(day: date, birth_date: date) -> int:
    """Age in whole years on a day.

    "age at 1 July (born later in the year: 0)" (rules, What a person is like). Reading: whoever has
    his birthday on the day has the new age.

    Example:
        >>> [age_on(date(2021, 7, 1), date(2000, 7, day)) for day in (1, 2)]
        [21, 20]
    """
    had_birthday = (birth_date.month, birth_date.day) <= (day.month, day.day)
    return max(0, day.year - birth_date.year - (0 if had_birthday else 1))


def age_sex(insured: Insured, conf: Conf) -> str:
    """The class of age and sex, as "M 45-49" or "V 00".

    "20 age classes (0, 1–4, … 85–89, 90+) × M/V; age at 1 July"; "age × sex is one factor of 40
    classes" (rules, What a person is like). Reading: the last class has no upper end.
    """
    age = age_on(conf.reference_day, insured.birth_date)
    name = [name for name, from_age in conf.age_classes if from_age <= age][-1]
    return f"{insured.sex} {name}"


def income_at(percent: int, registers: Registers) -> int | None:
    """The income that stands for a percentage of the inhabitants.

    "p30 = smallest income at which the inhabitants, summed upward over all postcodes, reach 30%
    (p70 alike)" (rules, What a person is like).
    """
    all_inhabitants = sum(registers.inhabitants.values())
    reached = 0
    for income, postcode in sorted((income, code) for code, income in registers.incomes.items()):
        reached += registers.inhabitants[postcode]
        if 100 * reached >= percent * all_inhabitants:
            return income
    return None


def income_class(insured: Insured, registers: Registers, low: int | None, high: int | None) -> str:
    """The class of income.

    "low: average income of the postcode < p30; high: > p70; middle: between; unknown is a fourth
    class" (rules, What a person is like).
    """
    income = registers.incomes.get(insured.postcode4)
    if income is None or low is None or high is None:
        return "unknown"
    if income < low:
        return "low"
    return "high" if income > high else "middle"


def atc_of(line: Claim, registers: Registers) -> str | None:
    """The ATC code of a pharmacy line; None on other lines and on medicines not in the register."""
    if line.care_type != PHARMACY or line.code_list != MEDICINE_LIST:
        return None
    medicine = registers.medicines.get(line.code)
    return medicine.atc if medicine else None


def ddd_thousandths(line: Claim, registers: Registers) -> int:
    """Daily doses of a pharmacy line, in thousandths.

    "DDD of a line = quantity × ddd_per_1000_units / 1000, exact, net" (rules, readings). So
    quantity × ddd_per_1000_units is a whole number of thousandths of a DDD.
    """
    medicine = registers.medicines[line.code]
    return line.sign * line.quantity * medicine.ddd_per_1000_units


def dispensed(lines: list[Claim], registers: Registers) -> dict[str, Dispensed]:
    """What a person was handed over in the year, per ATC code."""
    found: dict[str, Dispensed] = defaultdict(Dispensed)
    for line in lines:
        atc = atc_of(line, registers)
        if atc is not None:
            found[atc].ddd_thousandths += ddd_thousandths(line, registers)
            found[atc].lines += line.sign
    return found


def of_drugs(drugs: dict[str, Dispensed], prefixes: list[str]) -> Dispensed:
    """Daily doses and lines "summed over all drugs of the condition or group" (rules, readings)."""
    own = [found for atc, found in drugs.items() if atc.startswith(tuple(prefixes))]
    return Dispensed(sum(found.ddd_thousandths for found in own), sum(f.lines for f in own))


def cost_groups(drugs: dict[str, Dispensed], conf: Conf) -> frozenset[str]:
    """The pharmaceutical cost groups of a person that are classes.

    "More than 180 DDD in the year per group (cancer: 3 or more lines)"; "strictly more than 180";
    "cancer counts net lines"; "The FKGs of these three conditions are then not also FKG classes";
    "the exclusions of 2015 (psychosis → no depression, and so on)" (rules, What a person is like).
    Reading: a group rules another out by its own drugs, also where it is no class itself.
    """
    has = set()
    for group in conf.fkg_groups:
        atcs = [row["atc"] for row in conf.fkg_drugs if row["group"] == group["group"]]
        own = of_drugs(drugs, atcs)
        if group["rule"] == "lines":
            is_in = own.lines >= conf.rules["fkg_cancer_lines"]
        else:
            is_in = own.ddd_thousandths > 1000 * conf.rules["fkg_ddd"]
        if is_in and atcs:
            has.add(group["group"])
    return frozenset(
        group["group"]
        for group in conf.fkg_groups
        if group["group"] in has
        and group["is_class"] == "yes"
        and not has & set(group["excluded_by"].split(","))
    )


def condition_routes(lines: list[Claim], drugs: dict[str, Dispensed], conf: Conf) -> frozenset[str]:
    """Every `condition:route` by which a person has a condition.

    "yes/no each: chain-care claim in the year, **or** more than 180 DDD of the condition's drugs,
    **or** a listed specialist diagnosis. … The source of each yes is kept"; "Chain care: net lines
    > 0 (`ASTMA` sets no flag). The three flags are independent of each other" (rules, What a person
    is like). Reading: a programme or diagnosis is there when its own net lines are above zero.
    """
    programmes: dict[str, int] = defaultdict(int)
    diagnoses: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        if line.code_list == CHAIN_CARE_LIST:
            programmes[line.code] += line.sign
        if line.care_type == SPECIALIST_CARE:
            diagnoses[line.specialism, line.diagnosis] += line.sign
    found = set()
    for row in conf.conditions:
        if (row["route"] == "chain_care" and programmes[row["code"]] > 0) or (
            row["route"] == "specialist" and diagnoses[row["specialism"], row["code"]] > 0
        ):
            found.add(f"{row['condition']}:{row['route']}")
    for condition in CONDITIONS:
        atcs = [
            row["code"]
            for row in conf.conditions
            if row["condition"] == condition and row["route"] == "drugs"
        ]
        if of_drugs(drugs, atcs).ddd_thousandths > 1000 * conf.rules["condition_ddd"]:
            found.add(f"{condition}:drugs")
    return frozenset(found)
