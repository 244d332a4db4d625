"""Bronze CSV to one frame of text columns: exactly the sources of a plan, none found by listing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lake.errors import InputMismatchError
from lake.rules.contract import Contract, Dialect
from lake.rules.plan import Source
from lake.spark import columns
from lake.spark.literals import text_list

MOST_FIELDS = 100_000
_GLOB = re.compile(r"([\\\[\]{}*?])")


@dataclass(frozen=True)
class FileShape:
    """Sources that one read can take: positions in the plan, header in file order, and its frame columns."""

    positions: tuple[int, ...]
    header: tuple[str, ...]
    names: tuple[str, ...]
    multiline: bool


@dataclass(frozen=True)
class RawRows:
    """Every record of the sources as text, and how the files it came from are laid out."""

    frame: DataFrame
    shapes: tuple[FileShape, ...]


def read_sources(
    spark: SparkSession, sources: Sequence[Source], contract: Contract, older: Mapping[str, Contract] | None = None
) -> RawRows:
    """The records of all sources. `_source` is the position in `sources`, `_corrupt` the text of a malformed one.

    Sources of `older` schema versions lack columns of the contract; those are null in their records.
    """
    for each in sources:
        _check_name(each)
    shapes = _shapes(sources, contract, older or {})
    frames = [_read(spark, sources, shape, contract.dialect) for shape in shapes]
    together = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)
    absent = {columns.raw(each) for each in contract.source_columns} - set(together.columns)
    together = together.withColumns({name: F.lit(None).cast("string") for name in sorted(absent)})
    return RawRows(together.withColumn(columns.ROW, F.monotonically_increasing_id()), shapes)


def _check_name(source: Source) -> None:
    name = source.uri.rpartition("/")[2]
    if name.startswith(("_", ".")):
        raise InputMismatchError(f"{source.uri} starts with '{name[0]}': Spark takes it for a hidden file and skips it")
    if (source.compression == "gzip") != name.endswith(".gz"):
        raise InputMismatchError(
            f"{source.uri} was planned with compression {source.compression}, but Spark goes by the name: "
            "a gzip source must end in .gz, any other must not; deliver it again under a fitting name"
        )


def _shapes(sources: Sequence[Source], contract: Contract, older: Mapping[str, Contract]) -> tuple[FileShape, ...]:
    groups: dict[tuple[tuple[str, ...], bool, str], list[int]] = {}
    for position, source in enumerate(sources):
        groups.setdefault((source.header, source.multiline, source.schema_version), []).append(position)
    return tuple(
        FileShape(
            tuple(positions), header, _names(header, older.get(version, contract), sources[positions[0]]), multiline
        )
        for (header, multiline, version), positions in groups.items()
    )


def _names(header: tuple[str, ...], contract: Contract, example: Source) -> tuple[str, ...]:
    by_source = {str(column.source): columns.raw(column) for column in contract.source_columns}
    missing = sorted(set(by_source) - set(header))
    unknown = sorted(set(header) - set(by_source))
    if missing or (unknown and contract.dialect.extra_columns == "refuse"):
        raise InputMismatchError(
            f"{example.uri} has the header {','.join(header)}; contract {contract.dataset} {contract.schema_version} "
            f"expects {','.join(contract.header)} (missing: {missing or 'none'}, unknown: {unknown or 'none'})"
        )
    return tuple(by_source.get(name, columns.extra(position)) for position, name in enumerate(header))


def _read(spark: SparkSession, sources: Sequence[Source], shape: FileShape, dialect: Dialect) -> DataFrame:
    fields = ", ".join(f"`{name}` string" for name in (*shape.names, columns.CORRUPT))
    paths = [_GLOB.sub(r"\\\1", sources[position].uri) for position in shape.positions]
    frame = spark.read.schema(fields).options(**_options(shape, dialect)).csv(paths)
    if shape.multiline:
        frame = _as_single_lines_would_be(frame, shape)
    if len(shape.positions) == 1:
        return frame.withColumn(columns.SOURCE, F.lit(shape.positions[0]))
    return _with_position(spark, frame, sources, shape)


def _options(shape: FileShape, dialect: Dialect) -> dict[str, Any]:
    return {
        "header": True,
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": columns.CORRUPT,
        "sep": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.escape,
        "encoding": dialect.encoding,
        "multiLine": shape.multiline,
        "maxColumns": MOST_FIELDS,
    }


def _as_single_lines_would_be(frame: DataFrame, shape: FileShape) -> DataFrame:
    """Where Spark reads line breaks inside quotes, it keeps blank lines and, after a first LF, the CR of a CRLF."""
    last, corrupt = shape.names[-1], F.col(columns.CORRUPT)
    blank = F.coalesce(corrupt.rlike(r"\A[\x00-\x20]*\z"), F.lit(False))
    return frame.where(~blank).withColumn(last, F.regexp_replace(last, r"\r\z", ""))


def _with_position(spark: SparkSession, frame: DataFrame, sources: Sequence[Source], shape: FileShape) -> DataFrame:
    """Name the source of every row by its file; a join, because a map would be searched from its start."""
    jvm: Any = spark.sparkContext._jvm
    addresses = [jvm.org.apache.hadoop.fs.Path(sources[each].uri).toUri().toString() for each in shape.positions]
    positions = F.array(*(F.lit(each) for each in shape.positions))
    pairs = F.inline(F.arrays_zip(text_list(addresses).alias("_path"), positions.alias(columns.SOURCE)))
    known = spark.range(1).select(pairs)
    named = frame.select("*", F.col("_metadata.file_path").alias("_path"))
    stranger = F.raise_error(F.concat(F.lit("no source of the plan has the address "), "_path")).cast("int")
    found = named.join(F.broadcast(known), "_path", "left")
    return found.withColumn(columns.SOURCE, F.coalesce(columns.SOURCE, stranger)).drop("_path")
