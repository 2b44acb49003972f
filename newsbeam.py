"""Read a Newsbeam output folder: `newsbeam.open(out)` gives its tables and views as of the last load published.

    >>> import newsbeam
    >>> with newsbeam.open("out") as archive:  # doctest: +SKIP
    ...     archive.sql("SELECT title, outlets FROM stories WHERE list_contains(topic_ids, ?)", "ceasefire").show()

Takes no lock and writes nothing. Who may not look into `held/` sees an empty table there, and so not what was held back
and may be shown since. An archive that was opened goes on showing the load it was opened at, whatever is
published meanwhile, as long as the files it needs are kept. Importing this module imports nothing heavy.
"""

import os
import re
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    import pyarrow.dataset as ds

    from transforms.snapshot import Snapshot

__all__ = ["Archive", "open"]

_VIEWS: Final = ("articles_current", "stories", "versions")


class Archive:
    """The tables and views of one load. Made by `open`; close it, or use it as a context manager."""

    def __init__(self, snapshot: "Snapshot", *, as_of: datetime | None, clock: datetime) -> None:
        import duckdb

        from schemas.tables import TABLES

        self._snapshot = snapshot
        self._clock = clock
        self._clustered = False
        self._db = duckdb.connect(":memory:")
        self._db.execute("SET TimeZone = 'UTC'")
        hidden = {name for name in TABLES if not os.access(snapshot.out / name, os.R_OK | os.X_OK)}
        self._tables: dict[str, ds.Dataset | pa.Table] = {
            name: spec.schema.empty_table() if name in hidden else snapshot.dataset(name)
            for name, spec in TABLES.items()
        }
        for name, table in self._tables.items():
            self._db.register(name, table)
        self._db.execute("SET VARIABLE as_of = ?::TIMESTAMPTZ", [as_of])
        self._db.execute("SET VARIABLE clock = ?::TIMESTAMPTZ", [clock])
        self._db.execute("CREATE TABLE clusters (article_id VARCHAR, story_id VARCHAR)")
        self._db.execute(resources.files("schemas").joinpath("views.sql").read_text(encoding="utf-8"))

    @property
    def load_id(self) -> int:
        """The last load that is shown; 0: none was published yet."""
        return self._snapshot.load_id

    def table(self, name: str) -> "ds.Dataset | pa.Table":
        """A table as a dataset, read when it is asked; a view (`articles_current`, `stories`, `versions`) in memory.

        Raises:
            KeyError: there is no such table or view.
        """
        if name in _VIEWS:
            return self.sql(f"FROM {name}").to_arrow_table()
        if name not in self._tables:
            raise KeyError(f"no table {name!r}; there are {', '.join([*self._tables, *_VIEWS])}")
        return self._tables[name]

    def sql(self, query: str, *params: object) -> "duckdb.DuckDBPyRelation":
        """The answer to a DuckDB query over the tables and views, read when it is asked; `?` stands for a parameter."""
        if not self._clustered and re.search(r"\b(stories|clusters)\b", query, re.IGNORECASE):
            self._cluster()
        return self._db.sql(query, params=list(params))

    def changes(self, since: int) -> "pa.Table":
        """What differs between an earlier load and this one, a row for each article: `pipeline.changes.CHANGES`.

        A mirror that has everything up to load `since` is brought up to `load_id`, which it asks with the next time;
        0: everything. Embargoes are judged by the clocks of the loads.

        Raises:
            ValueError: load `since` is later than this one.
        """
        from pipeline.changes import changes

        return changes(self._tables, out=self._snapshot.out, since=since, until=self.load_id)

    def as_of(self, t: datetime) -> "Archive":
        """The same load as it would have been shown at a time: only what had been seen by then, embargoes as they were.

        What was killed since is not shown. The archive returned is to be closed on its own.

        Raises:
            ValueError: the time has no zone.
        """
        if t.tzinfo is None:
            raise ValueError(f"{t}: a time without its zone")
        return Archive(self._snapshot, as_of=t, clock=self._clock)

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _cluster(self) -> None:
        """Fill `clusters`. An article without links is a story of its own and needs no row."""
        import pyarrow as pa

        from transforms.core.stories import Member, cluster

        self._db.execute(
            "CREATE TEMP TABLE texts AS SELECT article_id, version, content_hash, evidence_at "
            "FROM versions JOIN stored USING (article_id, version, stored_in, load_id)"
        )
        # What was verified of a text that is not shown, or was not even stored, holds for those that have the same one.
        links = self._db.sql("SELECT DISTINCT a_content_hash, b_content_hash FROM links").fetchall()
        members = self._db.sql(
            "SELECT article_id, content_hash, evidence_at FROM texts WHERE article_id IN (SELECT article_id FROM texts "
            "WHERE content_hash IN (SELECT a_content_hash FROM links UNION SELECT b_content_hash FROM links))"
        ).to_arrow_table()
        stories = cluster((Member(**row) for row in members.to_pylist()), links)
        rows = pa.table(
            {"article_id": list(stories.keys()), "story_id": list(stories.values())},
            schema=pa.schema([("article_id", pa.string()), ("story_id", pa.string())]),
        )
        self._db.register("clustered", rows)
        self._db.execute("INSERT INTO clusters FROM clustered")
        self._db.unregister("clustered")
        self._db.execute("DROP TABLE texts")
        self._clustered = True


def open(out: str | Path) -> Archive:  # noqa: A001 - read as newsbeam.open
    """Open an output folder as of its last load.

    Raises:
        ValueError: it is not an output folder of Newsbeam, or one of a newer version.
    """
    from pipeline.output import OutputError, check_readable
    from transforms.snapshot import Snapshot

    path = Path(out)
    try:
        check_readable(path)
    except OutputError as error:
        raise ValueError(str(error)) from error
    return Archive(Snapshot.open(path), as_of=None, clock=datetime.now(UTC))
