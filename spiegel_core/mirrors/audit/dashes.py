"""What is not shown in the documents of an audit, and the sentence that says what a dash means."""

from __future__ import annotations

from dataclasses import replace

from spiegel_core.disclosure.small_cells import TOO_FEW
from spiegel_core.mirrors.page_model import Block, Cell, Document, Table

HIDDEN = Cell(None, f"{TOO_FEW}, of zo'n klein aantal zou eruit volgen")


def with_dashes_told(document: Document, smallest: int) -> Document:
    """The document, with under each table what the dashes in it mean.

    Args:
        document: tables whose empty cells have a reason, or are empty by their nature.
        smallest: smallest number of persons that is shown; 0 shows all.
    """
    pages = [
        replace(page, blocks=tuple(_told(block, smallest) for block in page.blocks))
        for page in document.pages
    ]
    return replace(document, pages=tuple(pages))


def _told(block: Block, smallest: int) -> Block:
    if not isinstance(block, Table):
        return block
    reasons = {cell.reason for row in block.rows for cell in row if cell.value is None} - {""}
    if not reasons:
        return block
    few = (
        f" Te weinig is: 1 tot en met {smallest - 1} personen." if HIDDEN.reason in reasons else ""
    )
    return replace(block, dash=f"Een streepje (–) betekent: {'; of: '.join(sorted(reasons))}.{few}")
