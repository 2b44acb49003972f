import tracemalloc
from datetime import UTC, datetime

import pytest

from transforms.core import sitemap
from transforms.core.documents import read_document
from transforms.core.records import Reason, Rejected
from transforms.core.safexml import safe_text
from transforms.core.sitemap import ChildSitemap, child_sitemaps, read_sitemap, sitemap_entries
from transforms.core.sniff import Kind, sniff

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">\n'
)
PAGE = "<url><loc>https://example.org/about</loc><lastmod>2026-01-03</lastmod></url>\n"


def news(number, *, title="Ferry service resumes", loc="https://example.org/news/{}", more=""):
    return (
        f"<url><loc>{loc.format(number)}</loc><news:news><news:publication><news:name>Harbour Gazette</news:name>"
        f"<news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-02-03T08:15:00+02:00</news:publication_date>"
        f"<news:title>{title}</news:title>{more}</news:news></url>\n"
    )


def entries(text, url="https://example.org/news.xml"):
    return list(sitemap_entries(text.encode(), origin="news.xml", url=url))


def test_an_entry_has_all_that_is_said_of_its_page():
    text = (
        HEAD + "<url><loc> https://example.org/news/1 </loc><lastmod>2026-02-03T09:00:00Z</lastmod><news:news>"
        "<news:publication><news:name>Harbour Gazette</news:name><news:language>en</news:language></news:publication>"
        "<news:publication_date>2026-02-03T08:15:00+02:00</news:publication_date>"
        "<news:title>Ferries &amp; trains &quot;resume&quot;</news:title><news:keywords>ferry, strike ,</news:keywords>"
        "</news:news><image:image><image:loc>/img/1.jpg</image:loc></image:image></url></urlset>"
    )
    [entry] = entries(text)
    assert (entry.origin, entry.source, entry.language) == ("news.xml#1", "Harbour Gazette", "en")
    assert (entry.title, entry.url) == ('Ferries & trains "resume"', "https://example.org/news/1")
    assert entry.published.at == datetime(2026, 2, 3, 6, 15, tzinfo=UTC)
    assert entry.published.taken_from == "sitemap publication_date"
    assert entry.updated_at == datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert entry.tags == ("ferry", "strike")
    assert entry.image_url == "https://example.org/img/1.jpg"
    assert entry.feed_url == "https://example.org/news.xml"
    assert (entry.contents, entry.summaries) == ((), ())


def test_a_document_gives_one_refusal_per_entry_with_title_and_address():
    text = HEAD + news(1) + news(2, title="Court clears mayor") + "</urlset>"
    found = list(read_document(text.encode(), origin="s.xml", url="https://example.org/s.xml"))
    assert [(each.origin, each.reason, each.title, each.url) for each in found] == [
        ("s.xml#1", Reason.NO_TEXT, "Ferry service resumes", "https://example.org/news/1"),
        ("s.xml#2", Reason.NO_TEXT, "Court clears mayor", "https://example.org/news/2"),
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (HEAD + news(1) + "</urlset>", Kind.NEWS_SITEMAP),
        (HEAD + "</urlset>", Kind.NEWS_SITEMAP),
        (HEAD.replace("xmlns:news", "xmlns:n") + "</urlset>", Kind.NEWS_SITEMAP),
        ("<urlset>" + news(1) + "</urlset>", Kind.NEWS_SITEMAP),
        ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + PAGE + "</urlset>", Kind.XML),
        ("<sitemapindex><sitemap><loc>https://example.org/a.xml</loc></sitemap></sitemapindex>", Kind.XML),
    ],
)
def test_only_a_sitemap_that_tells_news_is_one(text, form):
    assert sniff(text.encode()).form is form


def test_pages_between_news_are_no_entries_and_keep_the_numbers():
    found = entries(HEAD + PAGE + news(1) + PAGE + news(2) + "</urlset>")
    assert [entry.origin for entry in found] == ["news.xml#2", "news.xml#4"]


def test_a_sitemap_of_pages_says_that_it_is_no_feed():
    [found] = entries(HEAD + PAGE * 3 + "</urlset>")
    assert (found.reason, found.detail) == (
        Reason.NOT_A_FEED,
        "a sitemap of 3 pages, none of them said to be news",
    )


def test_a_quiet_day_is_an_empty_feed():
    assert entries(HEAD + "</urlset>") == []
    [found] = entries("<urlset></urlset>")
    assert found.reason is Reason.NOT_A_FEED


def test_without_a_publication_date_the_day_of_change_is_taken_and_said():
    text = (
        HEAD + "<url><loc>https://example.org/1</loc><lastmod>2026-02-03</lastmod><news:news><news:title>A</news:title>"
    )
    [entry] = entries(text + "</news:news></url></urlset>")
    assert (entry.published.at, entry.published.taken_from) == (datetime(2026, 2, 3, tzinfo=UTC), "sitemap lastmod")


def test_bare_ampersands_in_addresses_and_titles_are_kept():
    text = HEAD + news(1, title="R&D budget: AT&T", loc="https://example.org/?id={}&lang=en&copy=1") + "</urlset>"
    [entry] = entries(text)
    assert (entry.url, entry.title) == ("https://example.org/?id=1&lang=en&copy=1", "R&D budget: AT&T")


def test_cdata_is_read_as_it_stands():
    text = HEAD + news(1, title="<![CDATA[Smith & Sons]]>", loc="<![CDATA[https://example.org/?a={}&b=2]]>")
    [entry] = entries(text + "</urlset>")
    assert (entry.url, entry.title) == ("https://example.org/?a=1&b=2", "Smith & Sons")


def test_addresses_that_are_none_of_the_web_are_not_taken():
    found = entries(HEAD + news(1, loc="file:///etc/passwd") + news(2, loc="/news/{}") + "</urlset>")
    assert [entry.url for entry in found] == ["", "https://example.org/news/2"]


def test_cdata_that_is_never_closed_costs_little():
    tracemalloc.start()
    safe_text(b"<a><![CDATA[" + b"] ]" * 300_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_another_encoding_and_undeclared_prefixes_are_read():
    text = '<?xml version="1.0" encoding="windows-1251"?><urlset>' + news(1, title="Паром снова ходит") + "</urlset>"
    [entry] = sitemap_entries(text.encode("windows-1251"), origin="s")
    assert entry.title == "Паром снова ходит"


def test_the_entry_in_which_the_document_ends_is_refused_without_its_half_address():
    whole = HEAD + news(1) + news(2)
    found = entries(whole[: whole.index("/news/2") + 4])
    assert [getattr(each, "url", None) for each in found] == ["https://example.org/news/1", ""]
    assert isinstance(found[1], Rejected)
    assert (found[1].reason, found[1].origin) == (Reason.TRUNCATED, "news.xml#2")


@pytest.mark.parametrize(("text", "reason"), [(news(1)[:90], Reason.TRUNCATED), ("<url>" * 300, Reason.CORRUPT)])
def test_damage_in_the_first_entry_is_no_quiet_day(text, reason):
    [found] = entries(HEAD + text)
    assert found.reason is reason


def test_what_lies_behind_damage_is_counted():
    deep = "<x>" * 300
    found = entries(HEAD + news(1) + f"<url>{deep}</url>" + news(3) + news(4) + "</urlset>")
    assert found[0].url == "https://example.org/news/1"
    assert found[-1].reason is Reason.CORRUPT
    assert "3 more entries" in found[-1].detail


def test_entities_are_refused():
    bomb = '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    for doctype in (bomb, '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>'):
        text = HEAD.replace("<urlset", doctype + "<urlset") + news(1, title="&b;&x;") + "</urlset>"
        [found] = entries(text)
        assert found.reason is Reason.HOSTILE_MARKUP


def test_no_more_addresses_are_read_than_the_protocol_allows(monkeypatch):
    monkeypatch.setattr(sitemap, "MAX_URLS", 3)
    found = entries(HEAD + "".join(map(news, range(5))) + "</urlset>")
    assert [each.url for each in found[:3]] == [f"https://example.org/news/{n}" for n in range(3)]
    assert (len(found), found[3].reason) == (4, Reason.TOO_LARGE)
    assert "2 addresses more" in found[3].detail


def test_no_more_bytes_are_read_than_the_protocol_allows(monkeypatch):
    monkeypatch.setattr(sitemap, "MAX_BYTES", 100)
    [found] = entries(HEAD + news(1) + "</urlset>")
    assert found.reason is Reason.TOO_LARGE
    assert (
        child_sitemaps(b"<sitemapindex><sitemap><loc>https://e.org/a</loc></sitemap></sitemapindex>" + b" " * 99) == ()
    )


def test_an_index_gives_its_sitemaps_newest_first_each_once():
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>https://example.org/undated.xml</loc></sitemap>"
        "<sitemap><loc>/old.xml</loc><lastmod>2026-01-01</lastmod></sitemap>"
        "<sitemap><loc>https://example.org/new.xml.gz?a=1&b=2</loc><lastmod>2026-02-01T00:00:00Z</lastmod></sitemap>"
        "<sitemap><loc>https://example.org/old.xml</loc></sitemap>"
        "<sitemap><loc>ftp://example.org/x.xml</loc></sitemap></sitemapindex>"
    )
    assert child_sitemaps(index.encode(), url="https://example.org/index.xml") == (
        ChildSitemap(url="https://example.org/new.xml.gz?a=1&b=2", changed_at=datetime(2026, 2, 1, tzinfo=UTC)),
        ChildSitemap(url="https://example.org/old.xml", changed_at=datetime(2026, 1, 1, tzinfo=UTC)),
        ChildSitemap(url="https://example.org/undated.xml"),
    )


@pytest.mark.parametrize("data", [b"", b"\0", b"<", b"<urlset", b"plain words", b"<sitemapindex>", b"\xff\xfe<"])
def test_what_is_no_sitemap_is_no_index_either(data):
    assert child_sitemaps(data) == ()
    assert all(isinstance(each, Rejected) for each in read_sitemap(data, origin="x"))
