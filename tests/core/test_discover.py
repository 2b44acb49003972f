import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.core.discover import (
    MAX_FOUND,
    MAX_PLACES,
    FoundFeed,
    common_places,
    find_feeds,
    news_sitemaps,
    refresh_target,
)

SITE = "https://www.example.org/world/"


def page(head="", body=""):
    return f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


def found(head="", body="", url=SITE):
    return [(feed.url, feed.form, feed.how) for feed in find_feeds(page(head, body), url)]


def alternate(href, kind="application/rss+xml", more=""):
    return f'<link rel="alternate" type="{kind}" href="{href}" {more}>'


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("application/rss+xml", "rss"),
        ("application/atom+xml", "atom"),
        ("APPLICATION/ATOM+XML; charset=utf-8", "atom"),
        ("application/feed+json", "json"),
        ("application/rdf+xml", "rdf"),
        ("application/json", ""),
        ("text/xml", ""),
    ],
)
def test_declared_feeds_of_every_type_are_found(kind, form):
    assert found(alternate("/all/feed.json", kind)) == [("https://www.example.org/all/feed.json", form, "link")]


@pytest.mark.parametrize(
    "link",
    [
        alternate("https://www.example.org/wp-json/wp/v2/posts/feed/1", "application/json"),
        alternate("https://www.example.org/wp-json/oembed/1.0", "application/json+oembed"),
        alternate("https://www.example.org/de/", "text/html"),
        '<link rel="stylesheet" type="application/rss+xml" href="/feed">',
        alternate("mailto:desk@example.org"),
        alternate("file:///etc/passwd"),
        alternate("https://u:p@example.org/feed"),
        alternate("http://[bad/feed"),
        alternate(""),
    ],
)
def test_other_links_are_no_feeds(link):
    assert found(link) == []


def test_addresses_are_resolved_against_the_base():
    assert found('<base href="/sections/">' + alternate("rss.xml")) == [
        ("https://www.example.org/sections/rss.xml", "rss", "link")
    ]
    assert found(alternate("//cdn.example.com/rss")) == [("https://cdn.example.com/rss", "rss", "link")]
    assert found(alternate("feed://example.org/rss")) == [("https://example.org/rss", "rss", "link")]


def test_the_title_and_rel_feed_are_read():
    head = '<link rel="feed" href="/all" title=" All\n news ">'
    assert find_feeds(page(head), SITE) == (
        FoundFeed(url="https://www.example.org/all", title="All news", form="", how="link"),
    )


def test_links_that_look_like_feeds_come_after_declared_ones_each_once():
    body = (
        '<a href="/about">About</a><a href="/rss/world.xml">World</a><a href="https://feeds.example.net/all">All</a>'
        '<a href="https://feeds.feedburner.com/x">Burner</a><a href="/world/?feed=atom">Atom</a><a href="/feed">F</a>'
        '<a href="https://feedly.com/i/subscription/feed/x">Feedly</a><a href="https://other.example.net/feed">O</a>'
        '<a href="/rss/help.html">What is RSS?</a><a href="/rss/icon.png">i</a><a href="/feedback">Write to us</a>'
        '<a href="/feed#top">again</a>'
    )
    assert found(alternate("/feed"), body) == [
        ("https://www.example.org/feed", "rss", "link"),
        ("https://www.example.org/rss/world.xml", "", "anchor"),
        ("https://feeds.example.net/all", "", "anchor"),
        ("https://feeds.feedburner.com/x", "", "anchor"),
        ("https://www.example.org/world/?feed=atom", "", "anchor"),
    ]


def test_feeds_of_comments_come_last():
    head = (
        alternate("/comments/feed/")
        + alternate("/a/feed", more='title="Story » Kommentare"')
        + alternate("/feed/", more='title="All"')
    )
    assert [url.removeprefix("https://www.example.org") for url, _, _ in found(head, '<a href="/atom.xml">x</a>')] == [
        "/feed/",
        "/atom.xml",
        "/comments/feed/",
        "/a/feed",
    ]


def test_no_more_are_taken_than_a_site_may_be_asked_for():
    assert len(found("".join(alternate(f"/feed/{n}") for n in range(MAX_FOUND + 5)))) == MAX_FOUND


def test_a_page_in_another_encoding_gives_its_titles():
    html = '<html><head><link rel=alternate type=application/rss+xml href=/rss title="Новости"></head></html>'
    [feed] = find_feeds(html.encode("windows-1251"), SITE, "windows-1251")
    assert feed.title == "Новости"


@pytest.mark.parametrize("html", [b"", b"\0\0", b"<", b"not a page", b"<" * 50_000, b"\xff\xfe\x00"])
def test_what_is_no_page_names_no_feeds(html):
    assert find_feeds(html, SITE) == ()
    assert refresh_target(html, SITE) == ""


@settings(deadline=None)
@given(st.binary(max_size=300), st.text(max_size=30))
def test_nothing_that_a_page_says_raises_or_leads_elsewhere_than_the_web(noise, href):
    html = page(alternate(href.replace('"', "")), "") + noise
    for feed in find_feeds(html, SITE):
        assert feed.url.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/en/", "https://www.example.org/en/"),
        ("5;URL='https://news.example.org/'", "https://news.example.org/"),
        ("300", ""),
        ("0; url=javascript:alert(1)", ""),
        ("0; url=" + SITE, ""),
    ],
)
def test_a_page_that_sends_on_says_where(content, target):
    head = f'<meta http-equiv="Refresh" content="{content}">'
    assert refresh_target(page(head), SITE) == target


def test_robots_names_sitemaps_those_of_news_first():
    robots = (
        b"User-agent: *\nDisallow: /x\nSitemap: https://example.org/sitemap.xml\nsitemap: /news-sitemap.xml\n"
        b"Sitemap: https://example.org/sitemap.xml\nSitemap: ftp://example.org/s.xml\n\xff\n"
    )
    assert news_sitemaps(robots, "https://example.org/robots.txt") == (
        FoundFeed(url="https://example.org/news-sitemap.xml", form="sitemap", how="robots"),
        FoundFeed(url="https://example.org/sitemap.xml", form="sitemap", how="robots"),
    )


def test_common_places_lie_on_the_site_itself_and_are_few():
    places = common_places("https://example.org/blog/")
    assert places[:2] == ("https://example.org/blog/feed", "https://example.org/blog/rss")
    assert "https://example.org/feed" in places
    assert "https://example.org/?feed=rss2" in places
    assert "https://example.org/news-sitemap.xml" in places
    assert len(places) <= MAX_PLACES
    assert len(set(places)) == len(places)
    assert common_places("http://example.org:8080/index.html")[0] == "http://example.org:8080/feed"
