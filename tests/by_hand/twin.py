"""Everything the Praktijkspiegel publishes of one report year, from a folder of deliveries."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from .availability import Reasons, availability, link
from .benchmarks import Benchmark, benchmarks, national_spreads
from .characteristics import (
    Patient,
    age_sex,
    condition_routes,
    cost_groups,
    dispensed,
    income_at,
    income_class,
)
from .claim_lines import Claim
from .claims import claims_in_force, net, of_the_year
from .conf import Conf, read_conf
from .conservation import conservation
from .deliveries import read_folder
from .ledger import LedgerRow, ledger_row, settle
from .model import Model, fit
from .outcomes import measure, outcomes_of
from .persons import Cost, costs, net_fees, population_counts, reasons
from .practices import PracticeFacts, practice_facts
from .registers import Registers, read_registers


@dataclass(frozen=True)
class Weight:
    """One row of the weight table; `note` is reference, no_persons, collinear or empty."""

    persons: int
    weight: Fraction
    note: str


@dataclass(frozen=True)
class Results:
    """What is published, in plain dicts.

    Attributes:
        ledger: per file, by its name in the folder.
        waiting_credits: (insurer, reference) of the credits that wait, sorted.
        population_counts: (practice or "" for the country, reason) -> persons, cents.
        patients: by key of the person: the bsn, or "insurer:insured number".
        outcomes: names of the outcomes, in their order.
        values: counted person -> outcome -> value, where it is not zero.
        weights: (outcome, measure, factor, class) -> weight; the constant is ("intercept", "").
        spreads: outcome -> national spread of its amount.
        benchmarks: (practice, outcome, measure) -> benchmark.
        availability: practice -> reasons.
        practices: practice -> name, days, GPs, persons.
        groups: group -> practices of the group.
        group_of: practice -> its group, or None.
        conservation: (step, quantity, part) -> lines, persons or cents.
    """

    ledger: dict[str, LedgerRow]
    waiting_credits: list[tuple[str, str]]
    population_counts: dict[tuple[str, str], tuple[int, int]]
    patients: dict[str, Patient]
    outcomes: list[str]
    values: dict[str, dict[str, int]]
    weights: dict[tuple[str, str, str, str], Weight]
    spreads: dict[str, Fraction | None]
    benchmarks: dict[tuple[str, str, str], Benchmark]
    availability: dict[str, Reasons]
    practices: dict[str, PracticeFacts]
    groups: dict[str, frozenset[str]]
    group_of: dict[str, str | None]
    conservation: dict[tuple[str, str, str], int]


def compute(folder: Path, conf_folder: Path, report_year: int, cut_off: date) -> Results:
    """Work out a report year.

    Args:
        folder: data files with their manifests.
        conf_folder: the conf/ folder.
        report_year: year of the care.
        cut_off: cut-off date of the release. Reading: it says which organisations have ended; a
            late claim counts whenever it was paid.
    """
    conf = read_conf(conf_folder, report_year)
    arrivals = read_folder(folder, conf.door)
    in_force = settle(arrivals)
    registers = read_registers(in_force, conf)
    netted = net(claims_in_force(in_force))
    year = of_the_year(netted.lines, report_year)
    per_person = lines_per_person(year)
    fees = net_fees(year, registers, conf)
    cost = costs(year, conf)
    found = reasons(fees, cost, registers, conf)
    patients = patients_of(found, per_person, cost, registers, conf)
    outcomes = outcomes_of(conf, registers)
    values = measure(per_person, patients, outcomes, conf, registers)
    model = fit(patients, values, outcomes, conf)
    spreads = national_spreads(patients, values, model)
    links = link(per_person, patients, registers, conf, cut_off)
    return Results(
        ledger={arrival.file: ledger_row(arrival) for arrival in arrivals},
        waiting_credits=sorted((line.insurer, line.reference) for line in netted.waiting),
        population_counts=population_counts(found, cost),
        patients=patients,
        outcomes=[outcome.name for outcome in outcomes],
        values=values,
        weights=weight_table(model),
        spreads=spreads,
        benchmarks=benchmarks(patients, values, model, conf, spreads),
        availability=availability(patients, links, registers, conf, cut_off),
        practices=practice_facts(patients, fees, links, registers, conf),
        groups=links.members,
        group_of={agb: links.group_of(agb) for agb in registers.general_practices},
        conservation=conservation(in_force, netted, patients, conf),
    )


def lines_per_person(lines: list[Claim]) -> dict[str, list[Claim]]:
    """The lines of the year by person."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for line in lines:
        found[line.person].append(line)
    return found


def patients_of(
    found: dict[str, tuple[frozenset[str], str]],
    lines: dict[str, list[Claim]],
    cost: dict[str, Cost],
    registers: Registers,
    conf: Conf,
) -> dict[str, Patient]:
    """Every person with a fee, with the characteristics, whether counted or not."""
    low = income_at(conf.rules["income_low_percent"], registers)
    high = income_at(conf.rules["income_high_percent"], registers)
    patients = {}
    for person, (practices, reason) in found.items():
        own = lines.get(person, [])
        drugs = dispensed(own, registers)
        routes = condition_routes(own, drugs, conf)
        insured = registers.insured.get(person)
        whole = cost.get(person, Cost())
        patients[person] = Patient(
            practices=practices,
            practice=next(iter(practices)) if len(practices) == 1 else None,
            reason=reason,
            age_sex=age_sex(insured, conf) if insured else None,
            income=income_class(insured, registers, low, high) if insured else None,
            cost_groups=cost_groups(drugs, conf),
            conditions=frozenset(route.split(":")[0] for route in routes),
            condition_routes=routes,
            total_cents=whole.total_cents,
            ggz_cents=whole.ggz_cents,
        )
    return patients


def weight_table(model: Model) -> dict[tuple[str, str, str, str], Weight]:
    """The model as published: one row per outcome, measure, factor and class."""
    return {
        (*target, *column): Weight(model.persons[at], model.weight(target, at), model.notes[at])
        for target in model.scaled
        for at, column in enumerate(model.columns)
    }


def summary(results: Results) -> str:
    """A few lines about a year, without a value of any person."""
    verdicts = Counter(row.verdict for row in results.ledger.values())
    lines = [f"files      {dict(sorted(verdicts.items()))}"]
    lines += [
        f"{reason:24} {persons:8} persons {cents / 100:16.2f} euro"
        for (practice, reason), (persons, cents) in sorted(results.population_counts.items())
        if practice == ""
    ]
    lines.append(f"outcomes   {len(results.outcomes)}, benchmarks {len(results.benchmarks)}")
    without = sum(not reasons.national for reasons in results.availability.values())
    lines.append(f"practices  {len(results.availability)}, with a national mirror {without}")
    lines.append(f"groups     {len(results.groups)}")
    lines += [f"{step} {what} {part}: {n}" for (step, what, part), n in sorted(
        results.conservation.items())]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    deliveries, conf_path, wanted_year, last_day = sys.argv[1:5]
    sys.stdout.write(
        summary(
            compute(
                Path(deliveries), Path(conf_path), int(wanted_year), date.fromisoformat(last_day)
            )
        )
    )
