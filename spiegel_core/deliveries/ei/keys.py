"""Keys: numbers that come once, and fields a record must repeat from the one it stands under.

Source: standard description GZ321-GZ322 1.0, par. 5.3.4 and table 6-2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.deliveries.ei.conditions import Conditions
from spiegel_core.deliveries.ei.marks import KEY, WARN, Marks
from spiegel_core.deliveries.ei.records import Kind, Kinds, Mask, Whole, texts, whole_numbers
from spiegel_core.deliveries.ei.standard import COMMENT, Unique


def mark_numbers_used_twice(kinds: Kinds, marks: Marks) -> None:
    """Kind and number name a record once in a file; identical records refuse it too."""
    for code, kind in kinds.items():
        names = [role for role in ("number", "text_line")
                 for one in marks.standard.roles.get(role, ()) if one.record == code]  # fmt: skip
        fields = [one for role in names for one in marks.standard.roles[role]
                  if one.record == code]  # fmt: skip
        if not fields:
            continue
        key = np.concatenate([kind.block(one) for one in fields])
        again = _again(key) & kind.is_judged
        if not again.any():
            continue
        same = _same_as_an_earlier(kind, np.flatnonzero(again))
        for is_wrong, rule, message in (
            (same, "ei.file.identical_record", "is identical to an earlier record"),
            (again & ~same, "ei.key.number", "has the number of an earlier record"),
        ):
            if is_wrong.any():
                marks.on_file(rule, message, code, fields[0].number, kind.at[is_wrong] + 1)


def _again(key: np.ndarray) -> Mask:
    """Which columns came before."""
    _, first = np.unique(texts(key), return_index=True)
    again = np.ones(key.shape[1], dtype=bool)
    again[first] = False
    return again


def _same_as_an_earlier(kind: Kind, candidates: Whole) -> Mask:
    """Which of the candidates are the same in every character as a record before them."""
    whole: dict[bytes, int] = {}
    same = np.zeros(len(kind), dtype=bool)
    wanted = {int(place) for place in candidates}
    for place, text in enumerate(texts(kind.cells).tolist()):
        if place in wanted and text in whole:
            same[place] = True
        whole.setdefault(text, place)
    return same


def mark_not_unique(kinds: Kinds, unique: Unique, conditions: Conditions, marks: Marks) -> None:
    """Fields that together come twice; the later record is marked."""
    standard = marks.standard
    kind = kinds[unique.fields[0][:2]]
    if not len(kind):
        return
    judged = kind.is_judged.copy()
    for number in unique.fields:
        judged &= kind.sound(number)
    for number, test in unique.unless.items():
        judged &= ~conditions.holds(kind, number, test)
    key = np.concatenate([kind.block(standard.of_number[number]) for number in unique.fields])
    at = np.flatnonzero(judged)
    again = np.zeros(len(kind), dtype=bool)
    if len(at):
        again[at] = _again(key[:, at])
    marks.on_records(kind, unique.fields[-1], again, "ei.key.unique", unique.says, KEY)


def mark_comments(kinds: Kinds, marks: Marks) -> None:
    """A comment carries the number of the record it follows."""
    standard = marks.standard
    comments = kinds.get(COMMENT)
    numbers = standard.roles.get("number", ())
    own = next((one for one in numbers if one.record == COMMENT), None)
    if comments is None or own is None or not len(comments):
        return
    nearest = np.full(len(comments), -1, dtype=np.int64)
    matches = np.zeros(len(comments), dtype=bool)
    block = comments.block(own)
    for one in numbers:
        kind = kinds[one.record]
        if one.record == COMMENT or not len(kind):
            continue
        before = np.searchsorted(kind.at, comments.at) - 1
        at = np.where(before >= 0, kind.at[before], -1)
        nearer = at > nearest
        same = (kind.block(one)[:, before] == block).all(axis=0)
        unsure = ~kind.sound(one.number)[before]
        matches = np.where(nearer, same | unsure, matches)
        nearest = np.maximum(nearest, at)
    wrong = ~matches & (nearest >= 0) & comments.sound(own.number)
    if wrong.any():
        comments.fault(own.number, wrong)
        marks.on_file("ei.key.comment", "is not the number of the record it comments on",
                      COMMENT, own.number, comments.at[wrong] + 1)  # fmt: skip


def mark_out_of_sequence(kinds: Kinds, marks: Marks) -> None:
    """Numbers of records count up through the file, and so do the lines of a comment."""
    numbered = [one for one in marks.standard.roles.get("number", ()) if one.record != COMMENT]
    at, values = np.empty(0, np.int64), np.empty(0, np.int64)
    for one in numbered:
        kind = kinds[one.record]
        sound = kind.sound(one.number)
        at = np.concatenate((at, kind.at[sound]))
        values = np.concatenate((values, whole_numbers(kind.block(one))[sound]))
    order = np.argsort(at, kind="stable")
    values, places = values[order], at[order]
    if len(values) < 2:
        return
    # Where its neighbours are in order, the record between them is the one out of it.
    before = np.concatenate(([np.int64(-1)], values[:-1]))
    after = np.concatenate((values[1:], [np.iinfo(np.int64).max]))
    odd = (before < after) & ~((before < values) & (values <= after))
    for one in numbered:
        kind = kinds[one.record]
        wrong = np.isin(kind.at, places[odd]) & kind.sound(one.number)
        marks.on_records(kind, one.number, wrong, "ei.key.sequence",
                         "does not count on from the record before it", KEY, WARN)  # fmt: skip


def mark_comment_lines(kinds: Kinds, marks: Marks) -> None:
    """The lines of a comment are numbered 1, 2, 3 ..."""
    comments = kinds.get(COMMENT)
    own = next((one for one in marks.standard.roles.get("text_line", ())), None)
    if comments is None or own is None or not len(comments):
        return
    numbers = whole_numbers(comments.block(own))
    follows = np.concatenate(([False], np.diff(comments.at) == 1))
    expected = np.where(follows, np.concatenate(([np.int64(0)], numbers[:-1])) + 1, 1)
    wrong = (numbers != expected) & comments.sound(own.number)
    marks.on_records(comments, own.number, wrong, "ei.key.comment_line",
                     "is not the next line of its comment", KEY, WARN)  # fmt: skip


@dataclass(frozen=True)
class _Repeat:
    """A field and what it must repeat, compared on every record."""

    kind: Kind
    number: str
    parent_of: Whole
    judged: Mask
    differs: Mask


def mark_not_repeated(
    kinds: Kinds, pairs: Mapping[str, str], rule: str, rank: int, marks: Marks
) -> None:
    """Fields that do not repeat those of the record above.

    When most of the records beneath agree with one another and not with the one above, that one
    is marked and not they: one cause, one finding.
    """
    by_parent: dict[str, list[str]] = {}
    for child, parent in pairs.items():
        by_parent.setdefault(parent, []).append(child)
    for parent, children in sorted(by_parent.items(), key=lambda item: item[0]):
        above = kinds[parent[:2]]
        repeats = [_compared(kinds[child[:2]], child, above, parent, marks) for child in children]
        total = sum(_count(one.parent_of[one.judged], above) for one in repeats)
        wrong = sum(_count(one.parent_of[one.differs], above) for one in repeats)
        mostly = np.flatnonzero((np.asarray(wrong) > 1) & (np.asarray(wrong) * 2 > total))
        forgiven = _judge_parents(mostly, above, parent, repeats, rule, rank, marks)
        for one in repeats:
            is_wrong = one.differs.copy()
            is_wrong[forgiven[id(one)]] = False
            message = f"differs from field {parent} of the record above it"
            marks.on_records(one.kind, one.number, is_wrong, rule, message, rank)


def _count(of: Whole, above: Kind) -> Whole:
    return np.bincount(of[of >= 0], minlength=len(above)).astype(np.int64)


def _compared(kind: Kind, number: str, above: Kind, parent: str, marks: Marks) -> _Repeat:
    if not len(kind) or not len(above):
        none = np.zeros(len(kind), dtype=bool)
        return _Repeat(kind, number, np.full(len(kind), -1), none, none)
    standard = marks.standard
    of = kind.above[above.code]
    judged = kind.sound(number) & (of >= 0)
    judged &= above.sound(parent)[of]
    own, theirs = kind.block(standard.of_number[number]), above.block(standard.of_number[parent])
    differs = judged & ~(own == theirs[:, of]).all(axis=0)
    return _Repeat(kind, number, of, judged, differs)


def _judge_parents(
    mostly: Whole, above: Kind, parent: str, repeats: list[_Repeat], rule: str, rank: int,
    marks: Marks,
) -> dict[int, list[int]]:  # fmt: skip
    """Mark the records above that stand alone; return the children that are right after all."""
    forgiven: dict[int, list[int]] = {id(one): [] for one in repeats}
    alone = np.zeros(len(above), dtype=bool)
    beneath: dict[int, list[tuple[int, int, bytes]]] = {int(place): [] for place in mostly}
    for one in repeats if len(mostly) else ():
        field = marks.standard.of_number[one.number]
        at = np.flatnonzero(one.judged & np.isin(one.parent_of, mostly))
        values = texts(one.kind.block(field)[:, at]).tolist()
        for place, value in zip(at.tolist(), values, strict=True):
            beneath[int(one.parent_of[place])].append((id(one), place, value))
    for place, held in beneath.items():
        value, times = Counter(value for _, _, value in held).most_common(1)[0]
        own = texts(above.block(marks.standard.of_number[parent])[:, [place]])[0]
        if times * 2 > len(held) and value != own:
            alone[place] = True
            for key, child, theirs in held:
                if theirs == value:
                    forgiven[key].append(child)
    marks.on_records(above, parent, alone, rule,
                     "differs from what the records beneath it repeat", rank,
                     stays_readable=True)  # fmt: skip
    return forgiven
