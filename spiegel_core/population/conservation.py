"""What went into a step came out of it or was left out for a reason: persons, lines and cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spiegel_core.errors import GateStopped


@dataclass(frozen=True)
class Balance:
    """One quantity over one step.

    Args:
        step: name of the step.
        quantity: lines, persons or cents.
        went_in: what there was before.
        came_out: what there is after.
        left_out: how much was left out, by reason.

    Example:
        >>> Balance("population", "persons", 10, 8, {"high_cost": 2}).check()
    """

    step: str
    quantity: str
    went_in: int
    came_out: int
    left_out: Mapping[str, int]

    def check(self) -> None:
        """Raise GateStopped when in is not out plus left out."""
        total = self.came_out + sum(self.left_out.values())
        if total != self.went_in:
            parts = ", ".join(f"{reason} {n:,}" for reason, n in sorted(self.left_out.items()))
            raise GateStopped(
                f"{self.quantity} got lost or came from nowhere in the step {self.step}",
                found=f"out {self.came_out:,}; left out: {parts or 'nothing'}",
                expected=f"together the {self.went_in:,} that went in; they differ by "
                f"{total - self.went_in:,}",
                fix="nothing was published; look at the rules of the step, then run again",
            )

    def rows(self, report_year: int) -> list[dict[str, object]]:
        """The balance as rows of gold.conservation."""
        parts = {"in": self.went_in, "out": self.came_out, **self.left_out}
        return [
            {"report_year": report_year, "step": self.step, "quantity": self.quantity,
             "part": part, "value": value}
            for part, value in parts.items()
        ]  # fmt: skip
