"""A run: its number, its steps with counts and seconds, and how it ended.

The record stands in the store from the first moment on, so that the next run sees when this one
was killed. It holds counts and seconds only.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from spiegel_core.runtime.files import Folder

RUNNING, FINISHED, FAILED = "running", "finished", "failed"


@dataclass
class Step:
    """One step of a run; `counts` may be filled while it runs."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    skipped: bool = False
    seconds: float = 0.0


class Run:
    """One run of a job, shown on the console and recorded in the store.

    Args:
        folder: the folder of the store.
        job: name of the job.
        console: where progress is shown; None is silent.
    """

    def __init__(self, folder: Folder, job: str, console: Console | None = None) -> None:
        self._folder = folder
        self._console = console
        self.job = job
        self.number = 1 + max((number for number, _ in records(folder)), default=0)
        self.facts: dict[str, Any] = {}
        self.steps: list[Step] = []
        self._started_at = _now()
        self._state = RUNNING

    @property
    def name(self) -> str:
        return f"{self.number:06d}-{self.job}"

    def record(self) -> None:
        """Write the record of the run as it stands."""
        content = {
            "run": self.number,
            "job": self.job,
            "state": self._state,
            "started_at": self._started_at,
            "written_at": _now(),
            **self.facts,
            "steps": [vars(step) for step in self.steps],
        }
        text = json.dumps(content, indent=1, sort_keys=True) + "\n"
        self._folder.write(f"runs/{self.name}.json", text.encode())

    def say(self, text: str) -> None:
        """Show a line on the console."""
        if self._console is not None:
            self._console.print(text, highlight=False)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and show it when it is done."""
        step = Step(name)
        self.steps.append(step)
        started = time.monotonic()
        with self._shown(name):
            yield step
        step.seconds = round(time.monotonic() - started, 2)
        counts = "  ".join(f"{value:,} {unit}" for unit, value in step.counts.items())
        mark = "[dim]=[/]" if step.skipped else "[green]✓[/]"
        self.say(f" {mark} {name:<44}{step.seconds:>7.1f} s   [dim]{counts}[/]")

    @contextmanager
    def _shown(self, name: str) -> Iterator[None]:
        if self._console is not None and self._console.is_terminal:
            with self._console.status(f"{name} …"):
                yield
        else:
            yield

    def __enter__(self) -> Run:
        self.record()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._state = FINISHED if kind is None else FAILED
        self.record()


def records(folder: Folder) -> list[tuple[int, str]]:
    """Number and file name of every run recorded in a store, in order."""
    names = [name for name, _ in folder.files("runs") if name.endswith(".json")]
    return sorted((run_number(name.split("/")[-1]), name) for name in names)


def run_number(name: str) -> int:
    """The number of a run by its name.

    Example:
        >>> run_number("000012-receive")
        12
    """
    return int(name.split("-", maxsplit=1)[0])


def read_records(folder: Folder, job: str) -> list[dict[str, Any]]:
    """The records of all runs of a job, oldest first."""
    found = [name for _, name in records(folder) if name.endswith(f"-{job}.json")]
    return [json.loads(folder.read(name)) for name in found]


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
