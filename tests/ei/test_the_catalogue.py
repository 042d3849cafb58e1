"""expectations/ei.yml explains every rule the door can report, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from spiegel_core.contracts.catalogue import CONSEQUENCES
from spiegel_core.deliveries.ei import judge
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.yaml_files import read_yaml

CATALOGUE = read_yaml(PROJECT / "expectations" / "ei.yml")


def reportable() -> set[str]:
    """Every rule id that stands in the code of the door."""
    code = "".join(
        path.read_text(encoding="utf-8") for path in Path(judge.__file__).parent.glob("*.py")
    )
    return {*re.findall(r'"(ei\.[a-z]+(?:\.[a-z_]+)?)"', code)}


def test_the_catalogue_holds_every_rule_and_no_other() -> None:
    named = [rule["id"] for rule in CATALOGUE["rules"]]
    assert len(named) == len(set(named))
    assert set(named) == reportable()


def test_every_rule_is_explained() -> None:
    for rule in CATALOGUE["rules"]:
        assert rule["consequence"] in CONSEQUENCES
        for key in ("title", "why", "repair", "source"):
            assert rule[key].strip(), (rule["id"], key)
