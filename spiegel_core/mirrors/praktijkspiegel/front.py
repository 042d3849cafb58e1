"""The front page: the three things to take away, what the mirror is for, and the practice."""

from __future__ import annotations

from collections.abc import Sequence

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.numbers import dutch, shown
from spiegel_core.mirrors.page_model import Cell, Interval, Page, Points, Text
from spiegel_core.mirrors.praktijkspiegel.compare import AS_EXPECTED, Line, number_in
from spiegel_core.mirrors.praktijkspiegel.costs import cost_lines
from spiegel_core.mirrors.praktijkspiegel.gp_care import gp_lines

Point = tuple[str, str]


def front_page(inputs: MirrorInputs) -> Page:
    """What a reader with one minute takes away, most important first.

    First the whole: what all care cost. Then where it is made: the kind of care with the largest
    clear difference in euros. Last what is nearest to the practice: the GP care with the largest
    clear difference in contacts. Clear is: 100 lies outside the 99.8% interval.
    """
    points = (_on_total(inputs), _on_segment(inputs), _on_gp_care(inputs))
    return Page(
        "In het kort",
        (
            Points(points, "Drie punten om te onthouden"),
            Text(inputs.text("purpose"), "Waar is deze spiegel voor?"),
        ),
    )


def _on_total(inputs: MirrorInputs) -> Point:
    (name,) = inputs.product.total
    line = next(one for one in cost_lines(inputs) if one.outcome == name)
    if not line.amount.is_shown:
        return _point(inputs, "point_total_hidden")
    return _point(
        inputs, "point_total", observed=_text(line.amount.observed, "euro"),
        expected=_text(line.amount.expected, "euro"), verdict=_verdict(inputs, line),
    )  # fmt: skip


def _on_segment(inputs: MirrorInputs) -> Point:
    """The kind of care with the largest clear difference in euros per patient."""
    lines = [line for line in cost_lines(inputs) if line.outcome in inputs.product.segments]
    line = _largest_clear(lines)
    if line is None:
        return _point(inputs, "point_segment_none", possible=_possible(inputs, lines))
    amount = line.amount
    return _point(
        inputs, "point_segment", label=line.label, lower=_lower(line.label),
        observed=_text(amount.observed, "euro"), expected=_text(amount.expected, "euro"),
        verdict=_verdict(inputs, line), others=_others(inputs, lines),
    )  # fmt: skip


def _on_gp_care(inputs: MirrorInputs) -> Point:
    """The kind of contact with the largest clear difference per 1,000 patients."""
    lines = gp_lines(inputs)
    line = _largest_clear(lines)
    if line is None:
        return _point(inputs, "point_gp_care_none", possible=_possible(inputs, lines))
    amount = line.amount
    return _point(
        inputs, "point_gp_care", lower=_lower(line.label),
        observed=_text(amount.observed, "per_1000"), expected=_text(amount.expected, "per_1000"),
        verdict=_verdict(inputs, line), others=_others(inputs, lines),
    )  # fmt: skip


def _point(inputs: MirrorInputs, text: str, **values: str) -> Point:
    """A text of conf of two paragraphs: the heading and what is said."""
    heading, said = inputs.text(text, **values)
    return heading, said.strip()


def _largest_clear(lines: Sequence[Line]) -> Line | None:
    clear = [line for line in lines if line.amount.is_clear]
    return max(clear, key=lambda line: (abs(number_in(line.amount.difference)), line.outcome),
               default=None)  # fmt: skip


def _verdict(inputs: MirrorInputs, line: Line) -> str:
    """What the difference may be called, with the numbers that say so."""
    amount = line.amount
    index, limits = _text(amount.index, "index"), amount.wide.value
    if not isinstance(limits, Interval):
        return inputs.text("verdict_no_interval", index=index)[0]
    than = "van" if amount.words.value == AS_EXPECTED else "dan"
    return inputs.text(
        "verdict", words=f"{amount.words.value} {than} verwacht", index=index,
        low=dutch(limits.low), high=dutch(limits.high),
    )[0]  # fmt: skip


def _others(inputs: MirrorInputs, lines: Sequence[Line]) -> str:
    number = sum(line.amount.is_clear for line in lines) - 1
    return _counted(inputs, "others", number)


def _possible(inputs: MirrorInputs, lines: Sequence[Line]) -> str:
    return _counted(inputs, "possible", sum(line.amount.is_possible for line in lines))


def _counted(inputs: MirrorInputs, text: str, number: int) -> str:
    """A sentence for one, one for more, nothing for none."""
    if number == 0:
        return ""
    one, more = inputs.text(text, number=str(number))
    return one if number == 1 else more


def _text(cell: Cell, kind: str) -> str:
    return shown(cell.value, kind, 0)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
