"""Every published number of a generated country, once by the engine and once by hand.

Source: design, rules; tests/by_hand works the same texts out with lists and fractions.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pytest

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.gold import (
    AVAILABILITY,
    BENCHMARKS,
    MODEL_SPREADS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    PATIENTS,
    POPULATION_COUNTS,
    POPULATIONS,
    PRACTICES,
)
from spiegel_core.deliveries.pseudonym import pseudonyms, read_key
from tests.by_hand.twin import Results
from tests.pipeline.small_country import SmallRun

_SCALE = 10**9


def person_ids(persons: list[str], key: Path) -> dict[int, str]:
    """Pseudonym -> the person as the twin names it."""
    texts = [f"u:{person}" if ":" in person else f"b:{person}" for person in persons]
    found = pseudonyms(read_key(key).for_persons(), texts)[:, 0].tolist()
    return dict(zip(found, persons, strict=True))


def test_every_file_has_the_verdict_worked_out_by_hand(
    small_run: SmallRun, by_hand: Results
) -> None:
    found = {
        row["file"].split("/")[-1]: (
            row["verdict"], row["lines"], row["lines_set_aside"],
            row["debit_cents"], row["credit_cents"],
        )
        for row in small_run.rows(DELIVERIES)
    }  # fmt: skip
    worked_out = {
        row.file.split("/")[-1]: (
            row.verdict,
            row.lines,
            len(row.set_aside),
            row.debit_cents,
            row.credit_cents,
        )
        for row in by_hand.ledger.values()
    }
    admitted = {file for file, row in worked_out.items() if row[0] == "admitted"}

    assert {file: row[0] for file, row in found.items()} == {
        file: row[0] for file, row in worked_out.items()
    }
    assert {file: found[file] for file in admitted} == {file: worked_out[file] for file in admitted}


def test_persons_and_cents_are_counted_for_the_same_reasons(
    small_run: SmallRun, by_hand: Results
) -> None:
    found = {
        (row["practice"], row["reason"]): (row["persons"], row["cost_cents"])
        for row in small_run.rows(POPULATION_COUNTS)
        if row["persons"]
    }
    worked_out = {key: value for key, value in by_hand.population_counts.items() if value[0]}

    assert found == worked_out


def test_every_person_has_the_same_practice_reason_and_characteristics(
    small_run: SmallRun, by_hand: Results, country_key: Path
) -> None:
    names = person_ids(sorted(by_hand.patients), country_key)
    found = {
        names.get(row["person_id"], row["person_id"]): (
            frozenset(row["practices"]), row["practice"], row["reason"], row["age_sex"],
            row["income"], frozenset(row["cost_groups"]), frozenset(row["conditions"]),
            frozenset(row["condition_routes"]), row["total_cents"], row["ggz_cents"],
        )
        for row in small_run.rows(PATIENTS)
    }  # fmt: skip
    worked_out = {
        key: (
            p.practices, p.practice, p.reason, p.age_sex, p.income, p.cost_groups, p.conditions,
            p.condition_routes, p.total_cents, p.ggz_cents,
        )
        for key, p in by_hand.patients.items()
    }  # fmt: skip
    reasons = {p.reason for p in by_hand.patients.values()}

    assert reasons == {
        "counted", "several_practices", "gp_at_several_practices", "not_in_register", "high_cost",
    }  # fmt: skip
    assert found == worked_out


def test_sums_per_practice_and_outcome_are_equal(small_run: SmallRun, by_hand: Results) -> None:
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for row in small_run.rows(OUTCOME_SUMS):
        key = row["provider"], row["outcome"]
        users, total, squares = found.get(key, (0, 0, 0))
        found[key] = (
            users + row["users"],
            total + int(row["total"]),
            squares + int(row["total_squares"]),
        )
    worked_out: dict[tuple[str, str], tuple[int, int, int]] = {}
    for person, values in by_hand.values.items():
        practice = by_hand.patients[person].practice
        assert practice is not None
        for outcome, value in values.items():
            users, total, squares = worked_out.get((practice, outcome), (0, 0, 0))
            worked_out[practice, outcome] = (
                users + (value > 0),
                total + value,
                squares + value * value,
            )
    cells = small_run.rows(POPULATIONS)
    counted = sum(p.reason == "counted" for p in by_hand.patients.values())

    assert found == worked_out
    assert sum(row["persons"] for row in cells) == counted


def test_every_weight_is_equal_to_its_last_digit(small_run: SmallRun, by_hand: Results) -> None:
    def name(factor: str, value: str) -> tuple[str, str]:
        return (factor, "") if factor == "intercept" else (factor, value)

    found = {
        (row["outcome"], row["measure"], *name(row["factor"], row["class"])): (
            row["persons"],
            Fraction(row["weight"]),
        )
        for row in small_run.rows(MODEL_WEIGHTS)
    }
    worked_out = {key: (row.persons, row.weight) for key, row in by_hand.weights.items()}

    assert len(found) > 10_000
    assert found == worked_out


def test_every_national_spread_is_equal_to_its_last_digit(
    small_run: SmallRun, by_hand: Results
) -> None:
    found = {
        row["outcome"]: None if row["spread"] is None else Fraction(row["spread"])
        for row in small_run.rows(MODEL_SPREADS)
    }
    assert len(found) > 100
    assert found == by_hand.spreads


def test_observed_and_expected_are_equal_and_intervals_to_a_millionth(
    small_run: SmallRun, by_hand: Results
) -> None:
    rows = small_run.rows(BENCHMARKS, reference="national")
    found = {(row["provider"], row["outcome"], row["measure"]): row for row in rows}

    assert found.keys() == by_hand.benchmarks.keys()
    for key, row in found.items():
        worked_out = by_hand.benchmarks[key]
        assert (row["persons"], int(row["observed"])) == (worked_out.persons, worked_out.observed)
        # The sum of rounded weights, itself exact: nine decimals.
        assert Fraction(row["expected"]) == worked_out.expected, key
        assert is_near(row["index"], worked_out.index), key
        for level, limits in (("95", worked_out.limits_95), ("99_8", worked_out.limits_99_8)):
            pair = limits or (None, None)
            assert is_near(row[f"lower_{level}"], pair[0]), key
            assert is_near(row[f"upper_{level}"], pair[1]), key


def is_near(found: float | None, worked_out: float | None) -> bool:
    """Whether two figures are both absent, or the same to a millionth of their size."""
    if found is None or worked_out is None:
        return found is worked_out
    return math.isclose(found, worked_out, rel_tol=1e-6, abs_tol=1e-9)


@pytest.mark.parametrize("edition", ["national", "regional"])
def test_the_same_practices_get_no_mirror_for_the_same_reasons(
    small_run: SmallRun, by_hand: Results, edition: str
) -> None:
    found: dict[str, set[str]] = {}
    for row in small_run.rows(AVAILABILITY, edition=edition):
        found.setdefault(row["practice"], set()).add(row["reason"])
    worked_out = {
        practice: set(getattr(reasons, edition))
        for practice, reasons in by_hand.availability.items()
        if getattr(reasons, edition)
    }

    assert found == worked_out


def test_practices_are_described_alike(small_run: SmallRun, by_hand: Results) -> None:
    names = (
        "name", "start", "end", "is_in_register", "gps", "gps_elsewhere", "locums", "care_group",
        "persons", "counted",
    )  # fmt: skip
    found = {
        row["practice"]: tuple(row[name] for name in names) for row in small_run.rows(PRACTICES)
    }
    worked_out = {
        practice: tuple(getattr(facts, name) for name in names)
        for practice, facts in by_hand.practices.items()
    }

    assert found == worked_out
