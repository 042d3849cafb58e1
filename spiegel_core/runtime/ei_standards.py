"""The EI standards of conf/ei: a layout each, and the rules of those that have any."""

from __future__ import annotations

import re

from spiegel_core.deliveries.ei.declared import make_standard
from spiegel_core.deliveries.ei.standard import Standard
from spiegel_core.errors import ConfUnusable
from spiegel_core.runtime.conf import Conf, read_csv
from spiegel_core.runtime.yaml_files import read_yaml

_COMMON = "common.yml"


def read_standards(conf: Conf) -> tuple[Standard, ...]:
    """Every standard of conf/ei: `NAME_VERSION.csv`, and `NAME_VERSION.yml` beside it.

    Raises:
        ConfUnusable: a file that cannot be read, or a standard that is not usable.
    """
    folder = conf.folder / "ei"
    common = read_yaml(folder / _COMMON)
    standards = []
    for layout in sorted(folder.glob("*.csv")):
        named = re.fullmatch(r"([A-Z0-9]+)_([0-9.]+)", layout.stem)
        if not named:
            raise ConfUnusable("a layout is named NAME_VERSION.csv", where=layout.name)
        rules = layout.with_suffix(".yml")
        own = read_yaml(rules) if rules.is_file() else {}
        try:
            standards.append(make_standard(named[1], named[2], read_csv(layout), common, own))
        except (KeyError, ValueError) as problem:
            raise ConfUnusable(
                f"{layout.name} is not a layout", found=f"{type(problem).__name__}: {problem}",
                fix="give it the columns and numbers of the layouts beside it",
            ) from None  # fmt: skip
    return tuple(standards)
