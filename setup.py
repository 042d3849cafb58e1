"""Spiegel: claims of Dutch health insurers in, mirrors for care providers out."""

from setuptools import find_packages, setup

setup(
    name="spiegel",
    version="1.0.0",
    description="From delivered claims to mirrors for care providers, every number reproducible",
    python_requires=">=3.11,<3.12",
    packages=find_packages(include=["spiegel_core", "spiegel_core.*", "jobs"]),
    package_data={
        "spiegel_core": ["py.typed", "runtime/log4j2.properties", "mirrors/templates/*.typ"]
    },
    # The exact versions stand in requirements.lock; this list only names what is imported.
    install_requires=[
        "pyspark",
        "delta-spark",
        "deltalake",
        "pyarrow",
        "pandas",
        "numpy",
        "python-flint",
        "scipy",
        "great-expectations",
        "mlflow",
        "openpyxl",
        "matplotlib",
        "typst",
        "font-source-sans-pro",
        "typer",
        "rich",
        "pydantic",
        "pyyaml",
        "zstandard",
        "cryptography",
        "filelock",
        "duckdb",
    ],
    entry_points={"console_scripts": ["spiegel = jobs.spiegel:main"]},
)
