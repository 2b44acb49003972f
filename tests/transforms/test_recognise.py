"""What is said of a head from earlier loads: as of when it was seen, not as of now."""

from datetime import UTC, date, datetime, timedelta

import pytest

from transforms.core.deliveries import Head, Ref
from transforms.index import Index
from transforms.recognise import RecogniseArticles

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
FEED = "https://site.example/feed"


def head(seen_at):
    return Head(
        article_id="a",
        version="v",
        text_from="wire",
        content_hash="h",
        words=10,
        date=date(2024, 3, 1),
        evidence_at=seen_at,
        seen_at=seen_at,
        source_version=None,
        updated_at=None,
        origin=FEED,
        url="",
        source="",
        source_kind="feed",
        hold="",
        language="en",
        topic_ids=(),
        keys=(),
        ref=Ref(path="d", offset=0, length=1),
    )


@pytest.fixture
def known(new_archive):
    """Each head with what an archive knows, whose place moved twice, and whose item was withheld in between."""
    archive = new_archive()
    archive.publish(
        sightings=[
            {"article_id": "a", "version": "first", "origin": FEED, "seen_at": NOON},
            {"article_id": "a", "version": "second", "origin": FEED, "seen_at": NOON + timedelta(hours=2)},
        ],
        recalls=[{"notice_id": "n", "article_id": "a", "kind": "withhold", "seen_at": NOON + timedelta(hours=1)}],
    )
    path = archive.path / "state" / "index.sqlite"
    with Index.open(path, readonly=False) as index:
        index.catch_up(archive.path)
    return lambda *heads: [*heads] | RecogniseArticles(str(path))


def test_a_place_is_what_it_was_when_the_head_was_seen(known):
    found = known(*(head(NOON + timedelta(hours=hours)) for hours in (-1, 0, 1, 2, 9)))
    found.sort(key=lambda each: each.head.seen_at)
    assert [each.seen and each.seen.version for each in found] == [None, "first", "first", "second", "second"]


def test_a_withhold_covers_what_was_seen_before_it_whenever_that_is_read(known):
    (before,) = known(head(NOON))
    (after,) = known(head(NOON + timedelta(hours=3)))
    assert (before.covered, after.covered) == (True, False)


def test_a_withhold_does_not_cover_what_was_delivered_after_it_because_it_is_stored(new_archive):
    archive = new_archive()
    archive.publish(
        held=[{"article_id": "a", "version": "v", "first_seen_at": NOON + timedelta(hours=2)}],
        fingerprints=[{"article_id": "a", "version": "v", "stored_in": "held", "text_from": "wire"}],
        sightings=[
            {
                "article_id": "a",
                "version": "v",
                "origin": "x",
                "seen_at": NOON + timedelta(hours=2),
                "text_from": "page",
            }
        ],
        recalls=[{"notice_id": "n", "article_id": "a", "kind": "withhold", "seen_at": NOON + timedelta(hours=1)}],
    )
    archive.publish(
        recalls=[{"notice_id": "n", "article_id": "a", "kind": "withhold", "seen_at": NOON + timedelta(hours=9)}]
    )
    path = archive.path / "state" / "index.sqlite"
    with Index.open(path, readonly=False) as index:
        index.catch_up(archive.path)
    (found,) = [head(NOON + timedelta(hours=3))] | RecogniseArticles(str(path))
    assert (found.covered, found.stored[0].first_at) == (False, NOON + timedelta(hours=2))
    assert found.stored[0].text_from == "wire"
