"""Names from a register as they can be printed: one line, characters the typeface has."""

from __future__ import annotations

import unicodedata
from functools import cache

from spiegel_core.mirrors.canvas import font_files


def printable(name: str, otherwise: str = "") -> str:
    """A name on one line; a character that cannot be set becomes a question mark.

    Args:
        name: as it stands in the register.
        otherwise: what to print when nothing is left.

    Example:
        >>> printable("De\\u0000 Linde\\n #1"), printable("Het Anker \\u2693"), printable(" ", "x")
        ('De Linde #1', 'Het Anker ?', 'x')
    """
    composed = unicodedata.normalize("NFC", name)
    one_line = " ".join("".join(c if c.isprintable() else " " for c in composed).split())
    known = _characters()
    return "".join(c if c in known else "?" for c in one_line) or otherwise


@cache
def _characters() -> frozenset[str]:
    """What every font of the document can set."""
    from matplotlib.ft2font import FT2Font

    coverage = [set(FT2Font(str(file)).get_charmap()) for file in font_files()]
    return frozenset(map(chr, set.intersection(*coverage)))
