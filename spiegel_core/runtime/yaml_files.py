"""YAML without its traps: no repeated keys, no aliases, no octal numbers, no NO that means false.

Measured (background, reliability 5): plain YAML turns `01054321` into 284881, `NO` into false,
takes the last of two equal keys without a word, and lets 332 bytes of aliases explode.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from spiegel_core.errors import ConfUnusable

_LARGEST_FILE = 65_536


class _Plain(yaml.SafeLoader):
    """Text, whole numbers, true, false, null, dates; everything else stays text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ValueError("an alias (*) stands in it")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            raise ValueError(f"a key stands twice: {', '.join(repeated)}")
        return super().construct_mapping(node, deep)


_Plain.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:null)$", "n"),
    ("tag:yaml.org,2002:timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
):
    _Plain.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def parse_yaml(text: str, where: str) -> dict[str, Any]:
    """The mapping a YAML text holds.

    Raises:
        ConfUnusable: not YAML, a repeated key, an alias, not a mapping.

    Example:
        >>> parse_yaml("agb: 01054321\\nland: NO", "example")
        {'agb': '01054321', 'land': 'NO'}
    """
    try:
        content = yaml.load(text, Loader=_Plain)
    except (yaml.YAMLError, ValueError) as problem:
        raise ConfUnusable(
            f"{where} cannot be read", found=str(problem).replace("\n", " "),
            expected="YAML with unique keys, without aliases", fix="repair the file",
        ) from None  # fmt: skip
    if not isinstance(content, dict):
        raise ConfUnusable(f"{where} holds no mapping", expected="key: value lines")
    return content


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds; raises ConfUnusable as `parse_yaml` does."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfUnusable(
            f"{path.name} cannot be read", where=str(path), found=type(problem).__name__,
            fix="name the right folder with --conf",
        ) from None  # fmt: skip
    if len(raw) > _LARGEST_FILE:
        raise ConfUnusable(f"{path.name} is larger than {_LARGEST_FILE:,} bytes", where=str(path))
    return parse_yaml(text, path.name)
