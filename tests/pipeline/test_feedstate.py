"""What is known of feeds survives rounds, crashes and the loss of its file."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.feedhistory import asked_rows
from pipeline.feedstate import FeedStates, Robots, StatesDamagedError, Wanted
from schemas.tables import TABLES, to_table, write_parquet
from transforms.core.feedhistory import Asked, from_history
from transforms.core.polling import FeedSettings, FeedSurvey, Outcome, Request
from transforms.core.schedule import after, conditional, first_state
from transforms.snapshot import TableFile

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
A, B = FeedSettings(url="https://a.example/rss"), FeedSettings(url="https://b.example/rss")


def state_of(feed=A, **more):
    return replace(first_state(feed, NOON), last_asked_at=NOON, others_s=1_800, next_at=NOON + 30 * MINUTE, **more)


def page(url="https://a.example/1", **more):
    said = {"feed_url": A.url, "source": "The A", "language": "en", "entry": b'{"title":"\xc3\xa9"}', "tries": 1}
    return Wanted(url=url, **said | {"next_at": NOON} | more)


def apply(of, number, **learned):
    return of.apply(number, **{"states": (), "entries": {}, "wanted": (), "settled": ()} | learned)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def states(folder):
    with FeedStates.open(folder) as states:
        yield states


def everything(states):
    """All that can be asked."""
    return (
        states.round,
        states.states(),
        states.entries(A.url),
        states.entries(B.url),
        states.pages_due(NOON + 900 * DAY, 100),
        states.robots("a.example"),
    )


def test_a_new_file_knows_nothing(states):
    assert states.is_new
    assert everything(states) == (0, {}, frozenset(), frozenset(), [], None)
    assert states.get(A.url) is None


def test_a_file_is_new_until_it_is_rebuilt_or_taught(folder):
    for _ in range(2):  # killed before it was rebuilt, it is still to be
        with FeedStates.open(folder) as states:
            assert states.is_new
    with FeedStates.open(folder) as states:
        states.rebuild([])
        assert (states.is_new, states.round) == (False, 0)
    with FeedStates.open(folder) as states:
        assert not states.is_new


def test_what_a_round_taught_is_there_when_the_file_is_opened_again(folder):
    taught = {
        "states": (state_of(A, etag='W/"1"'), state_of(B, failures=2)),
        "entries": {A.url: ["k1", "k2"]},
        "wanted": [page()],
        "robots": {"a.example": Robots(text="User-agent: *\nDisallow: /x", fetched_at=NOON)},
    }
    with FeedStates.open(folder) as states:
        assert apply(states, 3, **taught)
    with FeedStates.open(folder) as again:
        assert not again.is_new
        assert everything(again) == (
            3,
            {A.url: state_of(A, etag='W/"1"'), B.url: state_of(B, failures=2)},
            {"k1", "k2"},
            frozenset(),
            [page()],
            Robots(text="User-agent: *\nDisallow: /x", fetched_at=NOON),
        )
        assert again.get(A.url) == state_of(A, etag='W/"1"')


def test_a_round_applied_twice_is_applied_once(states):
    apply(states, 3, states=[state_of()], entries={A.url: ["k1"]}, wanted=[page()])
    before = everything(states)
    for number in (3, 2):
        assert not apply(states, number, states=[state_of(failures=9)], entries={A.url: ["k9"]}, settled=[page().url])
    assert everything(states) == before


def test_a_round_that_fails_in_the_middle_leaves_nothing(states):
    apply(states, 1, entries={A.url: ["k1"]})
    before = everything(states)
    with pytest.raises(sqlite3.IntegrityError):
        apply(states, 2, states=[state_of()], entries={A.url: ["k2", None]})
    assert everything(states) == before
    assert apply(states, 2, entries={A.url: ["k2"]})


def run_until_killed(folder, lines):
    """Run lines that have `states` open and kill themselves."""
    program = "\n".join(
        [
            "import os, signal",
            "from pathlib import Path",
            "from pipeline.feedstate import FeedStates",
            f"states = FeedStates.open(Path({str(folder)!r}))",
            *lines,
        ]
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("readonly", [True, False])
def test_a_process_killed_while_it_writes_leaves_nothing_of_the_round(folder, readonly):
    with FeedStates.open(folder) as states:
        apply(states, 1, states=[state_of()], entries={A.url: ["k1"]})
        before = everything(states)
    lines = [
        "states._db.execute('PRAGMA cache_size = 5')  # so that pages reach the disk before the commit",
        "keys = [f'{n:0200}' for n in range(3000)]",
        "def killed():  # asked for when the entries are written",
        "    yield os.kill(os.getpid(), signal.SIGKILL)",
        f"states.apply(2, states=(), entries={{{A.url!r}: keys}}, wanted=killed(), settled=())",
    ]
    run_until_killed(folder, lines)
    assert (folder / "feeds.sqlite").stat().st_size > 100_000
    assert (folder / "feeds.sqlite-journal").stat().st_size
    with FeedStates.open(folder, readonly=readonly) as states:
        assert everything(states) == before


def test_an_entry_that_flickers_is_not_forgotten_and_memory_is_bounded(states):
    apply(states, 1, entries={A.url: ["flicker", "a"], B.url: ["b"]})
    apply(states, 2, entries={A.url: ["c"]})
    assert states.entries(A.url) == {"flicker", "a", "c"}
    for number in range(3, 8):
        apply(states, number, entries={A.url: [f"{number}-{n}" for n in range(400)]})
    known = states.entries(A.url)
    assert len(known) == 1_400
    assert {key[0] for key in known} == {"7", "6", "5", "4"}
    assert states.entries(B.url) == {"b"}


def test_the_newest_document_is_remembered_whole_however_long(states):
    apply(states, 1, entries={A.url: [f"{n}" for n in range(3_000)]})
    assert len(states.entries(A.url)) == 3_000


def test_pages_come_back_when_they_are_due_the_longest_due_first(states):
    pages = [page(f"https://a.example/{n}", next_at=NOON + n * HOUR) for n in range(4)]
    apply(states, 1, wanted=reversed(pages))
    assert states.pages_due(NOON - HOUR, 10) == []
    assert states.pages_due(NOON + 2 * HOUR, 10) == pages[:3]
    assert states.pages_due(NOON + 2 * HOUR, 2) == pages[:2]


def test_a_page_tried_again_replaces_itself_and_one_that_is_settled_goes(states):
    apply(states, 1, wanted=[page(), page("https://a.example/2")])
    apply(states, 2, wanted=[page(tries=2, next_at=NOON + DAY)], settled=["https://a.example/2"])
    assert states.pages_due(NOON, 10) == []
    assert states.pages_due(NOON + DAY, 10) == [page(tries=2, next_at=NOON + DAY)]


def test_pages_put_off_by_a_clock_that_was_wrong_are_due(states):
    apply(states, 1, wanted=[page(next_at=NOON + 300 * DAY)])
    assert states.pages_due(NOON, 10) == [page(next_at=NOON + 300 * DAY)]
    apply(states, 2, wanted=[page(next_at=NOON + 7 * DAY)])
    assert states.pages_due(NOON, 10) == []


def test_the_next_thing_to_do(states):
    assert states.next_at([]) is None
    apply(states, 1, states=[state_of(A), state_of(B, stopped="gone since 2026-03-04 (410)")])
    assert states.next_at([A, B]) == NOON + 30 * MINUTE
    assert states.next_at([replace(A, interval_s=7_200), B]) == NOON + 2 * HOUR
    assert states.next_at([B]) is None
    assert states.next_at([A, FeedSettings(url="https://new.example/")]) <= NOON
    apply(states, 2, wanted=[page(next_at=NOON + MINUTE)])
    assert states.next_at([A, B]) == NOON + MINUTE


def test_feeds_of_the_list_are_known_or_new(states):
    apply(states, 1, states=[state_of(A)])
    assert states.current([A, B], NOON + MINUTE) == {A.url: state_of(A), B.url: first_state(B, NOON + MINUTE)}
    assert list(states.states()) == [A.url]


def test_a_clock_that_was_set_back_is_noticed_once(states):
    apply(states, 1, states=[state_of(A)])
    early = NOON - 300 * DAY
    assert states.current([A], early)[A.url].last_asked_at == early
    assert states.current([A], early + 10 * MINUTE)[A.url].next_at == early + 30 * MINUTE


def test_a_feed_that_is_forgotten_is_a_new_one(states):
    apply(states, 1, states=[state_of(A), state_of(B)], entries={A.url: ["k"], B.url: ["k"]}, wanted=[page()])
    states.forget(A.url)
    assert (states.get(A.url), states.entries(A.url), states.pages_due(NOON, 9)) == (None, frozenset(), [])
    assert (states.get(B.url), states.entries(B.url)) == (state_of(B), {"k"})


def test_readers_see_the_file_while_it_is_open_for_writing(states, folder):
    apply(states, 1, states=[state_of(A)])
    with FeedStates.open(folder, readonly=True) as reader:
        assert reader.get(A.url) == state_of(A)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            apply(reader, 2)


# -- a file that is damaged


def overwrite(path, start, data):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(data)


def with_layout(path, number):
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {number}")
    db.close()


def with_state(path, state):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE feeds SET state = ?", (state,))
    db.close()


def without_round(path):
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM meta")
    db.close()


DAMAGE = {
    "not a database": lambda path: path.write_bytes(b"\x00garbage" * 1_000),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: os.truncate(path, 5_000),
    "a page overwritten": lambda path: overwrite(path, 4_096 * 2, b"\xff" * 4_096),
    "a newer layout": lambda path: with_layout(path, 99),
    "a state of another program": lambda path: with_state(path, b'{"url": 1}'),
    "a state that is no JSON": lambda path: with_state(path, b"\xff\xfe"),
    "no round": without_round,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_set_aside_and_made_anew(folder, damage):
    with FeedStates.open(folder) as states:
        apply(states, 1, states=[state_of(A)], entries={A.url: [f"{n:050}" for n in range(500)]})
    damage(folder / "feeds.sqlite")
    damaged = (folder / "feeds.sqlite").read_bytes()
    with pytest.raises(StatesDamagedError, match=r"feeds\.sqlite: "):
        FeedStates.open(folder, readonly=True)
    with FeedStates.open(folder) as states:
        assert states.is_new
        assert everything(states) == (0, {}, frozenset(), frozenset(), [], None)
        assert apply(states, 7, states=[state_of(B)])
    assert (folder / "feeds.sqlite.damaged").read_bytes() == damaged
    with FeedStates.open(folder) as states:
        assert (states.is_new, states.round) == (False, 7)


def test_an_absent_file_is_said_to_be(folder):
    with pytest.raises(StatesDamagedError, match="absent"):
        FeedStates.open(folder, readonly=True)
    assert not folder.exists()


# -- rebuilding


def asked(at, outcome=Outcome.FETCHED, *, feed=A, wait=30 * MINUTE, **more):
    """A request for a feed as it stands in the table."""
    plain = {"request_id": f"{at:%d%H%M}", "duration_ms": 0, "detail": "", "body_hash": "", "etag": "", "sent_etag": ""}
    plain |= {"last_modified": "", "sent_last_modified": "", "next_at": None if wait is None else at + wait}
    return Asked(**plain | {"feed_url": feed.url, "started_at": at, "outcome": outcome} | more)


HISTORY = [
    asked(NOON, etag='"1"', last_modified="d1", body_hash="h1"),
    asked(NOON + HOUR, Outcome.REDIRECTED, wait=None),
    asked(NOON + HOUR + MINUTE, Outcome.NOT_MODIFIED, sent_etag='"1"', sent_last_modified="d1"),
    asked(NOON + 2 * HOUR, etag='"2"', body_hash="h2"),
    asked(NOON + 3 * HOUR, Outcome.SAME, etag='"2"', body_hash="h2"),
    asked(NOON + 4 * HOUR, Outcome.NOT_MODIFIED, sent_etag='"2"', etag='"2b"'),
    asked(NOON + 5 * HOUR, Outcome.ABANDONED),
    asked(NOON + 6 * HOUR, Outcome.TIMED_OUT, detail="no answer in 30 s"),
    asked(NOON + 7 * HOUR, detail="a page, not a feed", etag='"login"', body_hash="h3", wait=HOUR),
    asked(NOON, Outcome.GONE, feed=B, request_id="b"),
]


def test_states_are_rebuilt_from_requests_in_any_order(states):
    shuffled = HISTORY[:]
    random.Random(3).shuffle(shuffled)
    states.rebuild(shuffled)
    assert states.states() == from_history(HISTORY)
    state = states.get(A.url)
    assert (state.etag, state.last_modified, state.body_hash) == ('"2b"', "", "h2")
    assert (state.last_asked_at, state.next_at) == (NOON + 7 * HOUR, NOON + 8 * HOUR)
    assert (state.last_answer_at, state.last_full_at, state.last_new_at) == (
        NOON + 4 * HOUR,
        NOON + 3 * HOUR,
        NOON + 2 * HOUR,
    )
    assert (state.failures, state.unchanged) == (2, 1)
    assert (state.asks, state.requests, state.not_modified, state.failed) == (8, 9, 2, 2)
    assert (state.last_outcome, state.last_detail) == (Outcome.FETCHED, "a page, not a feed")
    assert conditional(state, A, NOON + 8 * HOUR) == ('"2b"', "")
    assert states.get(B.url).stopped == "gone since 2026-03-04 (410)"


def test_a_feed_is_not_asked_sooner_because_its_state_was_lost():
    settings = replace(A, interval_s=5_400)
    request = Request(
        request_id="1", purpose="feed", url=A.url, host="a.example", feed_url=A.url, started_at=NOON,
        outcome=Outcome.FETCHED, duration_ms=1_500, etag='"1"',
    )  # fmt: skip
    kept = after(first_state(settings, NOON), settings, [request], FeedSurvey(), 0, now=NOON + MINUTE, seed="1")
    row = asked(NOON, duration_ms=1_500, etag='"1"', next_at=kept.next_at)
    lost = from_history([row])[A.url]
    assert kept.next_at - timedelta(seconds=1) <= lost.next_at <= kept.next_at + timedelta(seconds=1)
    assert lost.next_at >= NOON + timedelta(seconds=5_401.5)


def test_a_time_of_a_clock_that_was_wrong_is_not_believed():
    lost = from_history([asked(NOON, wait=900 * DAY)])[A.url]
    assert lost.next_at == NOON + 8 * DAY


def test_a_304_that_repeats_no_validator_leaves_those_it_was_asked_with():
    lost = from_history([asked(NOON, Outcome.NOT_MODIFIED, sent_etag='"1"', sent_last_modified="d1")])[A.url]
    assert (lost.etag, lost.last_modified) == ('"1"', "d1")


def test_only_hops_are_no_answer():
    assert from_history([asked(NOON, Outcome.REDIRECTED, wait=None)]) == {}


class Requests:
    """A snapshot that holds nothing but `requests/`."""

    def __init__(self, folder):
        self.folder = folder
        self.parts = []

    def add(self, day, rows):
        path = self.folder / f"date={day}" / f"{len(self.parts)}.parquet"
        path.parent.mkdir(exist_ok=True)
        write_parquet(to_table("requests", rows), path, load_id=1, program_version="test")
        self.parts.append(TableFile(path=path, date=day))

    def files(self, table):
        return self.parts if table == "requests" else []


def row(one, day, **more):
    """A row of `requests/` for what was asked."""
    empty = {"string": "", "int64": 0, "int32": 0, "date32[day]": day}
    plain = {
        field.name: None if field.nullable else empty.get(str(field.type), NOON) for field in TABLES["requests"].schema
    }
    known = {name: getattr(one, name) for name in Asked.__slots__}
    return plain | known | {"purpose": "feed", "host": "a.example", "url": one.feed_url} | more


def test_the_table_is_read_as_far_as_it_matters(tmp_path):
    requests = Requests(tmp_path)
    day = date(2026, 3, 4)
    requests.add(day, [row(one, day) for one in HISTORY])
    requests.add(day, [row(asked(NOON), day, purpose="page", request_id="page")])
    requests.add(day, [row(asked(NOON), day, outcome="of a newer program", request_id="new")])
    old = day - timedelta(days=15)
    requests.add(old, [row(asked(NOON - 15 * DAY), old, request_id="old")])
    found = list(asked_rows(requests))
    assert sorted(found, key=lambda one: (one.feed_url, one.started_at)) == sorted(
        HISTORY, key=lambda one: (one.feed_url, one.started_at)
    )


def test_no_requests_no_rows(tmp_path):
    assert list(asked_rows(Requests(tmp_path))) == []
