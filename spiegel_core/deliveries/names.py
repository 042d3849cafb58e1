"""Names senders choose: of files, of deliveries. Shown safely, and never used as a path."""

from __future__ import annotations

import re

UNKNOWN_SENDER = "onbekend"


def shown_name(name: str) -> str:
    """A file name that may stand in a log: no control characters, no number as long as a bsn.

    Example:
        >>> shown_name("3311/claims-123456782-2021.csv")
        '3311/claims-*********-2021.csv'
    """
    plain = re.sub(r"[^A-Za-z0-9._/ +-]", "_", name)
    return re.sub(r"[0-9]{9,}", "*********", plain)[-200:]


def file_name(text: str) -> str:
    """A name as part of a file name of ours: it can neither leave its folder nor hide.

    Two texts may give one name, so what tells them apart stands beside it.

    Example:
        >>> file_name("../../etc/9101:2021 Q3"), file_name("..")
        ('etc_9101_2021_Q3', 'levering')
    """
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", shown_name(text))
    return plain.lstrip("._-")[:100] or "levering"


def sender_folder(sender: str | None) -> str:
    """The folder of a sender's outbox: its four digits, or the one of senders nobody knows.

    Example:
        >>> sender_folder("9101"), sender_folder("../x"), sender_folder(None)
        ('9101', 'onbekend', 'onbekend')
    """
    return sender if re.fullmatch(r"[0-9]{4}", sender or "") and sender else UNKNOWN_SENDER
