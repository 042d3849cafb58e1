"""`spiegel audit compare`: terminal, PDF, workbook and CSV hold the same differences, which add up
exactly to what the versions published."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from rich.console import Console

from jobs.audit_compare import compare
from spiegel_core.contracts.gold import MODEL_WEIGHTS
from spiegel_core.contracts.gold_versions import GOLD_VERSIONS, VERSION_BENCHMARKS
from spiegel_core.engine.version_parts import (
    CORRECTED,
    LATE,
    OTHER_YEAR,
    PARTS,
    POPULATION_RULE,
    TOGETHER,
    WEIGHTS,
)
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.compared import EXPECTED, OBSERVED, Compared, Split
from spiegel_core.mirrors.audit.compared_pages import compared_document
from spiegel_core.mirrors.page_model import Table
from spiegel_core.runtime.comparing_versions import Comparing, version_named
from spiegel_core.runtime.comparison import Request, compared, refuse_small
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.version_facts import keep_facts
from tests.audit.country import YEAR, Country, Patient
from tests.audit.ledger import deliver

AGB, OTHER, THIRD = "01000001", "01000002", "01000003"
HEAD = "id | kind | verdict | content | load | debit | credit"
JUNE = "june | claims | admitted | aaa | 1 | 500 | "
JULY = "july | claims | admitted | bbb | 2 | 300 | "
JUNE_AGAIN = "june | claims | admitted | ccc | 3 | 480 | "


def country(more: int, richer: int = 0, high_cost: int = 12) -> Country:
    """Three practices; most persons had `more` cents more, `richer` men live elsewhere."""
    own = [
        *[Patient(AGB, "M 45-49", "low", cents=30_000 + more, consults=1)] * (20 - richer),
        *[Patient(AGB, "M 45-49", "high", cents=25_000 + more, consults=2)] * (4 + richer),
        *[Patient(AGB, "V 45-49", "low", ("diabetes",), cents=90_100 + 2 * more, consults=4)] * 12,
    ]
    others = [
        *[Patient(OTHER, "M 45-49", "middle", cents=20_000 + more)] * 30,
        *[Patient(OTHER, "V 45-49", "high", ("diabetes",), cents=41_007, consults=2)] * 25,
        *[Patient(OTHER, "V 90+", "middle", ("copd",), (), 180_000 + more, 7)] * (15 + richer),
    ]
    third = [Patient(THIRD, income="unknown" if n < 4 else "low", cents=3_000 * (n < 4))
             for n in range(12)]  # fmt: skip
    return Country(
        [*own, *others, *third], {AGB: {"high_cost": high_cost}, "": {"high_cost": high_cost}}
    )


def other_rule(folder: Path) -> Conf:
    """The configuration with another limit of high cost."""
    shutil.copytree(PROJECT / "conf", folder)
    rules = folder / "rules.yml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("2250000", "2500000"),
                     encoding="utf-8")  # fmt: skip
    return Conf(folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four versions: late claims, then another rule, then claims and a correction at once."""
    folder = tmp_path_factory.mktemp("versions")
    conf, ruled = Conf(), other_rule(tmp_path_factory.mktemp("conf") / "conf")
    versions = [
        (country(0), [JUNE], conf),
        (country(500), [JUNE, JULY], conf),
        (country(500, richer=3, high_cost=40), [JUNE, JULY], ruled),
        (country(777, richer=5, high_cost=43), [JUNE_AGAIN, JULY, "aug | claims | admitted | ddd "
                                                "| 4 | 90 | "], ruled),
    ]  # fmt: skip
    tables = Tables(Folder(folder))
    for number, (of_version, ledger, rules) in enumerate(versions, start=1):
        deliver(tables, "\n".join([HEAD, *ledger]))
        of_version.write(tables, number)
        keep_facts(tables, rules, YEAR, "code")
    return folder


def found(store: Path, first: int, second: int, small_cells: bool = True) -> Compared:
    asked = Request(f"{YEAR}:{first}", f"{YEAR}:{second}", AGB, small_cells=small_cells)
    return compared(Tables(Folder(store)), Conf(), asked)


def split_of(of: Compared, provider: str, quantity: str, outcome: str = "cost_total") -> Split:
    (split,) = [s for s in of.splits if (s.provider, s.quantity, s.target.outcome,
                                         s.target.measure) == (provider, quantity, outcome,
                                                               "amount")]  # fmt: skip
    return split


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 3), (3, 4), (1, 3), (1, 4)])
def test_the_parts_lead_from_one_published_value_to_the_other(
    store: Path, first: int, second: int
) -> None:
    published: dict[tuple[str, int, str, str], list[Fraction]] = {}
    for row in Tables(Folder(store)).read(VERSION_BENCHMARKS).to_pylist():
        for provider in ("", row["provider"]):
            key = provider, row["version"], row["outcome"], row["measure"]
            values = published.setdefault(key, [Fraction(0), Fraction(0)])
            values[0] += Fraction(row["expected"])
            values[1] += Fraction(row["observed"])
    splits = found(store, first, second).splits
    assert len(splits) == 2 * 2 * 4
    for split in splits:
        place = (EXPECTED, OBSERVED).index(split.quantity)
        of = split.target.outcome, split.target.measure
        before, after = (published[split.provider, v, *of][place] for v in (first, second))
        assert (split.before, split.after) == (before, after)
        assert sum(split.parts.values()) == after - before


def test_each_step_has_the_cause_that_was_in_play(store: Path) -> None:
    def causes(first: int, second: int, quantity: str) -> set[str]:
        return set(split_of(found(store, first, second), AGB, quantity).parts)

    assert causes(1, 2, OBSERVED) == {LATE}
    assert causes(1, 2, EXPECTED) == {WEIGHTS}
    assert causes(2, 3, OBSERVED) == {POPULATION_RULE}
    assert causes(2, 3, EXPECTED) == {POPULATION_RULE, WEIGHTS}
    # A delivery was replaced and another came: the kept facts cannot tell them apart.
    assert causes(3, 4, OBSERVED) == {TOGETHER}
    # Over the versions between, each keeps its own.
    assert causes(1, 3, OBSERVED) == {LATE, POPULATION_RULE}
    assert causes(1, 4, OBSERVED) == {LATE, POPULATION_RULE, TOGETHER}


def test_what_late_claims_brought_is_what_they_brought(store: Path) -> None:
    # By hand: 500 cents more for each man of the first practice, 1,000 for each of 12 women.
    split = split_of(found(store, 1, 3), AGB, OBSERVED)
    assert split.parts[LATE] == 24 * 500 + 12 * 1_000
    # Three men moved to a richer postcode: each had 5,000 cents less.
    assert split.parts[POPULATION_RULE] == -3 * 5_000


def test_causes_that_cannot_be_told_apart_are_said_to_be_so(store: Path) -> None:
    (step,) = found(store, 3, 4).steps
    assert {change.cause for change in step.changes} == {LATE, CORRECTED}
    texts = told(store, Request(f"{YEAR}:3", f"{YEAR}:4"))[0]
    assert "Gecorrigeerde gegevens" in texts
    document = compared_document(found(store, 3, 4), is_whole=False)
    words = " ".join(document.pages[0].blocks[0].paragraphs)  # type: ignore[union-attr]
    assert "Niet uit elkaar te houden: 2021:3 naar 2021:4 (Gecorrigeerde gegevens, Late" in words
    alone = compared_document(found(store, 1, 2), is_whole=False)
    assert "Niet uit elkaar" not in " ".join(alone.pages[0].blocks[0].paragraphs)  # type: ignore[union-attr]


def told(store: Path, asked: Request, out: Path | None = None) -> tuple[str, list[Path]]:
    console = Console(file=io.StringIO(), width=150)
    files = compare(Job(str(store), None, console), asked, out)
    return console.file.getvalue(), files  # type: ignore[attr-defined]


def test_report_workbook_and_parts_hold_the_same(store: Path, tmp_path: Path) -> None:
    asked = Request(f"{YEAR}:1", f"{YEAR}:4", AGB, small_cells=True)
    _, files = told(store, asked, tmp_path)
    by_kind = {path.suffix: path for path in files}
    assert by_kind[".pdf"].read_bytes().startswith(b"%PDF")

    with by_kind[".csv"].open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 16
    for row in rows:
        whole = Decimal(row["before"]) + sum(Decimal(row[part]) for part in PARTS)
        assert whole == Decimal(row["after"])

    book = openpyxl.load_workbook(by_kind[".xlsx"])
    assert {"Oorzaken", "Wie telt mee NL", f"Wie telt mee {AGB}", f"Verwacht kosten {AGB}",
            "Werkelijk aantallen NL", "Gewichten kosten", "Klassen", "Praktijken"} <= set(
                book.sheetnames)  # fmt: skip
    sheet = book[f"Verwacht kosten {AGB}"]
    heads = [cell.value for cell in sheet[3]]
    line = next(row for row in sheet.iter_rows(min_row=4, values_only=True)
                if row[0] == "Totale zorgkosten")  # fmt: skip
    values = dict(zip(heads, line, strict=False))
    parts = sum(Decimal(str(v)) for k, v in values.items()
                if k not in ("Uitkomst", "Eerst", "Daarna", "Verschil"))  # fmt: skip
    assert Decimal(str(values["Eerst"])) + parts == Decimal(str(values["Daarna"]))
    split = split_of(found(store, 1, 4), AGB, EXPECTED)
    assert values["Eerst"] == float(round(split.mean_before / 100, 2))


def tables_of(of: Compared) -> Mapping[str, Table]:
    document = compared_document(of, is_whole=True)
    return {b.name: b for page in document.pages for b in page.blocks if isinstance(b, Table)}


def test_small_numbers_and_small_differences_are_hidden_without_small_cells(store: Path) -> None:
    shown = tables_of(found(store, 2, 3))[f"Wie telt mee {AGB}"]
    numbers = {row[0].value: [cell.value for cell in row[1:]] for row in shown.rows}
    assert numbers["Hoge kosten"] == [12, 40, 28]
    # Both numbers are large, but their difference is of 3 persons.
    few = tables_of(found(store, 3, 4, small_cells=False))[f"Wie telt mee {AGB}"]
    assert [cell.value for row in (few.rows[3], few.rows[-1]) for cell in row[1:]] == [None] * 6

    classes = tables_of(found(store, 2, 3, small_cells=False))["Klassen"]
    persons = [row[1].value for row in classes.rows]
    assert all(number is None or number == 0 or number >= 10 for number in persons)
    assert None in persons
    for table in tables_of(found(store, 3, 4, small_cells=False)).values():
        reasons = {cell.reason for row in table.rows for cell in row if cell.reason}
        assert all(reason in table.dash for reason in reasons)


def test_persons_that_differ_by_1_to_9_stand_beside_each_other_nowhere(
    store: Path, tmp_path: Path
) -> None:
    for versions, are_shown in (((1, 2), True), ((3, 4), False)):
        # From version 3 to 4 one practice gains two persons, and so does the country.
        rows = tables_of(found(store, *versions, small_cells=False))["Praktijken"].rows
        assert all(isinstance(row[1].value, int) == are_shown for row in rows)
        assert all(row[2].value >= 10 for row in rows)
        whole = tables_of(found(store, *versions))["Praktijken"].rows
        assert all(row[1].value >= 10 for row in whole)

        asked = Request(*(f"{YEAR}:{n}" for n in versions))
        _, files = told(store, asked, tmp_path)
        parts = next(path for path in files if path.suffix == ".csv").read_text(encoding="utf-8")
        assert ("cost_total" in parts) == are_shown


def test_under_a_table_with_dashes_stands_what_they_mean(store: Path) -> None:
    text = told(store, Request(f"{YEAR}:3", f"{YEAR}:4", AGB))[0]
    few = "Een streepje (–) betekent: te weinig personen, of zo'n klein aantal zou eruit volgen."
    assert f"{few} Te weinig is: 1 tot en met 9 personen." in text

    hidden = tables_of(found(store, 3, 4, small_cells=False))
    assert hidden["Praktijken"].dash.startswith(few)
    assert hidden["Verwacht kosten NL"].dash == ""
    whole = tables_of(found(store, 3, 4))
    assert {table.dash for table in whole.values()} == {""}


def test_what_1_to_9_users_had_is_hidden_without_small_cells(store: Path, tmp_path: Path) -> None:
    for small_cells, hidden in ((True, set()), (False, {OBSERVED})):
        asked = Request(f"{YEAR}:1", f"{YEAR}:2", THIRD, small_cells=small_cells)
        of = compared(Tables(Folder(store)), Conf(), asked)
        costs = [s for s in of.splits if s.provider == THIRD and s.target.outcome == "cost_total"]
        assert {s.quantity for s in costs if s.is_hidden} == hidden
        rows = tables_of(of)[f"Werkelijk kosten {THIRD}"].rows
        assert (rows[0][1].value is None) == bool(hidden)
        _, files = told(store, asked, tmp_path)
        parts = next(path for path in files if path.suffix == ".csv").read_text(encoding="utf-8")
        assert (f"{THIRD},observed,cost_total,amount" in parts) == (not hidden)
    with pytest.raises(WrongUse, match="fewer than 13 persons"):
        refuse_small(Comparing(Tables(Folder(store)), *(version_named(f"{YEAR}:{n}")
                                for n in (1, 2)), THIRD), THIRD, 13)  # fmt: skip


def test_practices_stand_by_code_in_order_of_their_change(store: Path) -> None:
    rows = tables_of(found(store, 1, 4))["Praktijken"].rows
    assert sorted(row[0].value for row in rows) == [AGB, OTHER, THIRD]
    changes = [abs(row[5].value) for row in rows]
    assert changes == sorted(changes, reverse=True)
    assert changes[0] > 0


def test_what_cannot_be_compared_is_told(store: Path) -> None:
    for first, second, message in (
        ("2021:2", "2021:1", "the second version is not later than the first"),
        ("2021:1", "2021:9", "of version 2021:9 nothing is kept to compare\n  found:    2021:1, "),
        ("2019:1", "2021:1", "of version 2019:1 nothing is kept to compare"),
        ("the old one", "2021:1", "this names no version\n  found:    the old one\n"),
    ):
        with pytest.raises(WrongUse) as raised:
            told(store, Request(first, second))
        assert str(raised.value).startswith(message)
    with pytest.raises(WrongUse, match="no version has a practice 0999"):
        told(store, Request("2021:1", "2021:2", "0999"))
    with pytest.raises(WrongUse, match="both versions have no outcome cost_totaal"):
        told(store, Request("2021:1", "2021:2", outcome="cost_totaal"))


def test_of_two_years_the_claims_are_one_cause_of_their_own(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "store"
    shutil.copytree(store, copy)
    tables = Tables(Folder(copy))
    move_to_earlier_year(tables)
    names = version_named("2020:1"), version_named("praktijkspiegel-2021-v3")
    comparing = Comparing(tables, *names, AGB)
    expected, observed = comparing.parts(AGB, ("consult_normal", "amount"), False)
    # A rule is another one too, and cannot be told from the other year.
    assert (set(expected), set(observed)) == ({TOGETHER, WEIGHTS}, {TOGETHER})
    (step,) = comparing.steps()
    assert {change.cause for change in step.changes} == {POPULATION_RULE}
    comparing = Comparing(tables, names[0], version_named("2021:2"), AGB)
    assert set(comparing.parts("", ("cost_total", "amount"), False)[1]) == {OTHER_YEAR}
    assert comparing.steps()[0].changes == ()


def move_to_earlier_year(tables: Tables) -> None:
    """Keep version 1 under the year before, too."""
    for table in (*GOLD_VERSIONS, MODEL_WEIGHTS):
        rows = tables.read(table, report_year=YEAR, version=1)
        place = rows.column_names.index("report_year")
        years = pa.array([YEAR - 1] * rows.num_rows, pa.int32())
        tables.append(table, rows.set_column(place, "report_year", years))
