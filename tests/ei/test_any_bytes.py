"""Any bytes whatever are judged; none raise."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from tests.ei.building import DOOR, STANDARDS, gz321, judged

RIGHT = gz321().content()
HEADERS = [
    f"01{standard.of_number['0102'].values[0]}{standard.of_number['0103'].values[0]}"
    f"{standard.of_number['0104'].values[0]}".encode()
    for standard in STANDARDS
]


@given(st.sampled_from(HEADERS), st.binary(max_size=2_000))
@example(HEADERS[0], b"")
@example(HEADERS[0], b"\n\n\n")
def test_any_bytes_after_a_header_are_judged(header: bytes, rest: bytes) -> None:
    assert judged(header + rest).is_refused


@given(st.binary(max_size=400), st.sampled_from(["a.asc", "a.dat.gz", "a.TXT.zst"]))
def test_any_file_is_judged(data: bytes, name: str) -> None:
    judgement = judge_ei_delivery(data, name, STANDARDS, DOOR, b"k" * 32)
    assert judgement.is_refused and judgement.typed is None


@given(
    st.lists(
        st.tuples(st.integers(9, len(RIGHT) - 1), st.binary(min_size=1, max_size=12)),
        min_size=1, max_size=6,
    ),
    st.integers(0, len(RIGHT)),
)  # fmt: skip
def test_a_damaged_file_is_judged(damages: list[tuple[int, bytes]], length: int) -> None:
    damaged = bytearray(RIGHT)
    for at, octets in damages:
        damaged[at : at + len(octets)] = octets
    for content in (bytes(damaged), bytes(damaged[:length])):
        judgement = judge_ei_delivery(content, "a.asc", STANDARDS, DOOR, b"k" * 32)
        assert judgement.is_refused or judgement.typed is not None


@given(st.permutations(range(14)), st.lists(st.integers(0, 13), max_size=3))
def test_records_in_any_order_are_judged(order: list[int], again: list[int]) -> None:
    file = gz321()
    file.records = [file.records[place] for place in [*order, *again]]
    assert judged(file).lines == len(file.records)
