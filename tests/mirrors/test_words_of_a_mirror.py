"""What a mirror says of a difference, and what it never says."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.rules import NATIONAL_SPREAD, OWN_SPREAD
from spiegel_core.mirrors.inputs import Compared
from spiegel_core.mirrors.page_model import Cell, Interval, Points
from spiegel_core.mirrors.praktijkspiegel.compare import in_words
from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel

from .practices import (
    CARD,
    SEEDS,
    TREND,
    compared,
    counts,
    drawn_practice,
    of_year,
    outcomes,
    practice,
    product_of_conf,
)
from .reading import column, sentences, tables

LEAGUE = (
    "ranglijst", "rangorde", "plaats in", "beste", "slechtste", "beter dan", "slechter", "te hoog",
    "te laag", "te veel", "te duur", "onnodig", "verspilling", "goede score", "slechte score",
    "koploper", "achterblijver", "top 10", "moet u", "u moet", "bovengemiddeld", "ondergemiddeld",
)  # fmt: skip


def interval(low: int, high: int) -> Cell:
    """An interval as a page holds it."""
    return Cell(Interval(Decimal(low), Decimal(high)))


@pytest.mark.parametrize(
    ("wide", "wider", "words"),
    [
        ((90, 110), (80, 120), "niet te onderscheiden"),
        ((100, 110), (95, 120), "niet te onderscheiden"),
        ((90, 100), (85, 105), "niet te onderscheiden"),
        ((101, 110), (100, 120), "mogelijk hoger"),
        ((80, 99), (70, 100), "mogelijk lager"),
        ((102, 110), (101, 120), "hoger"),
        ((80, 98), (70, 99), "lager"),
    ],
)
def test_words_follow_from_where_100_lies(
    wide: tuple[int, int], wider: tuple[int, int], words: str
) -> None:
    assert in_words(interval(*wide), interval(*wider)) == words


WHOSE = "verschillen tussen alle patiënten in Nederland"


def test_the_explanation_says_whose_differences_make_the_interval() -> None:
    def told(kind: str) -> str:
        document = praktijkspiegel(practice(amount_interval=kind))
        return " ".join(sentences(document))

    assert practice().amount_interval == NATIONAL_SPREAD
    assert WHOSE in told(NATIONAL_SPREAD)
    assert WHOSE not in told(OWN_SPREAD)


def test_without_an_interval_nothing_is_said() -> None:
    assert in_words(Cell(None), Cell(None)) == "niet te zeggen"


@given(st.integers(1, 400), st.floats(0.001, 1.5))
def test_higher_and_lower_are_said_outside_the_wider_interval_only(
    index: int, spread: float
) -> None:
    one = compared(800, index, 100, spread)
    years = {year: of_year(800, {}) | {("cost_ggz", "amount"): one} for year in TREND}
    table = tables(praktijkspiegel(practice(years=years)))["Kosten per patiënt"]
    words = column(table, "Verschil met verwacht")["Geestelijke gezondheidszorg"].value
    wider, wide = one.wider, one.wide
    assert None not in (*wide, *wider)
    if words in ("hoger", "lager"):
        assert not float(wider[0] or 0) <= 100 <= float(wider[1] or 0)
        assert (words == "hoger") == (index > 100)
    if str(words).startswith("mogelijk"):
        assert not float(wide[0] or 0) <= 100 <= float(wide[1] or 0)
    if float(wide[0] or 0) <= 100 <= float(wide[1] or 0):
        assert words == "niet te onderscheiden"


@given(SEEDS)
def test_higher_and_lower_stand_nowhere_else(seed: int) -> None:
    inputs = drawn_practice(seed)
    document = praktijkspiegel(inputs)
    explained = {*inputs.text("intervals")}
    (points,) = [b for b in document.pages[0].blocks if isinstance(b, Points)]
    judged = [told for _, told in points.points]
    other = [t for t in sentences(document) if t not in explained and t not in judged]
    # What is drawn is told in words too; there they are the words of the tables.
    other = [t for t in other if "100 is zoals verwacht" not in t]
    assert not [t for t in other if re.search(r"\b(hoger|lager)\b", t)]
    judging = [tables(document)[name] for name in ("Kosten per patiënt", "Huisartsenzorg")]
    words = {
        str(cell.value)
        for table in judging
        for cell in column(table, "Verschil met verwacht").values()
    }
    for told in judged:
        for said in re.findall(r"(?:mogelijk )?(?:hoger|lager)", told):
            assert said in words


@given(SEEDS)
def test_no_word_of_a_league_table_or_of_blame(seed: int) -> None:
    inputs = drawn_practice(seed)
    told = " ".join(sentences(praktijkspiegel(inputs))).lower()
    assert not [word for word in LEAGUE if word in told]


class Asked(dict[str, list[str]]):
    """Texts that remember which of them were asked for."""

    def __init__(self, texts: Mapping[str, list[str]]) -> None:
        super().__init__(texts)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> list[str]:
        self.names.add(name)
        return super().__getitem__(name)


def _as_expected() -> dict[tuple[str, str], Compared]:
    """No difference in any other outcome."""
    names = [name for name in outcomes() if name != "cost_ggz"]
    return {(name, "amount"): compared(800, 100, 100) for name in names}


def test_every_text_of_conf_is_used_and_every_used_text_is_there() -> None:
    asked = Asked(product_of_conf().texts)
    product = product_of_conf().model_copy(update={"texts": asked})
    amounts = {("cost_ggz", "amount"): compared(800, 88, 100), **_as_expected()}
    several: list[dict[str, Any]] = [
        {},
        {"card": dataclasses.replace(CARD, gps_elsewhere=1, locums=2, care_group_name=None)},
        {"own": counts(0, 0, 0, 4, counted=800)},
        {"own": counts(0, 0, 0, 0, counted=800)},
        {"years": {2021: of_year(800, {})}},
        {"years": {y: of_year(800, {}) for y in range(2016, 2022)},
         "trend": tuple(range(2015, 2022))},
        {"years": {2021: of_year(5, {})}},
        {"years": {2021: of_year(800, {}) | {("cost_total", "amount"): compared(800, 0, 100)}}},
        {"years": {2021: of_year(800, {}) | amounts}},
    ]  # fmt: skip
    for one in several:
        praktijkspiegel(practice(**one, product=product))
    for seed in range(6):
        inputs = drawn_practice(seed)
        praktijkspiegel(practice(product=product, own=inputs.own, classes=inputs.classes,
                                 years=inputs.years))  # fmt: skip
    assert asked.names == set(asked)


def test_sentences_are_short() -> None:
    texts = [text for texts in product_of_conf().texts.values() for text in texts]
    lengths = [len(one.split()) for text in texts for one in re.split(r"[.?!:](?:\s|$)", text)]
    lengths = [length for length in lengths if length]
    assert max(lengths) <= 30
    assert sum(lengths) / len(lengths) <= 13
