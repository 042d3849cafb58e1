"""The group of commands for auditors: `spiegel audit`."""

from __future__ import annotations

import typer

from jobs import audit_compare, audit_explain

audit = typer.Typer(name="audit", help="What an auditor asks.", no_args_is_help=True)
audit.command("explain")(audit_explain.main)
audit.command("compare")(audit_compare.main)
