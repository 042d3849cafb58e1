"""The process that Spark forks its Python workers from, without Spark's archives on its path.

Spark puts its JAR and two zip files before everything else on a worker's path, and a worker reads
the directory of each again before every task: 0.2 s a task, 40 tasks a year (measured). The same
packages are installed beside this one, so the archives are not needed.

Run      by Spark, named by spark.python.daemon.module (`runtime.session`)
"""

from __future__ import annotations

import gc
import sys

_ARCHIVES = (".jar", ".zip")


def without_archives(path: list[str]) -> list[str]:
    """A module path without archives.

    Example:
        >>> without_archives(["/work", "/jars/spark-core.jar", "/lib/pyspark.zip"])
        ['/work']
    """
    return [place for place in path if not place.endswith(_ARCHIVES)]


def main() -> None:
    """Become Spark's daemon; what every task imports is imported once, before the first fork."""
    sys.path[:] = without_archives(sys.path)
    sys.path_importer_cache.clear()
    import pyarrow.parquet  # noqa: F401
    from pyspark import daemon

    # A worker collects garbage after every task; what the daemon holds is none.
    gc.freeze()
    daemon.manager()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
