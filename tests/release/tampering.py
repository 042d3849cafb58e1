"""Ways somebody could change a version afterwards, each from a seed, with the place that must be
named."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from spiegel_core.contracts.gold import (
    MODEL_SPREADS,
    MODEL_VERSIONS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATIONS,
    PRODUCT,
    PROFILES,
)
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.runtime.register_files import FOLDER, HEAD
from spiegel_core.runtime.spreads import SPREADS_FILE
from spiegel_core.runtime.versions import conf_files
from tests.release.small_store import NAME, PROVIDERS, YEAR, SmallStore

# Changes the store and returns the place an audit must name.
Tampering = Callable[[SmallStore, random.Random], str]
_OUTCOME_AT = MODEL_SPREADS.column_names.index("outcome")


def byte_of_a_file(store: SmallStore, dice: random.Random) -> str:
    file = dice.choice(sorted(p for p in (store.folder / NAME.folder).rglob("*") if p.is_file()))
    _flip(file, dice)
    return file.name


def file_gone(store: SmallStore, dice: random.Random) -> str:
    file = dice.choice(sorted(p for p in (store.folder / NAME.folder).rglob("*") if p.is_file()))
    file.unlink()
    return file.name


def file_more(store: SmallStore, dice: random.Random) -> str:
    (store.folder / NAME.folder / "plots" / f"{dice.randint(1, 99)}.png").write_bytes(b"x")
    return "/plots/"


def byte_of_a_record(store: SmallStore, dice: random.Random) -> str:
    file = dice.choice(_records(store))
    _flip(file, dice)
    return file.name


def record_gone(store: SmallStore, dice: random.Random) -> str:
    file = dice.choice(_records(store)[:-1])
    file.unlink()
    return file.name


def records_exchanged(store: SmallStore, dice: random.Random) -> str:
    first, second = dice.sample(_records(store), 2)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    return first.name


def tail_cut(store: SmallStore, dice: random.Random) -> str:
    for file in _records(store)[-dice.randint(1, 3) :]:
        file.unlink()
    return FOLDER


def tail_cut_and_earlier_head(store: SmallStore, dice: random.Random) -> str:
    """The head of an earlier day is put back too; only a head kept elsewhere knows better."""
    left = dice.randint(1, len(_records(store)) - 1)
    for file in _records(store)[left:]:
        file.unlink()
    shutil.copyfile(store.folder.parent / f"head{left}.json", store.folder / HEAD)
    return FOLDER


def byte_of_the_head(store: SmallStore, dice: random.Random) -> str:
    _flip(store.folder / HEAD, dice)
    return HEAD


def weight_changed(store: SmallStore, dice: random.Random) -> str:
    def change(row: dict[str, Any]) -> None:
        if dice.random() < 0.7:
            row["weight"] += Decimal(dice.choice((-1, 1))) / 10 ** dice.randint(1, 9)
        else:
            row["persons"] += 1

    row = _change_row(store, MODEL_WEIGHTS, dice, change)
    return f"gold.model_weights, {row['outcome']} {row['measure']}, {row['factor']} {row['class']}"


def weight_gone(store: SmallStore, dice: random.Random) -> str:
    row = _change_row(store, MODEL_WEIGHTS, dice, None)
    return f"gold.model_weights, {row['outcome']} {row['measure']}, {row['factor']} {row['class']}"


def spread_changed(store: SmallStore, dice: random.Random) -> str:
    def change(row: dict[str, Any]) -> None:
        row[dice.choice(("squares", "spread"))] += 1

    row = _change_row(store, MODEL_SPREADS, dice, change)
    return f"gold.model_spreads, {row['outcome']}"


def spread_gone(store: SmallStore, dice: random.Random) -> str:
    row = _change_row(store, MODEL_SPREADS, dice, None)
    return f"gold.model_spreads, {row['outcome']}"


def spread_changed_in_the_file(store: SmallStore, dice: random.Random) -> str:
    """The last digit of a number, in spreads.csv of the version."""
    file = store.folder / NAME.folder / SPREADS_FILE
    lines = file.read_text(encoding="utf-8").splitlines()
    place = dice.randrange(1, len(lines))
    lines[place] = lines[place][:-1] + str((int(lines[place][-1]) + 1) % 10)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"gold.model_spreads, {lines[place].split(',')[_OUTCOME_AT]}"


def sum_changed(store: SmallStore, dice: random.Random) -> str:
    column = dice.choice(("users", "total", "total_squares"))
    row = _change_row(store, OUTCOME_SUMS, dice, lambda row: row.update({column: row[column] + 1}))
    return f"gold.outcome_sums, provider {row['provider']}"


def sum_moved(store: SmallStore, dice: random.Random) -> str:
    """National sums stay what they are."""

    def move(row: dict[str, Any]) -> None:
        row["provider"] = dice.choice([p for p in PROVIDERS if p != row["provider"]])

    row = _change_row(store, OUTCOME_SUMS, dice, move)
    return f"gold.outcome_sums, provider {row['provider']}"


def cell_gone(store: SmallStore, dice: random.Random) -> str:
    row = _change_row(store, POPULATIONS, dice, None)
    return f"gold.populations, provider {row['provider']}"


def class_renamed(store: SmallStore, dice: random.Random) -> str:
    row = _change_row(store, PROFILES, dice, lambda row: row.update({"class": "other"}))
    return f"gold.profiles, factor {row['factor']}"


def line_of_conf(store: SmallStore, dice: random.Random) -> str:
    name = dice.choice(sorted(conf_files(store.job.conf, PRODUCT)))
    _flip(store.conf / name, dice)
    return f"conf/{name}"


def fact_of_the_version(store: SmallStore, dice: random.Random) -> str:
    column = dice.choice(("weights_sha256", "inputs_sha256", "conf_sha256", "code_version"))
    rows = store.job.tables.read(MODEL_VERSIONS).to_pylist()
    rows[0][column] = "0" * 64
    schema = arrow_schema(MODEL_VERSIONS)
    store.job.tables.replace(MODEL_VERSIONS, pa.Table.from_pylist(rows, schema=schema))
    return f"gold.model_versions, {NAME}, {column}"


TAMPERINGS: tuple[Tampering, ...] = (
    byte_of_a_file, file_gone, file_more, byte_of_a_record, record_gone, records_exchanged,
    tail_cut, tail_cut_and_earlier_head, byte_of_the_head, weight_changed, weight_gone,
    spread_changed, spread_gone, spread_changed_in_the_file, sum_changed, sum_moved, cell_gone,
    class_renamed, line_of_conf, fact_of_the_version,
)  # fmt: skip


@contextmanager
def put_back_afterwards(store: SmallStore, copy: Path) -> Iterator[None]:
    """What was changed is put back from a copy of the whole."""
    try:
        yield
    finally:
        shutil.rmtree(store.folder.parent)
        shutil.copytree(copy, store.folder.parent)


def _records(store: SmallStore) -> list[Path]:
    return sorted((store.folder / FOLDER).glob("0*.json"))


def _flip(file: Path, dice: random.Random) -> None:
    """Another letter or digit in one place, so that the file may stay readable."""
    content = bytearray(file.read_bytes() or b"-")
    place = dice.randrange(len(content))
    content[place] = content[place] ^ dice.choice((1, 2, 4, 16))
    file.write_bytes(bytes(content))


def _change_row(
    store: SmallStore, table: Table, dice: random.Random,
    change: Callable[[dict[str, Any]], None] | None,
) -> dict[str, Any]:  # fmt: skip
    """Change a row, or take it away; returns it as it was."""
    rows = store.job.tables.read(table, report_year=YEAR, product=PRODUCT).to_pylist()
    place = dice.randrange(len(rows))
    before = dict(rows[place])
    if change is None:
        del rows[place]
    else:
        change(rows[place])
    more = {"version": NAME.version} if table in (MODEL_SPREADS, MODEL_WEIGHTS) else {}
    store.job.tables.replace(
        table, pa.Table.from_pylist(rows, schema=arrow_schema(table)),
        report_year=YEAR, product=PRODUCT, **more,
    )  # fmt: skip
    return before
