"""Exchanges as they lie on the disk, and what they deliver."""

import gzip
import io
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import brotli
import pytest
import zstandard

from pipeline.rawrecords import exchange_records
from transforms.core.codings import undo
from transforms.core.errors import Refused
from transforms.core.exchange import Context, Kept, kept_at, read_exchange
from transforms.core.pieces import Limits
from transforms.core.polling import Outcome, Request
from transforms.core.received import deliveries_of
from transforms.core.records import Item, Reason, Rejected

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LISTED = "https://site.example/feed"
BODY = (
    "The harbour council voted on Tuesday to let the ferry sail again from the first of June, ending a long dispute "
    "between the islanders and the operator of the line."
)
PAGE = (
    "<!doctype html><html lang=en><head><title>Ferry to sail again</title><meta property='article:tag' content='Isles'>"
    f"</head><body><article><h1>Ferry to sail again</h1><p>{BODY}</p><p>{BODY.replace('Tuesday', 'that day')} The "
    "mayor thanked all who had waited for two winters.</p></article></body></html>"
)


def feed(*titles, body=BODY):
    items = (
        f"<item><title>{title}</title><link>/{title}</link><description>{body}</description></item>" for title in titles
    )
    return f"<rss version='2.0'><channel><title>Gazette</title>{''.join(items)}</channel></rss>".encode()


def request(purpose="feed", url="https://www.site.example/rss"):
    return Request(
        request_id="r1",
        purpose=purpose,
        url=url,
        host="www.site.example",
        feed_url=LISTED,
        started_at=NOON,
        outcome=Outcome.FETCHED,
    )


def read(body, *, headers=(), context=None, asked=None, status=200, limits=None):
    context = context or Context(purpose="feed", feed_url=LISTED, received_at=NOON)
    kept = Kept(context=context, request=asked or request(context.purpose))
    data = exchange_records(kept, status, headers, body)
    exchange = read_exchange(
        io.BytesIO(b"before" + data + b"behind"),
        start=6,
        end=6 + len(data),
        raw_address="raw/0000000001/responses.warc.gz@6+1",
        limits=limits or Limits(),
    )
    return exchange, list(deliveries_of(exchange))


def page_context(**entry):
    said = {"title": "Ferry to sail again", "text": "The ferry sails again.", "text_from": "summary"} | entry
    item = Item(origin=LISTED, source_kind="feed", feed_url=LISTED, url="https://site.example/a?x=rss", **said)
    return Context(purpose="page", feed_url=LISTED, received_at=NOON, source="Mine", entry=item)


def test_the_same_exchange_is_the_same_bytes_and_tells_what_was_asked():
    kept = Kept(context=page_context(), request=request("page"))
    data = exchange_records(kept, 200, [("A", "b")], b"body")
    assert data == exchange_records(kept, 200, [("A", "b")], b"body")
    found, after = kept_at(io.BytesIO(data), 0, len(data))
    assert found == kept
    assert gzip.decompress(data[after.offset :]).startswith(b"WARC/1.1\r\n")


def test_entries_are_at_the_listed_address_and_what_is_relative_at_the_one_that_answered():
    _, (first, second) = read(feed("a", "b"))
    assert (first.origin, second.origin, first.feed_url) == (LISTED, LISTED, LISTED)
    assert [first.url, second.url] == ["https://www.site.example/a", "https://www.site.example/b"]
    assert (first.source, first.seen_at) == ("Gazette", NOON)
    assert first.raw_address == "raw/0000000001/responses.warc.gz@6+1"


def test_what_the_user_says_overrides_what_the_feed_says_of_itself():
    context = Context(purpose="feed", feed_url=LISTED, received_at=NOON, source="Mine", language="de")
    _, (item,) = read(feed("a"), context=context)
    assert (item.source, item.source_language, item.language_hint) == ("Mine", "de", "")
    french = feed("a").replace(b"<item>", b"<language>fr</language><item>")
    _, (item,) = read(french, context=context)
    assert item.source_language == "de"
    _, (item,) = read(french)
    assert item.source_language == "fr"


def test_the_transport_says_the_charset():
    body = feed("Größe").decode().encode("latin-1")
    _, (item,) = read(body, headers=[("Content-Type", "application/rss+xml; charset=ISO-8859-1")])
    assert item.title == "Größe"


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (PAGE.encode(), Reason.NOT_A_FEED, "a page, not a feed, sent as text/xml"),
        (b"Database error: too many connections", Reason.NOT_A_FEED, "plain text, not a feed, sent as text/xml"),
        (b'{"error": "limit"}', Reason.NOT_A_FEED, "JSON, not a feed, sent as text/xml"),
        (b"%PDF-1.4 and so on", Reason.NOT_A_FEED, "PDF, not a feed, sent as text/xml"),
        (b"<opml version='2.0'><body/></opml>", Reason.NOT_A_FEED, "OPML, not a feed, sent as text/xml"),
        (b" \r\n ", Reason.EMPTY, "an empty answer, not a feed"),
    ],
)
def test_what_is_no_feed_is_refused_in_the_same_words_each_time(body, reason, words):
    _, (refused,) = read(body, headers=[("Content-Type", "text/xml")])
    assert (refused.reason, refused.detail, refused.origin, refused.url) == (reason, words, LISTED, LISTED)
    assert refused.excerpt == ""


def test_json_feeds_and_news_sitemaps_are_feeds():
    _, (item,) = read(
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "Hello there."}]}'
    )
    assert (item.text, item.origin) == ("Hello there.", LISTED)
    _, (entry,) = read(
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://site.example/n</loc><news:news>'
        b"<news:publication_date>2026-05-01</news:publication_date><news:title>Ferry</news:title></news:news></url></urlset>"
    )
    assert isinstance(entry, Rejected)
    assert (entry.reason, entry.title, entry.url, entry.origin) == (
        Reason.NO_TEXT,
        "Ferry",
        "https://site.example/n",
        LISTED,
    )


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("zstd, gzip", lambda body: gzip.compress(zstandard.compress(body))),
        ("identity", bytes),
        ("gzip", bytes),  # said, not done
        ("br", bytes),
        ("utf-8", bytes),
    ],
)
def test_bodies_are_kept_packed_and_read_unpacked(coding, pack):
    packed = pack(feed("a"))
    headers = [("Content-Encoding", coding), ("Transfer-Encoding", "chunked"), ("Content-Length", "7")]
    exchange, (item,) = read(packed, headers=headers)
    assert (exchange.body, item.title) == (feed("a"), "a")


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("br", brotli.compress(bytes(30_000_000), quality=5), Reason.TOO_LARGE),
        ("gzip", gzip.compress(bytes(30_000_000)), Reason.BOMB),
        ("zstd", zstandard.compress(bytes(30_000_000)), Reason.BOMB),
        ("deflate", zlib.compress(bytes(30_000_000)), Reason.BOMB),
        ("gzip, br, br, br", b"x", Reason.UNSUPPORTED),
        ("br", brotli.compress(feed("a"))[:-9], Reason.TRUNCATED),
        ("gzip", gzip.compress(feed("a"))[:-12], Reason.TRUNCATED),
        ("gzip", gzip.compress(feed("a"))[:20] + b"\xff" * 40, Reason.CORRUPT),
        ("br", b"\xff" * 40, Reason.CORRUPT),
    ],
    ids=map(str, range(9)),  # packed bytes hold the time of day
)
def test_what_cannot_be_unpacked_or_unpacks_to_too_much_is_refused(coding, body, reason):
    with pytest.raises(Refused) as caught:
        undo(body, coding, Limits())
    assert caught.value.reason is reason


def test_an_exchange_that_is_damaged_is_refused():
    kept = Kept(context=Context(purpose="feed", feed_url=LISTED), request=request())
    data = exchange_records(kept, 200, [], feed("a"))
    _, after = kept_at(io.BytesIO(data), 0, len(data))
    for cut in (0, 5, after.offset, after.offset + 9, len(data) - 1):
        with pytest.raises(Refused) as caught:
            read_exchange(io.BytesIO(data[:cut]), start=0, end=cut, raw_address="", limits=Limits())
        assert caught.value.reason is Reason.CORRUPT
    with pytest.raises(Refused):  # it begins with the response
        read_exchange(io.BytesIO(data), start=after.offset, end=len(data), raw_address="", limits=Limits())


def test_a_page_is_joined_with_its_entry():
    context = page_context(publisher_tags=("Harbour",))
    _, (item,) = read(PAGE.encode(), context=context, asked=request("page", "https://site.example/a"))
    assert (item.text_from, item.title, item.publisher_tags) == ("page", "Ferry to sail again", ("Harbour", "Isles"))
    assert item.text.startswith("The harbour council voted")
    assert (item.origin, item.url, item.source_kind) == (context.entry.url, context.entry.url, "feed")
    assert (item.seen_at, item.raw_address) == (NOON, "raw/0000000001/responses.warc.gz@6+1")


def test_a_page_that_redirected_to_the_front_page_leaves_the_entrys_text():
    asked = request("page", "https://site.example/")
    _, (item,) = read(PAGE.encode(), context=page_context(), asked=asked)
    assert (item.text, item.text_from, item.publisher_tags) == ("The ferry sails again.", "summary", ())
    _, (refused,) = read(PAGE.encode(), context=page_context(text="", text_from="title"), asked=asked)
    assert (refused.reason, refused.url) == (Reason.NO_TEXT, "https://site.example/a?x=rss")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"%PDF-1.4", Reason.UNSUPPORTED),
        (feed("a"), Reason.UNSUPPORTED),
        (b"<html><body><form>Sign in</form></body></html>", Reason.NO_TEXT),
        (b"<html><body><form><input type=password>Sign in to go on</form></body></html>", Reason.LOGIN_PAGE),
        (
            b"<html><body>" + b"<h3><a href=/s>The ferry sails again</a></h3>" * 9 + b"</body></html>",
            Reason.SECTION_PAGE,
        ),
    ],
)
def test_a_page_that_cannot_be_read_is_one_refusal_with_its_address(body, reason):
    _, (refused,) = read(body, context=page_context())
    assert (refused.reason, refused.url, refused.origin) == (reason, *["https://site.example/a?x=rss"] * 2)
    assert (refused.title, refused.raw_address) == ("Ferry to sail again", "raw/0000000001/responses.warc.gz@6+1")


def test_a_page_without_an_entry_is_itself():
    context = replace(page_context(), entry=None)
    _, (item,) = read(PAGE.encode(), context=context, asked=request("page", "https://site.example/a"))
    assert (item.source_kind, item.url, item.source) == ("page", "https://site.example/a", "Mine")


HOSTILE = [
    ("X-Fold", "one\r\nInjected: yes"),
    ("X-Bell", "\x07\x00"),
    ("X-Letters", "Größe"),
    ("Bad Name", "x"),
    ("", "x"),
    ("X\r\nInjected", "x"),
]


def test_nothing_from_a_stranger_ends_a_line():
    asked = request(url="https://site.example/\r\nWARC-Type: warcinfo\r\n\r\n?é")
    exchange, (item,) = read(feed("a"), headers=HOSTILE, asked=asked)
    assert (item.title, exchange.url) == ("a", asked.url)
    kept = Kept(context=exchange.context, request=asked)
    lines = gzip.decompress(exchange_records(kept, 299, HOSTILE, b"")).split(b"\r\n")
    assert not [line for line in lines if line.startswith((b"Injected", b"Bad", b":", b"WARC-Type: warcinfo"))]
    assert [line.split(b":")[0] for line in lines if line.startswith(b"X-")] == [b"X-Fold", b"X-Bell", b"X-Letters"]
    assert b"HTTP/1.1 299 Unknown" in lines
