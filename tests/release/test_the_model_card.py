"""A model card holds the validation sheet and the study, as a tagged Dutch PDF and as Markdown."""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from spiegel_core.runtime.registry import shortened
from spiegel_core.runtime.study_results import read_study
from tests.mirrors.reading import elements
from tests.release.small_store import NAME, SmallStore, made

CHAPTERS = (
    "Waarvoor is dit model?", "Hoe is het gemaakt?", "Hoe goed past het?",
    "Waar kan het model ernaast zitten?", "Hoe goed verwacht het een ander jaar?",
    "Waar moet u op letten?", "Kloppen de intervallen en de signalen?",
    "Hoe vaak bevat het 95%-interval de waarheid?",
    "Welke verschillen worden gevonden, en welke ten onrechte?",
    "Wat is een verandering van jaar op jaar?", "Wat kan het niet?", "Waaruit is het gemaakt?",
    "Hoe is het te controleren?",
)  # fmt: skip


def file_of(store: SmallStore, name: str) -> bytes:
    return store.job.folder.read(f"{NAME.folder}/{name}")


@pytest.fixture(scope="module")
def card(approved_store: SmallStore) -> str:
    return file_of(approved_store, "card.md").decode()


def test_the_chapters_come_in_order(card: str) -> None:
    assert tuple(re.findall(r"^## (.*)$", card, re.MULTILINE)) == CHAPTERS


def test_the_card_holds_what_the_validation_sheet_says(
    approved_store: SmallStore, card: str
) -> None:
    assert file_of(approved_store, "validation.md").decode().strip() in card


def test_the_study_on_it_is_the_kept_one_of_the_same_rules(
    approved_store: SmallStore, card: str
) -> None:
    kept = read_study(approved_store.job.conf)
    assert kept.made_on in card and kept.code_sha256[:12] in card
    is_same = kept.rules_sha256 == approved_store.job.conf.rules_fingerprint()
    assert ("Let op: de studie" in card) is not is_same


def test_the_pdf_is_tagged_and_dutch_with_its_figures_told(approved_store: SmallStore) -> None:
    pdf = PdfReader(io.BytesIO(file_of(approved_store, "card.pdf")))
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower().startswith("nl")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    found = list(elements(root["/StructTreeRoot"]))
    kinds = Counter(str(one["/S"]) for one in found)
    assert kinds["/H1"] == len(CHAPTERS)
    told = [str(one["/Alt"]) for one in found if one["/S"] == "/Figure"]
    assert [text.partition(",")[0] for text in told] == [
        "Deel van de praktijken waarvan het 95%-interval de waarheid bevat",
        "Deel van de praktijken met een ingebracht verschil dat een signaal krijgt",
    ]
    # A table that does not fit is cut off at the end of its page, not broken.
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "+50%, landelijke spreiding" in text
    assert "Peildatum" in text


def test_the_card_is_the_same_bytes_every_time(approved_store: SmallStore, tmp_path: Path) -> None:
    again = made(tmp_path)
    for name in ("card.md", "card.pdf", "validation.csv", "validation.md"):
        assert file_of(again, name) == file_of(approved_store, name)


def test_mlflow_shows_whole_lines_of_the_card_as_far_as_its_description_goes(card: str) -> None:
    told = shortened(card)
    *lines, rest, _ = told.split("\n")
    assert len(told) <= 5_000
    assert "card.md" in rest
    assert card.startswith("\n".join(itertools.takewhile(lambda line: line, lines)))
    assert "\n".join(lines).rstrip() in card
