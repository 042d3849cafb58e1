"""Reading the same packed files in DuckDB, one regular expression per field, typed Parquet out:
the yardstick of receive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spiegel_core.contracts.files import CLAIM_FIELDS


def take_in(connection: Any, deliveries: Path, out: Path) -> int:
    """Read every file of claims, check and type its fields, write Parquet; counts lines."""
    files = sorted(
        str(path) for path in deliveries.glob("2*/**/*.csv*") if "-insured-" not in path.name
    )
    names = [field.name for field in CLAIM_FIELDS]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    checks = " and ".join(_check(f.name, f.pattern, f.required) for f in CLAIM_FIELDS)
    typed = ", ".join(_typed(f.name, f.becomes) for f in CLAIM_FIELDS)
    connection.execute(
        f"copy (select {typed} from read_csv({files}, delim=';', header=true, quote='', "
        f"escape='', columns={{{columns}}}, auto_detect=false, null_padding=false) "
        f"where {checks}) to '{out}' (format parquet)"
    )
    ((lines,),) = connection.execute(f"select count(*) from '{out}'").fetchall()
    return int(lines)


def _check(name: str, pattern: str, required: bool) -> str:
    matches = f"regexp_full_match({name}, '{pattern}')"
    return matches if required else f"({matches} or {name} is null or {name} = '')"


def _typed(name: str, becomes: str) -> str:
    if becomes == "date":
        return f"try_strptime({name}, '%Y%m%d')::date as {name}"
    if becomes in ("int", "bigint"):
        return f"try_cast({name} as {becomes}) as {name}"
    return f"{name} = 'C' as is_credit" if becomes == "sign" else name
