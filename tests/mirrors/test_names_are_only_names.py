"""A name from a register is never markup of the PDF, nor a formula of the workbook."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel
from spiegel_core.mirrors.write_pdf import write_pdf
from spiegel_core.mirrors.write_workbook import write_workbook

from .practices import named
from .reading import pdf_text, workbook

NAMES = {
    "typst": '#panic("x") *vet* _schuin_ $x^2$ `code` @bron <label> [x] {y} // z \\ ~',
    "formula": '=HYPERLINK("http://x.example","klik")',
    "quotes": '\'t Zonnetje & "De Vijf" <b>Gezusters</b> – €5 Coöperatie',
    "plus": "+31 praktijk",
    "at": "@SUM(A1:A9)",
    "minus": "-2+3",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_stands_as_it_is(name: str) -> None:
    document = praktijkspiegel(named(name))
    assert "".join(name.split()) in "".join(pdf_text(write_pdf(document)).split())
    book = workbook(write_workbook(document))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell for cell in cells if name in str(cell.value)]
    assert not [cell for cell in cells if cell.hyperlink]


def test_a_very_long_name_keeps_within_the_page() -> None:
    name = "Huisartsenpraktijk " + "Langstraat-Noord " * 20
    document = praktijkspiegel(named(name))
    assert document.recipient == name.strip()
    reader = PdfReader(io.BytesIO(write_pdf(document)))
    for page in reader.pages:
        right: list[float] = []
        page.extract_text(visitor_text=lambda text, cm, tm, *_, to=right: to.append(
            float(cm[4] + tm[4]) if text.strip() else 0.0))  # fmt: skip
        assert max(right) < float(page.mediabox.right)
    sheet = workbook(write_workbook(document))["Lees mij"]
    assert name.strip() in str(sheet["A2"].value)


def test_what_cannot_be_printed_is_left_out_of_a_name() -> None:
    document = praktijkspiegel(named("De\x00 Linde\x0b\n\u202e \u2693"))
    assert document.recipient == "De Linde ?"
    write_pdf(document)
    write_workbook(document)


@pytest.mark.parametrize("name", ["", " ", "\x00"])
def test_without_a_name_the_code_is_the_name(name: str) -> None:
    assert praktijkspiegel(named(name)).recipient == "Praktijk 01234567"
