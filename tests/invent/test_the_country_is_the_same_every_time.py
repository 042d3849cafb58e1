"""The same bytes on every run, however many processes make them; another seed, another country."""

from __future__ import annotations

import dataclasses
import gzip
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession
from rich.console import Console

from spiegel_core.deliveries.fields import is_bsn
from spiegel_core.errors import ConfUnusable, WrongUse
from spiegel_core.invent.dice import dice
from spiegel_core.invent.identity import bsn_of, bsn_texts
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime import inventing
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import read_country_conf, write_country
from spiegel_core.runtime.run import Run
from tests.invent.by_hand import folder_hash

_PLAN = CountryPlan(persons=2_500, practices=12, first_year=2021, last_year=2021, seed=3)


@pytest.fixture(scope="module")
def in_pieces(tmp_path_factory: pytest.TempPathFactory) -> Conf:
    """The configuration with pieces of 1,000 persons, so that a small country has three."""
    folder = tmp_path_factory.mktemp("conf") / "conf"
    shutil.copytree(PROJECT / "conf", folder)
    path = folder / "invented_country" / "country.yml"
    text = path.read_text(encoding="utf-8")
    assert "block_persons: {value: 50000," in text
    path.write_text(text.replace("value: 50000,", "value: 1000,", 1), encoding="utf-8")
    return Conf(folder)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, in_pieces: Conf) -> Path:
    folder = tmp_path_factory.mktemp("once")
    write_country(Folder(folder), _PLAN, in_pieces, truth=True, processes=1)
    return folder


def test_two_processes_write_the_same_bytes_as_one(
    once: Path, tmp_path: Path, in_pieces: Conf
) -> None:
    write_country(Folder(tmp_path), _PLAN, in_pieces, truth=True, processes=2)

    assert folder_hash(tmp_path) == folder_hash(once)


def test_parts_made_in_tasks_of_spark_write_the_same_bytes(
    once: Path, tmp_path: Path, in_pieces: Conf, spark_session: SparkSession
) -> None:
    write_country(Folder(tmp_path), _PLAN, in_pieces, truth=True, spark=spark_session)

    assert folder_hash(tmp_path) == folder_hash(once)


def test_parts_made_in_another_order_write_the_same_bytes(
    once: Path, tmp_path: Path, in_pieces: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def last_first(
        work: Callable[[object], object], tasks: Sequence[object], *hands: object
    ) -> Iterator[object]:
        results = [work(task) for task in reversed(tasks)]
        made.append(len(results))
        yield from reversed(results)

    monkeypatch.setattr(inventing, "distribute", last_first)
    write_country(Folder(tmp_path), _PLAN, in_pieces, truth=True, processes=1)

    # Three pieces: calibration and truth of one year, and five groups of care types.
    assert made == [3, 15, 3]
    assert folder_hash(tmp_path) == folder_hash(once)


def test_one_part_alone_writes_the_files_it_writes_among_all(
    once: Path, tmp_path: Path, in_pieces: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second_piece_only(
        work: Callable[[object], object], tasks: Sequence[object], *hands: object
    ) -> Iterator[object]:
        is_write = isinstance(tasks[0], tuple) and isinstance(tasks[0][1], str)
        yield from map(work, [t for t in tasks if not is_write or t == (1, "H")])

    monkeypatch.setattr(inventing, "distribute", second_piece_only)
    write_country(Folder(tmp_path), _PLAN, in_pieces, truth=False, processes=1)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*-p01.*")]

    assert len(written) > 10
    for path in written:
        assert (tmp_path / path).read_bytes() == (once / path).read_bytes()


def test_progress_is_one_line_per_step_however_narrow_the_log(
    tmp_path: Path, in_pieces: Conf
) -> None:
    said = io.StringIO()
    run = Run(Folder(tmp_path), "invent", Console(file=said, soft_wrap=True, width=40))
    counts = write_country(Folder(tmp_path), _PLAN, in_pieces, truth=True, processes=1, run=run)
    told = re.sub(r" +\d+\.\d s +", " ", said.getvalue()).splitlines()

    assert told == [
        " ✓ invent: calibrate 2,500 persons  3 parts",
        f" ✓ invent: write 15 parts  {counts['files']:,} files  {counts['lines']:,} lines",
        " ✓ invent: truth 3 parts  14 files",
    ]
    assert len(list((tmp_path / "truth").iterdir())) == 14
    assert not (tmp_path / "runs").exists()


def test_a_second_run_into_the_same_folder_changes_nothing(once: Path, in_pieces: Conf) -> None:
    before = folder_hash(once)

    write_country(Folder(once), _PLAN, in_pieces, truth=True, processes=1)

    assert folder_hash(once) == before


def test_another_seed_is_another_country(once: Path, tmp_path: Path, in_pieces: Conf) -> None:
    other = dataclasses.replace(_PLAN, seed=4)
    write_country(Folder(tmp_path), other, in_pieces, truth=False, processes=1)
    name = "deliveries/2021/9101/9101-farmacie-2021-Q3-p00.csv.gz"

    assert gzip.decompress((tmp_path / name).read_bytes()) != gzip.decompress(
        (once / name).read_bytes()
    )


def test_two_countries_are_never_mixed_in_one_folder(once: Path, in_pieces: Conf) -> None:
    before = folder_hash(once)

    with pytest.raises(WrongUse, match="the folder holds deliveries of something else"):
        write_country(Folder(once), dataclasses.replace(_PLAN, seed=4), in_pieces, truth=True)

    assert folder_hash(once) == before


def test_without_truth_the_deliveries_are_the_same_and_nothing_else_is_there(
    once: Path, tmp_path: Path, in_pieces: Conf
) -> None:
    counts = write_country(Folder(tmp_path), _PLAN, in_pieces, truth=False, processes=1)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert folder_hash(tmp_path / "deliveries") == folder_hash(once / "deliveries")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["deliveries", "invented_country.json"]
    assert len(written) == 2 * counts["files"] + 1
    assert counts["persons"] == _PLAN.persons
    assert counts["practices"] == _PLAN.practices


def test_pieces_are_deliveries_side_by_side_with_references_of_their_own(once: Path) -> None:
    references: Counter[tuple[str, str]] = Counter()
    pieces = set()
    for path in sorted((once / "deliveries" / "2021").rglob("*huisartsenzorg-2021-Q3*.csv.gz")):
        pieces.add(path.name.split("-")[4].split(".")[0])
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]:
            fields = line.split(";")
            references[fields[5], fields[1]] += 1

    assert pieces == {"p00", "p01", "p02", "px"}
    assert max(references.values()) == 1


def test_no_name_holds_a_run_of_nine_digits(once: Path) -> None:
    names = [path.name for path in (once / "deliveries").rglob("*") if path.is_file()]
    longest = max(len(run) for name in names for run in _digit_runs(name))

    assert longest < 9


def _digit_runs(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()


def test_a_stream_of_random_numbers_depends_on_its_purpose_only() -> None:
    first, second = dice(1, "lines", 0, 2021), dice(1, "lines", 0, 2021)
    first.random(1000)

    assert second.random() == dice(1, "lines", 0, 2021).random()
    assert dice(1, "lines", 0, 2021).random() != dice(1, "lines", 1, 2021).random()
    # Written down once: the stream of a key must be the same on every machine.
    assert dice(7, "fixed").integers(0, 10**9, 3).tolist() == [29658430, 866012672, 573822484]


def test_invented_citizen_service_numbers_pass_the_test_and_differ() -> None:
    numbers = bsn_of(np.arange(300_000))

    assert is_bsn(numbers).all()
    assert len(np.unique(numbers)) == len(numbers)
    assert numbers.max() < 999_999_999
    assert numbers.min() > 0


def test_a_number_may_begin_with_a_zero_and_none_stands_for_no_number() -> None:
    texts = bsn_texts(np.arange(100_000), np.arange(100_000) % 2 == 0)

    assert {len(text) for text in texts} == {9}
    assert any(text.startswith("0") for text in texts)
    assert set(texts[1::2]) == {"999999999"}


def test_more_persons_than_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="81,000,000"):
        bsn_of(np.array([81_000_000]))


def test_an_impossible_country_is_refused_with_every_reason(tmp_path: Path) -> None:
    plan = CountryPlan(persons=90, practices=50, first_year=2022, last_year=2021, insurers=99)

    with pytest.raises(WrongUse) as refused:
        write_country(Folder(tmp_path), plan, Conf(), truth=False)

    assert str(refused.value) == (
        "this country cannot be invented\n"
        "  found:    persons 90, practices 50, years 2022-2021, insurers 99\n"
        "  expected: persons must be 100 to 25,000,000; practices must be 1 to persons / 50; "
        "years must lie in 2011 to 2026, the first not after the last; "
        "insurers must be 1 to 10\n"
        "  fix:      ask for another size"
    )
    assert not list(tmp_path.iterdir())


def test_every_fault_of_the_figures_is_named_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    shutil.copytree(PROJECT / "conf", folder)
    path = folder / "invented_country" / "insurers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("9101;29.3", "91;much"), encoding="utf-8")

    with pytest.raises(ConfUnusable) as problem:
        read_country_conf(Conf(folder))

    assert "insurers.0.uzovi" in str(problem.value)
    assert "insurers.0.share_percent" in str(problem.value)
