"""Pages as plain data: PDF, workbook and extract are made from the same pages, so they agree.

Every value is already rounded and already judged for disclosure here; a renderer only decides how
it looks. A value that is not shown is None with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

# Kinds of column and how many decimals their values have.
DECIMALS = {
    "text": 0, "words": 0, "persons": 0, "euro": 0, "euro_difference": 0, "percent": 1,
    "percent_difference": 1, "index": 0, "interval": 0, "per_1000": 0, "per_1000_difference": 0,
    "euro_cents": 2, "euro_cents_difference": 2, "tenths": 1, "tenths_difference": 1,
    "persons_difference": 0, "ratio": 3, "exact": 9,
}  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """Lower and upper limit, rounded."""

    low: Decimal
    high: Decimal

    def holds(self, value: int) -> bool:
        """Whether a value lies in the interval, its limits included."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Cell:
    """A value of a table: text, a number, limits, or None with the reason it is not shown."""

    value: str | int | Decimal | Interval | None
    reason: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its heading, the kind that says how values are printed, and where it stands.

    Args:
        label: heading, different from the other headings of the table.
        kind: a key of DECIMALS.
        is_printed: whether it stands in the PDF too; the workbook holds every column.
    """

    label: str
    kind: str
    is_printed: bool = True


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Args:
        title: heading of the table.
        columns: the columns; the first one names the row.
        rows: cells, as many per row as there are columns.
        name: name of its sheet in the workbook (at most 31 characters).
        note: under the table: what is special; may be empty.
        dash: under the printed table: what a dash in it means; in the workbook each row says so.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str
    note: str = ""
    dash: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart: which kind, its data, and what it shows in words for who cannot see it."""

    kind: str
    title: str
    alt: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """Paragraphs of running text; a heading may be empty."""

    paragraphs: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True)
class Facts:
    """Labels with a value each, as on a card."""

    rows: tuple[tuple[str, str], ...]
    heading: str = ""


@dataclass(frozen=True)
class Points:
    """Numbered points: a short heading and a sentence or two each."""

    points: tuple[tuple[str, str], ...]
    heading: str = ""


# On every page of a document that nobody released.
DRAFT = "concept, niet vrijgegeven"

Block = Table | Chart | Text | Facts | Points


@dataclass(frozen=True)
class Page:
    """A chapter of the document; a short one may follow on the page of the one before it."""

    title: str
    blocks: tuple[Block, ...]
    starts_page: bool = True


@dataclass(frozen=True)
class Document:
    """A whole mirror.

    Args:
        product, edition: as "Praktijkspiegel", "landelijke spiegelinformatie".
        recipient: name of the provider.
        code: AGB of the provider; empty where a document is about several.
        report_year: calendar year the care was given in.
        release: name and date of the release, as printed.
        pages: the chapters, front page first.
        origin: what the document was made from, printed small on the last page.
        mark: what stands on every page besides, as DRAFT; mostly nothing.
        code_label: what the code is.
    """

    product: str
    edition: str
    recipient: str
    code: str
    report_year: int
    release: str
    pages: tuple[Page, ...]
    origin: tuple[tuple[str, str], ...] = field(default=())
    mark: str = ""
    code_label: str = "AGB-code"

    @property
    def named(self) -> str:
        """The recipient, with its code where there is one."""
        return f"{self.recipient}, {self.code_label} {self.code}" if self.code else self.recipient

    def as_plain(self) -> dict[str, Any]:
        """The document as dicts and lists, each block with its kind."""
        plain = asdict(self)
        for page, plain_page in zip(self.pages, plain["pages"], strict=True):
            for block, plain_block in zip(page.blocks, plain_page["blocks"], strict=True):
                plain_block["block"] = type(block).__name__.lower()
        return plain
