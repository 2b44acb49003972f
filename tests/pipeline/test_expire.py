"""What nobody needs any more goes, and nothing else."""

import importlib.util
import json
import os
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from deltalake import DeltaTable

import newsbeam
import pipeline.deltalog
import pipeline.expire
from pipeline.commands.compact import compact as compact_command
from pipeline.commands.expire import expire as expire_command
from pipeline.compact import compact
from pipeline.deltalog import LOG, files_that_left
from pipeline.expire import Ages, expire, survey_expiry
from pipeline.output import open_output
from pipeline.publish import Step, recover
from pipeline.raw import Round
from schemas.tables import TABLES

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)

DAY, NEXT_DAY = date(2024, 3, 1), date(2024, 3, 2)
WEEK = timedelta(days=7)


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def soon():
    """When files that left the tables just now have been gone for a minute."""
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three loads, compacted."""
    archive = _archives.Archive(tmp_path_factory.mktemp("made") / "out")
    for number in range(1, 4):
        archive.publish(
            articles=[{"article_id": f"a{number}", "version": "v1"}],
            sightings=[{"article_id": f"a{number}", "version": "v1", "origin": "x", "date": DAY}],
            requests=[{"request_id": f"q{number}", "date": DAY + timedelta(days=number)}],
        )
    with open_output(archive.path, command="test") as output:
        report = compact(output, now=datetime.now(UTC), stop=lambda: False, update_state=lambda _: None)
        assert report.files_before == 6
    return archive.path


@pytest.fixture
def out(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out")


def expired(out, *, now=None, stop=lambda: False, update_state=lambda _: None, **ages):
    with open_output(out, command="test") as output:
        return expire(output, now=now or soon(), ages=Ages(**ages), stop=stop, update_state=update_state)


def files(out):
    """Every Parquet file in the tables' folders, the logs' own aside."""
    return sorted(
        path.relative_to(out).as_posix()
        for name in TABLES
        for path in (out / name).rglob("*.parquet")
        if LOG not in path.parts
    )


def live(out):
    return sorted(
        f"{name}/{path}"
        for name in TABLES
        for path in pa.table(DeltaTable(out / name).get_add_actions())["path"].to_pylist()
    )


def tree(out):
    return {path.relative_to(out): path.stat().st_mtime_ns for path in out.rglob("*")}


def test_what_left_the_tables_goes_when_its_grace_is_over_and_all_else_stays(out):
    before = files(out)
    report = expired(out)
    assert (report.files, report.in_grace) == (0, 6)
    assert files(out) == before != live(out)
    assert report.lines() == [
        "Nothing to delete.",
        "6 files that have left the tables stay for readers of older versions.",
    ]
    report = expired(out, now=soon() + WEEK)
    assert (report.files, report.in_grace) == (6, 0)
    assert report.bytes > 1_000
    assert files(out) == live(out)
    with newsbeam.open(out) as archive:
        assert archive.table("articles").count_rows() == 3
    assert expired(out, now=soon() + 2 * WEEK).lines() == ["Nothing to delete."]
    with open_output(out, command="test") as output:
        recovered = recover(output, update_state=pytest.fail)
    assert (recovered.quarantined, recovered.missing) == ((), ())


def test_a_shorter_grace_may_be_asked_for(out):
    assert expired(out, grace=timedelta(hours=1)).files == 0
    assert expired(out, grace=timedelta()).files == 6
    assert files(out) == live(out)


def test_a_plain_reader_sees_each_row_once_afterwards(out):
    def rows():
        return sorted(
            row
            for path in (out / "articles").glob("date=*/*.parquet")
            for row in pa.parquet.read_table(path, columns=["article_id"], partitioning=None)["article_id"].to_pylist()
        )

    assert rows() == ["a1", "a1", "a2", "a2", "a3", "a3"]
    expired(out, grace=timedelta())
    assert rows() == ["a1", "a2", "a3"]


def test_what_no_log_knows_is_not_deleted(out):
    stranger = out / "articles" / f"date={DAY}" / "stranger.parquet"
    other = out / "articles" / "notes.txt"
    for path in (stranger, other):
        path.write_bytes(b"somebody's")
    expired(out, grace=timedelta())
    assert stranger.read_bytes() == other.read_bytes() == b"somebody's"
    with open_output(out, command="test") as output:
        recover(output, update_state=pytest.fail)
    assert (out / "quarantine" / "articles" / f"date={DAY}" / "stranger.parquet").read_bytes() == b"somebody's"


def test_a_log_that_names_files_elsewhere_deletes_nothing_there(out):
    victim = out / "victim.parquet"
    victim.write_bytes(b"precious")
    log = out / "articles" / LOG / f"{DeltaTable(out / 'articles').version():020d}.json"
    with log.open("a") as file:
        for path in ("../victim.parquet", str(victim), f"date={DAY}/../../victim.parquet"):
            file.write("\n" + json.dumps({"remove": {"path": path, "deletionTimestamp": 0, "dataChange": False}}))
    expired(out, grace=timedelta())
    assert victim.read_bytes() == b"precious"


def test_a_file_that_came_back_is_live(out):
    """Removed by one commit and added again by a later one."""
    table = DeltaTable(out / "articles")
    (added,) = pa.table(table.get_add_actions())["path"].to_pylist()
    log = out / "articles" / LOG
    action = next(line for line in (log / f"{table.version():020d}.json").read_text().splitlines() if '"add"' in line)
    removal = {"remove": {"path": added, "deletionTimestamp": 1, "dataChange": False}}
    (log / f"{table.version() + 1:020d}.json").write_text(json.dumps(removal) + "\n")
    (log / f"{table.version() + 2:020d}.json").write_text(action + "\n")
    assert added not in files_that_left(out / "articles", table.version() + 2)
    assert added in files_that_left(out / "articles", table.version() + 1)
    expired(out, grace=timedelta())
    assert (out / "articles" / added).is_file()


def test_a_live_file_stays_even_if_it_were_said_to_have_left(out, monkeypatch):
    (path,) = pa.table(DeltaTable(out / "articles").get_add_actions())["path"].to_pylist()
    monkeypatch.setattr(pipeline.expire, "files_that_left", lambda *_: {path: 0})
    expired(out, grace=timedelta())
    assert (out / "articles" / path).is_file()


def test_the_log_tells_of_files_that_left_whatever_the_clock_and_the_checkpoints(out, monkeypatch):
    """A clock that went back, a checkpoint, a month without expiry: none makes strangers of them."""
    with open_output(out, command="test") as output:
        table = output.delta("articles")
        left = files_that_left(out / "articles", table.version())
        assert len(left) == 3
        entry = out / "articles" / LOG / f"{table.version():020d}.json"
        lines = [json.loads(line) for line in entry.read_text().splitlines()]
        stamps = iter(int((time.time() + days * 86_400) * 1_000) for days in (-40, 0, 40))
        for line in lines:
            if "remove" in line:
                line["remove"]["deletionTimestamp"] = next(stamps)
        entry.write_text("".join(json.dumps(line) + "\n" for line in lines))
        output.reopen("articles")
        monkeypatch.setattr(pipeline.deltalog, "CHECKPOINT_EVERY", 1)
        assert pipeline.deltalog.keep_short(output.delta("articles"), out / "articles", now=time.time())
        output.reopen("articles")
        assert files_that_left(out / "articles", table.version()).keys() == left.keys()
        recovered = recover(output, update_state=pytest.fail)
        assert (recovered.quarantined, recovered.missing) == ((), ())
        report = expire(output, now=soon(), ages=Ages(), stop=lambda: False, update_state=pytest.fail)
        assert (report.files, report.in_grace) == (1, 5)


def test_stopped_it_ends_and_goes_on_another_time(out):
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 2

    report = expired(out, grace=timedelta(), stop=stop)
    assert (report.files, report.stopped) == (2, True)
    assert report.lines()[-1] == "Stopped before the end; run it again for the rest."
    assert expired(out, grace=timedelta()).files == 4


@pytest.fixture
def rounds(out):
    """Four rounds, all but the third published, the first two of them long ago."""
    for number in range(1, 5):
        round_ = Round.begin_new(out / "raw")
        round_.note("decision", b"x" * 100)
        if number != 3:
            round_.mark_published()
        if number <= 3:
            old = time.time() - 100 * 86_400
            os.utime(round_.folder, (old, old))
    return out / "raw"


def numbers(raw):
    return [round_.number for round_ in Round.all(raw)]


def test_old_published_rounds_go(out, rounds):
    report = expired(out)
    assert (report.rounds, report.raw_bytes, numbers(rounds)) == (2, 200, [3, 4])
    assert report.lines()[0] == "Deleted 2 published rounds of raw/ (0.0 MB)."
    assert sorted(path.name for path in rounds.iterdir()) == ["0000000003", "0000000004"]


def test_rounds_stay_while_they_are_young_unpublished_or_the_newest(out, rounds):
    assert expired(out, raw=None).rounds == 0
    assert expired(out, raw=timedelta(days=101)).rounds == 0
    assert expired(out, now=soon() + timedelta(days=365)).rounds == 2
    assert numbers(rounds) == [3, 4]
    Round(rounds / "0000000003").mark_published()
    assert expired(out, now=soon() + timedelta(days=365)).rounds == 1
    assert Round.begin_new(rounds).number == 5


def test_half_of_a_round_is_never_taken_for_one_that_is_not_published(out, rounds, monkeypatch):
    def die(path):
        (path / "published").unlink()
        raise Died

    monkeypatch.setattr(shutil, "rmtree", die)
    with pytest.raises(Died):
        expired(out)
    assert [round_.number for round_ in Round.unpublished(rounds)] == [3]
    monkeypatch.undo()
    expired(out)
    assert sorted(path.name for path in rounds.iterdir()) == ["0000000003", "0000000004"]


def test_old_days_of_requests_leave_their_table_and_then_the_disk(out):
    told = []
    now = datetime(2024, 3, 4, 12, tzinfo=UTC) + timedelta(days=30)
    report = expired(out, now=now, requests=timedelta(days=31), update_state=told.append)
    assert (report.request_days, report.loads, told) == (1, [5], [5])
    assert report.lines()[0] == "Took 1 days out of requests/; their files go when their grace is over."
    with newsbeam.open(out) as archive:
        assert archive.sql("SELECT request_id FROM requests ORDER BY 1").fetchall() == [("q2",), ("q3",)]
        load = archive.sql("SELECT command, delivered FROM loads WHERE load_id = 5").fetchall()
    assert load == [("newsbeam expire", 0)]
    day = out / "requests" / f"date={NEXT_DAY}"
    assert len(list(day.iterdir())) == 1
    assert expired(out, now=now, requests=timedelta(days=31)).loads == []
    expired(out, grace=timedelta())
    assert not day.exists()
    assert (out / "requests" / "date=2024-03-03").is_dir()


def test_requests_that_are_needed_stay(out):
    with pytest.raises(ValueError, match="requests of 30 days are needed"):
        expired(out, requests=timedelta(days=29))


@pytest.mark.parametrize("step", [Step.INTENT_WRITTEN, Step.TABLE_COMMITTED, Step.LOADS_COMMITTED])
def test_killed_while_requests_leave_it_is_finished_by_the_next(out, step):
    def at(now):
        if now == step:
            raise Died

    ages = Ages(requests=timedelta(days=30))
    with open_output(out, command="test") as output, pytest.raises(Died):
        expire(output, now=soon(), ages=ages, stop=lambda: False, update_state=pytest.fail, at=at)
    told = []
    with open_output(out, command="test") as output:
        assert recover(output, update_state=told.append).rolled_forward == (5,)
        assert expire(output, now=soon(), ages=ages, stop=lambda: False, update_state=pytest.fail).loads == []
        assert output.delta("requests").version() == 4
    assert told == [5]


@pytest.mark.usefixtures("rounds")
def test_a_dry_run_tells_and_writes_nothing(out):
    before = tree(out)
    ages = Ages(grace=timedelta(), requests=timedelta(days=30))
    report = survey_expiry(out, now=soon(), ages=ages)
    assert (report.files, report.rounds, report.request_days, report.dry_run) == (6, 2, 3, True)
    assert report.lines()[:2] == [
        "Would take 3 days out of requests/; their files go when their grace is over.",
        f"Would delete 6 files that had left the tables ({report.bytes / 1e6:.1f} MB).",
    ]
    assert tree(out) == before
    real = expired(out, grace=timedelta())
    assert (real.files, real.rounds, real.bytes, real.raw_bytes) == (6, 2, report.bytes, report.raw_bytes)
    assert expired(out, requests=timedelta(days=30)).request_days == 3


def said(command, *words):
    """What a command prints, and its exit code."""
    result = CliRunner().invoke(command, [str(word) for word in words])
    return result.output, result.exit_code


@pytest.mark.usefixtures("rounds")
def test_the_commands_say_what_they_did(out):
    printed, code = said(expire_command, "--out", out, "--grace", "0s", "--json")
    assert code == 0
    assert json.loads(printed) | {"bytes": 0} == {
        "out": str(out),
        "files": 6,
        "bytes": 0,
        "in_grace": 0,
        "raw": {"rounds": 2, "bytes": 200},
        "requests": {"days": 0},
        "loads": [],
        "dry_run": False,
        "stopped": False,
    }
    assert said(compact_command, "--out", out) == ("Nothing to compact.\n", 0)


@pytest.mark.usefixtures("rounds")
def test_the_commands_write_nothing_in_a_dry_run(out):
    before = tree(out)
    printed, code = said(expire_command, "--out", out, "--grace", "0s", "--raw", "never", "--dry-run")
    assert (printed.startswith("Would delete 6 files that had left the tables ("), code) == (True, 0)
    assert said(compact_command, "--out", out, "--dry-run") == (
        "Would put 0 small files of 0 partitions together.\n",
        0,
    )
    assert tree(out) == before


@pytest.mark.parametrize("command", [compact_command, expire_command], ids=["compact", "expire"])
def test_the_commands_leave_with_75_where_another_run_writes_and_with_2_where_there_is_nothing(out, tmp_path, command):
    with open_output(out, command="newsbeam watch"):
        printed, code = said(command, "--out", out)
    assert (code, "in use by 'newsbeam watch'" in printed) == (75, True)
    for place in (tmp_path / "absent", tmp_path):
        for words in ((), ("--dry-run",)):
            assert said(command, "--out", place, *words)[1] == 2
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--grace", "soon"), "'soon' is not a number of seconds"),
        (("--grace", "never"), "'never' is not a number of seconds"),
        (("--requests", "3d"), "30d are needed to know when feeds are due"),
    ],
)
def test_ages_that_are_none_are_refused(out, words, complaint):
    before = tree(out)
    printed, code = said(expire_command, "--out", out, *words)
    assert (code, complaint in printed) == (2, True)
    assert tree(out) == before
