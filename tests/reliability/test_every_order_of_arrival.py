"""Deliveries in any order, again, under other names, corrected and late: one store in the end."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.delivering import Delivery, bsn, register

from .stores import CLAIM_LINES, Seen, claims, receive, seen, texts


def two_hundred(count: int) -> list[Delivery]:
    """Deliveries of claims, one in five with a second revision, and a register in every ten."""
    made: list[Delivery] = []
    for number in range(count):
        if number % 10 == 9:
            persons = [{"bsn": bsn(n)} for n in range(3)]
            made.append(dataclasses.replace(
                register("insured", persons), delivery_id=f"insured-{number}"))  # fmt: skip
        elif number % 10 in (3, 8):
            made.append(claims(f"D{number - 1}", range(number, number + 3), revision=2))
        else:
            made.append(claims(f"D{number}", range(number, number + 12)))
    return made


def laid(made: list[Delivery], folder: Path) -> list[tuple[Path, Path]]:
    """Every delivery as sent, and once more under another name, other packing of the bytes none."""
    return [
        (one.write(folder / f"{number}", f"sent-{number}"),
         one.write(folder / f"{number}-again", f"renamed-{number}"))
        for number, one in enumerate(made)
    ]  # fmt: skip


def arrivals_in(order: random.Random, sent: list[tuple[Path, Path]]) -> list[list[Path]]:
    """Runs over all deliveries, each one to three times in whatever order and under two names."""
    arriving = [
        order.choice(names) for names in sent for _ in range(order.randint(1, 3))
    ]  # fmt: skip
    # One of each three is certain to come under both names.
    arriving += [name for names in sent[::3] for name in names]
    order.shuffle(arriving)
    runs = order.randint(1, 6)
    # The same file twice in one call is one file.
    return [sorted(set(arriving[start::runs])) for start in range(runs)]


@pytest.mark.parametrize(
    ("deliveries", "orders"), [(30, 4), pytest.param(200, 20, marks=pytest.mark.long)]
)
def test_whatever_the_order_and_however_often_every_delivery_counts_once(
    deliveries: int, orders: int, tmp_path: Path, key_file: Path
) -> None:
    sent = laid(two_hundred(deliveries), tmp_path / "in")
    fingerprints, skips = set(), Counter[str]()
    for seed in range(orders):
        store, came = tmp_path / f"store{seed}", Counter[str]()
        for paths in arrivals_in(random.Random(seed), sent):
            receive(store, key_file, *paths)
            came.update(path.name for path in paths)
        found = seen(store)

        found.must_add_up()
        fingerprints.add(found.fingerprint())
        told = Counter[str]()
        for (file, verdict), times in found.verdicts().items():
            told[file] += times
            skips[verdict] += times
        # Every file that came stands in the ledger, as often as it came.
        assert told == came
        names = [{path.name for path in names} for names in sent]
        first = Counter(
            place for place, both in enumerate(names)
            for arrival in found.ledger if arrival.file in both and arrival.verdict != "skipped"
        )  # fmt: skip
        assert set(first.values()) == {1}

    assert len(fingerprints) == 1
    assert skips["skipped"] >= orders * deliveries // 2
    assert skips["superseded"] >= orders * deliveries // 10
    # The registers hold the same, so that all but one are copies.
    assert set(skips) == {"admitted", "superseded", "skipped", "copy"}


def others(found: Seen) -> list[str]:
    """The lines of all deliveries but A, with the loads they stand under."""
    of_a = [a.load_id for a in found.ledger if a.manifest and a.manifest.delivery_id == "A"]
    rows = found.claims.to_pylist()
    return sorted(str(row) for row in rows if row["load_id"] not in of_a)


def amounts_of_a(found: Seen) -> list[int]:
    rows = found.claims.to_pylist()
    return sorted(row["granted_cents"] for row in rows if row["reference"].startswith("A-"))


@pytest.fixture
def beside(tmp_path: Path, key_file: Path) -> tuple[Path, Path]:
    """A store with three other deliveries."""
    store = tmp_path / "store"
    for name in "BCD":
        claims(name, range(1, 20)).write(tmp_path / "beside")
    receive(store, key_file, tmp_path / "beside")
    return store, key_file


# Revision 2 has fewer lines than 1; that of the last case has none.
@pytest.mark.parametrize("second", [(15, 25), ()], ids=["fewer lines", "no lines"])
@pytest.mark.parametrize("order", [(1, 2, 1), (1, 1, 2), (2, 1, 1), (2, 1, 2)])
def test_a_correction_replaces_all_of_its_delivery_and_nothing_else(
    beside: tuple[Path, Path], tmp_path: Path, order: tuple[int, ...], second: tuple[int, ...]
) -> None:
    store, key_file = beside
    before = others(seen(store))
    revisions = {1: (10, 20, 30, 40), 2: second}
    for revision in order:
        claims("A", revisions[revision], revision).write(tmp_path / str(revision))
        receive(store, key_file, tmp_path / str(revision))
        assert others(seen(store)) == before

    found = seen(store)
    assert amounts_of_a(found) == sorted(second)
    found.must_add_up()
    verdict = {
        a.manifest.revision: a.verdict for a in found.ledger
        if a.manifest and a.manifest.delivery_id == "A" and a.verdict != "skipped"
    }  # fmt: skip
    assert verdict == {1: "superseded", 2: "admitted"}
    assert len(before) == 57


@pytest.mark.parametrize("runs", ["a|b|c", "ab|c", "a|bc", "abc"])
@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_a_late_revision_or_file_is_never_lost_whatever_came_before_it(
    beside: tuple[Path, Path], tmp_path: Path, order: tuple[int, ...], runs: str
) -> None:
    store, key_file = beside
    before = others(seen(store))
    for part in runs.split("|"):
        arriving = []
        for place in part:
            number = order["abc".index(place)]
            folder = tmp_path / f"arrival{number}"
            claims("A", [100 * number, 100 * number + 1], number).write(folder)
            # The third quarter before the second: other deliveries, none of which is a revision.
            claims(f"Q{number}", [number]).write(folder)
            arriving.append(folder)
        receive(store, key_file, *arriving)

    found = seen(store)
    assert amounts_of_a(found) == [300, 301]
    quarters = [row for row in found.claims.to_pylist() if row["reference"].startswith("Q")]
    assert sorted(row["granted_cents"] for row in quarters) == [1, 2, 3]
    assert [line for line in others(found) if "'Q" not in line] == before
    found.must_add_up()


def test_the_fingerprint_sees_every_cent_and_no_load(
    beside: tuple[Path, Path], tmp_path: Path
) -> None:
    store, key_file = beside
    found = seen(store)
    for name in "DCB":
        claims(name, range(1, 20)).write(tmp_path / name)
        receive(tmp_path / "other", key_file, tmp_path / name)
    other = seen(tmp_path / "other")
    assert texts(other.claims) != texts(found.claims)
    assert other.fingerprint() == found.fingerprint()

    claims("B", [*range(1, 19), 20], revision=2).write(tmp_path / "2")
    receive(store, key_file, tmp_path / "2")
    assert seen(store).fingerprint() != found.fingerprint()
    assert CLAIM_LINES.name in found.lines
