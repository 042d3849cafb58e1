"""A table is declared once: grain, key, columns with type, meaning and unit.

Schemas of Spark and Arrow, the shape check, the export rule and the data dictionary all follow
from the declaration. The module imports neither Spark nor Arrow until one of them is asked for,
so that `spiegel check` starts fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spiegel_core.errors import WrongUse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

# Contract type -> (Spark type, Arrow type). Money and counts are never doubles.
_TYPES = {
    "string": "string",
    "int": "int",
    "bigint": "bigint",
    "boolean": "boolean",
    "date": "date",
    "double": "double",
    "strings": "array<string>",
    "decimal(38,0)": "decimal(38,0)",
    "decimal(38,9)": "decimal(38,9)",
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        name: as it stands in the table; carries its unit (`_cents`, `_on`, `_share`).
        type: one of the contract types.
        meaning: what the value says about a row.
        unit: "eurocents", "persons", "index (100 = as expected)"; empty for codes and names.
        nullable: whether null is a legal value; the meaning then says what null means.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    nullable: bool = False

    def __post_init__(self) -> None:
        if self.type not in _TYPES:
            raise WrongUse(
                f"column {self.name} has an unknown type",
                found=self.type,
                expected=", ".join(_TYPES),
                fix="choose a contract type in spiegel_core/contracts",
            )


@dataclass(frozen=True)
class Table:
    """A table of the store.

    Args:
        name: "layer.table".
        grain: one sentence that begins with "one row per".
        key: the columns that name a row; unique, proven by a gate or a test.
        columns: all columns, in order.
        holds_persons: whether a row is about one person; such a table is never exported.
        has_small_cells: whether a row may sum the care of one person, so that who knows one
            thing about that person may learn another; exported for audit only.
        partition_by: columns the files are split by.
        is_only_added_to: whether Delta refuses to change or remove a row of it.

    Example:
        >>> sums = Table(
        ...     "gold.example", "one row per practice", ("practice",),
        ...     (Column("practice", "string", "AGB code"),
        ...      Column("cost_cents", "bigint", "what it cost", "eurocents")),
        ... )
        >>> sums.column_names
        ('practice', 'cost_cents')
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    holds_persons: bool = False
    has_small_cells: bool = False
    partition_by: tuple[str, ...] = field(default=())
    is_only_added_to: bool = False

    def __post_init__(self) -> None:
        named = set(self.column_names)
        unknown = [name for name in (*self.key, *self.partition_by) if name not in named]
        if unknown:
            raise WrongUse(f"{self.name} names columns it does not have: {', '.join(unknown)}")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def layer(self) -> str:
        return self.name.split(".")[0]

    def column(self, name: str) -> Column:
        """The declaration of one column; raises WrongUse when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise WrongUse(f"{self.name} has no column {name}", expected=", ".join(self.column_names))

    @property
    def spark_schema(self) -> StructType:
        """The schema Spark writes this table with."""
        from pyspark.sql import types as T

        types = {
            "string": T.StringType(),
            "int": T.IntegerType(),
            "bigint": T.LongType(),
            "boolean": T.BooleanType(),
            "date": T.DateType(),
            "double": T.DoubleType(),
            "strings": T.ArrayType(T.StringType()),
            "decimal(38,0)": T.DecimalType(38, 0),
            "decimal(38,9)": T.DecimalType(38, 9),
        }
        return T.StructType([T.StructField(c.name, types[c.type]) for c in self.columns])

    @property
    def arrow_schema(self) -> Any:
        """The schema pure functions hand their rows over with (pyarrow.Schema)."""
        return arrow_schema(self)

    def shape(self, rows: DataFrame) -> DataFrame:
        """Select exactly the declared columns, in order, cast to their types.

        Raises:
            WrongUse: a declared column is missing; the message names all of them.
        """
        from pyspark.sql import functions as F

        missing = [name for name in self.column_names if name not in rows.columns]
        if missing:
            raise WrongUse(
                f"{self.name} lacks {len(missing)} of its {len(self.columns)} columns: "
                f"{', '.join(missing)}",
                where=f"the rows made for {self.name}",
                found=", ".join(rows.columns),
                expected=self.grain,
                fix=f"add the column where {self.name} is built, or change the contract "
                "and say why in CHANGELOG.md",
            )
        return rows.select(
            *(
                F.col(column.name).cast(_TYPES[column.type]).alias(column.name)
                for column in self.columns
            )
        )


def arrow_schema(table: Table) -> Any:
    """The Arrow schema of a table; nulls are allowed where the contract says so."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "int": pa.int32(),
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "double": pa.float64(),
        "strings": pa.list_(pa.string()),
        "decimal(38,0)": pa.decimal128(38, 0),
        "decimal(38,9)": pa.decimal128(38, 9),
    }
    return pa.schema([(column.name, types[column.type]) for column in table.columns])
