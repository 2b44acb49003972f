"""Reading again what was retrieved: what is missing is filled, what is there stays."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.options import ReadOptions
from pipeline.progress import Silent
from pipeline.raw import Round
from pipeline.reprocess import reprocess
from transforms.core.pieces import Limits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = "https://a.example/feed"


def feed(*entries):
    items = "".join(
        f"<item><title>{title}</title><link>https://a.example/{number}</link>"
        f"<pubDate>Sun, 01 Mar 2026 0{number}:00:00 GMT</pubDate>"
        f"<description>{words}</description></item>"
        for number, (title, words) in enumerate(entries, start=1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{items}</channel></rss>'.encode()


@pytest.fixture
def again(tmp_path):
    """Read `raw/` again."""

    def again(*, since=None, limits=None, now=NOON + timedelta(days=9), stop=lambda: False, batch_size=100):
        options = ReadOptions(
            out=tmp_path / "out",
            command="test",
            workers=2,
            batch_size=batch_size,
            limits=limits or Limits(),
            now=now,
        )
        report = reprocess(options, since=since, progress=Silent(), stop=stop)
        again.told = report.lines()
        return {name: count for name, count in report.as_json()["outcomes"].items() if count}

    return again


@pytest.fixture
def out(tmp_path, run, make_round):
    """An archive with three rounds that nothing was made of yet, and a load that has nothing to do with them."""
    (tmp_path / "other.txt").write_text("Another headline\n\nAnother body of some words, for its own sake.\n")
    run(tmp_path / "other.txt")
    words = "The ferry to the islands sails again on Monday after two weeks of storm and repairs. "
    for day, text in enumerate((words, words + "The mayor was on board.", words + "Tickets are sold out.")):
        make_round(tmp_path / "out" / "raw", {FEED: feed(("The ferry sails", text))}, at=NOON + timedelta(days=day))
    return tmp_path / "out"


def test_what_is_missing_is_filled_as_it_was_seen_then(out, again, rows):
    assert again(batch_size=1) == {"new": 1, "new_version": 2}
    assert again.told[0].startswith("Read 3 documents: 3 deliveries in ")
    stored = rows(out, "SELECT first_seen_at, raw_address, load_id FROM articles WHERE url <> '' ORDER BY load_id")
    assert [each["first_seen_at"] for each in stored] == [NOON + timedelta(days=day) for day in range(3)]
    assert [each["raw_address"].partition("@")[0] for each in stored] == [
        f"raw/000000000{number}/responses.warc.gz" for number in (1, 2, 3)
    ]
    assert rows(out, "SELECT count(*) AS n FROM requests") == [{"n": 0}]
    assert not (out / "state" / "feeds.sqlite").exists()
    assert again() == {"unchanged": 3}
    assert rows(out, "SELECT count(*) AS n FROM sightings WHERE url <> ''") == [{"n": 3}]


def test_what_is_there_stays_though_it_reads_otherwise_now(out, again, rows):
    again(since=NOON + timedelta(days=2))
    assert rows(out, "SELECT count(*) AS n FROM articles WHERE url <> ''") == [{"n": 1}]
    before = rows(out, "FROM sightings ORDER BY ALL")
    assert again() == {"unchanged": 3}
    assert rows(out, "FROM sightings ORDER BY ALL") == before


def test_stopped_it_goes_on_where_it_was(out, again, rows):
    assert again(batch_size=1, stop=lambda: True) == {"new": 1}
    assert again(batch_size=1) == {"new_version": 2}
    assert rows(out, "SELECT count(*) AS n FROM articles WHERE url <> ''") == [{"n": 3}]


def test_a_round_that_is_not_published_is_left_to_polling(out, again, make_round):
    made = make_round(out / "raw", {FEED: feed(("Later", "Words."))}, at=NOON + timedelta(days=8))
    Round(out / "raw" / made[FEED].raw_address.split("/")[1]).folder.joinpath("published").unlink()
    assert again(since=NOON + timedelta(days=5)) == {}
