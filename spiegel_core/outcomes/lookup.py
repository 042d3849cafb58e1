"""Long lists of codes as one expression: built as text, because every part of a Column built by
calls is a round trip to Java (4,000 of them, half a second a year: measured)."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def quoted(text: str) -> str:
    """A text as it stands in an expression.

    Example:
        >>> print(quoted("d'Or"))
        'd\\'Or'
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def listed(texts: Collection[str]) -> str:
    """Texts as the list of an IN.

    Example:
        >>> listed(["a", "b"])
        "'a', 'b'"
    """
    return ", ".join(map(quoted, texts))


def first_that_holds(outcomes: Mapping[str, object], otherwise: object) -> str:
    """The outcome of the first condition that holds; conditions and outcomes are expressions.

    Example:
        >>> first_that_holds({"a = 1": 5, "a = 2": 6}, 0)
        'case when a = 1 then 5 when a = 2 then 6 else 0 end'
        >>> first_that_holds({}, 0)
        '0'
    """
    if not outcomes:
        return str(otherwise)
    parts = " ".join(f"when {condition} then {value}" for condition, value in outcomes.items())
    return f"case {parts} else {otherwise} end"
