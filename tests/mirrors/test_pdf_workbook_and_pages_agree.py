"""PDF, workbook and pages hold the same numbers; the front page repeats those of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from openpyxl import Workbook

from spiegel_core.mirrors.charts import draw_chart
from spiegel_core.mirrors.numbers import shown
from spiegel_core.mirrors.page_model import DECIMALS, Document, Interval, Points, Table
from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel
from spiegel_core.mirrors.write_pdf import write_pdf
from spiegel_core.mirrors.write_workbook import write_workbook

from .practices import SEEDS, drawn_practice, of_year, practice
from .reading import (
    charts,
    column,
    flat,
    hidden_in,
    number,
    numbers_in,
    pdf_text,
    sentences,
    tables,
    workbook,
)


@pytest.fixture(scope="module", params=[None, 1, 2], ids=["plain", "few", "fewer"])
def document(request: pytest.FixtureRequest) -> Document:
    """A mirror in which everything is shown, and two in which much is not."""
    return praktijkspiegel(practice() if request.param is None else drawn_practice(request.param))


@pytest.fixture(scope="module")
def printed(document: Document) -> str:
    """The text of its PDF."""
    return pdf_text(write_pdf(document))


@pytest.fixture(scope="module")
def book(document: Document) -> Workbook:
    """Its workbook."""
    return workbook(write_workbook(document))


def printed_rows(table: Table) -> Iterator[list[str]]:
    """Each row as the PDF must show it."""
    for row in table.rows:
        yield [
            shown(cell.value, one.kind, DECIMALS[one.kind])
            for cell, one in zip(row, table.columns, strict=True)
            if one.is_printed
        ]


def without_spaces(text: str) -> str:
    """Text as it can be compared where a line was broken."""
    return re.sub(r"\s", "", text)


def test_every_row_of_the_pages_stands_in_the_pdf(document: Document, printed: str) -> None:
    text = without_spaces(printed)
    rows = [row for table in tables(document).values() for row in printed_rows(table)]
    assert not [row for row in rows if without_spaces("".join(row)) not in text]


def test_every_number_in_the_pdf_stands_in_the_pages(document: Document, printed: str) -> None:
    known = sentences(document)
    known += ["  ".join(row) for table in tables(document).values() for row in printed_rows(table)]
    drawings = [draw_chart(chart.kind, chart.data).decode() for chart in charts(document).values()]
    known += re.findall(r">([^<>]+)</text>", "".join(drawings))
    # Numbers of pages and of the points.
    known += [str(n) for n in range(12)]
    told = numbers_in(flat("  ".join(known)))
    assert not numbers_in(printed) - told


def test_every_cell_of_the_workbook_equals_the_pages(document: Document, book: Workbook) -> None:
    for name, table in tables(document).items():
        sheet = book[name]
        for place, row in enumerate(table.rows, start=4):
            expected: list[object] = []
            for cell, one in zip(row, table.columns, strict=True):
                if isinstance(cell.value, Interval):
                    expected += [cell.value.low, cell.value.high]
                else:
                    expected += [cell.value] * (2 if one.kind == "interval" else 1)
            found = [sheet.cell(place, n).value for n in range(1, len(expected) + 1)]
            assert [_exact(value) for value in found] == expected


def _exact(value: object) -> object:
    return value if isinstance(value, str | None) else Decimal(str(value))


def test_the_workbook_holds_no_number_that_the_pages_do_not(
    document: Document, book: Workbook
) -> None:
    cells = [
        cell.value for table in tables(document).values() for row in table.rows for cell in row
    ]
    limits = [v for cell in cells if isinstance(cell, Interval) for v in (cell.low, cell.high)]
    numbers = {Decimal(v) for v in [*cells, *limits] if isinstance(v, int | Decimal)}
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            assert {Decimal(str(v)) for v in row if isinstance(v, int | float)} <= numbers


def test_a_hidden_value_is_an_empty_cell_with_its_reason_beside_it(
    document: Document, book: Workbook
) -> None:
    for name, table in tables(document).items():
        for place, row in enumerate(table.rows, start=4):
            last = book[name].cell(place, book[name].max_column).value
            for reason in {cell.reason for cell in row if cell.value is None}:
                assert reason in str(last)


def test_the_workbook_can_be_read_as_it_opens(document: Document, book: Workbook) -> None:
    names = book.sheetnames
    assert names == ["Lees mij", *tables(document), "Toelichting", "Herkomst"]
    for table in tables(document).values():
        sheet = book[table.name]
        assert sheet.freeze_panes == "B4"
        assert str(sheet["A2"].value).startswith("Praktijkspiegel 2021, landelijke")
        heads = [cell.value for cell in sheet[3]]
        assert len(set(heads)) == len(heads)
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[3]]
        assert min(widths) >= 13
        for row, cells in zip(sheet.iter_rows(min_row=4), table.rows, strict=False):
            for cell, model in zip(row, cells, strict=False):
                assert isinstance(model.value, str | Interval | None) or cell.number_format
    explained = " ".join(str(row[0].value) for row in book["Toelichting"].iter_rows())
    assert "Hoe berekenen we wat verwacht is?" in explained


SOME = settings(max_examples=40, phases=(Phase.generate,))


@SOME
@given(SEEDS)
def test_the_front_page_repeats_the_tables(seed: int) -> None:
    inputs = drawn_practice(seed)
    document = praktijkspiegel(inputs)
    (points,) = [b for b in document.pages[0].blocks if isinstance(b, Points)]
    assert len(points.points) == 3
    for (_, told), (name, kind, heads) in zip(
        points.points,
        (
            ("Kosten per patiënt", "euro", ("Per patiënt", "Verwacht")),
            ("Kosten per patiënt", "euro", ("Per patiënt", "Verwacht")),
            ("Huisartsenzorg", "per_1000", ("Per 1.000 patiënten", "Verwacht")),
        ),
        strict=True,
    ):
        table = tables(document)[name]
        rows = [
            {shown(column(table, head)[label].value, kind, 0) for head in heads}
            | {shown(column(table, "Index")[label].value, "index", 0)}
            for label in column(table, "Index")
        ]
        numbers = numbers_in(told) - {str(inputs.year), "95", "1.000", *"123456789"}
        if "index" in told:
            assert any({n.lstrip("€\xa0") for n in row} <= numbers for row in rows)


@SOME
@given(SEEDS)
def test_the_front_page_names_the_largest_of_the_clear_differences(seed: int) -> None:
    inputs = drawn_practice(seed)
    document = praktijkspiegel(inputs)
    (points,) = [b for b in document.pages[0].blocks if isinstance(b, Points)]
    labels = [*inputs.product.segments.values(), *inputs.product.gp_care.values()]
    for (_, told), name in zip(points.points[1:], ("Kosten per patiënt", "Huisartsenzorg"),
                               strict=True):  # fmt: skip
        table = tables(document)[name]
        words, less = column(table, "Verschil met verwacht"), column(table, "Verschil")
        clear = {label: abs(number(less[label]) or 0) for label in labels
                 if label in words and words[label].value in ("hoger", "lager")}  # fmt: skip
        if clear:
            named = told.split(" zit bij ")[1].split(": ")[0].lower()
            assert named in {x.lower() for x in clear if clear[x] == max(clear.values())}
        else:
            assert "geen enkele soort" in told


@SOME
@given(SEEDS)
def test_observed_less_expected_is_the_difference(seed: int) -> None:
    inputs = drawn_practice(seed)
    printed = tables(praktijkspiegel(inputs))
    for name, head, less in (
        ("Kosten per patiënt", "Per patiënt", "Verschil"),
        ("Kosten per gebruiker", "Per gebruiker", "Verschil"),
        ("Patiënten met deze zorg", "Patiënten", "Verschil (procentpunt)"),
        ("Huisartsenzorg", "Per 1.000 patiënten", "Verschil"),
    ):
        observed, difference = column(printed[name], head), column(printed[name], less)
        expected = column(printed[name], "Verwacht")
        assert hidden_in(observed) == hidden_in(difference)
        for label in set(observed) - hidden_in(observed):
            numbers = [number(cells[label]) for cells in (observed, expected, difference)]
            assert None not in numbers
            assert (numbers[0] or 0) - (numbers[1] or 0) == numbers[2]


def test_the_trend_shows_only_years_with_a_mirror_and_says_which_are_missing() -> None:
    years = {year: of_year(800, {}) for year in (2020, 2021)}
    document = praktijkspiegel(practice(years=years))
    labels = [one.label for one in tables(document)["Trend"].columns]
    assert [label for label in labels if "2019" in label] == []
    assert any("Voor 2019 was er geen spiegel" in text for text in sentences(document))


def test_one_year_is_no_trend() -> None:
    document = praktijkspiegel(practice(years={2021: of_year(800, {})}, trend=(2021,)))
    assert "Trend" not in tables(document)
    assert any("Er is één jaar met cijfers" in text for text in sentences(document))


def test_of_many_years_three_are_printed_and_all_are_in_the_workbook() -> None:
    trend = tuple(range(2016, 2022))
    inputs = practice(years={year: of_year(800, {}) for year in trend}, trend=trend)
    document = praktijkspiegel(inputs)
    table = tables(document)["Trend"]
    assert sum(one.is_printed for one in table.columns) == 1 + 3 * 3
    assert workbook(write_workbook(document))["Trend"].max_column == 1 + 3 * 6
    assert "Eerdere jaren staan in het werkboek." in pdf_text(write_pdf(document))
