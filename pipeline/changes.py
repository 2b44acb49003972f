"""What changed after a load, for readers that keep a mirror.

The answer is the difference between what was shown as of that load and what is shown as of the last one, one row for
each article that differs: whoever applies it to a mirror of `articles_current` has the next one, and asks again with
the number of the last load. Rows count by their `load_id`, so rewriting files (compaction) is no change; retagging is
told by the loads that did it, of all rows that were there, unless the retagging before gave the same rules. Embargoes
are judged by the clocks of the loads, never by the reader's, so every reader of the same two loads gets one answer.

Takes no lock and writes nothing. Held in memory: about 1 KB for each version of the articles that were touched.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from pipeline.output import OutputError
from schemas.tables import TABLES

#: `change` is one of:
#:
#: | change | what happened | version | previous_version |
#: |---|---|---|---|
#: | new | an article that was not there | the current one | none |
#: | new_version | another version is stored | the current one | the one that was current |
#: | moved | nothing is stored, but another version, or another state of it, is current | the current one | the same |
#: | retagged | the same, but other rules have given it its topics and places | the current one | the same |
#: | released | what was held back is shown | the current one | the one that was shown meanwhile, or none |
#: | held | a version that may not be shown (yet) is stored | the one held | the one that was shown, or none |
#: | recalled | a kill or withhold took it out | none | the one that was shown, or none |
#:
#: None is the empty string. `load_id` is the last load that touched the article. Title and address stand only with what
#: may be shown. Date is the partition of the version's row; files, below the output folder, hold that row and the rows
#: stored since.
CHANGES: Final = pa.schema(
    [
        pa.field("load_id", pa.int64()),
        pa.field("change", pa.string()),
        pa.field("article_id", pa.string()),
        pa.field("version", pa.string()),
        pa.field("previous_version", pa.string()),
        pa.field("title", pa.string()),
        pa.field("url", pa.string()),
        pa.field("date", pa.date32()),
        pa.field("files", pa.list_(pa.string())),
    ]
)

Table: TypeAlias = ds.Dataset | pa.Table

#: The columns that the views need and those that are told: never a text.
_STORED: Final = (
    *("article_id", "version", "content_hash", "agency", "source", "title", "url", "text_from", "source_version"),
    *("updated_at", "first_seen_at", "published_at", "published_precision", "embargoed_until", "load_id", "date"),
)
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("articles", "copies", "held"), _STORED),
    "sightings": (
        *("article_id", "version", "source_version", "updated_at", "published_at", "text_from", "agency", "source"),
        *("seen_at", "load_id"),
    ),
    "recalls": ("notice_id", "article_id", "provider", "kind", "source_version", "at", "seen_at", "load_id"),
}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class NotYetError(OutputError, ValueError):
    """A load that has not happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The two loads, and what time it was at each."""

    since: int
    until: int
    began: datetime
    ended: datetime

    @property
    def horizons(self) -> tuple[tuple[int, datetime], ...]:
        return (self.since, self.began), (self.until, self.ended)


def changes(tables: Mapping[str, Table], *, out: Path, since: int, until: int) -> pa.Table:
    """What differs between load `since` (0: before the first) and load `until`.

    Args:
        tables: every table as of load `until`.
        out: the output folder, as the files of the tables are named by it.
        since: the load up to which the reader has everything.
        until: the last load; the `since` of the next time.

    Returns:
        A table of `CHANGES`, by load_id and article_id.

    Raises:
        NotYetError: load `since` has not happened.
    """
    if since > until:
        last = f"the last one is {until}" if until else "there is none yet"
        raise NotYetError(f"{out}: load {since} has not happened yet; {last}")
    with closing(duckdb.connect()) as db:
        return _difference(db, tables, prefix=len(f"{out}/"), since=since, until=until)


def _difference(
    db: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], *, prefix: int, since: int, until: int
) -> pa.Table:
    db.execute("SET TimeZone = 'UTC'")
    db.register("loads", tables["loads"])
    db.execute(
        "CREATE TABLE clocks AS FROM loads "
        "SELECT load_id, max(now) OVER (ORDER BY load_id) AS clock WHERE load_id <= ?",
        [until],
    )
    window = _Window(since=since, until=until, began=_clock(db, since), ended=_clock(db, until))
    db.register("killed", _killed(tables, window))
    db.execute("CREATE TABLE killed_at AS FROM killed")
    db.unregister("killed")
    _note_retags(db, window)
    _touch(db, tables, window)
    for name in TABLES:
        if name in _COLUMNS:
            _copy(db, name, tables[name])
        elif name != "loads":
            db.register(f"all_{name}", TABLES[name].schema.empty_table())
    _open_views(db)
    db.execute(
        "CREATE OR REPLACE VIEW killed AS FROM killed_at SELECT article_id WHERE horizon = getvariable('horizon')"
    )
    for name, (load_id, clock) in zip(("before", "after"), window.horizons, strict=True):
        _look_from(db, load_id, clock)
        db.execute(
            f"CREATE TABLE {name} AS FROM versions "
            "SELECT article_id, version, source_version, updated_at, stored_in, load_id WHERE is_current"
        )
    for name, value in (("since", since), ("until", until), ("prefix", prefix)):
        db.execute(f"SET VARIABLE {name} = ?", [value])
    db.execute(_sql("changes.sql"))
    return db.sql("FROM changes").to_arrow_table().cast(CHANGES)


def _clock(db: duckdb.DuckDBPyConnection, load_id: int) -> datetime:
    """The latest time that any load up to this one took for now."""
    (clock,) = db.execute("SELECT max(clock) FROM clocks WHERE load_id <= ?", [load_id]).fetchall()[0]
    return clock or _LONG_AGO


def _killed(tables: Mapping[str, Table], window: _Window) -> pa.Table:
    """What kills take out as of either load. Over all stored rows, but only where anything was ever killed."""
    with closing(duckdb.connect()) as db:
        for name, table in tables.items():
            db.register(f"all_{name}", table)
        found = db.execute("SELECT count(*) FROM all_recalls WHERE kind IN ('kill', 'purge')").fetchall()
        parts = []
        if found != [(0,)]:
            _open_views(db)
            for load_id, clock in window.horizons:
                _look_from(db, load_id, clock)
                parts.append(
                    db.sql("SELECT ?::BIGINT AS horizon, article_id FROM killed", params=[load_id]).to_arrow_table()
                )
        empty = pa.schema([("horizon", pa.int64()), ("article_id", pa.string())]).empty_table()
        return pa.concat_tables([empty, *parts])


def _note_retags(db: duckdb.DuckDBPyConnection, window: _Window) -> None:
    """Fill `retagged`: the loads up to the first one whose rows were retagged since, and by which load last.

    A load that retags gives every row another taxonomy version, unless it has that one already. What the first one
    found does not stand in `loads`: rows that move between tables keep the tags of an earlier load. So it counts.
    """
    db.execute(
        """
        CREATE TABLE retagged AS
        WITH retags AS (
            FROM loads SELECT load_id, taxonomy_version, command = 'newsbeam retag --all' AS everything
            WHERE starts_with(command, 'newsbeam retag') AND load_id <= $until
        ),
        given AS (
            SELECT
                loads.load_id AS stored_by,
                retags.load_id AS retagged_by,
                everything OR retags.taxonomy_version IS DISTINCT FROM lag(retags.taxonomy_version)
                    OVER (PARTITION BY loads.load_id ORDER BY retags.load_id) AS anew
            FROM loads JOIN retags ON retags.load_id > loads.load_id
            WHERE loads.load_id <= $since
        )
        SELECT stored_by, max(retagged_by) AS retagged_by FROM given
        WHERE anew AND retagged_by > $since GROUP BY stored_by
        """,
        {"since": window.since, "until": window.until},
    )


def _touch(db: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], window: _Window) -> None:
    """Fill `touched`: who has rows since, or rows retagged, whose embargo is over, whom a kill reached by a copy."""
    for name in _COLUMNS:
        db.register(f"rows_of_{name}", tables[name])
    rows = " UNION ALL ".join(
        f"SELECT article_id, load_id FROM rows_of_{name} WHERE load_id > $since"  # noqa: S608  # our own names
        for name in _COLUMNS
    )
    if db.execute("SELECT count(*) FROM retagged").fetchall() != [(0,)]:
        rows += "".join(
            f" UNION ALL SELECT article_id, retagged_by FROM rows_of_{name}"  # noqa: S608  # the same
            " JOIN retagged ON stored_by = load_id"
            for name in ("articles", "copies", "held")
        )
    db.execute(
        f"""
        CREATE TABLE touched AS SELECT article_id, max(load_id) AS load_id FROM (
            {rows}
            UNION ALL
            SELECT article_id, (SELECT min(load_id) FROM clocks WHERE clock >= embargoed_until)
            FROM rows_of_held WHERE embargoed_until > $began AND embargoed_until <= $ended
            UNION ALL
            SELECT article_id, $until FROM killed_at GROUP BY article_id HAVING min(horizon) > $since
        ) GROUP BY article_id
        """,  # noqa: S608  # the same
        {"since": window.since, "until": window.until, "began": window.began, "ended": window.ended},
    )
    for name in _COLUMNS:
        db.unregister(f"rows_of_{name}")


def _copy(db: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    """Keep of a table the rows of what was touched, in memory, each with its file."""
    columns = [*_COLUMNS[name], "__filename"]
    dataset = ds.dataset(table) if isinstance(table, pa.Table) else table
    db.register("scanned", dataset.scanner(columns=columns).to_reader())
    db.execute(
        f"CREATE TABLE all_{name} AS FROM scanned SELECT * RENAME (__filename AS file) "  # noqa: S608  # our own names
        "WHERE article_id IN (SELECT article_id FROM touched)"
    )
    db.unregister("scanned")


def _open_views(db: duckdb.DuckDBPyConnection) -> None:
    """The views of an archive over `all_…`, as they were at the load that `_look_from` names."""
    for name in TABLES:
        if name != "loads":
            db.execute(f"CREATE VIEW {name} AS FROM all_{name} WHERE load_id <= getvariable('horizon')")
    db.execute("SET VARIABLE as_of = NULL::TIMESTAMPTZ")
    _look_from(db, 0, _LONG_AGO)
    db.execute("CREATE TABLE clusters (article_id VARCHAR, story_id VARCHAR)")
    db.execute(_sql("views.sql"))


def _look_from(db: duckdb.DuckDBPyConnection, load_id: int, clock: datetime) -> None:
    parameters: tuple[tuple[str, str, Any], ...] = (("horizon", "BIGINT", load_id), ("clock", "TIMESTAMPTZ", clock))
    for name, kind, value in parameters:
        db.execute(f"SET VARIABLE {name} = ?::{kind}", [value])


def _sql(name: str) -> str:
    return resources.files("schemas").joinpath(name).read_text(encoding="utf-8")
