"""Exchanges in the reader processes: read as pieces, surveyed, and what becomes of those that kill their reader."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.raw import Round
from transforms import isolation
from transforms.core.exchange import Context
from transforms.core.pieces import Limits, Piece
from transforms.core.polling import FeedSurvey, Outcome, Request
from transforms.core.records import Reason
from transforms.drafts import read_drafts
from transforms.isolation import Pool
from transforms.worker import Settings

RECEIVED = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW = RECEIVED + timedelta(days=90)
FAULTY = Path(__file__).parents[1] / "data" / "faulty"
BODY = "The council of the harbour town said on Tuesday that the ferry would sail again from the first of the month."
LISTED = "https://s.example/feed"


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """A pool of readers that obey what they read. The limit of time is only met where one sleeps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(FAULTY))
        patch.setenv("FAULTY_MARKS", str(tmp_path_factory.mktemp("marks")))
        patch.setattr(isolation, "NURSERY", "faulty_worker")
        pool = Pool(Settings(limits=Limits(max_item_s=6, max_item_mb=200), taxonomy=""), 2)
        yield pool
        pool.close()


@pytest.fixture
def piece(tmp_path):
    """Keeps an answer, received when it was: its piece."""
    round_ = Round.begin_new(tmp_path / "raw")

    def piece(body):
        number = len(round_.requests())
        asked = Request(
            request_id=f"r{number}",
            purpose="feed",
            url="https://www.s.example/rss",
            host="www.s.example",
            feed_url=LISTED,
            started_at=RECEIVED,
            outcome=Outcome.FETCHED,
        )
        context = Context(purpose="feed", feed_url=LISTED, received_at=RECEIVED)
        return round_.piece(round_.end(asked, context=context, status=200, body=body))

    yield piece
    round_.close()


def feed(*titles):
    items = (f"<item><title>{t}</title><link>/{t}</link><description>{BODY}</description></item>" for t in titles)
    return f"<rss version='2.0'><channel><title>S</title>{''.join(items)}</channel></rss>".encode()


def read(pool, folder, *pieces):
    folder.mkdir(exist_ok=True)
    found = list(pool.run(pieces, now=NOW, drafts=folder))
    stored = read_drafts(f.head.ref for f in found if f.head)
    return [(f.head, stored[f.head.ref].article) for f in found if f.head], [f.rejected for f in found if f.rejected]


def test_what_was_received_was_seen_then_whenever_it_is_read(pool, piece, tmp_path):
    polled = piece(feed("one", "two"))
    articles, refused = read(pool, tmp_path / "drafts", polled)
    assert refused == []
    assert [(article.title, article.first_seen_at) for _, article in articles] == [("one", RECEIVED), ("two", RECEIVED)]
    assert [(head.origin, head.seen_at, head.number) for head, _ in articles] == [
        (LISTED, RECEIVED, 0),
        (LISTED, RECEIVED, 1),
    ]
    assert {(article.raw_address, article.feed_url) for _, article in articles} == {(polled.raw_address, LISTED)}
    assert [article.url_original for _, article in articles] == [
        "https://www.s.example/one",
        "https://www.s.example/two",
    ]


def test_an_entry_that_kills_its_reader_is_refused_at_the_feed_and_the_others_are_read(pool, piece, tmp_path):
    polled = piece(feed("one", "KILL", "two"))
    articles, (refused,) = read(pool, tmp_path / "drafts", polled)
    assert [(article.title, head.number) for head, article in articles] == [("one", 0), ("two", 2)]
    assert (refused.reason, refused.origin, refused.raw_address) == (Reason.CRASHED, LISTED, polled.raw_address)


@pytest.mark.parametrize("change", [{"start": 3}, {"length": 40}, {"path": "/nowhere/raw/0000000001/x"}])
def test_an_exchange_that_is_not_there_is_one_refusal_and_one_fault(pool, piece, tmp_path, change):
    polled = piece(feed("one"))
    polled = Piece(
        **{**{name: getattr(polled, name) for name in ("origin", "path", "form", "start", "length")}, **change}
    )
    articles, (refused,) = read(pool, tmp_path / "drafts", polled)
    assert (articles, refused.origin) == ([], LISTED)
    assert refused.reason in (Reason.CORRUPT, Reason.DISAPPEARED)
    ((surveyed, survey),) = pool.survey([polled])
    assert (surveyed, survey) == (polled, FeedSurvey(fault=refused.detail))


def test_surveys_come_with_their_pieces_from_the_same_readers(pool, piece, tmp_path):
    pieces = [piece(feed("one", "two")), piece(b"<html><title>Sign in</title></html>"), piece(feed())]
    surveys = dict(pool.survey(pieces))
    assert [surveys[each].fault for each in pieces] == ["", "a page, not a feed: Sign in", ""]
    articles, _ = read(pool, tmp_path / "drafts", pieces[0])
    entries = surveys[pieces[0]].entries
    assert [entry.article_id for entry in entries] == [article.article_id for _, article in articles]
    assert json.loads(entries[0].item)["title"] == "one"


def test_a_survey_that_kills_its_reader_is_a_fault_and_the_others_are_made(pool, piece):
    pieces = [piece(feed("one")), piece(feed("DROWN")), piece(feed("two"))]
    surveys = dict(pool.survey(pieces))
    assert [surveys[each].fault for each in pieces] == ["", "killed its reader (SIGSEGV)", ""]
    assert [entry.title for entry in surveys[pieces[2]].entries] == ["two"]


@pytest.mark.slow  # it is given its time, twice
def test_a_survey_that_hangs_is_a_fault_and_the_others_are_made(pool, piece):
    pieces = [piece(feed("STALL")), piece(feed("one"))]
    surveys = dict(pool.survey(pieces))
    assert [surveys[each].fault for each in pieces] == ["took longer than a delivery may", ""]
