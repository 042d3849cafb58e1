"""What stands in a document: its tables, its texts, the text of the PDF, the sheets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from spiegel_core.mirrors.page_model import (
    Cell,
    Chart,
    Document,
    Facts,
    Interval,
    Points,
    Table,
    Text,
)


def tables(document: Document) -> dict[str, Table]:
    """The tables by the name of their sheet."""
    blocks = [block for page in document.pages for block in page.blocks]
    return {block.name: block for block in blocks if isinstance(block, Table)}


def charts(document: Document) -> dict[str, Chart]:
    """The charts by name."""
    blocks = [block for page in document.pages for block in page.blocks]
    return {block.data["name"]: block for block in blocks if isinstance(block, Chart)}


def column(table: Table, label: str) -> dict[str, Cell]:
    """The cells of a column by the first cell of their row."""
    (place,) = [n for n, one in enumerate(table.columns) if one.label == label]
    return {cast(str, row[0].value): row[place] for row in table.rows}


def hidden_in(cells: Mapping[str, Cell]) -> set[str]:
    """The rows without a value."""
    return {label for label, cell in cells.items() if cell.value is None}


def number(cell: Cell) -> Decimal | None:
    """The number of a cell."""
    assert not isinstance(cell.value, str | Interval)
    return None if cell.value is None else Decimal(cell.value)


def sentences(document: Document) -> list[str]:
    """All running text: paragraphs, points, facts, headings, alternatives of charts, notes."""
    found = [document.recipient, document.edition, document.release, document.code]
    for page in document.pages:
        found.append(page.title)
        for block in page.blocks:
            if isinstance(block, Text):
                found += [block.heading, *block.paragraphs]
            elif isinstance(block, Points | Facts):
                pairs = block.points if isinstance(block, Points) else block.rows
                found += [block.heading, *(text for pair in pairs for text in pair)]
            elif isinstance(block, Table):
                found += [block.title, block.note, block.dash,
                          *(one.label for one in block.columns)]  # fmt: skip
            else:
                found += [
                    block.title,
                    block.alt,
                    *(row["text"] for row in block.data.get("rows", ())),
                ]
    return found + [text for pair in document.origin for text in pair]


def pdf_text(content: bytes) -> str:
    """The text of a PDF on one line."""
    reader = PdfReader(io.BytesIO(content))
    return flat(" ".join(page.extract_text() for page in reader.pages))


def flat(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


def numbers_in(text: str) -> set[str]:
    """Everything in a text that holds a digit."""
    # Years under a drawing come out of a PDF without a space between them.
    apart = text.replace("201920202021", "2019 2020 2021")
    words = re.split(r"[\s–()€%\u2212]+", apart)
    return {word.strip(".,;:+") for word in words if any(c.isdigit() for c in word)}


def workbook(content: bytes) -> Workbook:
    """The workbook, opened again."""
    return load_workbook(io.BytesIO(content))


def elements(node: Any) -> Iterator[Any]:
    """Every element of the structure tree of a PDF."""
    node = node.get_object()
    if isinstance(node, dict):
        if "/S" in node:
            yield node
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            yield from elements(kid)
    elif isinstance(node, list):
        for kid in node:
            yield from elements(kid)
