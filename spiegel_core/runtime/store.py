"""The store: Delta tables by contract, and the only module that reads or writes them.

store/
  archive/      files as sent, sealed
  bronze/ silver/ gold/   Delta tables
  receiving/    what tasks report while a batch is taken in
  runs/         one record per run
  models/       MLflow
  documents/    what was made
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spiegel_core.contracts.table import Table
from spiegel_core.errors import EnvironmentUnfit, WrongUse
from spiegel_core.runtime.files import Folder

if TYPE_CHECKING:
    import pyarrow as pa


class Store:
    """Tables by contract in a folder.

    Args:
        spark: the session.
        folder: the folder of the store.
    """

    def __init__(self, spark: SparkSession, folder: Folder) -> None:
        self.spark = spark
        self.folder = folder

    def path(self, table: Table) -> str:
        return f"{self.folder.uri}/{table.name.replace('.', '/')}"

    def exists(self, table: Table) -> bool:
        return self.folder.exists(f"{table.name.replace('.', '/')}/_delta_log")

    def read(self, table: Table, version: int | None = None) -> DataFrame:
        """All rows of a table, as of a version when one is named; no rows when it is not there."""
        if not self.exists(table):
            return self.spark.createDataFrame([], table.spark_schema)
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        return reader.load(self.path(table)).select(*table.column_names)

    def read_year(self, table: Table, report_year: int) -> DataFrame:
        """The rows of one report year."""
        return self.read(table).filter(F.col("report_year") == report_year)

    def version(self, table: Table) -> int:
        """The newest version of a table; -1 when it is not there."""
        if not self.exists(table):
            return -1
        history = DeltaTable.forPath(self.spark, self.path(table)).history(1)
        return int(history.select("version").collect()[0][0])

    def replace(self, table: Table, rows: DataFrame, **equal: int | str) -> None:
        """Replace all rows, or those whose columns equal the values named, in one commit.

        Running it twice changes nothing; other rows are not touched.
        """
        self._create(table)
        condition = " AND ".join(
            f"{name} = {_literal(table, name, value)}" for name, value in equal.items()
        )
        self._write(table, rows, {"replaceWhere": condition} if condition else {})

    def replace_arrow(self, table: Table, rows: pa.Table, **equal: int | str) -> None:
        """`replace` with rows that stand in memory."""
        self.replace(table, self.from_arrow(table, rows), **equal)

    def from_arrow(self, table: Table, rows: pa.Table) -> DataFrame:
        """Rows that stand in memory, as a table of the contract."""
        if rows.num_rows == 0:
            return self.spark.createDataFrame([], table.spark_schema)
        return table.shape(self.spark.createDataFrame(rows))

    def _create(self, table: Table) -> None:
        if self.exists(table):
            return
        builder = (
            DeltaTable.createIfNotExists(self.spark)
            .location(self.path(table))
            .comment(table.grain)
            .property("delta.enableDeletionVectors", "false")
        )
        for column, field in zip(table.columns, table.spark_schema.fields, strict=True):
            builder = builder.addColumn(
                column.name, field.dataType, nullable=column.nullable,
                comment=column.meaning + (f" ({column.unit})" if column.unit else ""),
            )  # fmt: skip
        if table.partition_by:
            builder = builder.partitionedBy(*table.partition_by)
        builder.execute()

    def _write(self, table: Table, rows: DataFrame, options: dict[str, str]) -> None:
        try:
            writer = table.shape(rows).write.format("delta").mode("overwrite").options(**options)
            writer.save(self.path(table))
        except Exception as problem:
            if "No space left on device" in str(problem):
                raise EnvironmentUnfit(
                    "the disk is full", where=table.name,
                    fix="make room and run again: nothing was changed",
                ) from None  # fmt: skip
            raise


def _literal(table: Table, name: str, value: int | str) -> str:
    """A value as it may stand in a condition: a whole number, or a plain word."""
    if isinstance(value, int):
        return str(value)
    if table.column(name).type != "string" or not value.replace("_", "").isalnum():
        raise WrongUse(f"{table.name}.{name} cannot be replaced by this value")
    return f"'{value}'"
