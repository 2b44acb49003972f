from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from transforms.core.joined import is_about, join
from transforms.core.records import Dated, Item

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LEAD = "The harbour council voted on Tuesday to let the ferry sail again from the first of June, ending a long dispute."
BODY = LEAD + (
    "\n\nEleven of the fifteen members supported the plan, which obliges the operator to repair both landing stages "
    "before the season begins.\n\nThe mayor said the islanders had waited for two winters."
)


def dated(at, precision="second", taken_from="rss pubDate"):
    return Dated(at=at, precision=precision, raw=str(at), taken_from=taken_from)


ENTRY = Item(
    origin="https://site.example/feed",
    source_kind="feed",
    source="The Gazette",
    title="Ferry to sail again",
    text=LEAD,
    text_from="summary",
    extractor="feedparser/6 fragment/1",
    authors=("Ada Byron",),
    byline="Ada Byron",
    feed_url="https://site.example/feed",
    url="https://site.example/ferry?from=rss",
    item_id="tag:site.example,2026:7",
    published=dated(NOON),
    language_hint="en",
    publisher_tags=("Harbour", "Transport"),
    raw_address="raw/0000000001/responses.warc.gz@0+10",
    seen_at=NOON,
)
PAGE = Item(
    origin="https://site.example/ferry?from=rss",
    source_kind="page",
    source="gazette.example",
    title="Ferry will sail again, council decides",
    text=BODY,
    text_from="page",
    extractor="pages/1",
    authors=("A. Byron", "C. Babbage"),
    byline="By A. Byron and C. Babbage",
    url="https://site.example/ferry",
    canonical_url="https://site.example/2026/ferry",
    published=dated(NOON - timedelta(minutes=2), taken_from="meta article:published_time"),
    updated_at=NOON + timedelta(hours=1),
    language_hint="en-GB",
    image_url="https://site.example/ferry.jpg",
    publisher_tags=("transport", "Islands"),
    raw_address="raw/0000000001/responses.warc.gz@10+10",
    seen_at=NOON + timedelta(seconds=5),
)


def test_the_entrys_facts_stay_and_the_page_fills_in_what_is_missing():
    joined = join(ENTRY, PAGE)
    assert joined == replace(
        ENTRY,
        origin=PAGE.origin,
        text=BODY,
        text_from="page",
        extractor="pages/1",
        published=PAGE.published,
        dated_also=(ENTRY.published, PAGE.published),
        updated_at=PAGE.updated_at,
        image_url=PAGE.image_url,
        publisher_tags=("Harbour", "Transport", "Islands"),
        raw_address=PAGE.raw_address,
        seen_at=PAGE.seen_at,
    )


def test_an_entry_that_says_little_is_filled_in_from_its_page():
    bare = Item(
        origin="f", source_kind="feed", url=ENTRY.url, title="Ferry to sail again", text_from="title", feed_url="f"
    )
    joined = join(bare, PAGE)
    assert (joined.authors, joined.byline, joined.source) == (PAGE.authors, PAGE.byline, PAGE.source)
    assert (joined.published, joined.language_hint, joined.title) == (PAGE.published, "en-GB", bare.title)
    assert (joined.text, joined.text_from) == (BODY, "page")


def test_a_title_that_was_made_of_the_text_gives_way_to_the_pages():
    made = replace(ENTRY, title=LEAD, text=LEAD)
    assert join(made, PAGE).title == PAGE.title
    assert join(replace(ENTRY, title="", text=""), PAGE).title == PAGE.title


def test_a_summary_that_the_page_does_not_begin_with_is_the_lead():
    summary = "Islanders cheer: the ferry returns in June after the harbour council voted."
    assert join(replace(ENTRY, text=summary), PAGE).lead == summary
    assert join(ENTRY, PAGE).lead == ""
    assert join(replace(ENTRY, lead="Back in June."), PAGE).lead == "Back in June."


@pytest.mark.parametrize(
    "text",
    [
        LEAD,  # no more than the entry has
        "The ferry will sail again. Subscribe to read the whole story.",
        "The harbour council voted on Tuesday…",
    ],
)
def test_a_page_that_gives_no_more_than_the_entry_leaves_its_text(text):
    joined = join(ENTRY, replace(PAGE, text=text))
    assert (joined.text, joined.text_from, joined.extractor) == (LEAD, "summary", ENTRY.extractor)
    assert joined.image_url == PAGE.image_url


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "We value your privacy",
            "We and our partners store information on your device, such as cookies, and process personal data for "
            "advertising, measurement and audience research. You may withdraw your consent at any time. " * 3,
        ),
        ("Sign in", "Enter your password to continue. Forgotten it? Create an account in a minute. " * 5),
        ("Page not found", "The page that you were looking for may have moved. Try our search instead. " * 5),
    ],
)
def test_nothing_is_taken_of_a_page_about_something_else(title, text):
    other = replace(PAGE, title=title, text=text)
    assert not is_about(ENTRY, other)
    assert join(ENTRY, other) == replace(ENTRY, origin=PAGE.origin, raw_address=PAGE.raw_address, seen_at=PAGE.seen_at)


def test_a_front_page_is_about_something_else_even_if_it_names_the_story():
    front = replace(PAGE, url="https://site.example/", text=f"{BODY}\n\nOther news of the day.")
    assert not is_about(ENTRY, front)
    assert is_about(replace(ENTRY, url="https://site.example/"), front)


@pytest.mark.parametrize(
    ("title", "summary", "page"),
    [
        (
            "В Идлибе открыли школу",
            "Новая школа приняла сто учеников, сообщила мэрия",
            "В городе Идлиб открылась школа. Мэрии удалось найти деньги, и новую школу посещают сто учениц и учеников.",
        ),
        (
            "إعادة فتح المدرسة في إدلب",
            "أعلن المجلس المحلي افتتاح المدرسة",
            "افتتاح المدرسة في إدلب أعلنه المجلس المحلي اليوم",
        ),
        (
            "İdlib'de okul açıldı",
            "Belediye okulun yüz öğrenci aldığını duyurdu",
            "Belediyenin duyurusuna göre okula yüz öğrenci alındı",
        ),
        ("東京都で学校が再開", "都は百人の生徒を受け入れた", "東京都は学校を再開し、百人の生徒が登校した。"),
    ],
)
def test_other_scripts_and_inflected_forms_are_the_same_story(title, summary, page):
    entry = replace(ENTRY, title=title, text=summary)
    assert is_about(entry, replace(PAGE, title="", text=page))
    assert not is_about(entry, replace(PAGE, title="", text=BODY))


def test_an_entry_of_too_few_words_matches_any_page():
    assert is_about(replace(ENTRY, title="Ferry", text=""), replace(PAGE, title="Ship", text="Boats."))


DAY, SECOND = "day", "second"


@pytest.mark.parametrize(
    ("own", "page", "taken"),
    [
        (Dated(), dated(NOON), "page"),
        (dated(NOON), Dated(), "own"),
        (dated(NOON), dated(NOON - timedelta(minutes=9)), "page"),
        (dated(NOON), dated(NOON + timedelta(minutes=9)), "own"),
        (dated(NOON), dated(NOON.replace(hour=0), DAY), "own"),
        (dated(NOON.replace(hour=0), DAY), dated(NOON), "page"),
        (dated(NOON.replace(day=1, month=1), "year"), dated(NOON), "page"),
        (dated(NOON), dated(NOON.replace(day=1, month=1), "year"), "own"),
        (dated(NOON), dated(NOON - timedelta(days=700), DAY, "json-ld datePublished"), "page"),  # promoted again
        (dated(NOON), dated(NOON - timedelta(days=700), DAY, "text by the headline"), "own"),  # a guess
        (dated(NOON), dated(NOON - timedelta(days=700), DAY, "time"), "own"),
        (dated(NOON), dated(datetime(1970, 1, 1, tzinfo=UTC), SECOND, "meta date"), "own"),
        (dated(NOON), dated(NOON + timedelta(days=30), SECOND, "meta date"), "own"),
        (Dated(raw="last week"), Dated(raw="", taken_from=""), "own"),
    ],
)
def test_of_two_dates_the_better_evidence_is_taken(own, page, taken):
    joined = join(replace(ENTRY, published=own), replace(PAGE, published=page))
    assert joined.published == {"own": own, "page": page}[taken]


def test_the_article_stays_the_entrys():
    joined = join(ENTRY, PAGE)
    assert (joined.url, joined.canonical_url, joined.source_kind) == (ENTRY.url, "", "feed")
    assert (joined.item_id, joined.feed_url) == (ENTRY.item_id, ENTRY.feed_url)
