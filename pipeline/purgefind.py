"""What a purge is to remove: the articles that an id or address names, and all that gives them away."""

from dataclasses import dataclass
from typing import Final

import newsbeam
from pipeline.naming import ids_of, named_articles, rows_of
from transforms.core.addresses import canonical_address
from transforms.core.fingerprint import MIN_WORDS
from transforms.core.purging import Purge, marks_of

_COPIES: Final = f"""
WITH mine AS (SELECT DISTINCT content_hash FROM stored WHERE article_id IN (SELECT unnest($1::VARCHAR[]))),
same AS (
    SELECT b_content_hash AS content_hash FROM links JOIN mine ON mine.content_hash = a_content_hash
    UNION SELECT a_content_hash FROM links JOIN mine ON mine.content_hash = b_content_hash
)
SELECT DISTINCT article_id FROM stored
WHERE content_hash IN (FROM same) OR (content_hash IN (FROM mine) AND word_count >= {MIN_WORDS})
"""  # noqa: S608  # a number of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """An article to be purged, for a person to look at."""

    article_id: str
    titles: tuple[str, ...]  #: of its versions
    sources: tuple[str, ...]
    versions: int
    was_purged: bool  #: before; what came since goes, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """All that a purge needs to know."""

    purge: Purge
    doomed: tuple[Doomed, ...]
    kills: tuple[str, ...]  #: copies that a kill of a purged article takes out, and nothing would any more


def find_target(archive: newsbeam.Archive, named: str, *, copies: bool) -> Target | None:
    """What is named by an article's id, its provider's or feed's id, or an address; None: nothing is.

    Args:
        archive: the newest load.
        named: what a person typed.
        copies: their verified copies, too.

    Raises:
        Unsearchable: a table cannot be read.
    """
    ids = named_articles(archive, named)
    if not ids:
        return None
    if copies:
        ids |= ids_of(archive, _COPIES, sorted(ids))
    listed = sorted(ids)
    return Target(
        purge=_purge(archive, listed, named),
        doomed=_doomed(archive, listed),
        kills=tuple(sorted(_left_killed(archive, listed))),
    )


def _purge(archive: newsbeam.Archive, ids: list[str], named: str) -> Purge:
    rows = rows_of(
        archive,
        "SELECT title, text, url, url_original, origin, feed_url, raw_address FROM stored "
        "WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
        ids,
    )
    seen = rows_of(
        archive,
        "SELECT DISTINCT url, origin FROM sightings WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
        ids,
    )
    feeds = {canonical_address(row[5]) for row in rows if row[5]}
    feeds |= set(map(canonical_address, ids_of(archive, "SELECT DISTINCT feed_url FROM requests")))
    said = {named, *(address for row in rows for address in row[2:5]), *(address for row in seen for address in row)}
    marks: set[int] = set()
    for title, text, *_ in rows:
        marks.update(marks_of(title), marks_of(text))
    return Purge(
        article_ids=frozenset(ids),
        addresses=frozenset(map(canonical_address, said)) - feeds - {""},
        raw_addresses=frozenset(row[6] for row in rows if row[6].startswith("raw/")),
        marks=frozenset(marks),
    )


def _doomed(archive: newsbeam.Archive, ids: list[str]) -> tuple[Doomed, ...]:
    rows = rows_of(
        archive,
        "SELECT id, list(DISTINCT title ORDER BY title) FILTER (title <> ''), "
        "list(DISTINCT source ORDER BY source) FILTER (source <> ''), count(DISTINCT version), "
        "id IN (SELECT article_id FROM recalls WHERE kind = 'purge') "
        "FROM (SELECT unnest($1::VARCHAR[]) AS id) LEFT JOIN stored ON article_id = id GROUP BY id ORDER BY id",
        ids,
    )
    return tuple(
        Doomed(
            article_id=name,
            titles=tuple(titles or ()),
            sources=tuple(sources or ()),
            versions=versions,
            was_purged=was_purged,
        )
        for name, titles, sources, versions, was_purged in rows
    )


def _left_killed(archive: newsbeam.Archive, ids: list[str]) -> set[str]:
    """The copies that are killed because an article is that is to be purged."""
    said = ids_of(archive, "SELECT article_id FROM recalls WHERE kind <> 'withhold'")
    if said.isdisjoint(ids):
        return set()
    return (ids_of(archive, "FROM killed") & ids_of(archive, _COPIES, ids)) - said - set(ids)
