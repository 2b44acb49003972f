"""The tables on disk: one explicit Arrow schema each, and the only way rows become Parquet files of them.

`pa.Table.from_pylist` drops keys it does not know and lets null into columns that may not hold it;
`to_table` refuses both.
Writes only the file it is told to write. `python -m schemas.tables` prints the columns as Markdown.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas import columns

#: Of all tables together; a folder written by a newer one is not touched.
SCHEMA_VERSION: Final = 2
#: The one partition column: a UTC day, in the folder names and not in the files.
PARTITION: Final = "date"
#: One row read by its id costs 5 ms at this size and 103 ms at ten times as many.
ROW_GROUP_ROWS: Final = 2_000
ZSTD_LEVEL: Final = 3

_TABLE_KEY: Final = b"newsbeam.table"


class BadRowError(ValueError):
    """A row does not fit its table. Names the place in the row; a fault of this program, never of its input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What a table is."""

    name: str
    description: str  #: what one row is
    schema: pa.Schema  #: all columns, the partition column last
    partition: Literal["date"] | None
    key: tuple[str, ...]  #: columns that together name a row

    @property
    def file_schema(self) -> pa.Schema:
        """The columns that stand in the files: all but the partition's, which stands in the folder's name."""
        if self.partition is None:
            return self.schema
        return self.schema.remove(self.schema.get_field_index(self.partition))


def _spec(
    name: str, description: str, fields: Sequence[pa.Field], *, key: tuple[str, ...], day_of: str | None = None
) -> TableSpec:
    """`day_of` says what the partition's day is of; None: not partitioned."""
    every = list(fields)
    if day_of is not None:
        every.append(columns.column(PARTITION, pa.date32(), f"partition: the UTC day of {day_of}", "day"))
    schema = pa.schema(every, metadata={_TABLE_KEY: name.encode()})
    return TableSpec(
        name=name, description=description, schema=schema, partition="date" if day_of is not None else None, key=key
    )


_ARTICLE_DAY: Final = "the article, fixed when it is first stored"
_LOAD_DAY: Final = "the load"

_SPECS: Final = (
    _spec(
        "articles",
        "one version of a story as first stored, fit to publish",
        columns.ARTICLE,
        key=("article_id", "version"),
        day_of=_ARTICLE_DAY,
    ),
    _spec(
        "copies",
        "another outlet's copy of a story, with its own text; the columns of articles",
        columns.ARTICLE,
        key=("article_id", "version"),
        day_of=_ARTICLE_DAY,
    ),
    _spec(
        "held",
        "what may not be shown yet or at all; the columns of articles",
        columns.ARTICLE,
        key=("article_id", "version"),
        day_of=_ARTICLE_DAY,
    ),
    _spec(
        "links",
        "a verified pair of texts in canonical order, a before b",
        columns.LINKS,
        key=("a_article_id", "a_version", "b_article_id", "b_version"),
        day_of="article a",
    ),
    _spec("recalls", "a kill or withhold notice, or a purge", columns.RECALLS, key=("notice_id",)),
    _spec(
        "sightings",
        "an article seen at a place for the first time, or changed there",
        columns.SIGHTINGS,
        key=("article_id", "origin", "seen_at"),
        day_of=_LOAD_DAY,
    ),
    _spec("rejected", "a delivery that could not be used", columns.REJECTED, key=("delivery_id",), day_of=_LOAD_DAY),
    _spec("requests", "one HTTP request", columns.REQUESTS, key=("request_id",), day_of=_LOAD_DAY),
    _spec(
        "fingerprints",
        "what finds copies of a text for ever, without the text",
        columns.FINGERPRINTS,
        key=("article_id", "version"),
        day_of=_ARTICLE_DAY,
    ),
    _spec(
        "profiles",
        "which blocks a page has, as hashes; what recurs on its host is furniture and is taken off later pages",
        columns.PROFILES,
        key=("host", "article_id", "version"),
        day_of=_LOAD_DAY,
    ),
    _spec("loads", "one published batch", columns.LOADS, key=("load_id",)),
)

#: Every table by name; `loads` is the last, as it is the last to be committed.
TABLES: Final[Mapping[str, TableSpec]] = MappingProxyType({spec.name: spec for spec in _SPECS})


def to_table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of `name`, every column present, in the order of its key whatever the order given.

    Each row has exactly the table's columns, the partition's included; structs are mappings with exactly their
    fields; lists may be tuples. Times are timezone-aware. Nothing is filled in and nothing is dropped.

    Raises:
        BadRowError: an unknown or missing column, a null where none may be, a wrong type, a naive time, a number
            that is not finite or does not fit, a lone surrogate, or two rows of the same key.
    """
    spec = TABLES[name]
    for number, row in enumerate(rows):
        _CHECKS[name](row, f"{name}[{number}]")
    ordered = sorted(rows, key=lambda row: tuple(row[column] for column in spec.key))
    for one, other in pairwise(ordered):
        if all(one[column] == other[column] for column in spec.key):
            raise BadRowError(f"{name}: two rows of the key {tuple(one[column] for column in spec.key)!r}")
    try:
        return pa.Table.from_pylist(ordered, schema=spec.schema)
    except (pa.ArrowException, UnicodeError, OverflowError) as error:
        raise BadRowError(f"{name}: {error}") from error


def by_date(table: pa.Table) -> Iterator[tuple[date, pa.Table]]:
    """The rows of each day, days ascending, order within a day kept. Only for partitioned tables."""
    for day in sorted(pc.unique(table[PARTITION]).to_pylist()):
        yield day, table.filter(pc.equal(table[PARTITION], pa.scalar(day, pa.date32())))


def write_parquet(table: pa.Table, path: Path, *, load_id: int, program_version: str) -> None:
    """Write a table of `to_table` as one Parquet file: the same rows give the same bytes. Not synced.

    The file of a partitioned table lies in a folder `date=YYYY-MM-DD`, the day of all its rows; the column
    itself stays out.

    Raises:
        BadRowError: the table is not one of ours, has no rows, or has rows of another day than its folder's.
    """
    spec = TABLES.get((table.schema.metadata or {}).get(_TABLE_KEY, b"").decode())
    if spec is None or not table.schema.equals(spec.schema):
        raise BadRowError(f"{path}: not a table made by to_table")
    if table.num_rows == 0:
        raise BadRowError(f"{path}: {spec.name} without rows; a table that got none gets no file")
    if spec.partition is not None:
        days = pc.unique(table[spec.partition]).to_pylist()
        if [f"{spec.partition}={day}" for day in days] != [path.parent.name]:
            raise BadRowError(f"{path}: {spec.name} holds the days {', '.join(map(str, days))}")
        table = table.drop_columns([spec.partition])
    with parquet_writer(spec, path, load_id=load_id, program_version=program_version) as writer:
        writer.write_table(table.cast(writer.schema), row_group_size=ROW_GROUP_ROWS)


def parquet_writer(spec: TableSpec, path: Path, *, load_id: int, program_version: str) -> pq.ParquetWriter:
    """A file of the table, open for rows of its `file_schema` in the order of the table's key. Not synced."""
    schema = spec.file_schema.with_metadata(
        {
            _TABLE_KEY: spec.name.encode(),
            b"newsbeam.schema_version": str(SCHEMA_VERSION).encode(),
            b"newsbeam.program_version": program_version.encode(),
            b"newsbeam.load_id": str(load_id).encode(),
        }
    )
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=ZSTD_LEVEL, version="2.6")


_Check = Callable[[object, str], None]


def _check_struct(fields: Sequence[pa.Field]) -> _Check:
    checks = {field.name: _check_field(field) for field in fields}

    def check(value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise BadRowError(f"{where}: a {type(value).__name__}, not a mapping")
        if value.keys() != checks.keys():
            unknown, missing = sorted(value.keys() - checks.keys()), sorted(checks.keys() - value.keys())
            raise BadRowError(f"{where}: unknown {unknown}, missing {missing}")
        for name, inner in checks.items():
            inner(value[name], f"{where}.{name}")

    return check


def _check_list(element: pa.Field) -> _Check:
    inner = _check_field(element)

    def check(value: object, where: str) -> None:
        if not isinstance(value, list | tuple):
            raise BadRowError(f"{where}: a {type(value).__name__}, not a list")
        for item in value:
            inner(item, f"{where}[]")

    return check


def _check_scalar(kind: pa.DataType) -> _Check:
    expected, fits = _SCALARS[str(kind)]

    def check(value: object, where: str) -> None:
        if not fits(value):
            raise BadRowError(f"{where}: {str(value)[:80]!r} is not {expected}")

    return check


def _check_field(field: pa.Field) -> _Check:
    kind = field.type
    if pa.types.is_struct(kind):
        inner = _check_struct([kind.field(number) for number in range(kind.num_fields)])
    elif pa.types.is_list(kind):
        inner = _check_list(kind.value_field)
    else:
        inner = _check_scalar(kind)

    def check(value: object, where: str) -> None:
        if value is not None:
            inner(value, where)
        elif not field.nullable:
            raise BadRowError(f"{where}: null")

    return check


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


#: By Arrow type: what a value must be, in words and as a test.
_SCALARS: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "string": ("a string", lambda value: isinstance(value, str)),
    "binary": ("bytes", lambda value: isinstance(value, bytes)),
    "int32": ("a whole number", _is_int),
    "int64": ("a whole number", _is_int),
    "double": ("a finite number", lambda value: (_is_int(value) or isinstance(value, float)) and math.isfinite(value)),
    "date32[day]": ("a day", lambda value: isinstance(value, date) and not isinstance(value, datetime)),
    "timestamp[us, tz=UTC]": (
        "a time with its zone",
        lambda value: isinstance(value, datetime) and value.utcoffset() is not None,
    ),
}
_CHECKS: Final[Mapping[str, _Check]] = {spec.name: _check_struct(list(spec.schema)) for spec in _SPECS}


def markdown(names: Sequence[str] = ()) -> str:
    """The columns of the tables named, or of all, as Markdown tables."""
    parts = []
    for name in names or tuple(TABLES):
        spec = TABLES[name]
        lines = [
            f"### `{name}`: {spec.description}",
            "",
            f"Key: {', '.join(spec.key)}. "
            + (f"Partitioned by `{spec.partition}`." if spec.partition else "Not partitioned."),
            "",
            "| column | type | may be null | unit | meaning |",
            "|---|---|---|---|---|",
        ]
        for field in spec.schema:
            meaning, unit = field.metadata[b"description"].decode(), field.metadata[b"unit"].decode()
            nulls = "yes" if field.nullable else ""
            lines.append(f"| `{field.name}` | {_type_in_words(field.type)} | {nulls} | {unit} | {meaning} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _type_in_words(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type_in_words(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "{" + ", ".join(kind.field(number).name for number in range(kind.num_fields)) + "}"
    return {"date32[day]": "date", "timestamp[us, tz=UTC]": "timestamp (UTC)"}.get(str(kind), str(kind))


if __name__ == "__main__":
    sys.stdout.write(markdown(sys.argv[1:]))
