"""The numbers the door judges by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DoorRules:
    """What the door takes in at most; the numbers stand in conf.

    Args:
        unpacked_bytes: size of a file after unpacking.
        ratio: unpacked size over packed size.
        line_bytes: length of a line, without its end.
        set_aside_share: share of lines set aside (0-1) above which the file is refused.
        findings_per_rule: findings kept per rule and field; all are counted.
        usual_lists: per care type the code lists it usually names; another one is a warning.
    """

    unpacked_bytes: int = 1 << 30
    ratio: int = 200
    line_bytes: int = 10_000
    set_aside_share: float = 0.05
    findings_per_rule: int = 100
    usual_lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
