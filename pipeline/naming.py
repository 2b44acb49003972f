"""Which articles a person means by an id, its beginning, a provider's or feed's id, or an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import duckdb

import newsbeam
from pipeline.output import OutputError
from transforms.core.addresses import canonical_address
from transforms.core.identity import article_id
from transforms.core.records import Item

_EVERY: Final = """
SELECT article_id FROM stored UNION SELECT article_id FROM recalls UNION SELECT article_id FROM sightings
UNION SELECT article_id FROM fingerprints
"""
_KNOWN: Final = f"SELECT article_id FROM ({_EVERY}) WHERE article_id = $1"  # noqa: S608  # words of ours
_BEGINNING: Final = f"SELECT article_id FROM ({_EVERY}) WHERE starts_with(article_id, $1)"  # noqa: S608  # the same
#: Of several articles so many are told.
_TOLD: Final = 5
_SAID_CHARS: Final = 200
_NAMED: Final = """
SELECT article_id FROM stored WHERE item_id = $1 OR url IN ($1, $2) OR url_original = $1
UNION SELECT article_id FROM recalls WHERE item_id = $1
UNION SELECT article_id FROM sightings WHERE url = $1
"""


class Unsearchable(OutputError):
    """The tables cannot be searched; says why."""

    exit_code: ClassVar[int] = 1


class NotOne(OutputError):
    """What was typed names no article, or several."""

    exit_code: ClassVar[int] = 2


def named_articles(archive: newsbeam.Archive, named: str) -> set[str]:
    """The articles of an id, of a provider's or feed's id, or of an address; several where it is not unique.

    Raises:
        Unsearchable: a table cannot be read.
    """
    if not named.strip():  # nor is that an item without an id
        return set()
    ids = ids_of(archive, _KNOWN, named)
    if not ids:
        ids = ids_of(archive, _NAMED, named, canonical_address(named) or named)
    if not ids:  # purged before, its names are gone; what it was known by may tell its id
        ids = {known for each in _derived(named) for known in ids_of(archive, _KNOWN, each)}
    return ids


def one_article(archive: newsbeam.Archive, named: str) -> str:
    """The one article that is named so, or whose id begins so.

    Raises:
        NotOne: there is none, or there are several; says which.
        Unsearchable: a table cannot be read.
    """
    ids = sorted(named_articles(archive, named) or (ids_of(archive, _BEGINNING, named) if named.strip() else ()))
    said = repr(named if len(named) <= _SAID_CHARS else f"{named[:_SAID_CHARS]}…")
    if not ids:
        raise NotOne(f"nothing is known by {said}; name an article_id, how one begins, an item's id or an address")
    if len(ids) > 1:
        more = f" and {len(ids) - _TOLD:,} more" if len(ids) > _TOLD else ""
        raise NotOne(f"{said} is {len(ids):,} articles; say which: {', '.join(ids[:_TOLD])}{more}")
    return ids[0]


def ids_of(archive: newsbeam.Archive, query: str, *parameters: object) -> set[str]:
    """The first column of an answer, each value once.

    Raises:
        Unsearchable: a table cannot be read.
    """
    return {name for (name, *_) in rows_of(archive, query, *parameters)}


def rows_of(archive: newsbeam.Archive, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """An answer.

    Raises:
        Unsearchable: a table cannot be read.
    """
    with _searching():
        return archive.sql(query, *parameters).fetchall()


def records_of(archive: newsbeam.Archive, query: str, *parameters: object) -> list[dict[str, Any]]:
    """An answer, each row by the names of its columns.

    Raises:
        Unsearchable: a table cannot be read.
    """
    with _searching():
        rows: list[dict[str, Any]] = archive.sql(query, *parameters).to_arrow_table().to_pylist()
    return rows


@contextmanager
def _searching() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise Unsearchable(f"the tables cannot be searched: {' '.join(str(error).split())[:300]}") from error


def _derived(named: str) -> set[str]:
    """The ids of articles that are known by this address, or by this name that is unique in the world."""
    canonical = canonical_address(named)
    items = (Item(origin="", source_kind="page", url=named), Item(origin="", source_kind="wire", item_id=named))
    found = [article_id(item, speaks_for=lambda _: False, canonical=canonical) for item in items]
    return {name for name, known_by in found if known_by in ("url", "uri")}
