"""The whole story of an article: what is known of it, its versions, its copies, its recalls, its topics.

Takes no lock and writes nothing. A difference is told between versions that may both be shown; of a text that may not,
and of who is left with a copy of it, only what no word of it stands in.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import newsbeam
from pipeline.explained import Copy, Earned, Explained, Place, Recalled, State, VersionTold
from pipeline.naming import ids_of, records_of
from transforms.core.deliveries import Link
from transforms.core.difference import difference
from transforms.core.normalise import body_key
from transforms.core.records import Match
from transforms.core.stories import Member, cluster
from transforms.core.syndication import Outlet, Syndication, Telling, syndicate
from transforms.core.verify import Text, swapped

_Row: TypeAlias = dict[str, Any]
#: Rows by article.
_Rows: TypeAlias = Mapping[str, Sequence[_Row]]

#: The articles that links of any of their texts lead to, one after the other: all that may be of one story.
_NEAR: Final = """
WITH RECURSIVE
texts AS MATERIALIZED (SELECT DISTINCT article_id, content_hash FROM stored),
linked AS MATERIALIZED (
    SELECT a_content_hash AS content_hash, b_content_hash AS other FROM links
    UNION SELECT b_content_hash, a_content_hash FROM links
),
reached(article_id) AS (
    SELECT $1
    UNION
    SELECT others.article_id FROM reached
    JOIN texts USING (article_id) JOIN linked USING (content_hash) JOIN texts AS others ON others.content_hash = other
)
FROM reached
"""
_STORED: Final = """
SELECT article_id, version, stored_in, source, source_version, content_hash, text_from, updated_at, first_seen_at,
    embargoed_until, coalesce(embargoed_until > getvariable('clock'), false) AS is_embargoed, url, item_id, language,
    lower(agency) AS agency, published_at
FROM stored WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id, first_seen_at, version, stored_in
"""
_SHOWN: Final = """
SELECT article_id, version, version_number AS number, is_current, evidence_at, title, text, content_hash, source,
    agency, dateline, ednote, topics
FROM versions JOIN stored USING (article_id, version, stored_in, load_id)
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id, version_number
"""
_LINKS: Final = """
SELECT a_article_id, a_version, b_article_id, b_version, a_content_hash, b_content_hash, jaccard, containment_a,
    containment_b, changes
FROM links WHERE a_content_hash IN (SELECT unnest($1::VARCHAR[])) AND b_content_hash IN (SELECT unnest($1::VARCHAR[]))
ORDER BY a_article_id, a_version, b_article_id, b_version, load_id
"""
_RECALLS: Final = """
SELECT article_id, kind, provider, item_id, source_version, recalls.at AS "at",
    min(seen_at) AS seen_at, min(notice) AS notice
FROM recalls WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY ALL ORDER BY ALL
"""
_SEEN: Final = """
SELECT seen_at AS "at", source, origin, url, version FROM sightings
WHERE article_id = $1 ORDER BY seen_at, origin, version
"""
_KILLED: Final = "SELECT article_id FROM killed WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
_TITLES: Final = "SELECT DISTINCT title FROM stored WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"


def explain_article(archive: newsbeam.Archive, article_id: str) -> Explained:
    """Tell the story of an article, whatever is left of it.

    Raises:
        Unsearchable: a table cannot be read.
    """
    known = _Known(archive, article_id)
    own, shown = known.stored.get(article_id, ()), known.shown.get(article_id, ())
    latest = next((row for row in shown if row["is_current"]), None)
    told = known.story() if latest else None
    recalled = {article_id} if latest else {article_id, *known.killers(article_id)}
    recalls = [row for row in known.recalls if row["article_id"] in recalled]
    last: _Row = next((row for row in own if latest and row["version"] == latest["version"]), own[-1] if own else {})
    return Explained(
        article_id=article_id,
        state=State.SHOWN if latest else known.state(article_id, own[-1] if own else None),
        title=latest["title"] if latest else "",
        source=last.get("source", ""),
        url=last.get("url", ""),
        item_id=last.get("item_id") or next((row["item_id"] for row in known.recalls_of(article_id)), ""),
        language=last.get("language", "") if latest else "",
        published_at=last.get("published_at"),
        versions=tuple(known.versions(article_id)),
        origin=told.origin if told else None,
        origin_source=known.source(told.origin.article_id) if told else "",
        copies=tuple(known.copies(told)),
        recalls=tuple(_recalled(recalls, ids_of(archive, _TITLES, sorted(recalled)))),
        places=tuple(known.places(records_of(archive, _SEEN, article_id))),
        topics=tuple(map(_earned, latest["topics"])) if latest else (),
    )


class _Known:
    """What is known of an article and of all that may be of one story with it."""

    def __init__(self, archive: newsbeam.Archive, article_id: str) -> None:
        self._id = article_id
        near = sorted(ids_of(archive, _NEAR, article_id))
        self.stored = _by_article(records_of(archive, _STORED, near))
        self.shown = _by_article(records_of(archive, _SHOWN, near))
        self.recalls = records_of(archive, _RECALLS, near)
        self._killed = ids_of(archive, _KILLED, near)
        hashes = {row["content_hash"] for rows in self.stored.values() for row in rows}
        self._links = records_of(archive, _LINKS, sorted(hashes))
        self._numbers = {
            (row["article_id"], row["version"]): row["number"] for rows in self.shown.values() for row in rows
        }

    def source(self, article_id: str) -> str:
        """The outlet of an article."""
        return next((row["source"] for row in reversed(self.stored.get(article_id, ()))), "")

    def recalls_of(self, article_id: str) -> Iterator[_Row]:
        """The notices about an article itself."""
        return (row for row in self.recalls if row["article_id"] == article_id)

    def killers(self, article_id: str) -> set[str]:
        """The killed articles of agencies that an article credits."""
        if article_id not in self._killed:
            return set()
        credited = {row["agency"] for row in self.stored.get(article_id, ())} - {""}
        return {
            row["article_id"]
            for row in self.recalls
            if row["kind"] != "withhold" and row["provider"].lower() in credited
        }

    def state(self, article_id: str, row: _Row | None) -> State:
        """Why a version is not shown; without a row, why an article has none."""
        kinds = {recall["kind"] for recall in self.recalls_of(article_id)}
        if "purge" in kinds:
            return State.PURGED
        if "kill" in kinds:
            return State.KILLED
        if article_id in self._killed:
            return State.RECALLED
        if row is not None and row["is_embargoed"]:
            return State.EMBARGOED
        if kinds:
            return State.WITHHELD
        if row is None:
            return State.UNKNOWN
        return State.HELD if row["stored_in"] == "held" else State.LEFT_OUT

    def versions(self, article_id: str) -> Iterator[VersionTold]:
        """Those that may be shown in order, each with what it changed, then the others."""
        texts = {row["version"]: row for row in self.shown.get(article_id, ())}
        rows = {row["version"]: row for row in sorted(self.stored.get(article_id, ()), key=_state, reverse=True)}
        before: Text | None = None
        for name in [*texts, *(name for name in reversed(rows) if name not in texts)]:
            row, told = rows[name], texts.get(name)
            text = Text(title=told["title"], text=told["text"]) if told else None
            yield VersionTold(
                version=name,
                number=told["number"] if told else None,
                state=State.SHOWN if told else self.state(article_id, row),
                source_version=row["source_version"],
                at=row["updated_at"] or row["first_seen_at"],
                embargoed_until=row["embargoed_until"],
                text_from=row["text_from"],
                stored_in=row["stored_in"],
                title=told["title"] if told else "",
                note=told["ednote"] if told else "",
                difference=difference(before, text) if before and text else None,
            )
            before = text

    def story(self) -> Syndication:
        """The cluster that the article is in."""
        members = [
            Member(article_id=name, content_hash=row["content_hash"], evidence_at=row["evidence_at"])
            for name, rows in self.shown.items()
            for row in rows
        ]
        standing = cluster(members, ((row["a_content_hash"], row["b_content_hash"]) for row in self._links))
        tellings = [
            _telling(row) for name, rows in self.shown.items() if standing[name] == standing[self._id] for row in rows
        ]
        return syndicate(tellings, map(_link, self._links))

    def copies(self, told: Syndication | None) -> Iterator[Copy]:
        """The other articles of the story; then what is linked with the article, and one of the two is not shown."""
        covered = {self._id}
        for outlet in told.outlets if told else ():
            covered.add(outlet.article_id)
            yield self._copy(outlet)
        covered |= {told.origin.article_id} if told else set()
        for name, outlet in sorted(self._linked().items()):
            if name not in covered and not (told and name in self.shown):
                yield self._copy(outlet)

    def places(self, sightings: Iterable[_Row]) -> Iterator[Place]:
        """Where it was seen."""
        for row in sightings:
            yield Place(**row, number=self._numbers.get((self._id, row["version"])))

    def _copy(self, outlet: Outlet) -> Copy:
        last = self.stored[outlet.article_id][-1]
        latest = next((row for row in self.shown.get(outlet.article_id, ()) if row["is_current"]), None)
        return Copy(
            state=State.SHOWN if latest else self.state(outlet.article_id, last),
            url=last["url"],
            title=latest["title"] if latest else "",
            outlet=outlet,
            copied_source=self.source(outlet.copied_id),
            copied_number=self._numbers.get((outlet.copied_id, outlet.copied_version)),
        )

    def _linked(self) -> dict[str, Outlet]:
        """By article: how its text and one of this article's agree, as links say; the best of several."""
        mine = {row["content_hash"]: row["version"] for row in self.stored.get(self._id, ())}
        holders: defaultdict[str, list[_Row]] = defaultdict(list)
        for rows in self.stored.values():
            for row in rows:
                holders[row["content_hash"]].append(row)
        found: dict[str, Outlet] = {}
        for row in self._links:
            for here, there, match in _both_ways(row):
                for other in holders[there] if here in mine else ():
                    best = found.get(other["article_id"])
                    if best is None or best.copied + best.taken < match.containment_a + match.containment_b:
                        found[other["article_id"]] = Outlet(
                            article_id=other["article_id"],
                            version=other["version"],
                            source=other["source"],
                            copied_id=self._id,
                            copied_version=mine[here],
                            copied=match.containment_b,
                            taken=match.containment_a,
                            changes=match.changes,
                        )
        return found


def _by_article(rows: Iterable[_Row]) -> _Rows:
    found: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row["article_id"]].append(row)
    return found


def _state(row: _Row) -> tuple[int, datetime, str, bool]:
    """The order of versions; of two rows of one, that which may be shown."""
    at = row["updated_at"] or row["first_seen_at"]
    return (
        -1 if row["source_version"] is None else row["source_version"],
        at,
        row["version"],
        row["stored_in"] == "held",
    )


def _both_ways(row: _Row) -> Iterator[tuple[str, str, Match]]:
    """A link as either of its texts sees it: itself, the other, and what the other is to it."""
    match = Match(
        jaccard=row["jaccard"],
        containment_a=row["containment_a"],
        containment_b=row["containment_b"],
        changes=tuple(row["changes"]),
    )
    yield row["a_content_hash"], row["b_content_hash"], match
    yield row["b_content_hash"], row["a_content_hash"], swapped(match)


def _link(row: _Row) -> Link:
    return Link(**{**row, "changes": tuple(row["changes"])})


def _telling(row: _Row) -> Telling:
    return Telling(
        article_id=row["article_id"],
        version=row["version"],
        number=row["number"],
        source=row["source"],
        credits=(row["agency"], row["dateline"]["agency"] if row["dateline"] else ""),
        title=row["title"],
        text=row["text"],
        content_hash=row["content_hash"],
        evidence_at=row["evidence_at"],
    )


def _recalled(rows: Iterable[_Row], titles: Iterable[str]) -> Iterator[Recalled]:
    """The notices; one that quotes a headline of what it recalls says nothing."""
    quoted = {key for title in titles if (key := body_key(title))}
    for row in rows:
        said = body_key(row["notice"])
        yield Recalled(**{**row, "notice": "" if any(key in said for key in quoted) else row["notice"]})


def _earned(topic: _Row) -> Earned:
    words = Counter(proof["surface"] for proof in topic["evidence"])
    return Earned(topic=topic["id"], score=topic["score"], words=tuple(word for word, _ in words.most_common()))
