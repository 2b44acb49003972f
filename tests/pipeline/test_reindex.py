"""The index is a cache: lost, damaged, behind or ahead, it is noticed and made again, and nothing changes."""

import importlib.util
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.commands.reindex import reindex as reindex_command
from pipeline.feedstate import FeedStates, Wanted
from pipeline.output import InUse, open_output
from pipeline.reindex import reindex
from transforms import index_file
from transforms.core.furniture import SCHEME
from transforms.index import Index
from transforms.index_file import closed_note

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)

NOON = _archives.NOON
FEED = "https://a.example/feed"
ANCHOR = 1 << 62
IDS = [f"a{number}" for number in range(40)]


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def answers(index):
    """Everything that can be asked."""
    return (
        index.generation,
        index.stored(IDS),
        index.sharing([ANCHOR | anchor for anchor in range(50)]),
        index.seen([(article_id, "x") for article_id in IDS]),
        index.known_rejections(["r1", "r2"]),
        index.recalled(IDS),
        index.profiles(),
    )


def stored(article_id, version, anchors):
    named = {"article_id": article_id, "version": version, "content_hash": f"{article_id}-{version}"}
    return named | {"anchors": sorted(anchors), "signature": b"\1" * 512}


def noted(article_id, blocks):
    """A page of a host."""
    return {"host": "a.example", "article_id": article_id, "version": "v1", "blocks": blocks, "scheme": SCHEME}


def asked(number, **more):
    """A feed that was asked and answered."""
    return {
        "request_id": f"q{number}",
        "purpose": "feed",
        "feed_url": FEED,
        "outcome": "fetched",
        "started_at": NOON,
        "etag": f'"e{number}"',
        "next_at": NOON + timedelta(hours=number),
    } | more


def make(path):
    """An archive of three loads, its state up to date."""
    archive = _archives.Archive(path)
    archive.publish(
        fingerprints=[stored(article_id, "v1", [number, number + 1]) for number, article_id in enumerate(IDS[:30])],
        sightings=[{"article_id": article_id, "version": "v1", "origin": "x"} for article_id in IDS[:30]],
        rejected=[{"delivery_id": "r1"}],
    )
    archive.publish(
        fingerprints=[stored(article_id, "v2", [3, 7]) for article_id in IDS[20:]],
        profiles=[noted(article_id, [3 << 23, number << 24, 7 << 23]) for number, article_id in enumerate(IDS[:2], 5)],
        recalls=[{"notice_id": "n1", "article_id": IDS[3], "kind": "kill"}],
    )
    archive.publish(
        requests=[asked(1)], rejected=[{"delivery_id": "r2"}], profiles=[noted(IDS[4], [3 << 23, 9 << 23, 8 << 23])]
    )
    with Index.open(path / "state" / "index.sqlite", readonly=False) as index:
        index.catch_up(path)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("made") / "out")


@pytest.fixture(scope="module")
def right(made):
    with Index.open(made / "state" / "index.sqlite", readonly=True) as index:
        return answers(index)


@pytest.fixture
def out(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out")


def opened(out):
    """What every command that needs the index does first."""
    with Index.open(out / "state" / "index.sqlite", readonly=False) as index:
        index.catch_up(out)
        return answers(index)


def rebuilt(out, at=lambda _: None):
    with open_output(out, command="test", create=False) as output:
        return reindex(output, at=at)


@example(where=0.0, bit=0)
@example(where=0.5, bit=3)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_bit_turned_anywhere_is_noticed(made, right, tmp_path, where, bit):
    path = tmp_path / "out" / "state" / "index.sqlite"
    if not path.exists():
        shutil.copytree(made, tmp_path / "out")
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    path.write_bytes(data)
    assert opened(tmp_path / "out") == right
    assert path.with_name("index.sqlite.damaged").read_bytes() == bytes(data)
    assert opened(tmp_path / "out") == right


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_file_that_is_cut_is_noticed(out, right, keep):
    path = out / "state" / "index.sqlite"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    assert opened(out) == right


def test_an_index_as_it_was_left_is_not_looked_through(out, right, monkeypatch):
    """Opening costs the same whatever the index holds."""
    looked, fault = [], index_file._fault
    monkeypatch.setattr(index_file, "_fault", lambda db, *, deep: looked.append(deep) or fault(db, deep=deep))
    for _ in range(2):
        assert opened(out) == right
    closed_note(out / "state" / "index.sqlite").unlink()  # as a kill leaves it
    assert opened(out) == right
    assert looked == [False, False, True]


def test_an_index_of_before_is_brought_up(out, right):
    older = (out / "state" / "index.sqlite").read_bytes()
    _archives.Archive(out).publish(fingerprints=[stored("a39", "v3", [9])])
    now = opened(out)
    assert now[0] == right[0] + 1
    assert {version.version for version in now[1]["a39"]} == {"v2", "v3"}
    (out / "state" / "index.sqlite").write_bytes(older)
    assert opened(out) == now


def test_an_index_of_after_is_made_anew(out, right, tmp_path):
    later = shutil.copytree(out, tmp_path / "later")
    _archives.Archive(later).publish(fingerprints=[stored("a39", "v3", [9])])
    opened(later)
    for path in (later / "state").iterdir():
        shutil.copy2(path, out / "state")
    assert opened(out) == right


def test_an_index_of_another_folder_is_made_anew(out, right, tmp_path):
    other = _archives.Archive(tmp_path / "other")
    for _ in range(3):
        other.publish(fingerprints=[stored("a1", "strange", [1])])
    opened(other.path)
    for path in (other.path / "state").iterdir():
        shutil.copy2(path, out / "state")
    assert opened(out) == right


def test_it_is_rebuilt_on_purpose(out, right):
    before = (out / "state" / "index.sqlite").stat().st_ino
    report = rebuilt(out)
    assert (out / "state" / "index.sqlite").stat().st_ino != before
    assert (report.load_id, report.was, report.feeds_were, report.feeds) == (3, "at load 3", "absent", 1)
    # Each signature has 16 bands; two anchors each.
    assert report.sizes == {"texts": 50, "keys": 50 * 18, "sightings": 30, "rejections": 2, "recalls": 1}
    assert opened(out) == right
    assert not list((out / "state").glob("*new*"))


@pytest.mark.parametrize("fault", ["lost", "damaged", "killed"])
def test_it_is_rebuilt_whatever_was_there(out, right, fault):
    path = out / "state" / "index.sqlite"
    if fault == "lost":
        path.unlink()
    elif fault == "damaged":
        path.write_bytes(b"\5" * 30_000)
    else:  # a writer that was killed leaves a log of what it had written
        index = Index.open(path, readonly=False)
        index._db.execute("UPDATE meta SET value = 9 WHERE name = 'generation'")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{path}.kept{end}")
        index.close()
        for end in ("-wal", ""):
            Path(f"{path}.kept{end}").replace(f"{path}{end}")
        closed_note(path).unlink()
    told = {"lost": "absent", "damaged": "damaged", "killed": "at load 9"}[fault]
    assert rebuilt(out).was.startswith(told)
    assert opened(out) == right


@pytest.mark.parametrize("step", ["built", "place", "fed"])
def test_killed_at_any_step_the_next_command_finds_a_right_index(out, right, step):
    def at(now):
        if now == step:
            raise Died

    with pytest.raises(Died):
        rebuilt(out, at)
    assert opened(out) == right
    assert rebuilt(out).feeds == 1
    assert opened(out) == right
    assert not list((out / "state").glob("*new*"))


def test_feeds_are_asked_again_as_their_requests_say(out):
    rebuilt(out)
    with FeedStates.open(out / "state") as states:
        first = states.get(FEED)
        page = Wanted(url="u", feed_url=FEED, source="", language="", entry=b"{}", tries=1, next_at=NOON)
        states.apply(1, states=[], entries={FEED: ["k"]}, wanted=[page], settled=[])
        states._db.execute("DELETE FROM feeds")
    assert (first.etag, first.next_at) == ('"e1"', NOON + timedelta(hours=1))
    _archives.Archive(out).publish(requests=[asked(2, started_at=NOON + timedelta(hours=1))])
    rebuilt(out)
    with FeedStates.open(out / "state", readonly=True) as states:
        assert states.get(FEED).etag == '"e2"'
        assert states.entries(FEED) == {"k"}  # stands in no table
        assert [wanted.url for wanted in states.pages_due(NOON, 9)] == ["u"]
        assert states.round == 1


def test_states_of_feeds_that_are_damaged_are_made_anew(out):
    rebuilt(out)
    (out / "state" / "feeds.sqlite").write_bytes(b"\7" * 9_000)
    report = rebuilt(out)
    assert (report.feeds_were, report.feeds) == ("damaged", 1)


def test_two_at_once_are_one(out):
    with open_output(out, command="first", create=False), pytest.raises(InUse, match="in use by 'first'"):
        rebuilt(out)


def test_the_command_says_what_it_did_and_dry_run_writes_nothing(out):
    state = {path.name: path.read_bytes() for path in (out / "state").iterdir()}
    told = CliRunner().invoke(reindex_command, ["--out", str(out), "--dry-run"])
    assert told.output.splitlines() == [
        "Would rebuild the index from load 1 to 3; it is at load 3.",
        "Would rebuild the states of feeds from requests/; they are absent.",
    ]
    assert {path.name: path.read_bytes() for path in (out / "state").iterdir()} == state
    told = CliRunner().invoke(reindex_command, ["--out", str(out), "--json"])
    report = json.loads(told.output)
    assert (report["load"], report["index"]["texts"], report["feeds"]["known"]) == (3, 50, 1)
    told = CliRunner().invoke(reindex_command, ["--out", str(out)])
    assert told.output.startswith("Rebuilt the index up to load 3: 50 texts, ")
    assert "Rebuilt the states of 1 feed; they were at round 0." in told.output
