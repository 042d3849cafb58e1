"""Few persons, ten and none, one example each; and nothing hidden is anywhere in the files."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from fractions import Fraction

import pytest

from spiegel_core.mirrors.charts import draw_chart
from spiegel_core.mirrors.page_model import Cell
from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel
from spiegel_core.mirrors.write_pdf import write_pdf
from spiegel_core.mirrors.write_workbook import write_workbook
from spiegel_core.population.factors import COST_GROUP, INCOME

from .practices import (
    SMALLEST,
    TREND,
    YEAR,
    counts,
    even_classes,
    of_year,
    practice,
)
from .reading import charts, column, hidden_in, pdf_text, sentences, tables


def test_few_persons_in_the_country_are_not_shown_either() -> None:
    country = {**even_classes(5_000), (COST_GROUP, "hiv_aids"): 4, (INCOME, "unknown"): 3}
    document = praktijkspiegel(practice(country_classes=country, country=counts(3, counted=9_000)))
    printed = tables(document)
    groups = column(printed["Kostengroepen"], "Nederland")
    assert hidden_in(groups) == {"HIV en aids"}
    for sheet, few in (("Inkomen", "Onbekend"), ("Wie telt mee", "Ingeschreven")):
        hidden = [
            x for x, cell in column(printed[sheet], "Nederland").items() if cell.value is None
        ]
        assert len(hidden) > 1
        assert any(label.startswith(few) for label in hidden)


@pytest.mark.parametrize("users", [1, 9])
def test_what_is_hidden_is_nowhere_in_the_files(users: int) -> None:
    persons = practice().own.persons["counted"]
    each = 733_100 * persons
    year = of_year(persons, {"cost_ggz": users, "consult_long": users}, {"cost_ggz": each})
    inputs = practice(years={year_: year for year_ in TREND}, own=counts(users, counted=persons))
    document = praktijkspiegel(inputs)
    hidden = ("7331", "7.331", "7,331", str(each), str(each // 100 // users))
    files = [write_pdf(document), write_workbook(document)]
    found = [pdf_text(files[0]), *sentences(document), *unpacked(files[1])]
    found += [draw_chart(c.kind, c.data).decode() for c in charts(document).values()]
    assert not [word for word in hidden for text in found if word in text]


def unpacked(content: bytes) -> list[str]:
    """All files in a workbook as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return [book.read(name).decode() for name in book.namelist()]


def test_ten_persons_are_shown() -> None:
    persons = practice().own.persons["counted"]
    year = of_year(persons, {"cost_ggz": SMALLEST})
    document = praktijkspiegel(practice(years={YEAR: year}))
    cell = column(tables(document)["Patiënten met deze zorg"], "Patiënten")
    expected = Fraction(100 * SMALLEST, persons)
    assert cell["Geestelijke gezondheidszorg"].value == round(Decimal(float(expected)), 1)


def test_nobody_is_shown_as_zero() -> None:
    persons = practice().own.persons["counted"]
    document = praktijkspiegel(practice(years={YEAR: of_year(persons, {"cost_ggz": 0})}))
    label = "Geestelijke gezondheidszorg"
    printed = tables(document)
    assert column(printed["Kosten per patiënt"], "Per patiënt")[label].value == 0
    assert column(printed["Patiënten met deze zorg"], "Patiënten")[label].value == 0
    per_user = column(printed["Kosten per gebruiker"], "Per gebruiker")[label]
    assert per_user == Cell(None, "niemand had deze zorg")


def test_what_few_patients_with_high_cost_cost_is_not_told() -> None:
    persons = practice().own.persons["counted"]
    told = " ".join(sentences(praktijkspiegel(practice(own=counts(0, 0, 0, 9, counted=persons)))))
    assert "Bij uw praktijk zijn dat 1 tot en met 9 patiënten." in told
    assert "270.000" not in told
