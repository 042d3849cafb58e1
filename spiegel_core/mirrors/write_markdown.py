"""Pages -> Markdown: the same texts and numbers as the PDF, for who reads along in a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spiegel_core.mirrors.numbers import shown
from spiegel_core.mirrors.page_model import (
    DECIMALS,
    Chart,
    Document,
    Facts,
    Page,
    Points,
    Table,
    Text,
)


def write_markdown(document: Document) -> bytes:
    """The document as Markdown; charts are told in words."""
    lines = [
        f"# {document.product} {document.report_year}", "",
        document.named, "",
        f"{document.edition}, {document.release}", "",
        pages_as_markdown(document.pages),
        *_rows(("Onderdeel", "Waarde"), document.origin),
    ]  # fmt: skip
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def pages_as_markdown(pages: Iterable[Page]) -> str:
    """Some pages by themselves, an empty line after each block."""
    return "\n".join(line for page in pages for line in _page(page))


def _page(page: Page) -> Iterator[str]:
    yield from (f"## {page.title}", "")
    for block in page.blocks:
        heading = block.title if isinstance(block, Table | Chart) else block.heading
        if heading:
            yield from (f"### {heading}", "")
        if isinstance(block, Text):
            for paragraph in block.paragraphs:
                yield from (_plain(paragraph), "")
        elif isinstance(block, Points):
            for head, text in block.points:
                yield from (f"- **{_plain(head)}** {_plain(text)}", "")
        elif isinstance(block, Facts):
            yield from _rows(("Gegeven", "Waarde"), block.rows)
        elif isinstance(block, Chart):
            yield from (_plain(block.alt), "")
        else:
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    kinds = [column.kind for column in table.columns]
    rows = [
        tuple(shown(cell.value, kind, DECIMALS[kind])
              for cell, kind in zip(row, kinds, strict=True))
        for row in table.rows
    ]  # fmt: skip
    yield from _rows(tuple(column.label for column in table.columns), rows)
    for below in (table.note, table.dash):
        if below:
            yield from (_plain(below), "")


def _rows(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _line(heads)
    yield _line(("---",) * len(heads))
    for row in rows:
        yield _line(row)
    yield ""


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """Text that Markdown reads as text."""
    return "".join(f"\\{c}" if c in "\\`*_<>|[]#" else c for c in text)
