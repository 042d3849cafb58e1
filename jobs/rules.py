"""The catalogue of rules: every rule of the door and every check of a gate, listed or explained.

Reads    expectations/
Writes   nothing
Run      spiegel rules [ID] [--consequence refuse_file] [--json]          spark-submit jobs/rules.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from jobs.options import as_script
from spiegel_core.contracts.catalogue import CONSEQUENCES, Catalogue, CatalogueRule
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.catalogue import read_catalogue


def rules(rule: str | None, consequence: str | None, as_json: bool) -> None:
    """Print the catalogue, the rules of one consequence, or one rule in full."""
    catalogue = read_catalogue()
    chosen = [catalogue.rule(rule)] if rule is not None else _of(catalogue, consequence)
    if as_json:
        sys.stdout.write(_as_json(catalogue, chosen) + "\n")
    elif rule is not None:
        sys.stdout.write(explained(chosen[0]) + "\n")
    else:
        _show(Console(soft_wrap=not sys.stdout.isatty()), catalogue, chosen)


def _of(catalogue: Catalogue, consequence: str | None) -> list[CatalogueRule]:
    if consequence is not None and consequence not in CONSEQUENCES:
        raise WrongUse(
            f"there is no consequence {consequence[:60]}", expected=", ".join(CONSEQUENCES)
        )
    return [r for r in catalogue.rules if consequence in (None, r.consequence)]


def _as_json(catalogue: Catalogue, chosen: Sequence[CatalogueRule]) -> str:
    content = {"rules_sha256": catalogue.fingerprint, "rules": [vars(rule) for rule in chosen]}
    return json.dumps(content, indent=1)


def explained(rule: CatalogueRule) -> str:
    """Everything the catalogue says of a rule, a line each."""
    parts = [
        ("what", rule.title),
        ("follows", rule.consequence),
        ("judged", f"{rule.place}: {rule.metric} {_bounds(rule)}" if rule.metric else rule.place),
        ("why", rule.why),
        ("repair", rule.repair),
        ("source", rule.source),
        ("owner", rule.owner),
        ("since", rule.since),
    ]
    return "\n".join([rule.id, *(f"  {name + ':':<10}{text}" for name, text in parts)])


def _bounds(rule: CatalogueRule) -> str:
    """The bounds of a check.

    Example:
        >>> from dataclasses import replace
        >>> rule = CatalogueRule("silver", "silver.a", *[""] * 7, metric="a", least=1)
        >>> _bounds(rule), _bounds(replace(rule, most=1)), _bounds(replace(rule, most=5))
        ('at least 1', 'is 1', 'from 1 to 5')
    """
    if rule.least == rule.most:
        return f"is {rule.least}"
    if rule.most is None:
        return f"at least {rule.least}"
    return f"at most {rule.most}" if rule.least is None else f"from {rule.least} to {rule.most}"


def _show(console: Console, catalogue: Catalogue, chosen: Sequence[CatalogueRule]) -> None:
    grid = Grid(title="Rules", title_justify="left")
    grid.add_column("rule", no_wrap=True)
    grid.add_column("follows", no_wrap=True)
    grid.add_column("title")
    for place in dict.fromkeys(rule.place for rule in chosen):
        for rule in chosen:
            if rule.place == place:
                grid.add_row(rule.id, rule.consequence, rule.title)
        grid.add_section()
    console.print(grid, highlight=False)
    console.print(f"{len(chosen)} rules of rule set {catalogue.fingerprint[:12]}; "
                  "one in full: spiegel rules ID", highlight=False)  # fmt: skip


def main(
    rule: Annotated[str | None, typer.Argument(help="Id of a rule to explain.")] = None,
    consequence: Annotated[
        str | None, typer.Option(help="Only rules with this consequence, as refuse_file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The catalogue as JSON.")] = False,
) -> None:
    """Every rule of the door and the gates: what follows, why, and how to repair."""
    rules(rule, consequence, json)


if __name__ == "__main__":
    as_script(main)
