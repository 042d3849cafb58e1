"""The truth as files: what was planted, so that it can be found back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from spiegel_core.invent.arrays import Floats
from spiegel_core.invent.cases import Case
from spiegel_core.invent.cells import CELLS, cell_name
from spiegel_core.invent.country import Country
from spiegel_core.invent.effects import Effects
from spiegel_core.invent.health import CONDITIONS
from spiegel_core.invent.texts import Names
from spiegel_core.invent.truth_parts import PersonTruth, TruthPart

# Outcomes that have no effect of their own, but care with and without effects in them.
_MIXED = {
    "cost_huisartsenzorg": (
        "consult_short", "consult_normal", "consult_long", "visit_short", "visit_long",
        "contact_remote", "vaccination", "poh_ggz", "special_procedures", "gp_other",
        "gp_module", "registration_fee", "chain_care",
    ),
    "cost_eerstelijnsdiagnostiek": (
        "tests_laboratory", "tests_imaging", "tests_function", "tests_pathology",
    ),
}  # fmt: skip
_DECIMALS = 6


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV with `;`; no field holds one."""
    lines = [";".join(header), *(";".join(str(value) for value in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def persons_file(people: Iterable[PersonTruth]) -> bytes:
    """persons.csv: every person of the last year."""
    header = list(PersonTruth.__dataclass_fields__)
    return csv_text(header, ([getattr(person, name) for name in header] for person in people))


def calibration_file(country: Country, parts: Sequence[TruthPart]) -> bytes:
    """calibration.csv: what a cell costs, and what it should."""
    rows = []
    for year in country.plan.years:
        of_year = [part for part in parts if part.year == year]
        years = sum((part.insured_years for part in of_year), np.zeros(CELLS))
        realised = sum(
            (part.realised for part in of_year), np.zeros((len(country.targets.segments), CELLS))
        )
        wanted = country.targets.cents[year] * years
        rows += [
            (year, *cell_name(cell), segment, f"{years[cell]:.3f}", round(wanted[place, cell]),
             round(realised[place, cell]))
            for place, segment in enumerate(country.targets.segments)
            for cell in range(CELLS)
        ]  # fmt: skip
    header = ("year", "age_class", "sex", "segment", "insured_years", "target_cents",
              "realised_cents")  # fmt: skip
    return csv_text(header, rows)


def conditions_file(country: Country, parts: Sequence[TruthPart]) -> bytes:
    """conditions.csv: how many persons have a condition, and of how many it shows."""
    rows = []
    for year in country.plan.years:
        of_year = [part for part in parts if part.year == year]
        persons = sum((part.persons for part in of_year), np.zeros(CELLS))
        for name in CONDITIONS:
            planted = sum((part.planted[name] for part in of_year), np.zeros(CELLS))
            shown = sum((part.shown[name] for part in of_year), np.zeros(CELLS))
            rows += [
                (year, name, *cell_name(cell), int(persons[cell]), int(planted[cell]),
                 int(shown[cell]))
                for cell in range(CELLS)
            ]  # fmt: skip
    header = ("year", "condition", "age_class", "sex", "persons_all_year", "planted", "shown")
    return csv_text(header, rows)


def effects_files(country: Country, parts: Sequence[TruthPart]) -> dict[str, bytes]:
    """practice_effects.csv, planted_sd.csv and provider_effects.csv."""
    effects = country.effects
    codes = [country.register.codes[int(n)] for n in country.practices.number]
    last = [part for part in parts if part.year == country.plan.last_year]
    by_outcome = logs_of(
        effects,
        np.sum([part.families for part in last], axis=0),
        np.sum([part.without_therapists for part in last], axis=0),
    )
    rows = [
        (code, outcome, "amount", f"{logs[place]:.{_DECIMALS}f}")
        for outcome, logs in by_outcome.items()
        for place, code in enumerate(codes)
    ]
    conf = {row.outcome: row for row in country.conf.planted_effects}
    sds = [
        (outcome, "amount", conf[outcome].sd if outcome in conf else "",
         f"{logs.std():.{_DECIMALS}f}", conf[outcome].acts_on if outcome in conf else "follows")
        for outcome, logs in by_outcome.items()
    ]  # fmt: skip
    providers = [
        (country.register.codes[int(number)], row.discipline, f"{log:.{_DECIMALS}f}")
        for row in country.conf.provider_effects
        for number, log in zip(
            country.providers[row.discipline].number, country.providers[row.discipline].effect,
            strict=True,
        )
    ]  # fmt: skip
    return {
        "practice_effects.csv": csv_text(("practice", "outcome", "measure", "log_effect"), rows),
        "planted_sd.csv": csv_text(
            ("outcome", "measure", "planted_sd", "sd_between_practices", "acts_on"), sds
        ),
        "provider_effects.csv": csv_text(("practice", "discipline", "log_effect"), providers),
    }


def logs_of(effects: Effects, families: Floats, without_therapists: Floats) -> dict[str, Floats]:
    """Per outcome the effect of each practice, as it truly acts on its patients.

    What therapists near a practice do more or less acts on the cost of its patients too. An
    outcome that mixes care with different effects follows from them: what the patients cost,
    divided by what they would have cost without all effects.

    Args:
        effects: the planted effects.
        families: cents per family of care (the last: none) x practices (the last: nowhere).
        without_therapists: the same without the effects of therapists.
    """
    amounts = families[:, :-1]
    planted = np.vstack([effects.logs, np.zeros_like(effects.logs[:1])])[:, :-1]
    logs = planted + np.log(_ratio(amounts, without_therapists[:, :-1]))
    without = amounts / np.exp(logs)
    found = dict(zip(effects.outcomes, logs, strict=False))
    for outcome, names in {**_MIXED, "cost_total": tuple(effects.outcomes)}.items():
        places = [effects.place(name) for name in names]
        found[outcome] = np.log(_ratio(amounts[places].sum(axis=0), without[places].sum(axis=0)))
    return found


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio: Floats = np.divide(above, below, out=np.ones_like(above), where=below > 0)
    return ratio


def situations_of_cases(cases: Sequence[Case], names: Names) -> list[tuple[str, ...]]:
    """Rows of situations.csv for the persons made by hand."""
    return [
        (case.situation, case.about, "person",
         f"{names.bsn[n]} {names.insurers[case.lines[0].insurer]} {names.insured_number[n]}",
         case.expected)
        for n, case in enumerate(cases)
    ]  # fmt: skip
