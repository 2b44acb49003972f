"""The best date of a page: each piece of evidence, which goes before which, and what is none."""

import json

import pytest

from transforms.core.records import Dated

LD = '<script type="application/ld+json">{}</script>'


@pytest.fixture
def published(page_of, read):
    def published(**parts):
        found = read(page_of(**parts), url=parts.get("url", "")).published
        return (found.at.date().isoformat() if found.at else None, found.taken_from)

    return published


def ld(**said):
    return LD.format(json.dumps({"@type": "NewsArticle", "headline": "Ferry leaves again", **said}))


@pytest.mark.parametrize(
    ("parts", "day", "where"),
    [
        (
            {"head": '<meta property="article:published_time" content="2025-12-05T10:00:00Z">'},
            5,
            "meta article:published_time",
        ),
        ({"head": ld(datePublished="2025-12-05")}, 5, "json-ld datePublished"),
        ({"head": LD.format('{"@type": "WebPage", "datePublished": "2025-12-05"}')}, 5, "json-ld datePublished"),
        (
            {"head": LD.format('{"@type": "NewsArticle", "datePublished": "2025-12-05", oops}')},
            5,
            "json-ld datePublished",
        ),
        ({"head": '<meta name="x-publish-date" content="2025-12-05">'}, 5, "meta x-publish-date"),
        ({"url": "https://lantern.example/2025/12/05/ferry"}, 5, "address"),
        ({"url": "https://lantern.example/news/20251205/ferry"}, 5, "address"),
        ({"behind": '<span itemprop="datePublished">5 December 2025</span>'}, 5, "microdata datePublished"),
        ({"behind": '<p>By Ada</p><time datetime="2025-12-05T10:00:00Z">Friday</time>'}, 5, "time by the headline"),
        ({"behind": "<div><span>Ada Byron</span> · <span>Dec 5, 2025</span></div>"}, 5, "text by the headline"),
        ({"before": "<p>Dec 5, 2025</p>"}, 5, "text by the headline"),
        ({"behind": "<p>Updated: Dec 7, 2025</p><p>Published: Dec 5, 2025</p>"}, 5, "text by the headline"),
        (
            {"behind": "<p>Обновлено 7 декабря 2025</p><p>5 декабря 2025</p>", "language": "ru"},
            5,
            "text by the headline",
        ),
        ({"behind": "<p>Published</p><p>Dec 5, 2025</p><p>Updated</p><p>Dec 7, 2025</p>"}, 5, "text by the headline"),
        ({"behind": "<p>Last updated Dec 7, 2025</p>"}, 7, "updated: text by the headline"),
        ({"after": '<p class="pub-date">5 December 2025</p>'}, 5, "the only date"),
        ({"after": '<script>var state = {"publishedAt": "2025-12-05T10:00:00Z"}</script>'}, 5, "script"),
    ],
)
def test_each_evidence_is_found_and_named(published, parts, day, where):
    assert published(**parts) == (f"2025-12-{day:02}", where)


def test_what_is_said_in_so_many_words_goes_before_the_rest(published):
    sure = '<meta property="article:published_time" content="2025-12-01">'
    parts = {"url": "https://lantern.example/2025/12/03/ferry", "behind": "<p>4 December 2025</p>"}

    assert published(head=sure + ld(datePublished="2025-12-02"), **parts) == (
        "2025-12-01",
        "meta article:published_time",
    )
    assert published(head=ld(datePublished="2025-12-02"), **parts) == ("2025-12-02", "json-ld datePublished")
    assert published(**parts) == ("2025-12-03", "address")


@pytest.mark.parametrize(
    "parts",
    [
        {"masthead": "<header><p>Monday, 30 November 2026</p><nav><a href=/>Home</a></nav></header>"},
        {"after": "<footer>Last built 30 November 2026</footer>"},
        {"behind": "<p>© 30 November 2026 The Lantern</p>"},
        {"behind": "<p>2 hours ago</p>"},
        {"head": '<meta property="og:updated_time" content="2026-11-30T10:00:00Z">'},
        {"after": "<aside><p>28 November 2026</p></aside><ul><li>29 November 2026</li><li>30 November 2026</li></ul>"},
    ],
)
def test_the_day_a_page_was_made_or_read_is_no_date(published, parts):
    assert published(**parts) == (None, "")


def test_all_evidence_travels_so_that_an_impossible_date_costs_only_itself(page_of, read):
    item = read(
        page_of(
            head='<meta property="article:published_time" content="2031-01-01">'
            + ld(datePublished="2025-12-05T08:00:00+03:00")
        )
    )

    assert [(each.raw, each.taken_from) for each in (item.published, *item.dated_also)] == [
        ("2031-01-01", "meta article:published_time"),
        ("2025-12-05T08:00:00+03:00", "json-ld datePublished"),
    ]


@pytest.mark.parametrize(
    ("language", "head", "host", "day"),
    [
        ("en", "", "lantern.co.uk", "2025-04-03"),
        ("en", "", "lantern.us", "2025-03-04"),
        ("en", '<meta property="og:locale" content="en_US">', "lantern.example", "2025-03-04"),
        ("en-GB", '<meta property="og:locale" content="en_US">', "lantern.example", "2025-04-03"),
        ("", "", "lanterna.br", "2025-04-03"),
        ("pt", "", "lanterna.example", "2025-04-03"),
        ("en", "", "lantern.example", None),  # nobody can tell
        ("", "", "lantern.io", None),
    ],
)
def test_days_and_months_in_figures_are_told_apart_by_language_and_country(page_of, read, language, head, host, day):
    page = page_of(behind="<p>03/04/2025</p>", head=head, language=language or '""')
    at = read(page, f"https://www.{host}/ferry").published.at
    assert (at and at.date().isoformat()) == day


def test_what_is_said_for_machines_may_be_written_for_people(published):
    assert published(head=ld(datePublished="1404-09-14T10:00:00"), language="fa") == (
        "2025-12-05",
        "json-ld datePublished",
    )
    assert published(head='<meta name="date" content="05/12/2568">', language="th") == ("2025-12-05", "meta date")


def test_a_month_is_kept_as_a_month(page_of, read):
    found = read(page_of(head='<meta name="citation_publication_date" content="2025/12">')).published
    assert (found.precision, found.raw) == ("month", "2025/12")


def test_a_page_without_dates_has_none(page_of, read):
    assert read(page_of()).published == Dated()
