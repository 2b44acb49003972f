from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from schemas.rules import load_rules
from transforms.core.entrykey import article_of
from transforms.core.exchange import Context, Exchange
from transforms.core.joined import join
from transforms.core.polling import FeedHints, FeedSurvey
from transforms.core.received import deliveries_of
from transforms.core.records import Item
from transforms.core.settle import settle
from transforms.core.survey import LONG, SHORT, survey_exchange
from transforms.core.tagging import Tagging

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LISTED = "https://site.example/feed"
SENTENCE = "The harbour council voted on Tuesday to let the ferry sail again from the first of June. "
CONTENT = SENTENCE * 8


def exchange(body, **more):
    context = Context(purpose="feed", feed_url=LISTED, received_at=NOON)
    said = {"url": LISTED, "content_type": "", "charset": "", "raw_address": "raw/1/r@0+1"} | more
    return Exchange(context=context, body=body if isinstance(body, bytes) else body.encode(), **said)


def survey(body, **more):
    return survey_exchange(exchange(body, **more))


def entry(title="Ferry", link="/ferry", *, summary="", content="", date="", **more):
    inside = f"<title>{title}</title>"
    inside += f"<link>{link}</link>" if link else ""
    inside += f"<pubDate>{date}</pubDate>" if date else ""
    inside += f"<description><![CDATA[{summary}]]></description>" if summary else ""
    inside += f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    return f"<item>{inside}{''.join(f'<{name}>{value}</{name}>' for name, value in more.items())}</item>"


def rss(*entries, head=""):
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Gazette</title>{head}{''.join(entries)}</channel></rss>"
    )


def keys(*entries):
    return [each.key for each in survey(rss(*entries)).entries]


def test_a_feed_is_told_with_its_hints_and_entries():
    found = survey(
        rss(
            entry("Ferry", content=f"<p>{CONTENT}</p>", date="Fri, 01 May 2026 08:00:00 GMT"),
            entry("Tram", "/tram", summary="Short."),
            entry("", "", summary=""),
            head="<ttl>30</ttl>",
        )
    )
    assert (found.fault, found.title, found.form, found.hints) == ("", "Gazette", "rss", FeedHints(ttl_s=1800))
    assert [(each.title, each.url, each.has_text) for each in found.entries] == [
        ("Ferry", "https://site.example/ferry", True),
        ("Tram", "https://site.example/tram", False),
    ]
    assert [each.published_at for each in found.entries] == [datetime(2026, 5, 1, 8, tzinfo=UTC), None]
    assert found.unreadable == 1


ATOM = "http://www.w3.org/2005/Atom"
RDF = 'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'


@pytest.mark.parametrize(
    ("form", "title", "body"),
    [
        ("rss", "Gazette", rss(entry(summary="Short."))),
        ("rss", "Gazette", rss()),
        ("atom", "G", f'<feed xmlns="{ATOM}"><title>G</title><entry><link href="/e"/></entry></feed>'),
        ("atom", "G", f'<a:feed xmlns:a="{ATOM}"><a:title>G</a:title></a:feed>'),
        ("rdf", "G", f"<r:RDF {RDF}><channel><title>G</title></channel><item><link>/e</link></item></r:RDF>"),
        ("json", "G", '{"version": "https://jsonfeed.org/version/1.1", "title": "G", "items": []}'),
        ("sitemap", "", f"<urlset {NEWS}><url><loc>/a</loc><n:news><n:title>E</n:title></n:news></url></urlset>"),
    ],
)  # fmt: skip
def test_every_form_of_feed_is_named(form, title, body):
    found = survey(body)
    assert (found.fault, found.form, found.title) == ("", form, title)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<html><head><title>All &amp; sundry</title></head></html>", "a page, not a feed: All & sundry"),
        (
            "<html><head><title>Sign in</title></head><form><input name=p type='password'></form></html>",
            "a login page, not a feed: Sign in",
        ),
        ("", "an empty answer, not a feed"),
        ("Database error: too many connections", "plain text, not a feed: Database error: too many connections"),
        ('{"error": "limit"}', 'JSON, not a feed: {"error": "limit"}'),
        (b"\x1f\x8b\x08" + bytes(range(200)), "gzip, not a feed"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG, not a feed"),
        (
            "<!DOCTYPE r [<!ENTITY a '&b;&b;'>]><rss><channel><item/></channel></rss>",
            "hostile markup: defines the entity a",
        ),
        ("<rss><channel><item></item><item></item></channel></rss>", "none of its 2 entries can be read"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": 3}', "JSON without the version and the items of"),
    ],
    ids=map(str, range(10)),
)
def test_what_is_no_feed_says_what_it_is(body, fault):
    found = survey(body)
    assert found.fault.startswith(fault)
    assert found == FeedSurvey(fault=found.fault)
    assert "\n" not in found.fault


def test_an_answer_of_any_length_is_one_short_line():
    assert len(survey("word " * 100_000).fault) < 120
    assert len(survey(f"<html><title>{'word ' * 50}</title></html>").fault) < 120


@pytest.mark.parametrize(
    ("said", "has_text"),
    [
        ({"content": CONTENT}, True),
        ({"content": CONTENT + " […]"}, False),
        ({"content": CONTENT + "<p><a href='/x'>Read more</a></p>"}, False),
        ({"content": SENTENCE}, False),
        ({"content": SENTENCE, "link": ""}, True),  # there is nowhere else to look
        ({"summary": CONTENT}, False),
        ({"summary": "".join(f"<p>{SENTENCE * 7}</p>" for _ in range(3))}, True),
        ({"summary": "".join(f"<p>{SENTENCE * 7}</p>" for _ in range(3)) + "[…]"}, False),
        ({"summary": SENTENCE * 21}, False),  # one paragraph
        ({}, False),
    ],
)
def test_which_entries_carry_their_whole_text(said, has_text):
    (found,) = survey(rss(entry(**said))).entries
    assert found.has_text is has_text
    assert len(SENTENCE) < SHORT < len(CONTENT) < LONG < len(SENTENCE) * 21


def test_an_entry_that_is_the_same_to_an_editor_keeps_its_key():
    (key,) = keys(entry(summary="The ferry – sails."))
    assert keys(entry("FERRY", "/ferry?utm_source=rss", summary="The ferry —  sails.")) == [key]
    assert keys(entry("Tram", "/tram"), entry(summary="The ferry – sails."))[1] == key


@pytest.mark.parametrize(
    "changed",
    [
        entry("Ferries", summary="It sails."),
        entry(summary="It sails again."),
        entry(link="/other", summary="It sails."),
        entry(summary="It sails.", date="Sat, 02 May 2026 08:00:00 GMT"),
        entry(summary="It sails.", date="Fri, 01 May 2026 08:00:00 GMT", updated="2026-05-02"),
    ],
)
def test_an_entry_whose_title_text_address_or_date_changed_has_another_key(changed):
    before = keys(entry(summary="It sails.", date="Fri, 01 May 2026 08:00:00 GMT"))
    assert keys(changed) != before


def test_the_keys_of_an_article_in_whatever_state_begin_alike():
    (before,) = keys(entry(summary="It sails."))
    (edited,) = keys(entry("Ferries", summary="It sails again.", date="Sat, 02 May 2026 08:00:00 GMT"))
    (other,) = keys(entry(link="/other", summary="It sails."))
    assert article_of(edited) == article_of(before) != article_of(other)


def test_a_feed_that_stamps_its_entries_with_the_time_of_the_poll_changes_no_key():
    def at(moment):
        date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        body = rss(*(entry(title, f"/{title}", summary="It sails.", date=date) for title in "abc"))
        polled = exchange(body)
        return [
            each.key
            for each in survey_exchange(replace(polled, context=replace(polled.context, received_at=moment))).entries
        ]

    assert at(NOON) == at(NOON + timedelta(minutes=15))


@pytest.fixture(scope="module")
def article_ids():
    tagging = Tagging(load_rules())

    def ids(items):
        return [
            settle(item, now=NOON, tagging=tagging, speaks_for=lambda _: False).draft.article.article_id
            for item in items
        ]

    return ids


def test_articles_are_named_as_reading_names_them_and_so_are_those_of_their_pages(article_ids):
    polled = exchange(rss(entry(summary="It sails."), entry("Guid", "", summary="No address.", guid="7")))
    assert [each.article_id for each in survey_exchange(polled).entries] == article_ids(deliveries_of(polled))
    (bare,) = survey(rss(entry(link="/ferry?fbclid=1"))).entries
    page = Item(
        origin="https://site.example/ferry",
        source_kind="page",
        title="Ferry sails again",
        text=CONTENT,
        text_from="page",
        url="https://site.example/ferry",
        canonical_url="https://site.example/2026/ferry",
        seen_at=NOON,
    )
    assert article_ids([join(msgspec.json.decode(bare.item, type=Item), page)]) == [bare.article_id]


def test_what_an_entry_says_goes_with_its_page():
    (found,) = survey(rss(entry(date="Fri, 01 May 2026 08:00:00 GMT", category="Harbour"))).entries
    item = msgspec.json.decode(found.item, type=Item)
    assert (item.title, item.text, item.text_from, item.publisher_tags) == ("Ferry", "", "title", ("Harbour",))
    assert (item.published.at, item.origin, item.seen_at) == (datetime(2026, 5, 1, 8, tzinfo=UTC), LISTED, NOON)


def test_halves_of_surrogate_pairs_are_no_text():
    items = r'[{"url": "https://s.example/1", "title": "T\ud800"}]'
    body = rf'{{"version": "https://jsonfeed.org/version/1.1", "title": "G\ud800", "items": {items}}}'
    found = survey(body)
    assert (found.title, found.entries[0].title) == ("G?", "T?")
    assert b"T?" in found.entries[0].item
