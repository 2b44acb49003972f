"""A watch, round after round, on a feed list and a drop folder."""

import json
import os
from contextlib import closing
from datetime import timedelta

import pytest

import pipeline.watch
from pipeline.dropfolders import DropFolders
from pipeline.feedlist import FeedListError
from pipeline.options import ReadOptions
from pipeline.watch import SHORTEST_S, ListFile, Watching, watch
from transforms.core.pieces import Limits

EVERY_S = 900.0
WHOLE = "Mon, 01 Jun 2026 05:00:00 GMT"
TEXT = "The ferry ran again after engineers had replaced a cable that the flood tore, {} said the harbour office."


class Watch:
    """What a watch told; between two rounds the next of `then` is called."""

    def __init__(self, desk, clock, tmp_path):
        self.desk, self.clock = desk, clock
        self.list_path, self.drop = tmp_path / "feeds.toml", tmp_path / "drop"
        self.drop.mkdir()
        self.waits, self.rounds, self.drops, self.complaints = [], [], [], []

    def run(self, *then):
        left = list(then)

        def wait(seconds):
            self.waits.append(seconds)
            if not left:
                return True
            left.pop(0)()
            self.clock.passed += seconds
            return self.desk.is_told_to_stop

        feeds = ListFile(path=self.list_path, complain=self.complaints.append)
        options = ReadOptions(
            out=self.desk.out, command="newsbeam watch (a test)", workers=2, batch_size=5_000, limits=Limits()
        )
        with self.desk.open() as poller, closing(DropFolders(self.desk.out)) as drops:
            on = Watching(
                poller=poller,
                drops=drops,
                options=options,
                feeds=feeds,
                clock=self.clock,
                stop=lambda: self.desk.is_told_to_stop,
            )
            watch(
                on,
                every_s=EVERY_S,
                wait=wait,
                tell=self.rounds.append,
                tell_drops=self.drops.append,
                complain=self.complaints.append,
            )

    def put_list(self, *urls, more=""):
        feeds = "".join(f'[[feeds]]\nurl = "{url}"\nfull_text = "never"\n' for url in urls)
        self.list_path.write_text(f"[network]\npause = 0\nallow_private = true\n{feeds}{more}")

    def put_file(self, name, text):
        """Drop a file whose last change is long ago by the told clock."""
        path = self.drop / name
        path.write_text(json.dumps({"uri": f"urn:{name}", "headline": f"Report {name}", "body_text": text}) + "\n")
        long_ago = self.clock.now().timestamp() - 3_600
        os.utime(path, (long_ago, long_ago))


@pytest.fixture
def watching(desk, clock, tmp_path):
    return Watch(desk, clock, tmp_path)


def test_each_round_polls_what_is_due_reads_what_was_dropped_and_waits_for_the_next_thing(watching, outlet, rows):
    url = f"{outlet.base}/rss.xml"
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, TEXT.format("Monday")))
    watching.put_list(url, more=f'[[folders]]\npath = "{watching.drop}"\nsettle = "5s"\n')
    watching.put_file("a.jsonl", TEXT.format("Tuesday")[::-1])

    watching.run(lambda: watching.put_file("b.jsonl", "Reserve " * 40), lambda: None)

    assert [row["title"] for row in rows(watching.desk.out, "SELECT title FROM articles_current ORDER BY title")] == [
        "Ferry runs again",
        "Report a.jsonl",
        "Report b.jsonl",
    ]
    assert [len(report.requests) for report in watching.rounds[:2]] == [1, 0]
    assert len(watching.drops) == 2
    due_in_s = watching.rounds[-1].next_in_s
    assert watching.waits == [
        5.0,
        5.0,
        max(SHORTEST_S, min(EVERY_S, due_in_s)),
    ]  # a file is whole, then the feed is due
    assert watching.complaints == []


def test_a_list_that_changes_counts_from_the_next_round_and_one_with_a_fault_does_not(watching, outlet):
    one, two = f"{outlet.base}/one.xml", f"{outlet.base}/two.xml"
    for path in ("/one.xml", "/two.xml"):
        outlet.put_feed(path, (f"Ferry {path}", f"/ferry{path}", WHOLE, TEXT.format(path)))
    watching.put_list(one)

    watching.run(
        lambda: watching.list_path.write_text("[[feeds]\nurl ="),
        lambda: None,
        lambda: watching.put_list(one, two),
    )

    assert len(outlet.asked("/two.xml")) == 1
    assert len(watching.complaints) == 1  # of a fault once, however many rounds see it
    assert "feeds.toml" in watching.complaints[0]


def test_a_list_with_a_fault_at_the_start_is_an_error(watching):
    watching.list_path.write_text("[[feeds]\nurl =")
    with pytest.raises(FeedListError, match=r"feeds\.toml"):
        watching.run()
    assert watching.rounds == []


def test_told_to_stop_it_ends_after_the_round_and_reads_nothing_more(watching, outlet, rows):
    url = f"{outlet.base}/rss.xml"
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, TEXT.format("Monday")))
    watching.put_list(url, more=f'[[folders]]\npath = "{watching.drop}"\nsettle = "5s"\n')
    watching.put_file("a.jsonl", TEXT.format("Tuesday")[::-1])

    def is_asked(_handler):
        watching.desk.is_told_to_stop = True

    outlet.before = is_asked
    watching.run(lambda: None, lambda: pytest.fail("it went on"))

    assert rows(watching.desk.out, "SELECT title FROM articles_current") == [{"title": "Ferry runs again"}]
    assert watching.drops == []


def test_days_that_are_over_are_put_together_after_each_round(watching, monkeypatch):
    watching.put_list()
    asked = []
    monkeypatch.setattr(pipeline.watch, "compact", lambda output, **how: asked.append((output.path, how["now"])))
    began = watching.clock.now()
    watching.run(lambda: None)
    assert asked == [(watching.desk.out, began), (watching.desk.out, began + timedelta(seconds=EVERY_S))]
