"""The PDF: tagged, Dutch, fonts embedded, A4 portrait, every picture told in words."""

from __future__ import annotations

import dataclasses
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from spiegel_core.errors import DataRefused
from spiegel_core.mirrors.page_model import DRAFT, Document, Page, Text
from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel
from spiegel_core.mirrors.write_pdf import write_pdf

from .practices import CARD, TREND, compared, of_year, outcomes, practice
from .reading import elements, flat

A4 = (595.28, 841.89)


@pytest.fixture(scope="module")
def document() -> Document:
    """A mirror in which everything is shown."""
    return praktijkspiegel(practice())


@pytest.fixture(scope="module")
def pdf(document: Document) -> PdfReader:
    """Its PDF."""
    return PdfReader(io.BytesIO(write_pdf(document)))


def test_it_says_that_it_is_accessible_and_dutch(pdf: PdfReader, document: Document) -> None:
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower().startswith("nl")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"Praktijkspiegel 2021, {document.recipient}"


def test_headings_tables_and_figures_are_tagged(pdf: PdfReader, document: Document) -> None:
    root: Any = pdf.trailer["/Root"]
    found = list(elements(root["/StructTreeRoot"]))
    kinds = Counter(str(one["/S"]) for one in found)
    assert kinds["/H1"] == len(document.pages)
    blocks = Counter(type(b).__name__ for page in document.pages for b in page.blocks)
    assert kinds["/Table"] == blocks["Table"] + blocks["Facts"] + 1
    assert kinds["/TH"] > kinds["/Table"]
    figures = [one for one in found if one["/S"] == "/Figure"]
    assert len(figures) == blocks["Chart"]
    assert all(len(str(one["/Alt"])) > 40 for one in figures)


def test_every_font_is_embedded(pdf: PdfReader) -> None:
    fonts = [font.get_object() for page in pdf.pages for font in fonts_of(page["/Resources"])]
    assert fonts
    for font in fonts:
        (inner,) = font.get("/DescendantFonts", [font])
        described = inner.get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described)
        assert "SourceSansPro" in str(font["/BaseFont"])


def fonts_of(resources: Any) -> Iterator[Any]:
    """The fonts of a page and of what is drawn on it."""
    resources = resources.get_object()
    yield from resources.get("/Font", {}).values()
    for one in resources.get("/XObject", {}).values():
        inner = one.get_object().get("/Resources")
        if inner:
            yield from fonts_of(inner)


def test_every_page_is_a4_upright_and_filled(pdf: PdfReader) -> None:
    for page in pdf.pages:
        assert [float(v) for v in page.mediabox[2:]] == pytest.approx(A4, abs=0.1)
        assert page.rotation == 0
        assert len(page.extract_text()) > 400
    assert len(pdf.pages) == 8


def test_the_front_page_holds_all_that_may_stand_on_it() -> None:
    named = "Huisartsenpraktijk De Proef en De Tweede Proef te Proefdorp"
    card = dataclasses.replace(
        CARD, name=named, care_group_name=named[:50], gps_elsewhere=12, locums=12
    )
    clear = {(name, "amount"): compared(800, 300_000_000, 100_000_000) for name in outcomes()}
    years = {year: of_year(800, {}) | clear for year in TREND}
    draft = dataclasses.replace(praktijkspiegel(practice(card=card, years=years)), mark=DRAFT)
    pages = PdfReader(io.BytesIO(write_pdf(draft))).pages
    front = flat(pages[0].extract_text())
    assert front.count("andere soorten") == 2
    assert "Waarnemers" in front
    assert len(pages) == 8


def test_nothing_in_it_runs_or_points_outside(pdf: PdfReader) -> None:
    root: Any = pdf.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
    assert not [page for page in pdf.pages if page.get("/Annots")]


def test_a_character_without_a_glyph_is_refused_with_where() -> None:
    page = Page("x", (Text(("\u2693",)),))
    document = Document("Praktijkspiegel", "x", "x", "01234567", 2021, "x", (page,))
    with pytest.raises(DataRefused, match="Praktijkspiegel 2021 of 01234567"):
        write_pdf(document)
