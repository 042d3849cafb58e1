"""The number of the line's own person is found inside a reference, and nobody else's is."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.deliveries.bsn_within import holds_bsn

# Few different digits, so that numbers stand in one another, and across the end of a line.
NUMBERS = st.text("012", min_size=9, max_size=9)
TEXTS = st.text("012-", max_size=20)


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Texts, with and without the number of their line in them."""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        own, text = draw(NUMBERS), draw(TEXTS)
        part = draw(st.sampled_from([own, own[1:], own[:8], ""]))
        number = draw(st.sampled_from([own, own[:8], ""]))
        found.append((text[:5] + part + text[5:11], number))
    return found


@given(lines(), st.integers(0, 3))
def test_it_is_found_wherever_it_stands(drawn: list[tuple[str, str]], skipped: int) -> None:
    texts = pa.array([text for text, _ in drawn], pa.string())[skipped:]
    bsns = pa.array([number for _, number in drawn], pa.string())[skipped:]
    by_hand = [
        len(own) == 9 and (own in text or (own[0] == "0" and own[1:] in text))
        for text, own in drawn[skipped:]
    ]
    assert holds_bsn(texts, bsns).tolist() == by_hand
