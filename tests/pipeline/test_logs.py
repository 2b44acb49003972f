"""Lines of a log: one event a line, whatever strangers put into it."""

import io
import json
import logging
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import logs
from pipeline.logs import say, set_up_logs


@pytest.fixture(autouse=True)
def nowhere():
    yield
    set_up_logs("text", io.StringIO())


def said(form, event, **facts):
    stream = io.StringIO()
    set_up_logs(form, stream)
    say(event, **facts)
    return stream.getvalue()


def test_a_line_for_a_person_has_time_level_event_and_facts():
    line = said(
        "text", "feed_asked", feed="https://a.example/rss", outcome="fetched", new=3, seconds=0.12345, lost=None
    )
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info     feed_asked       "
        r"feed=https://a\.example/rss outcome=fetched new=3 seconds=0\.123\n",
        line,
    )


def test_counts_stand_one_by_one_for_a_person_and_together_for_a_machine():
    facts = {"deliveries": {"new": 2, "rejected": 1}, "next_at": datetime(2026, 3, 1, 12, tzinfo=UTC), "detail": ""}
    assert said("text", "round", **facts).endswith(" new=2 rejected=1 next_at=2026-03-01T12:00:00Z\n")
    found = json.loads(said("json", "round", level="warning", **facts))
    assert datetime.fromisoformat(found.pop("time")).tzinfo
    assert found == {
        "level": "warning",
        "event": "round",
        "deliveries": {"new": 2, "rejected": 1},
        "next_at": "2026-03-01T12:00:00Z",
    }


def test_nothing_in_a_title_makes_a_line_a_fact_or_a_colour():
    title = 'Quiet"\n2026-03-01T12:00:00Z info fake outcome=fetched \x1b[31m\u202e\u2028'
    line = said("text", "stored", title=title)
    assert line.count("\n") == 1
    assert line.endswith('title="Quiet\\"\\n2026-03-01T12:00:00Z info fake outcome=fetched \\x1b[31m\\u202e\\u2028"\n')
    assert json.loads(said("json", "stored", title=title))["title"] == title
    assert said("json", "stored", title=title).isascii()


def test_facts_of_a_machine_line_cannot_stand_for_its_head():
    found = json.loads(said("json", "stored", time="never", feed="x"))
    assert found["time"] != "never"
    assert found["feed"] == "x"


def test_what_is_endless_is_cut():
    assert len(said("text", "stored", title="x" * 1_000_000)) < 700


def test_it_speaks_where_the_logs_of_libraries_are_switched_off():
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        assert "event=" not in said("text", "round", outcome="done")
        assert said("text", "round", outcome="done")
    finally:
        logging.disable(before)


def test_setting_up_twice_is_once_and_before_it_nothing_is_said(capfd):
    logs._LOGGER.handlers.clear()
    logs._LOGGER.addHandler(logging.NullHandler())
    say("round", level="error")
    first, second = io.StringIO(), io.StringIO()
    set_up_logs("text", first)
    set_up_logs("text", second)
    say("round")
    assert capfd.readouterr() == ("", "")
    assert (first.getvalue(), second.getvalue().count("\n")) == ("", 1)


@given(st.text(st.characters()), st.sampled_from(["text", "json"]))
def test_every_event_is_one_line_of_printable_characters(value, form):
    line = said(form, "stored", title=value)
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    if form == "json" and value:
        assert json.loads(line)["title"] == (value if len(value) <= 500 else value[:499] + "…")
