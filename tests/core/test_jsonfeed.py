"""JSON Feed: each item is one delivery."""

import json
from datetime import UTC, datetime

import pytest

from transforms.core.jsonfeed import read_jsonfeed
from transforms.core.records import Item, Reason, Rejected, Stage

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour Gazette",
    "home_page_url": "https://gazette.example/",
    "feed_url": "https://gazette.example/feed.json",
    "language": "en-GB",
    "authors": [{"name": "The Desk"}],
    "items": [
        {
            "id": "g-1",
            "url": "/ferry",
            "title": "Ferry &amp; tide",
            "content_html": "<p>The ferry sank.</p><p>All were saved.</p>",
            "summary": "A ferry.",
            "date_published": "2024-03-01T10:00:00+01:00",
            "date_modified": "2024-03-01T10:30:00Z",
            "tags": ["sea", "ferry", 7],
            "authors": [{"name": "Ada Quay"}, {"name": "Ben Pier"}],
            "image": "/ferry.jpg",
        },
        {"id": 2, "content_text": "Plain words. And more of them.", "author": {"name": "Old Form"}},
        {"id": "g-3", "title": "Only a title", "url": "https://gazette.example/3"},
        "no object",
    ],
}


def read(document, **more):
    return list(read_jsonfeed(json.dumps(document).encode(), origin="feed.json", **more))


def test_an_item_keeps_all_it_says():
    item = read(FEED, raw_address="feed.json@0+9")[0]

    assert item == Item(
        origin="feed.json#1",
        source_kind="feed",
        source="Harbour Gazette",
        title="Ferry & tide",
        text="The ferry sank.\n\nAll were saved.",
        text_from="content",
        extractor="jsonfeed/1",
        lead="A ferry.",
        authors=("Ada Quay", "Ben Pier"),
        byline="Ada Quay, Ben Pier",
        feed_url="https://gazette.example/feed.json",
        url="https://gazette.example/ferry",
        item_id="g-1",
        published=item.published,
        updated_at=datetime(2024, 3, 1, 10, 30, tzinfo=UTC),
        source_language="en-GB",
        image_url="https://gazette.example/ferry.jpg",
        publisher_tags=("sea", "ferry"),
        raw_address="feed.json@0+9",
    )
    assert item.published.at == datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
    assert item.published.taken_from == "jsonfeed date_published"


def test_every_item_is_one_answer_in_order():
    answers = read(FEED)

    assert [answer.origin for answer in answers] == [f"feed.json#{n}" for n in (1, 2, 3, 4)]
    assert (answers[1].title, answers[1].item_id, answers[1].authors) == ("Plain words.", "2", ("Old Form",))
    assert (answers[2].stage, answers[2].reason, answers[2].title, answers[2].url) == (
        Stage.EXTRACT, Reason.NO_TEXT, "Only a title", "https://gazette.example/3",
    )  # fmt: skip
    assert answers[3].reason is Reason.BAD_RECORD


def test_the_address_it_was_fetched_from_goes_first():
    item = read(FEED, url="https://mirror.example/a/feed.json")[0]

    assert (item.feed_url, item.url) == ("https://mirror.example/a/feed.json", "https://mirror.example/ferry")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b"[" * 100_000, Reason.NOT_JSON),
        (b"[]", Reason.NOT_A_FEED),
        (b'{"items": []}', Reason.NOT_A_FEED),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', Reason.NOT_A_FEED),
    ],
)
def test_what_is_no_feed_is_one_rejection(data, reason):
    (answer,) = read_jsonfeed(data, origin="x")

    assert isinstance(answer, Rejected)
    assert (answer.stage, answer.reason) == (Stage.PARSE, reason)


def test_a_feed_without_items_delivers_nothing():
    assert read({**FEED, "items": []}) == []


def test_wrong_types_are_not_said():
    (item,) = read(
        {
            **FEED,
            "items": [{"content_text": "Words.", "title": ["x"], "tags": "a", "authors": "b", "url": 5, "image": None}],
        }
    )

    assert (item.title, item.publisher_tags, item.image_url) == ("Words.", (), "")
