"""Finding and checking feeds, against a server that counts what it is asked."""

import asyncio
from datetime import UTC, datetime

import pytest

from pipeline.feedfind import find_feed
from pipeline.feedreport import check_feed
from pipeline.feedvisit import Visitor

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Gazette</title>
<item><title>Ferry strike ends</title><link>http://gazette.localhost:PORT/news/1</link><guid>1</guid>
<pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate><description>Crews went back to work.</description></item>
</channel></rss>"""
SITEMAP = (
    b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/1</loc><news:news><news:publication>'
    b"<news:name>Gazette</news:name></news:publication><news:title>Ferry</news:title></news:news></url></urlset>"
)
TYPES = {
    "rss": "application/rss+xml",
    "html": "text/html; charset=utf-8",
    "xml": "application/xml",
    "txt": "text/plain",
}


def link(href, title="All"):
    return f'<link rel="alternate" type="application/rss+xml" href="{href}" title="{title}">'.encode()


@pytest.fixture
def site(serve):
    """A site of these pages: path -> (kind, body) or (status, headers, body); what is not there is 404."""

    def site(pages):
        async def app(visit):
            page = pages.get(visit.target)
            if callable(page):
                page = page(visit)
            if page is None:
                await visit.reply(404, body=b"no")
            elif len(page) == 2:
                kind, body = page
                await visit.reply(
                    headers=[("Content-Type", TYPES[kind])], body=body.replace(b"PORT", b"%d" % server.port)
                )
            else:
                await visit.reply(*page)

        server = serve(app)
        return server

    return site


@pytest.fixture
def visit(invite, clock):
    """Run something with a visitor."""

    def visit(work, **settings):
        async def run():
            async with invite(**settings) as guest:
                return await work(Visitor(guest, clock))

        return asyncio.run(run())

    return visit


def find(visit, server, path="/", **settings):
    base = f"http://gazette.localhost:{server.port}"
    found = visit(lambda visitor: find_feed(visitor, base + path), **settings)
    return found, found.url.removeprefix(base), [seen.target for seen in server.log]


def test_a_feed_is_its_own(site, visit):
    server = site({"/rss": ("rss", RSS)})
    found, path, asked = find(visit, server, "/rss")
    assert (path, asked) == ("/rss", ["/rss"])
    assert (found.examined.title, found.examined.entries, found.others) == ("Harbour Gazette", 1, ())


def test_a_site_names_its_feed_and_the_others_are_told(site, visit):
    server = site(
        {"/": ("html", link("/comments/feed") + link("/gone") + link("/rss") + link("/sport")), "/rss": ("rss", RSS)}
    )
    found, path, asked = find(visit, server)
    assert (path, asked) == ("/rss", ["/", "/gone", "/rss"])
    assert [each.url.rpartition(str(server.port))[2] for each in found.others] == ["/sport", "/comments/feed"]


def test_what_a_site_calls_a_feed_and_is_none_is_passed_over(site, visit):
    server = site({"/": ("html", link("/a") + link("/b")), "/a": ("html", b"<html>Log in"), "/b": ("rss", RSS)})
    assert find(visit, server)[1:] == ("/b", ["/", "/a", "/b"])


def test_a_page_that_sends_on_is_followed_once(site, visit):
    refresh = b"<meta http-equiv=refresh content='0; url=/en/'>"
    server = site({"/": ("html", refresh), "/en/": ("html", link("rss")), "/en/rss": ("rss", RSS)})
    assert find(visit, server)[1:] == ("/en/rss", ["/", "/en/", "/en/rss"])


def test_where_nothing_is_said_the_usual_places_are_asked_with_pauses(site, visit, clock):
    server = site({"/blog/": ("html", b"<html>"), "/rss.xml": ("rss", RSS)})
    found, path, asked = find(visit, server, "/blog/", pause_s=2.0)
    assert path == "/rss.xml"
    assert asked[:3] == ["/blog/", "/blog/feed", "/blog/rss"]
    assert asked[-1] == "/rss.xml"
    assert len(asked) == len(set(asked)) <= 12
    assert found.others == ()
    assert clock.monotonic() >= 2.0 * (len(asked) - 1)


def test_robots_leads_to_the_news_sitemap_through_an_index(site, visit):
    names = b"<sitemap><loc>/pages.xml</loc></sitemap><sitemap><loc>/news-1.xml</loc></sitemap>"
    index = b"<sitemapindex>" + names + b"</sitemapindex>"
    server = site(
        {
            "/": ("html", b"<html>"),
            "/robots.txt": ("txt", b"Sitemap: /all.xml\n"),
            "/all.xml": ("xml", index),
            "/news-1.xml": ("xml", SITEMAP),
        }
    )
    found, path, asked = find(visit, server)
    assert (path, found.examined.form) == ("/news-1.xml", "news sitemap")
    assert asked[-3:] == ["/robots.txt", "/all.xml", "/news-1.xml"]


def test_an_index_of_sitemaps_leads_to_the_one_of_news(site, visit):
    index = (
        b"<sitemapindex><sitemap><loc>/pages.xml</loc></sitemap><sitemap><loc>/x/news</loc></sitemap></sitemapindex>"
    )
    server = site({"/s.xml": ("xml", index), "/x/news": ("xml", SITEMAP)})
    assert find(visit, server, "/s.xml")[1:] == ("/x/news", ["/s.xml", "/x/news"])


def test_no_feed_anywhere_is_said_after_few_requests(site, visit):
    server = site({"/": ("html", b"<html>")})
    found, _, asked = find(visit, server)
    assert found.fault == f"no feed found: a page, not a feed; {len(asked) - 1} other places tried"
    assert len(asked) < 20


@pytest.mark.parametrize("answer", [(429, [("Retry-After", "60")], b""), None])
def test_a_site_that_has_enough_is_not_asked_again(serve, visit, answer):
    async def app(visit):
        if visit.target == "/":
            await visit.reply(headers=[("Content-Type", "text/html")], body=link("/a") + link("/b"))
        elif answer:
            await visit.reply(*answer)
        else:
            await visit.wait_for_the_other()

    server, told = serve(app), []
    url = f"http://gazette.localhost:{server.port}/"
    found = visit(lambda visitor: find_feed(visitor, url, told=told.append), timeout_s=0.2)
    assert [each.removeprefix(url) for each in told] == ["", "a"]
    assert [seen.target for seen in server.log] == ["/", "/a"]
    assert found.fault.startswith("no feed found")


def test_a_site_that_does_not_answer_is_said(site, visit):
    found, _, asked = find(visit, site({}), "/x")
    assert (found.fault, asked) == ("404 Said", ["/x"])


def test_a_permanent_move_is_what_is_written_into_the_list(site, visit):
    pages = {
        "/old": (301, [("Location", "/rss")], b""),
        "/now": (302, [("Location", "/rss")], b""),
        "/rss": ("rss", RSS),
    }
    server = site(pages)
    assert find(visit, server, "/old")[1] == "/rss"
    assert find(visit, server, "/now")[1] == "/now"


def check(visit, server, path="/rss"):
    url = f"http://gazette.localhost:{server.port}{path}"
    report = visit(lambda visitor: check_feed(visitor, url))
    return report, [troubles.replace(str(server.port), "PORT") for troubles in report.troubles]


def test_a_good_feed_is_asked_twice_and_answers_304(site, visit):
    def rss(visit):
        if visit.seen.header("If-None-Match") == '"v1"':
            return (304, [("ETag", '"v1"')], b"")
        body = RSS.replace(b"PORT", b"%d" % visit.server.port)
        headers = [("Content-Type", "application/rss+xml"), ("ETag", '"v1"'), ("Cache-Control", "max-age=600")]
        return (200, headers, body)

    server = site({"/rss": rss, "/news/1": ("html", b"<html><p>Crews</html>")})
    report, troubles = check(visit, server)
    assert (report.fault, troubles) == ("", [])
    assert report.again == "304, nothing sent"
    assert report.pages == "robots.txt allows them; the first one is there (21 bytes)"
    assert (report.server["etag"], report.server["fresh_s"]) == ('"v1"', 600)
    assert report.examined.newest_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert [seen.target for seen in server.log] == ["/rss", "/rss", "/robots.txt", "/news/1"]
    lines = report.lines()
    assert lines[1] == "  is       RSS, “Harbour Gazette”"
    assert lines[-1] == "  nothing wrong"
    assert any("ETag, fresh for 10m" in line for line in lines)


def test_validators_that_are_not_heeded_and_missing_ones_are_told(site, visit):
    def rss(_):
        return (200, [("Content-Type", "text/xml"), ("Last-Modified", "Sun, 01 Mar 2026 08:00:00 GMT")], RSS)

    def new(visit):
        return (200, [("Content-Type", "text/xml"), ("ETag", '"same"')], RSS.replace(b"Crews", b"%d" % visit.times))

    server = site({"/rss": rss, "/bare": ("rss", RSS), "/new": new})
    assert "it has validators and does not heed them: every poll transfers the whole feed" in check(visit, server)[1]
    assert "neither ETag nor Last-Modified: every poll transfers the whole feed" in check(visit, server, "/bare")[1]
    assert "its body changes and its validators do not" in check(visit, server, "/new")[1]


def test_redirects_and_what_robots_keeps_are_told(site, visit):
    pages = {
        "/old": (301, [("Location", "/rss")], b""),
        "/rss": ("rss", RSS),
        "/robots.txt": ("txt", b"User-agent: *\nDisallow: /news/\n"),
    }
    report, troubles = check(visit, site(pages), "/old")
    assert [(status, to.rpartition("/")[2]) for status, to in report.redirects] == [(301, "rss")]
    assert troubles[0] == "moved for good to http://gazette.localhost:PORT/rss"
    assert report.pages.startswith("robots.txt keeps them for itself")


def test_a_page_that_is_not_there_is_told(site, visit):
    assert "the page of its first entry: 404 Said" in check(visit, site({"/rss": ("rss", RSS)}))[1]


@pytest.mark.parametrize(
    ("pages", "fault"),
    [
        ({}, "404 Said"),
        ({"/rss": ("html", b"<html>Log in")}, "a page, not a feed"),
        ({"/rss": ("rss", b"")}, "an empty answer, not a feed"),
    ],
)
def test_no_usable_feed_is_said_and_not_asked_again(site, visit, pages, fault):
    server = site(pages)
    report, _ = check(visit, server)
    assert (report.fault, report.as_json()["usable"]) == (fault, False)
    assert report.lines()[1] == f"  no usable feed: {fault}"
    assert len(server.log) == 1
