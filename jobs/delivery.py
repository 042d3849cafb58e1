"""What one delivery touches, arrived or not: years, segments, practices, documents; what to do.

Part of `spiegel status --delivery ID`; reads no more of claim lines than who declared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from rich.table import Table as Grid

from spiegel_core.deliveries.reach import ADMITTED, NEVER_CAME, YearReached
from spiegel_core.deliveries.volumes import Volume
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.reach import UNKNOWN, Reach, Reaching

_FEWEST_LINES = 10
_TO_DO = {
    NEVER_CAME: "Ask the sender for it. When it will not come, declare its absence under accepted "
    "in conf/volumes.yml, with reason, owner and until.",
    "refused": "Send the sender its feedback (outbox of the store); repaired it may come again "
    "under the same revision.",
    "conflict": "Ask the sender which content is right, as a delivery with a higher revision.",
    "waiting": "Ask the sender for the other half: a data file goes with its manifest.",
    "copy": "Nothing: the same lines count under another delivery_id.",
    "superseded": "Nothing: a higher revision takes its place.",
    "skipped": "Nothing: it was known already.",
}
_MAY = {True: "yes", False: "no", None: "not known"}
_IN_FORCE = "Nothing: it counts."
_ASIDE = "It counts but for the lines set aside; their feedback is in the outbox of the store."


def show_delivery(job: Job, name: str, as_json: bool, is_up_to_date: Callable[[int], bool]) -> None:
    """Print what a delivery touches."""
    found = Reaching(job.tables, job.conf, is_up_to_date).reach(name)
    told = as_plain(found)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    else:
        _print(job, told)


def as_plain(found: Reach) -> dict[str, Any]:
    """Everything that is told, as plain data; None where nothing may or can be said."""
    place, documents = found.place, dict(found.documents)
    return {
        "delivery": found.name,
        "standing": found.standing,
        "arrivals": [
            {
                "file": a.file, "verdict": a.verdict, "rule": a.rule, "message": a.message,
                "revision": None if a.manifest is None else a.manifest.revision,
                "lines": a.lines, "lines_set_aside": a.lines_set_aside,
                "times_received": a.times_received,
            }
            for a in found.arrivals
        ],
        "kind": next((a.manifest.kind for a in found.arrivals if a.manifest is not None), None),
        "sender": place.sender if place else next((a.sent_by for a in found.arrivals), None),
        "care_type": place.care_type if place else None,
        "period": [str(place.period_from), str(place.period_to)] if place else None,
        "segments": list(found.segments),
        "cost_outcomes": list(found.outcomes),
        "earlier_periods": found.earlier,
        "practices_with_patients_of_the_sender": found.practices if found.earlier else None,
        "declarers": found.declarers if found.earlier else None,
        "years": [
            {
                **_year(year),
                "documents_of_practices": documents[year.year].practices,
                "documents_made": documents[year.year].made
                if documents[year.year].practices else None,
            }
            for year in found.years
        ],
        "what_to_do": _what_to_do(found),
    }  # fmt: skip


def _year(reached: YearReached) -> dict[str, Any]:
    missing = _told(reached.missing)
    return {
        "report_year": reached.year,
        "lines": _told(reached.held)[0],
        "missing_lines": missing[0],
        "missing_cents": missing[1],
        "missing_per_mille": reached.per_mille,
        "missing_of_others_per_mille": reached.others_per_mille,
        "may_be_published": reached.may_be_published,
        "why": reached.why,
    }


def _told(volume: Volume | None) -> tuple[int | None, int | None]:
    """Lines and cents, none of fewer than ten lines: they could be the care of one person."""
    return (None, None) if volume is None or 0 < volume.lines < _FEWEST_LINES else volume


def _what_to_do(found: Reach) -> list[str]:
    aside = sum(a.lines_set_aside for a in found.arrivals if a.verdict == ADMITTED)
    usual = _ASIDE if aside else _IN_FORCE
    steps = [_TO_DO.get(found.standing, usual)]
    if found.standing == ADMITTED and _has_later_arrival(found):
        steps.append(
            "A later revision of it does not count: see above. The earlier stays in force."
        )
    if not found.years:
        steps.append("What it touches is not known, or no report year reads it.")
    stale = [str(year) for year, of_year in found.documents if of_year.made == UNKNOWN]
    if any(y.may_be_published is False for y in found.years):
        steps.append("Until then spiegel run stops for the years that may not be published.")
    if any(y.may_be_published is not True or y.per_mille for y in found.years):
        years = f"{found.years[0].year}-{found.years[-1].year}"
        steps.append(f"When it is in: spiegel run --years {years}.")
    elif stale:
        steps.append(f"Bring the years up to date: spiegel run --years {stale[0]}-{stale[-1]}.")
    return steps


def _has_later_arrival(found: Reach) -> bool:
    """Whether a revision above the one that counts came, and does not count."""
    revisions = {
        is_in: [
            a.manifest.revision
            for a in found.arrivals
            if a.manifest is not None and (a.verdict == ADMITTED) == is_in
        ]
        for is_in in (True, False)
    }
    return max(revisions[False], default=0) > max(revisions[True], default=0)


def _print(job: Job, told: dict[str, Any]) -> None:
    def say(text: str) -> None:
        job.console.print(text, highlight=False, markup=False)

    say(f"Delivery {told['delivery']}: {told['standing']}")
    for a in told["arrivals"]:
        why = f": {a['message']} [{a['rule']}]" if a["rule"] else ""
        say(f" {a['verdict']} revision {a['revision'] or '?'} {a['file']}{why}; {a['lines']:,} "
            f"lines, {a['lines_set_aside']:,} set aside")  # fmt: skip
    if told["care_type"]:
        first, last = told["period"]
        say(f" belongs to {told['sender']}, {told['care_type']}, {first} to {last}")
    if told["earlier_periods"]:
        say(f" in the last {told['earlier_periods']} periods: "
            f"{told['practices_with_patients_of_the_sender']:,} general practices with "
            f"patients of the sender; {told['declarers']:,} declared such care")  # fmt: skip
    if told["years"]:
        say(f" segments {', '.join(told['segments']) or 'none'}")
        say(f" costs {', '.join(told['cost_outcomes']) or 'none'}")
    if told["years"]:
        job.console.print(_grid(told["years"]))
    for year in told["years"]:
        say(f" {year['report_year']}: {year['why']}")
    say("What to do")
    for step in told["what_to_do"]:
        say(f" {step}")


def _grid(years: list[dict[str, Any]]) -> Grid:
    grid = Grid(title="Report years it touches", title_justify="left")
    for name in ("year", "lines", "missing", "euros", "of 1,000"):
        grid.add_column(name, justify="right")
    grid.add_column("documents")
    grid.add_column("may be published")
    for year in years:
        cents = year["missing_cents"]
        grid.add_row(
            str(year["report_year"]), _number(year["lines"]), _number(year["missing_lines"]),
            _number(None if cents is None else cents // 100), _number(year["missing_per_mille"]),
            _documents(year), _MAY[year["may_be_published"]],
        )  # fmt: skip
    return grid


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _documents(year: dict[str, Any]) -> str:
    practices = year["documents_of_practices"]
    return f"{practices:,}, {year['documents_made']}" if practices else "none"
