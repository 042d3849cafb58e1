"""Packed files are unpacked within limits: a bomb is refused before it is read on."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import textwrap
import time
import tracemalloc

import pytest
import zstandard

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from spiegel_core.deliveries.unpack import Unpackable, unpack
from spiegel_core.runtime.conf import PROJECT
from tests.delivering import Delivery

from .planted import KEY, judged, typed

MIB = 1 << 20


def gz(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=1, mtime=0)


def zst(content: bytes) -> bytes:
    return zstandard.compress(content)


def as_sent(data: bytes, name: str) -> Judgement:
    """What the door makes of these bytes, with a manifest made for them."""
    manifest = json.loads(Delivery().manifest_bytes())
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    return judge_delivery(json.dumps(manifest).encode(), data, name, DoorRules(), KEY)


def refused_for(data: bytes, name: str, door: DoorRules | None = None) -> str:
    with pytest.raises(Unpackable) as problem:
        unpack(data, name, door or DoorRules())
    return problem.value.rule


@pytest.mark.parametrize("packing", ["", "gz", "zst"])
def test_a_file_means_the_same_however_it_is_packed(packing: str) -> None:
    plain = judged(Delivery(lines=[{}] * 3))
    packed = judged(Delivery(lines=[{}] * 3, packing=packing))

    assert packed.findings.kept == []
    assert typed(packed).equals(typed(plain))
    assert packed.content_sha256 == plain.content_sha256


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_packed_file_is_refused_wherever_it_is_cut_off(packing: str) -> None:
    whole = Delivery(packing=packing).packed()

    for length in range(len(whole)):
        found = as_sent(whole[:length], f"a.csv.{packing}")
        assert {f.rule for f in found.findings.kept} == {"file.packing"}, length
        assert found.typed is None
    assert as_sent(whole, f"a.csv.{packing}").findings.kept == []


@pytest.mark.parametrize(("pack", "name"), [(gz, "a.csv.gz"), (zst, "a.csv.zst")])
def test_several_packed_pieces_are_one_file(pack: object, name: str) -> None:
    data = Delivery(lines=[{}] * 3).data()
    pieces = b"".join(pack(data[i : i + 100]) for i in range(0, len(data), 100))

    assert unpack(pieces, name, DoorRules()) == data
    assert refused_for(pieces[:-1], name) == "file.packing"
    assert refused_for(pieces + b"more", name) == "file.packing"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.csv.gz"),
        (b"", "a.csv.zst"),
        (b"line;reference", "a.csv.gz"),
        (b"line;reference", "a.csv.zst"),
        (gz(b"a;b"), "a.csv"),
        (zst(b"a;b"), "a.csv"),
        (gz(b"a;b"), "a.csv.zst"),
        (zst(b"a;b"), "a.csv.gz"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_file_is_packed_as_its_name_says(data: bytes, name: str) -> None:
    assert refused_for(data, name) == "file.packing"


@pytest.mark.parametrize(("pack", "name"), [(gz, "a.csv.gz"), (zst, "a.csv.zst")])
def test_one_bit_flipped_is_damage_or_other_bytes_and_never_the_same_file(
    pack: object, name: str
) -> None:
    data = Delivery().data()
    whole = pack(data)
    manifest = Delivery(manifest={"sha256": hashlib.sha256(whole).hexdigest()}).manifest_bytes()
    for place in range(0, len(whole), 7):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1
        found = judge_delivery(manifest, bytes(spoilt), name, DoorRules(), KEY)
        assert "file.sha256" in {f.rule for f in found.findings.kept}
        assert found.typed is None


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_a_file_may_unpack_to_the_limit_and_no_byte_more(ending: str) -> None:
    pack = {"": bytes, ".gz": gz, ".zst": zst}[ending]
    door = DoorRules(unpacked_bytes=10_000, ratio=10_000)

    assert len(unpack(pack(b"x" * 10_000), f"a.csv{ending}", door)) == 10_000
    assert refused_for(pack(b"x" * 10_001), f"a.csv{ending}", door) == "file.too_large"


@pytest.mark.parametrize(("pack", "ending"), [(gz, ".gz"), (zst, ".zst")])
def test_a_file_may_be_packed_200_to_1_and_no_tighter(pack: object, ending: str) -> None:
    packed = pack(b"x" * 400_000)
    at_most = -(-400_000 // len(packed))  # the ratio, rounded up

    assert unpack(packed, f"a.csv{ending}", DoorRules(ratio=at_most)) == b"x" * 400_000
    rule = refused_for(packed, f"a.csv{ending}", DoorRules(ratio=at_most - 1))
    assert rule == "file.ratio"
    assert DoorRules().ratio == 200


@pytest.mark.parametrize(
    ("pack", "ending"), [(gz, ".gz"), (zst, ".zst"), (lambda c: gz(gz(c)), ".gz")]
)
def test_a_bomb_is_refused_within_a_second_and_200_mb(pack: object, ending: str) -> None:
    bomb = pack(bytes(256 * MIB))
    tracemalloc.start()
    started = time.process_time()
    found = as_sent(bomb, f"a.csv{ending}")
    seconds = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.is_refused
    assert found.typed is None
    assert seconds < 1
    assert peak < 200 * MIB


def test_a_bomb_behind_an_honest_beginning_is_refused_before_it_is_whole() -> None:
    # As a whole the 3 MB of noise would allow for some 600 MB of zeros; the file has 1 GiB of them.
    noise = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(100_000))
    bomb = zst(noise) + zst(bytes(1024 * MIB))
    tracemalloc.start()

    rule = refused_for(bomb, "a.csv.zst")

    # Seconds of a busy machine say little; what was unpacked before the refusal is exact.
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rule == "file.ratio"
    assert peak < 100 * MIB


def test_a_file_may_be_packed_200_to_1_in_every_stretch_of_it() -> None:
    # 64 MiB in stretches of 16 MiB; as a whole the tight one is packed far less than 200 to 1.
    loose = b"".join(hashlib.sha256(str(n).encode()).digest() * 8 for n in range(65_536))
    tight = bytes(16 * MIB)

    assert len(unpack(zst(loose) * 4, "a.csv.zst", DoorRules())) == 64 * MIB
    for place in range(4):
        pieces = [zst(loose)] * place + [zst(tight)] + [zst(loose)] * (3 - place)
        assert len(b"".join(pieces)) * 200 > 64 * MIB
        # A stretch that begins within the tight one is the next one's, so it must be twice as long.
        pieces.insert(place, zst(tight))
        assert refused_for(b"".join(pieces), "a.csv.zst") == "file.ratio"


@pytest.mark.parametrize(("pack", "name"), [(gz, "a.csv.gz"), (zst, "a.csv.zst")])
def test_a_file_is_packed_in_20_000_pieces_and_no_more(pack: object, name: str) -> None:
    piece = pack(b"a")
    assert unpack(piece * 20_000, name, DoorRules()) == b"a" * 20_000
    assert refused_for(piece * 20_001, name) == "file.packing"


def test_the_memory_of_a_bomb_stays_small_outside_python_too() -> None:
    # The unpackers ask for memory that Python does not count, so a process of its own is measured.
    program = """
        import sys
        from tests.memory import peak_mib
        from spiegel_core.deliveries.door import DoorRules
        from spiegel_core.deliveries.unpack import Unpackable, unpack

        bomb = sys.stdin.buffer.read()
        before = peak_mib()
        try:
            unpack(bomb, "a.csv.zst", DoorRules())
        except Unpackable as problem:
            print(problem.rule, round(peak_mib() - before))
    """
    # 4 GiB in one frame that asks for the largest window there is.
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    bomb = b"".join(packer.compress(bytes(64 * MIB)) for _ in range(64)) + packer.flush()

    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        input=bomb, capture_output=True, check=True, cwd=PROJECT,
    ).stdout.decode().split()  # fmt: skip

    assert told[0] == "file.ratio"
    assert int(told[1]) < 200


def test_a_frame_that_asks_for_more_than_128_mib_of_window_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=30)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"a;b\n") + packer.flush()

    assert refused_for(packed, "a.csv.zst") == "file.packing"
