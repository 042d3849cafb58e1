"""A store with one registered version, made without Spark from a handful of invented sums."""

from __future__ import annotations

import dataclasses
import random
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from rich.console import Console

from spiegel_core.contracts.gold import (
    MODEL_SPREADS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATIONS,
    PRODUCT,
    PROFILES,
)
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.engine.design import design_of
from spiegel_core.engine.diagnostics import diagnose
from spiegel_core.engine.model import AMOUNT, USERS, Target
from spiegel_core.population.factors import Factors, practice_factors
from spiegel_core.release.names import VersionName
from spiegel_core.release.signature import SIGNER
from spiegel_core.runtime import deciding, registering
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.modelling import FittedModel, content_of_weights, weight_rows
from spiegel_core.runtime.registering import Registering, lock_fingerprint
from spiegel_core.runtime.registry import ModelFacts, keep_version
from spiegel_core.runtime.signing_keys import signing_key
from spiegel_core.runtime.spreads import spread_rows
from spiegel_core.runtime.steps import YEAR as YEAR_STEP
from spiegel_core.runtime.steps import Finished, finish
from spiegel_core.runtime.table_files import equations_of_year
from spiegel_core.runtime.year_work import YearWork

YEAR = 2021
NAME = VersionName(PRODUCT, YEAR, 1)
OWNER, APPROVER_NAME = "platform team", "model committee"
TARGETS = tuple(
    Target(outcome, measure, outcome.startswith("cost"))
    for outcome in ("cost_total", "cost_farmacie", "consult_short")
    for measure in (AMOUNT, USERS)
)
PROVIDERS = tuple(f"0123450{n}" for n in range(6))


@dataclasses.dataclass(frozen=True)
class SmallStore:
    """The store, its job, and its configuration (a copy that may be changed)."""

    folder: Path
    conf: Path
    job: Job


def without_mlflow() -> Any:
    """MLflow only repeats what the register says, and takes seconds to start."""
    return patch.multiple(
        registering, show_in_mlflow=lambda *_: None, show_state=lambda *_: None
    ), patch.object(deciding, "show_state", lambda *_: None)


def made(folder: Path) -> SmallStore:
    """Make the store, its configuration beside it, and register the version."""
    conf = Path(shutil.copytree(PROJECT / "conf", folder / "conf"))
    job = Job(str(folder / "store"), conf, Console(quiet=True))
    factors = practice_factors(job.conf.rules(YEAR))
    fill_with_sums(job, factors, seed=5)
    first, second = without_mlflow()
    with first, second:
        register(job, factors, version=1)
    return SmallStore(folder / "store", conf, job)


def fill_with_sums(job: Job, factors: Factors, seed: int) -> None:
    """Invented cells, sums and profiles of a year."""
    dice = random.Random(seed)
    cells: dict[tuple[str, int], int] = {}
    for _ in range(300):
        classes = {
            f.name: tuple(c for c in f.classes if dice.random() < 0.1) if f.is_any
            else (dice.choice(f.classes),)
            for f in factors.factors
        }  # fmt: skip
        cells[dice.choice(PROVIDERS), factors.pack(classes)] = dice.randint(1, 6)
    outcomes = tuple(dict.fromkeys(t.outcome for t in TARGETS))
    sums = [
        {"provider": provider, "profile": profile, "outcome": outcome, "users": persons,
         "total": total, "total_squares": total * total}
        for (provider, profile), persons in cells.items() for outcome in outcomes
        if (total := dice.randint(0, 50_000))
    ]  # fmt: skip
    held = [
        {"profile": profile, "factor": factor, "class": name}
        for profile in sorted({profile for _, profile in cells})
        for factor, names in factors.unpack(profile).items() for name in names
    ]  # fmt: skip
    persons = [{"provider": provider, "profile": profile, "persons": number}
               for (provider, profile), number in cells.items()]  # fmt: skip
    for table, rows in ((POPULATIONS, persons), (OUTCOME_SUMS, sums), (PROFILES, held)):
        of_year = [{"report_year": YEAR, "product": PRODUCT, **row} for row in rows]
        job.tables.replace(
            table, pa.Table.from_pylist(of_year, schema=arrow_schema(table)),
            report_year=YEAR, product=PRODUCT,
        )  # fmt: skip


def register(
    job: Job, factors: Factors, version: int, targets: tuple[Target, ...] = TARGETS
) -> None:
    """Fit the model of the sums as they are and register it."""
    equations = equations_of_year(job.tables, YEAR, PRODUCT, design_of(factors), targets)
    model = equations.solved()
    cells = job.tables.read(POPULATIONS, report_year=YEAR, product=PRODUCT)
    profiles, places = np.unique(cells["profile"].to_numpy(), return_inverse=True)
    persons = np.bincount(places, cells["persons"].to_numpy()).astype(np.int64)
    totals = [[int(value) for value in row] for row in equations.totals]
    found = diagnose(model, totals, {}, profiles, persons)
    by_class = [(f, c, model.persons[n], totals[n][0], float(totals[n][0]))
                for n, (f, c) in enumerate(model.design.columns)]  # fmt: skip
    finish(job.tables, YEAR, YEAR_STEP, Finished("deliveries", f"sums of {version}"))
    plain = weight_rows(model, YEAR, 0).drop_columns(["version"])
    facts = ModelFacts(
        PRODUCT, YEAR, content_of_weights(plain), f"sums of {version}",
        job.conf.rules_fingerprint(), "0+test", "2021-12-31",
        str(job.conf.product(PRODUCT).review_by), lock_fingerprint(),
    )  # fmt: skip
    rows = weight_rows(model, YEAR, version)
    job.tables.replace(MODEL_WEIGHTS, rows, report_year=YEAR, product=PRODUCT, version=version)
    spreads = equations.spreads(model)
    job.tables.replace(MODEL_SPREADS, spread_rows(spreads, YEAR, PRODUCT, version),
                       report_year=YEAR, product=PRODUCT, version=version)  # fmt: skip
    keep_version(job.tables, facts, version)
    work = YearWork(None, job.tables, job.conf.rules(YEAR), None, (), factors)  # type: ignore[arg-type]
    key = signing_key(job.folder, SIGNER, OWNER, required=False)
    Registering(job, work, key).register(
        VersionName(PRODUCT, YEAR, version),
        FittedModel(model, found, by_class, spreads),
        rows,
        facts,
    )
