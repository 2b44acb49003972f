"""The file for Prometheus: read back by its own parser."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.metrics import write_metrics
from pipeline.status import Condition, FeedStatus, Status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ODD = 'https://a.example/?q="x"\\y\nz=Идлиб'

FEED = FeedStatus(
    url=ODD,
    source="",
    condition=Condition.SILENT,
    words="silent",
    needs_person=True,
    last_new_at=NOON - timedelta(days=9),
    last_answer_at=NOON,
    rhythm_s=7_200,
    next_at=NOON - timedelta(minutes=5),
    failures=0,
    last_error="",
    asks=4,
    requests=5,
    not_modified=3,
)
STATUS = Status(
    out=Path("out"),
    now=NOON,
    holder=None,
    load_id=7,
    load_at=NOON,
    load_s=2.5,
    deliveries=Counter(new=3, rejected=2),
    rejected=Counter(not_a_feed=2),
    rows=Counter(articles=3),
    requests=Counter(not_modified=4),
    feeds=(
        FEED,
        replace(FEED, url="https://b.example/", condition=Condition.NEW, needs_person=False, last_new_at=None),
    ),
)


def samples(path):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8"))
        for sample in family.samples
    }


def test_all_numbers_are_there_and_odd_addresses_come_back_whole(tmp_path):
    write_metrics(tmp_path / "newsbeam.prom", STATUS)
    found = samples(tmp_path / "newsbeam.prom")
    assert found == {
        ("newsbeam_feeds", "silent"): 1,
        ("newsbeam_feeds", "stopped"): 0,
        ("newsbeam_feeds", "not_a_feed"): 0,
        ("newsbeam_feeds", "failing"): 0,
        ("newsbeam_feeds", "new"): 1,
        ("newsbeam_feeds", "well"): 0,
        ("newsbeam_feeds_needing_a_person",): 1,
        ("newsbeam_requests_last_day", "not_modified"): 4,
        ("newsbeam_deliveries_total", "new"): 3,
        ("newsbeam_deliveries_total", "rejected"): 2,
        ("newsbeam_rejected_total", "not_a_feed"): 2,
        ("newsbeam_rows", "articles"): 3,
        ("newsbeam_last_load",): 7,
        ("newsbeam_last_load_timestamp_seconds",): NOON.timestamp(),
        ("newsbeam_last_load_duration_seconds",): 2.5,
        ("newsbeam_poll_lag_seconds",): 300,
        ("newsbeam_feed_last_success_timestamp_seconds", ODD): NOON.timestamp(),
        ("newsbeam_feed_last_success_timestamp_seconds", "https://b.example/"): NOON.timestamp(),
        ("newsbeam_feed_last_new_timestamp_seconds", ODD): (NOON - timedelta(days=9)).timestamp(),
        ("newsbeam_feed_failures", ODD): 0,
        ("newsbeam_feed_failures", "https://b.example/"): 0,
    }


def test_the_file_is_replaced_whole_or_stays(tmp_path):
    path = tmp_path / "newsbeam.prom"
    write_metrics(path, STATUS)
    before = path.stat().st_ino
    write_metrics(path, replace(STATUS, load_id=8))
    assert samples(path)["newsbeam_last_load",] == 8
    assert path.stat().st_ino != before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError, match="absent"):
        write_metrics(tmp_path / "absent" / "newsbeam.prom", STATUS)


def test_before_the_first_load_there_is_no_time_of_it(tmp_path):
    write_metrics(tmp_path / "newsbeam.prom", replace(STATUS, load_id=0, load_at=None, feeds=()))
    found = samples(tmp_path / "newsbeam.prom")
    assert found["newsbeam_last_load",] == 0
    assert found["newsbeam_poll_lag_seconds",] == 0
    assert not any("timestamp" in name for name, *_ in found)
