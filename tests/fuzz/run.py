"""Fuzzes the readers of the door for so many seconds: any bytes, and right files spoilt.

Run: make fuzz SECONDS=120, or python -m tests.fuzz.run [SECONDS [SEED]]. Ends with 1 when a file is
not judged as it must be; the smallest such file found is then kept in fuzz-found/.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from spiegel_core.contracts.files import FILE_KINDS, header_of
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.runtime.conf import PROJECT
from tests.delivering import Delivery, register
from tests.ei.building import STANDARDS, gz321
from tests.memory import peak_mib

from .hostile import Hostile
from .trial import Fault, Trials

FOUND = PROJECT / "fuzz-found"
_ROUND = 100
_PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".zst": zstandard.compress,
}
_CLAIMS = Delivery(
    lines=[
        *[{"granted_cents": str(100 + number)} for number in range(40)],
        {"bsn": "999999999", "insured_number": "Zoë", "diagnosis_list": "008", "diagnosis": "T90"},
        {"debit_credit": "C", "previous_reference": "X", "granted_cents": "250"},
    ]
)
# Half of the files are claims.
_RIGHT = [*[_CLAIMS] * 7, *(register(kind, [{}] * 3) for kind in FILE_KINDS if kind != "claims")]
_EI = gz321().content()
# Small files keep lines to be typed, however many of them are set aside.
_DOOR = DoorRules(set_aside_share=0.9)
_EI_HEADERS = [
    "".join(["01", *(one.of_number[number].values[0] for number in ("0102", "0103", "0104"))])
    for one in STANDARDS
]
# Bytes that mean something to one of the readers, and those around them.
_TELLING = [
    b";", b"\n", b"\r", b"\r\n", b'"', b"\x00", b"0", b"9", b"-", b"D", b"C", b" ", b"01", b"06",
    b"98", b"99", b"\xc3", b"\xff", b"\xc2\x85", b"\xef\xbb\xbf", b"20210229", b"999999999",
]  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, whole: bytes) -> bytes:
    """Right bytes with some changed, put in, left out, doubled, moved or cut off."""
    data = bytearray(whole)
    piece = st.sampled_from(_TELLING) | st.binary(min_size=1, max_size=8)
    # Most of it keeps lines as long as they were, so that readers come beyond the first look.
    ways = ["over", "over", "flip", "flip", "in", "out", "cut", "double"]
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 2, 4]))):
        # Whole numbers would be drawn near 0 mostly, which is the header.
        place = draw(st.sampled_from(range(max(len(data), 1))))
        what = draw(st.sampled_from(ways))
        if what == "over":
            octets = draw(piece)
            data[place : place + len(octets)] = octets
        elif what == "in":
            data[place:place] = draw(piece)
        elif what == "out":
            del data[place : place + draw(st.integers(1, 400))]
        elif what == "cut":
            del data[place:]
        elif what == "double":
            data[place:place] = data[place : place + draw(st.integers(1, 700))]
        elif data:
            data[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


def _mostly(
    usual: st.SearchStrategy[Any], *others: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """Three times in four the usual."""
    drawn = [*[usual] * (3 * len(others)), *others]
    return st.sampled_from(range(len(drawn))).flatmap(lambda place: drawn[place])


@st.composite
def canonical(draw: st.DrawFn) -> Hostile:
    """A data file and its manifest: right ones spoilt, any bytes, or any bytes under a header."""
    delivery = draw(st.sampled_from(_RIGHT))
    ending = draw(st.sampled_from([*_PACK]))
    under = (header_of(delivery.kind) + "\n").encode()
    noise = st.binary(max_size=2_000)
    any_under = noise.map(lambda rest: under + rest)
    content = draw(_mostly(spoilt(delivery.data()), noise, any_under))
    packed = _PACK[ending](content)
    data = draw(_mostly(st.just(packed), spoilt(packed)))
    manifest = delivery.manifest_bytes()
    said = delivery.manifest | {"sha256": hashlib.sha256(data).hexdigest()}
    made_for_it = Delivery(**{**vars(delivery), "manifest": said}).manifest_bytes()
    others = spoilt(made_for_it), spoilt(manifest), st.none(), st.binary(max_size=200)
    beside = draw(_mostly(st.just(made_for_it), *others))
    return Hostile("canonical", "a.csv" + ending, data, beside)


@st.composite
def ei(draw: st.DrawFn) -> Hostile:
    """An EI file: a right one spoilt, any bytes, or any bytes after the beginning of a header."""
    ending = draw(st.sampled_from([*_PACK]))
    noise = st.binary(max_size=2_000)
    after = st.sampled_from(_EI_HEADERS).flatmap(
        lambda header: noise.map(lambda rest: header.encode() + rest)
    )
    content = draw(_mostly(spoilt(_EI), after, noise))
    packed = _PACK[ending](content)
    data = draw(_mostly(st.just(packed), spoilt(packed)))
    return Hostile("EI", "a.asc" + ending, data, None)


def fuzz(seconds: float, first_seed: int) -> tuple[Trials, list[Hostile]]:
    """Try files until the time is up or one is at fault; returns the smallest such file too."""
    trials, faulty = Trials(), []
    end = time.monotonic() + seconds

    def one(file: Hostile) -> None:
        try:
            trials.must_hold(file, _DOOR)
        except Fault:
            faulty[:] = [file]
            raise

    number = first_seed
    while time.monotonic() < end and not faulty:
        for strategy in (canonical(), ei()):
            try:
                _tried(one, strategy, number)
            except Exception as problem:
                trials.faults.append(str(problem))
                if not faulty:
                    raise
                break
        number += 1
    return trials, faulty


def _tried(one: Callable[[Hostile], None], strategy: st.SearchStrategy[Hostile], n: int) -> None:
    limits = settings(
        max_examples=_ROUND, database=None, deadline=None, derandomize=False,
        report_multiple_bugs=False, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[*HealthCheck],
    )  # fmt: skip
    seed(n)(limits(given(strategy)(one)))()


def keep(file: Hostile, folder: Path = FOUND) -> Path:
    """Keep a file, and its manifest beside it, so that `spiegel check` judges it again."""
    folder.mkdir(exist_ok=True)
    stem = hashlib.sha256(file.data + (file.manifest or b"")).hexdigest()[:12]
    data = folder / file.name.replace("a", stem, 1)
    data.write_bytes(file.data)
    if file.manifest is not None:
        (folder / f"{stem}.manifest.json").write_bytes(file.manifest)
    return data


def main(seconds: float, first_seed: int) -> int:
    """Fuzz, print what was tried, and return the exit code."""
    before, begun = peak_mib(), time.monotonic()
    trials, faulty = fuzz(seconds, first_seed)
    sys.stdout.write(
        f"{trials.files:,} files in {time.monotonic() - begun:.0f} s (seed {first_seed}): "
        f"{len(trials.accepted):,} accepted, {trials.with_lines_aside:,} of them with lines set "
        f"aside; slowest {trials.slowest_seconds:.2f} s ({trials.slowest}); memory grew "
        f"{peak_mib() - before:.0f} MiB to {peak_mib():.0f} MiB; {len(trials.faults)} at fault\n"
    )
    for file, fault in zip(faulty, trials.faults, strict=True):
        sys.stdout.write(f"{keep(file)}: {fault}\n")
    return 1 if faulty else 0


if __name__ == "__main__":
    _SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    _SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**9)
    raise SystemExit(main(_SECONDS, _SEED))
