from datetime import UTC, datetime

import pytest

from transforms.core.exchange import Context, Exchange
from transforms.core.feedcheck import examine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = (
    "<item><title>Ferry strike ends</title><link>https://example.org/news/1</link><guid>1</guid>"
    "<pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate><description>Crews went back to work.</description></item>"
)


def rss(items=GOOD, head=""):
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Harbour Gazette</title>{head}<link>https://example.org/</link>\n{items}</channel></rss>"
    ).encode()


def item(number, **changed):
    parts = {
        "title": "<title>Story</title>",
        "link": f"<link>https://example.org/{number}</link>",
        "guid": f"<guid>{number}</guid>",
        "date": "<pubDate>Sat, 28 Feb 2026 08:00:00 GMT</pubDate>",
        "text": "<description>The council met on Monday.</description>",
    }
    return f"<item>{''.join({**parts, **changed}.values())}</item>"


def look(body, content_type="application/rss+xml", charset=""):
    url = "https://example.org/feed"
    context = Context(purpose="feed", feed_url=url, received_at=NOW)
    exchange = Exchange(context=context, url=url, content_type=content_type, charset=charset, body=body, raw_address="")
    return examine(exchange, NOW)


def troubles(body, **sent):
    return list(look(body, **sent).troubles)


def test_a_feed_without_fault_has_none():
    story = "The crews went back to work on Monday after nine days, and the first ferry left the pier at dawn. " * 8
    whole = f"<content:encoded>&lt;p&gt;{story}&lt;/p&gt;</content:encoded>"
    seen = look(rss(GOOD + item(2, text=whole) + item(3, text=""), "<ttl>15</ttl>"))
    assert seen.troubles == ()
    assert (seen.fault, seen.form, seen.title) == ("", "RSS", "Harbour Gazette")
    assert (seen.entries, seen.whole, seen.summaries) == (3, 1, 1)
    assert seen.hints.ttl_s == 900
    assert seen.newest_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert seen.oldest_at == datetime(2026, 2, 28, 8, tzinfo=UTC)
    assert seen.first_url == "https://example.org/news/1"


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title></feed>', "Atom"),
        (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>', "RDF"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "title": "G", "items": []}', "JSON Feed"),
        (b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"/>', "news sitemap"),
    ],
)
def test_every_form_is_known_and_a_feed_without_entries_is_told(body, form):
    seen = look(body)
    assert (seen.fault, seen.form, seen.troubles) == ("", form, ("has no entries",))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "an empty answer, not a feed"),
        (b"<html><title>Log in</title>", "a page, not a feed: Log in"),
        (b"Service unavailable", "plain text, not a feed"),
        (b"<sitemapindex></sitemapindex>", "sitemap index, not a feed"),
        (b"%PDF-1.7 ", "PDF, not a feed"),
        (
            rss(head="&b;").replace(b"<rss", b'<!DOCTYPE r [<!ENTITY b SYSTEM "file:///etc/hostname">]><rss', 1),
            "hostile markup: defines the entity b",
        ),
    ],
)
def test_what_is_no_feed_is_said_to_be_something_else(body, fault):
    assert look(body).fault.startswith(fault)


def test_how_it_is_sent_is_looked_at():
    assert troubles(rss(), content_type="text/html") == ["sent as text/html, which is no feed's type"]
    assert troubles(rss(), content_type="") == ["the server does not say what it sends (no Content-Type)"]


def test_labels_of_the_encoding_are_held_against_each_other_and_the_bytes():
    assert troubles(rss(), charset="iso-8859-1") == ["the server says it is in iso-8859-1, the document utf-8"]
    wrong = rss(item(1, title="<title>Паром</title>")).decode().encode("windows-1251")
    assert "not in utf-8, as it is said to be" in troubles(wrong)


def test_damage_is_told_with_its_line():
    assert troubles(rss(item(1, title="<title>R&D</title>"))) == ["not well-formed: line 3: EntityRef: expecting ';'"]
    found = troubles(rss(GOOD + item(2))[:-40])
    assert any(each.startswith("not well-formed: line 3") for each in found)


def test_dates_that_are_missing_wrong_or_ahead_are_counted():
    items = (
        item(1, date="")
        + item(2, date="")
        + item(3, date="<pubDate>soon</pubDate>")
        + item(4, date="<pubDate>Sun, 01 Mar 2027 08:00:00 GMT</pubDate>")
    )
    seen = look(rss(items))
    assert list(seen.troubles) == [
        "2 entries without a date",
        "an entry with a date that cannot be read",
        "an entry with a date in the future",
    ]
    assert seen.newest_at is None
    assert troubles(rss(item(1, date="") + item(2, date=""))) == ["all entries without a date"]


def test_links_and_ids_are_held_against_each_other():
    items = (
        item(1, link="", guid='<guid isPermaLink="false">a</guid>')
        + item(2, guid='<guid isPermaLink="false">a</guid>')
        + item(3, link="<link>/news/3</link>")
        + item(4, link="<link>https://example.org/2</link>")
    )
    assert troubles(rss(items)) == [
        "an entry without a link",
        "entries that have the same id: a",
        "entries that have the same link: https://example.org/2",
        "links that are not whole addresses: /news/3",
    ]


def test_an_entry_that_is_cut_is_told():
    cut = rss(GOOD + item(2))
    found = troubles(cut[: cut.rindex(b"<description>")])
    assert "an entry that cannot be read: the feed ends in the middle of this entry" in found


def test_news_of_a_sitemap_have_no_text_of_their_own():
    text = (
        '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/1</loc>'
        "<news:news><news:publication><news:name>Harbour Gazette</news:name></news:publication>"
        "<news:title>Ferry</news:title>"
        "<news:publication_date>2026-03-01T08:00:00Z</news:publication_date></news:news></url></urlset>"
    )
    seen = look(text.encode(), content_type="text/xml")
    assert (seen.title, seen.entries, seen.whole, seen.summaries) == ("Harbour Gazette", 1, 0, 0)
    assert seen.newest_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert seen.troubles == ()
