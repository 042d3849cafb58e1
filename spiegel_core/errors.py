"""The deliberate errors: what, where, found, expected, fix; one exit code per kind.

Whoever runs a job sees the text and no traceback. No text ever holds a value of a person's row.
"""

from __future__ import annotations


class SpiegelError(Exception):
    """An error somebody can act on.

    Args:
        what: the problem in one line.
        where: file, table or setting it was found in.
        found: what was there (never a value of a person).
        expected: what should have been there.
        fix: what to do now.

    Example:
        >>> print(WrongUse("no such report year: 1999", fix="spiegel status lists the years"))
        no such report year: 1999
          fix:      spiegel status lists the years
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        found: str = "",
        expected: str = "",
        fix: str = "",
    ) -> None:
        self.what = what
        parts = {"where": where, "found": found, "expected": expected, "fix": fix}
        lines = [f"  {name + ':':<10}{text}" for name, text in parts.items() if text]
        super().__init__("\n".join([what, *lines]))


class DataRefused(SpiegelError):
    """Delivered data were refused."""

    exit_code = 1


class GateStopped(SpiegelError):
    """A gate or a conservation check stopped the job; everything downstream is as it was."""

    exit_code = 1


class WrongUse(SpiegelError):
    """A command or a function was asked something it cannot answer."""

    exit_code = 2


class ConfUnusable(SpiegelError):
    """Configuration is missing, unknown, unsourced or contradicts itself."""

    exit_code = 2


class EnvironmentUnfit(SpiegelError):
    """Java, disk, locks, keys: the machine, not the data."""

    exit_code = 3
