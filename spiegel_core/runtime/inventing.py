"""The invented country as files: made piece by piece, side by side, the same on every run."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from spiegel_core.errors import WrongUse
from spiegel_core.invent.arrays import Floats
from spiegel_core.invent.calibration import Totals, factors_of, totals_of
from spiegel_core.invent.care import GROUPS, care_of_group, make_piece, make_year
from spiegel_core.invent.case_files import (
    PIECE,
    all_cases,
    insured_rows_of_cases,
    lines_of_cases,
    names_of_cases,
)
from spiegel_core.invent.corrections import with_corrections
from spiegel_core.invent.country import Country, build_country
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.deliveries import deliveries_of, split_by_year, with_waiting
from spiegel_core.invent.dice import dice
from spiegel_core.invent.identity import bsn_texts, insured_numbers
from spiegel_core.invent.incidents import Sent, sent_files
from spiegel_core.invent.insured_files import insured_contents, insured_rows
from spiegel_core.invent.lines import written_out
from spiegel_core.invent.packing import sent
from spiegel_core.invent.plan import CountryPlan, refuse_impossible
from spiegel_core.invent.register_files import registers
from spiegel_core.invent.texts import Names
from spiegel_core.invent.truth_files import persons_file
from spiegel_core.invent.truth_parts import TruthPart, truth_of
from spiegel_core.invent.truth_writing import truth_files
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.country_figures import read_country_conf
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.run import Run, Step

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["CountryPlan", "read_country_conf", "write_country"]

DELIVERIES, TRUTH = "deliveries", "truth"
_MARK = "invented_country.json"
Part = TypeVar("Part")
# Where parts are made: on a cluster, or in so many processes of this machine.
Hands = tuple["SparkSession | None", int]


@dataclass(frozen=True)
class _Worker:
    """What a process needs to make any part of the country; it travels to other processes."""

    plan: CountryPlan
    conf: CountryConf
    uri: str
    limits: tuple[int, int]
    factors: Mapping[int, Floats]

    def calibrate(self, task: tuple[int, int]) -> Totals:
        """Sum the care of a piece in a year, before calibration."""
        return totals_of(self._country(), *task)

    def write(self, task: tuple[int, str]) -> list[Sent]:
        """Write the deliveries of a piece and a group of care types, over all years."""
        country, (number, group) = self._country(), task
        piece = make_piece(country, number)
        names = Names(
            f"{group}{number:03d}", bsn_texts(piece.people.number, piece.traits.has_bsn),
            insured_numbers(piece.people.number), country.insurers, country.register.codes,
            country.items,
        )  # fmt: skip
        written: list[Sent] = []
        waiting = None
        for year in self.plan.years:
            of_year = make_year(country, piece, year)
            care = care_of_group(country, piece, of_year, group)
            generator = dice(self.plan.seed, "lines", group, number, year)
            lines = written_out(country, of_year.resident, care, self.factors[year], generator)
            lines = with_waiting(waiting, with_corrections(country, lines, generator))
            lines, waiting = split_by_year(country, lines, year, year == self.plan.last_year)
            for slot, content in deliveries_of(country, lines, names, f"{number:02d}"):
                written.extend(self._kept(sent_files(country, slot, content, number == 0)))
            if group == "H":
                # Whoever makes GP care makes the insured register: it is the quickest.
                rows = insured_rows(country, piece, of_year.resident, names)
                for folder, content in insured_contents(rows, country.insurers, f"{number:02d}"):
                    written.extend(self._kept([Sent(sent(content, folder), content)]))
        return written

    def write_cases(self) -> list[Sent]:
        """Write the persons made by hand, and the registers without persons."""
        country = self._country()
        cases = all_cases(country, *self.limits)
        names = names_of_cases(country, cases)
        written: list[Sent] = []
        lines = lines_of_cases(country, cases)
        for slot, content in deliveries_of(country, lines, names, PIECE):
            written.extend(self._kept(sent_files(country, slot, content, False)))
        rows = insured_rows_of_cases(country, cases, names)
        for folder, content in insured_contents(rows, country.insurers, PIECE):
            written.extend(self._kept([Sent(sent(content, folder), content)]))
        for content in registers(country):
            written.extend(self._kept([Sent(sent(content, "registers"), content)]))
        return written

    def tell(self, task: tuple[int, int]) -> TruthPart:
        """The truth of a piece in a year; its persons are written at once."""
        number, year = task
        part = truth_of(self._country(), number, year, self.factors[year], self.limits)
        if part.people:
            Folder(self.uri).write(f"{TRUTH}/persons-p{number:02d}.csv", persons_file(part.people))
        return part.without_people()

    def _country(self) -> Country:
        return build_country(self.conf, self.plan)

    def _kept(self, deliveries: Sequence[Sent]) -> Iterator[Sent]:
        """Write the files; what goes back to the caller holds no lines."""
        folder = Folder(self.uri)
        for delivery in deliveries:
            for file in delivery.files:
                folder.write(f"{DELIVERIES}/{file.name}", file.content)
            yield delivery.without_bytes()


def write_country(
    folder: Folder,
    plan: CountryPlan,
    conf: Conf,
    truth: bool,
    processes: int = 0,
    run: Run | None = None,
    spark: SparkSession | None = None,
) -> dict[str, int]:
    """Invent a country and write its deliveries, and what was planted in it.

    Args:
        folder: gets `deliveries/` and, with truth, `truth/`.
        plan: the country that is asked for.
        conf: the configuration folder.
        truth: whether to write down what was planted.
        processes: side by side; 0 is one per core. The files do not depend on it.
        run: shows the steps with their counts and seconds; None is silent.
        spark: the session of a cluster; None makes the country on this machine.

    Returns:
        files (deliveries sent), lines, persons, practices.

    Raises:
        WrongUse: no country of this size can be made, or the folder holds another one.
        ConfUnusable: conf/invented_country is not usable.
    """
    refuse_impossible(plan)
    figures = read_country_conf(conf)
    _mark(folder, plan, figures)
    numbers = conf.rules(plan.last_year).numbers
    limits = (numbers.high_cost_ggz_cents, numbers.high_cost_total_cents)
    run, country = run or Run(folder, "invent"), build_country(figures, plan)
    worker = _Worker(plan, figures, folder.uri, limits, {})
    hands = spark, processes
    worker = dataclasses.replace(worker, factors=_calibrate(worker, country, hands, run))
    written = _write_deliveries(worker, country, hands, run)
    if truth:
        fewest = (numbers.smallest_practice, numbers.smallest_group)
        _write_truth(folder, worker, country, written, fewest, hands, run)
    return {**_sent(written), "persons": plan.persons, "practices": plan.practices}


def _mark(folder: Folder, plan: CountryPlan, figures: CountryConf) -> None:
    """Say in the folder which country it holds; refuse to mix two of them."""
    of_figures = hashlib.sha256(figures.model_dump_json().encode()).hexdigest()
    content = {"plan": dataclasses.asdict(plan), "figures": of_figures}
    mark = json.dumps(content, indent=2) + "\n"
    known = folder.read(_MARK).decode() if folder.exists(_MARK) else ""
    if known != mark and (known or folder.exists(DELIVERIES)):
        raise WrongUse(
            "the folder holds deliveries of something else", where=folder.uri,
            expected="an empty folder, or the same country with the same figures",
            fix="name another folder, or remove this one",
        )  # fmt: skip
    folder.write(_MARK, mark.encode())


def _piece_years(country: Country) -> list[tuple[int, int]]:
    return [(piece, year) for year in country.plan.years for piece in range(len(country.pieces))]


def _calibrate(worker: _Worker, country: Country, hands: Hands, run: Run) -> Mapping[int, Floats]:
    with run.step("invent: calibrate") as step:
        step.counts["persons"] = country.plan.persons
        sums = distribute(worker.calibrate, _piece_years(country), *hands)
        return factors_of(country, _counted(sums, step))


def _write_deliveries(worker: _Worker, country: Country, hands: Hands, run: Run) -> list[Sent]:
    tasks = [(piece, group) for group in GROUPS for piece in range(len(country.pieces))]
    with run.step("invent: write") as step:
        parts = distribute(worker.write, tasks, *hands)
        written = [sent for part in _counted(parts, step) for sent in part]
        written += worker.write_cases()
        step.counts |= _sent(written)
    return written


def _write_truth(
    folder: Folder,
    worker: _Worker,
    country: Country,
    written: Sequence[Sent],
    fewest: tuple[int, int],
    hands: Hands,
    run: Run,
) -> None:
    with run.step("invent: truth") as step:
        told = distribute(worker.tell, _piece_years(country), *hands)
        parts = [*_counted(told, step)]
        cases = all_cases(country, *worker.limits)
        files = truth_files(country, parts, cases, written, fewest)
        for name, content in files.items():
            folder.write(f"{TRUTH}/{name}", content)
        step.counts["files"] = len(files) + len(country.pieces)


def _counted(parts: Iterable[Part], step: Step) -> Iterator[Part]:
    """The parts as they come in, counted in the step."""
    for done, part in enumerate(parts, start=1):
        step.counts["parts"] = done
        yield part


def _sent(written: Sequence[Sent]) -> dict[str, int]:
    return {"files": len(written), "lines": sum(sent.content.rows for sent in written)}
