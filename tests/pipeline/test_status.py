"""What is told of an archive and its feeds, without a lock and without writing."""

import importlib.util
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.status import status as command
from pipeline.feedlist import FeedList
from pipeline.feedstate import FeedStates
from pipeline.output import open_output
from pipeline.status import Condition, read_status
from pipeline.status_report import StatusReport
from transforms.core.feedstate import first_state
from transforms.core.polling import FeedSettings, Outcome
from transforms.core.rhythm import Rhythm

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)
new_archive = _archives.new_archive

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def feed(name, **more):
    settings = FeedSettings(url=f"https://{name}.example/feed")
    asked = {
        "last_asked_at": NOON - HOUR,
        "last_answer_at": NOON - HOUR,
        "last_new_at": NOON - HOUR,
        "last_outcome": Outcome.FETCHED,
        "others_s": 7_200,
        "asks": 4,
        "requests": 5,
        "not_modified": 3,
    }
    return replace(first_state(settings, NOON), **asked | more)


STATES = {
    "well": feed("well"),
    "silent": feed(
        "silent",
        last_new_at=NOON - 9 * DAY,
        rhythm=Rhythm(events=50, watched_s=50 * 7_200, hours=(2.0,) * 24, longest_s=7_200, learned=True),
    ),
    "gone": feed("gone", stopped="gone since 2026-02-01 (410)"),
    "page": feed("page", failures=1, last_detail="a page, not a feed"),
    "flaky": feed("flaky", failures=1, last_outcome=Outcome.TIMED_OUT, last_detail="no answer in 30 s"),
    "down": feed("down", failures=3, last_outcome=Outcome.TIMED_OUT),
    "long": feed("long", failures=2, last_outcome=Outcome.SERVER_ERROR, last_answer_at=NOON - 2 * DAY),
    "never": feed("never", failures=1, last_outcome=Outcome.UNRESOLVED, last_answer_at=None, last_new_at=None),
    "insecure": feed("insecure", failures=1, last_outcome=Outcome.INSECURE),
}
LIST = FeedList(feeds=tuple(FeedSettings(url=f"https://{name}.example/feed") for name in [*STATES, "added"]))


@pytest.fixture
def archive(new_archive):
    """Two loads, requests of today and of last week, and the states of feeds."""
    archive = new_archive()
    asked = {"purpose": "feed", "started_at": NOON - HOUR, "date": NOON.date()}
    old = {"purpose": "feed", "started_at": NOON - 8 * DAY, "date": (NOON - 8 * DAY).date()}
    archive.publish(
        articles=[{"article_id": "a", "version": "v1"}, {"article_id": "b", "version": "v1"}],
        requests=[
            {"request_id": "1", "outcome": "fetched", **asked},
            {"request_id": "2", "outcome": "not_modified", **asked},
            {"request_id": "3", "outcome": "not_modified", **asked},
            {"request_id": "4", "outcome": "fetched", **old},
        ],
    )
    archive.publish(copies=[{"article_id": "c", "version": "v1"}])
    with FeedStates.open(archive.path / "state") as states:
        states.apply(1, states=STATES.values(), entries={}, wanted=(), settled=())
    return archive


def told(archive, feeds=LIST, now=NOON):
    return {
        each.url.split("/")[2].removesuffix(".example"): each for each in read_status(archive.path, feeds, now).feeds
    }


def test_each_feed_has_its_condition_and_those_that_need_a_person_come_first(archive):
    feeds = told(archive)
    assert [(name, each.condition.value) for name, each in feeds.items() if each.needs_person] == [
        ("silent", "silent"),
        ("gone", "stopped"),
        ("page", "not_a_feed"),
        ("down", "failing"),
        ("insecure", "failing"),
        ("long", "failing"),
        ("never", "failing"),
    ]
    assert [(name, each.condition.value) for name, each in feeds.items() if not each.needs_person] == [
        ("flaky", "failing"),
        ("added", "new"),
        ("well", "well"),
    ]
    well = feeds["well"]
    assert (well.next_at, well.last_new_at, well.not_modified_rate) == (NOON + HOUR, NOON - HOUR, 0.75)
    assert (feeds["gone"].next_at, feeds["page"].last_error, well.last_error) == (None, "a page, not a feed", "")
    assert feeds["silent"].rhythm_s == 7_200


def test_the_archive_is_told_with_its_last_load_requests_and_overdue_feeds(archive):
    status = read_status(archive.path, LIST, NOON + 3 * HOUR)
    assert (status.load_id, status.rows["articles"], status.rows["copies"], status.rows["held"]) == (2, 2, 1, 0)
    assert status.requests == {"fetched": 1, "not_modified": 2}
    assert status.lag_s == 2 * 3_600
    assert read_status(archive.path, FeedList(feeds=(LIST.feeds[0],)), NOON).lag_s == 0
    assert status.holder is None


def test_it_works_while_another_process_holds_the_folder_and_says_who(archive):
    with open_output(archive.path, command="newsbeam watch"):
        status = read_status(archive.path, LIST, NOON)
        assert status.holder is not None
        assert "'newsbeam watch' writes to it (process " in StatusReport(status=status, only_needy=False).lines()[0]


def test_without_a_list_every_feed_ever_asked_is_told(archive):
    assert set(told(archive, feeds=None)) == set(STATES)


def test_a_lost_file_of_states_is_read_from_the_requests_and_not_made(new_archive):
    archive = new_archive()
    asked = {"purpose": "feed", "feed_url": "https://a.example/feed", "started_at": NOON - HOUR, "date": NOON.date()}
    archive.publish(requests=[{"request_id": "1-1", "outcome": "fetched", "next_at": NOON + HOUR, **asked}])
    (only,) = read_status(archive.path, None, NOON).feeds
    assert (only.url, only.condition, only.next_at is not None) == ("https://a.example/feed", Condition.WELL, True)
    assert not (archive.path / "state" / "feeds.sqlite").exists()


def test_nothing_is_written(archive):
    def files():
        return {path: path.stat().st_mtime_ns for path in archive.path.rglob("*")}

    before = files()
    read_status(archive.path, LIST, NOON)
    assert files() == before


def test_two_lines_a_feed_say_what_a_person_asks(archive):
    lines = StatusReport(status=read_status(archive.path, LIST, NOON), only_needy=False).lines()
    at = lines.index("! https://silent.example/feed")
    assert lines[at + 1] == (
        "    silent for 9 days, usually every 2 hours; last new item 9 days ago; next in 1 hour; "
        "5 requests, 75% not modified"
    )
    at = lines.index("  https://added.example/feed")
    assert lines[at + 1] == "    not asked yet; due now"
    assert "  10 feeds: 1 silent · 1 stopped · 1 not a feed · 5 failing · 1 not asked yet · 1 well" in lines
    assert "  requests of the last day: 2 not modified · 1 fetched" in lines


def test_check_tells_only_who_needs_a_person_and_exits_with_one(archive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ["--out", str(archive.path), "--check"]

    def listed(*names):
        Path("feeds.toml").write_text("".join(f'[[feeds]]\nurl = "https://{name}.example/feed"\n' for name in names))

    listed("gone", "well")
    done = CliRunner().invoke(command, asked)
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.startswith("! https://gone.example/feed\n    gone since 2026-02-01 (410); last new item ")
    assert "well" not in done.stdout
    done = CliRunner().invoke(command, [*asked, "--json"])
    assert done.exit_code == 1
    assert [each["url"] for each in json.loads(done.stdout)["feeds"]] == ["https://gone.example/feed"]
    listed("added")
    done = CliRunner().invoke(command, asked)
    assert (done.exit_code, done.stdout) == (0, "")
    assert CliRunner().invoke(command, asked[:2]).exit_code == 0


def test_json_is_whole_and_in_iso_times(archive):
    found = StatusReport(status=read_status(archive.path, LIST, NOON), only_needy=False).as_json()
    again = json.loads(json.dumps(found))
    assert again["conditions"] == {"failing": 5, "new": 1, "not_a_feed": 1, "silent": 1, "stopped": 1, "well": 1}
    assert again["need_a_person"] == 7
    assert again["last_load"]["load_id"] == 2
    well = next(each for each in again["feeds"] if each["condition"] == "well")
    assert (well["next_at"], well["not_modified_rate"]) == ("2026-03-01T13:00:00+00:00", 0.75)
