"""Compaction moves rows into fewer files, and no reader can tell but by the files."""

import importlib.util
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import newsbeam
import pipeline.bundles
import pipeline.compact
import pipeline.merging
from pipeline.bundles import find_bundles
from pipeline.compact import compact, survey_compaction
from pipeline.deltalog import LOG
from pipeline.merging import Unmergeable, merge_files
from pipeline.output import open_output
from pipeline.plan import Plan
from pipeline.publish import Step, recover
from pipeline.runs import Run, move_on
from schemas.tables import TABLES, to_table, write_parquet
from transforms.core.fingerprint import SCHEME
from transforms.core.pieces import Limits
from transforms.index import Index
from transforms.snapshot import Snapshot, rows_of_loads
from transforms.stored_texts import StoredKey, read_texts
from transforms.worker import Settings

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)
new_archive = _archives.new_archive

NOON = _archives.NOON
DAYS = (date(2024, 3, 1), date(2024, 3, 2))
LATER = datetime(2024, 3, 9, 12, tzinfo=UTC)
IDS = tuple(f"story-{number}" for number in range(6))
ANCHOR = 1 << 62


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def loads_of(number):
    """What load `number` brings: new stories, a version, a copy, one held, a kill, sightings, a rejection."""
    new, old = IDS[number], IDS[number - 1]
    day, old_day = DAYS[number % 2], DAYS[(number - 1) % 2]
    seen = NOON + timedelta(hours=number)

    def article(article_id, version, on, **more):
        named = {"article_id": article_id, "version": version, "content_hash": f"{article_id}-{version}", "date": on}
        return named | {"title": f"{article_id} {version}", "text": "Слово " * number, "first_seen_at": seen} | more

    def print_(article_id, version, on, **more):
        named = {"article_id": article_id, "version": version, "content_hash": f"{article_id}-{version}", "date": on}
        return named | {"scheme": SCHEME, "signature": b"\1" * 512, "anchors": [1, number]} | more

    return {
        "articles": [article(new, "v1", day), article(old, "v2", old_day)],
        "copies": [article(f"copy-{number}", "v1", day, topic_ids=["idlib"], agency="NN")],
        "held": [article(f"held-{number}", "v1", day, embargoed_until=seen + timedelta(hours=2))],
        "links": [
            {
                "a_article_id": f"copy-{number}",
                "a_version": "v1",
                "b_article_id": new,
                "b_version": "v1",
                "a_content_hash": f"copy-{number}-v1",
                "b_content_hash": f"{new}-v1",
                "changes": ["title"],
                "date": day,
            }
        ],
        "fingerprints": [
            print_(new, "v1", day),
            print_(old, "v2", old_day),
            print_(f"copy-{number}", "v1", day, stored_in="copies"),
            # the same key again: the later load's row counts
            print_(IDS[1], "v1", DAYS[1], words=100 + number, stored_in="held" if number == 4 else "articles"),
        ][: 4 if number > 1 else 3],
        "sightings": [
            {"article_id": new, "version": "v1", "origin": "x", "seen_at": seen, "date": DAYS[0], "source": "X"},
            {"article_id": old, "version": "v2", "origin": "x", "seen_at": seen, "date": DAYS[0], "source": "Y"},
        ],
        "rejected": [{"delivery_id": f"r{number}", "date": DAYS[0]}],
        "recalls": [{"notice_id": f"n{number}", "article_id": IDS[3], "kind": "kill"}] if number == 3 else [],
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Four loads."""
    archive = _archives.Archive(tmp_path_factory.mktemp("made") / "out")
    for number in range(1, 5):
        archive.publish(**loads_of(number))
    return archive.path


@pytest.fixture
def archive(made, tmp_path):
    """Four loads, to do with as one likes."""
    shutil.copytree(made, tmp_path / "out")
    return _archives.Archive(tmp_path / "out")


def compacted(archive, *, now=LATER, stop=lambda: False, **more):
    with open_output(archive.path, command="test") as output:
        return compact(output, now=now, stop=stop, **{"update_state": lambda _: None, **more})


def tables(out):
    """All rows of all tables through the log, but those of loads of compaction."""
    found = {}
    with newsbeam.open(out) as opened:
        for name, spec in TABLES.items():
            rows = opened.table(name).to_table().to_pylist()
            found[name] = sorted(
                (row for row in rows if name != "loads" or row["command"] != "newsbeam compact"),
                key=lambda row: (tuple(row[column] for column in spec.key), row["load_id"]),
            )
    return found


def views(out):
    """What the views answer, now and as of the middle."""
    with newsbeam.open(out) as opened, opened.as_of(NOON + timedelta(hours=2, minutes=30)) as earlier:
        return [
            shown.sql(f"FROM {view} ORDER BY ALL").fetchall()
            for shown in (opened, earlier)
            for view in ("articles_current", "stories", "versions")
        ]


def index_answers(index):
    ids = (*IDS, *(f"copy-{number}" for number in range(5)))
    return (
        index.stored(ids),
        index.sharing([ANCHOR | number for number in range(6)]),
        index.seen([(article_id, "x") for article_id in ids]),
        index.known_rejections([f"r{number}" for number in range(9)]),
        index.recalled(ids),
    )


def rebuilt(out):
    with Index.open(out / "state" / "other.sqlite", readonly=False) as index:
        index.rebuild(out)
        return index_answers(index)


def texts(out):
    wanted = [
        StoredKey(stored_in=stored_in, date=day, article_id=article_id, version=version)
        for stored_in in ("articles", "copies", "held")
        for day in DAYS
        for article_id in (*IDS, "copy-1", "copy-2", "held-4")
        for version in ("v1", "v2")
    ]
    return read_texts(out, wanted)


def answers(out):
    return tables(out), views(out), rebuilt(out), texts(out)


def files(out, name):
    """The Parquet files that lie in a table's folder, the log's own aside."""
    return sorted(path for path in (out / name).rglob("*.parquet") if LOG not in path.parts)


def live(out, name):
    return sorted(pa.table(DeltaTable(out / name).get_add_actions())["path"].to_pylist())


def test_no_answer_changes_and_each_closed_day_is_one_file(archive):
    before = answers(archive.path)
    assert [len(found) for found in before[1]] == [12, 9, 14, 5, 3, 6], "the views must have something to say"
    report = compacted(archive)
    assert answers(archive.path) == before
    assert report.loads == [5]
    assert report.rows == sum(len(rows) for name, rows in before[0].items() if name not in ("loads", "recalls"))
    for name, spec in TABLES.items():
        if spec.partition and before[0][name]:
            days = {row["date"] for row in before[0][name]}
            assert live(archive.path, name) == [
                path for day in sorted(days) for path in live(archive.path, name) if f"date={day}/" in path
            ]
            assert len(live(archive.path, name)) == len(days), name
    assert Snapshot.open(archive.path).load_id == 5


def test_a_merged_file_is_one_of_the_table_in_the_order_of_its_key(archive):
    compacted(archive)
    for name in ("articles", "sightings", "fingerprints"):
        spec = TABLES[name]
        for path in live(archive.path, name):
            parquet = pq.ParquetFile(archive.path / name / path)
            assert parquet.schema_arrow.equals(spec.file_schema)
            said = parquet.schema_arrow.metadata
            assert said[b"newsbeam.table"] == name.encode()
            assert said[b"newsbeam.load_id"] == b"5"
            keys = [tuple(row[column] for column in (*spec.key, "load_id")) for row in parquet.read().to_pylist()]
            assert keys == sorted(keys)
            assert parquet.metadata.row_group(0).column(0).compression == "ZSTD"
    assert len(live(archive.path, "fingerprints")) == 2


def test_the_log_says_that_rows_were_moved_and_which_loads_they_are_of(archive):
    compacted(archive)
    folder = archive.path / "sightings"
    (actions,) = pa.table(DeltaTable(folder).get_add_actions(flatten=True)).to_pylist()
    assert (actions["min.load_id"], actions["max.load_id"], actions["num_records"]) == (1, 4, 8)
    log = (folder / LOG / f"{DeltaTable(folder).version():020d}.json").read_text()
    assert log.count('"dataChange":false') == 5
    assert '"dataChange":true' not in log
    for load_id in (1, 2, 3, 4, 5):
        expected = 2 if load_id < 5 else 0
        assert DeltaTable(folder).to_pyarrow_dataset().count_rows(filter=ds.field("load_id") == load_id) == expected
        assert pl.scan_delta(str(folder)).filter(pl.col("load_id") == load_id).collect().height == expected


def test_its_row_of_loads_delivers_nothing_and_adds_no_rows(archive):
    compacted(archive, command="newsbeam compact --out x")
    with newsbeam.open(archive.path) as opened:
        (row,) = opened.table("loads").to_table(filter=ds.field("load_id") == 5).to_pylist()
    assert (row["delivered"], row["containers"], row["counts"]) == (0, 0, [])
    assert (row["command"], row["now"]) == ("newsbeam compact --out x", LATER)
    assert {table["name"]: (table["rows"], table["files"]) for table in row["tables"]} == {
        name: (0, 0 if name in ("recalls", "requests", "profiles") else 1 if name in ("sightings", "rejected") else 2)
        for name in TABLES
        if name != "loads"
    }


def test_a_second_compaction_does_nothing(archive):
    compacted(archive)
    before = {name: live(archive.path, name) for name in TABLES}
    report = compacted(archive)
    assert (report.loads, report.files_before, list(report.lines())) == ([], 0, ["Nothing to compact."])
    assert {name: live(archive.path, name) for name in TABLES} == before
    assert survey_compaction(archive.path, now=LATER).files_before == 0


def test_a_day_is_left_alone_until_it_is_closed(archive):
    midnight = datetime(2024, 3, 2, tzinfo=UTC)
    assert compacted(archive, now=midnight + timedelta(hours=1)).loads == []
    compacted(archive, now=midnight + timedelta(hours=2))
    assert [path[:15] for path in live(archive.path, "articles")].count("date=2024-03-01") == 1
    assert [path[:15] for path in live(archive.path, "articles")].count("date=2024-03-02") == 4
    assert compacted(archive, closed_before=DAYS[1]).loads == []
    assert compacted(archive, closed_before=date(2024, 3, 3)).loads == [6]


def test_rows_that_come_late_are_put_to_those_of_their_day(archive):
    compacted(archive)
    archive.publish(articles=[{"article_id": "late", "version": "v1", "date": DAYS[0]}])
    before = tables(archive.path)
    report = compacted(archive)
    assert (report.loads, report.partitions, report.files_before, report.files_after) == ([7], 1, 2, 1)
    assert tables(archive.path) == before


def test_tables_without_days_are_compacted_when_they_have_many_files(new_archive, monkeypatch):
    monkeypatch.setattr(pipeline.bundles, "MANY", 5)
    archive = new_archive()
    for number in range(4):
        archive.publish(recalls=[{"notice_id": f"n{number:02}", "article_id": "a", "kind": "kill"}])
    assert compacted(archive).loads == []
    archive.publish(recalls=[{"notice_id": "n99", "article_id": "a", "kind": "kill"}])
    before = tables(archive.path)
    assert compacted(archive).loads == [6]
    assert tables(archive.path) == before
    assert (len(live(archive.path, "recalls")), len(live(archive.path, "loads"))) == (1, 2)
    assert compacted(archive).loads == []
    assert Snapshot.open(archive.path).load_id == 6
    archive.publish(recalls=[{"notice_id": "later", "article_id": "a", "kind": "kill"}])
    assert Snapshot.open(archive.path).load_id == 7


def test_an_index_neither_loses_nor_repeats_what_was_moved(archive):
    path = archive.path / "state" / "index.sqlite"
    with (
        Index.open(path, readonly=False) as index,
        Index.open(path.with_name("behind.sqlite"), readonly=False) as behind,
    ):
        index.catch_up(archive.path)
        expected = index_answers(index)
        archive.publish(**loads_of(5))
        compacted(archive, update_state=lambda load: index.apply_load(archive.path, load, []))
        assert index.generation == 6
        after = index_answers(index)
        assert after != expected
        assert behind.catch_up(archive.path) == 6
        assert index_answers(behind) == after == rebuilt(archive.path)
        archive.publish(rejected=[{"delivery_id": "r8"}])
        assert index.catch_up(archive.path) == 7
        assert index.known_rejections(["r8"]) == {"r8"}


def test_rows_of_a_load_are_found_wherever_they_lie_now(archive):
    def of(load_id):
        found = Snapshot.open(archive.path).files("articles")
        rows = [
            (file.date, row["article_id"], row["version"])
            for file, batch in rows_of_loads(found, ["article_id", "version"], after=load_id - 1, until=load_id)
            for row in batch.to_pylist()
        ]
        return sorted(rows)

    before = [of(load_id) for load_id in range(1, 5)]
    compacted(archive)
    assert [of(load_id) for load_id in range(1, 5)] == before
    assert len(before[0]) == 2
    assert of(5) == []


def test_an_archive_that_is_open_goes_on_showing_its_load(archive):
    with newsbeam.open(archive.path) as opened:
        compacted(archive)
        assert opened.load_id == 4
        assert opened.sql("SELECT count(*) FROM articles").fetchall() == [(8,)]
        assert opened.table("stories").num_rows > 0


def by_glob(out, name="articles"):
    found = duckdb.read_parquet(f"{out}/{name}/date=*/*.parquet", hive_partitioning=True)
    return Counter(found.select("article_id", "version", "load_id").fetchall())


MOMENTS = [(step, time) for step in Step for time in ((1, 2, 5) if step is Step.FILE_PLACED else (1,))]
#: Those that are tried in every run of the tests.
ALWAYS = [(Step.INTENT_WRITTEN, 1), (Step.FILE_PLACED, 2), (Step.TABLE_COMMITTED, 1), (Step.LOADS_COMMITTED, 1)]


@pytest.mark.parametrize(
    ("step", "time"),
    [
        pytest.param(step, time, marks=[] if (step, time) in ALWAYS else pytest.mark.slow, id=f"{step}-{time}")
        for step, time in MOMENTS
    ],
)
def test_given_up_at_any_moment_every_reader_sees_every_row_and_the_end_is_the_same(archive, step, time):
    before = tables(archive.path)
    rows = by_glob(archive.path)
    passed = Counter()

    def at(now):
        assert by_glob(archive.path).keys() == rows.keys()
        passed[now] += 1
        if (now, passed[now]) == (step, time):
            raise Died

    with pytest.raises(Died):
        compacted(archive, at=at)
    assert by_glob(archive.path).keys() == rows.keys()
    assert tables(archive.path) == before
    told = []
    with open_output(archive.path, command="test") as output:
        recovered = recover(output, update_state=told.append)
        assert (recovered.quarantined, recovered.missing) == ((), ())
        decided = list(Step).index(Step.INTENT_WRITTEN) <= list(Step).index(step)
        gone = list(Step).index(step) >= list(Step).index(Step.INTENT_REMOVED)
        assert told == list(recovered.rolled_forward) == ([5] if decided and not gone else [])
        report = compact(output, now=LATER, stop=lambda: False, update_state=told.append)
        assert report.loads == ([] if decided else [5])
        assert not list(output.staging.iterdir())
        assert recover(output, update_state=pytest.fail).quarantined == ()
    assert tables(archive.path) == before
    assert len(live(archive.path, "articles")) == 2


def plan(out, load_id, done):
    return Plan(
        load_id=load_id,
        now=NOON,
        command="test",
        out=str(out),
        settings=Settings(limits=Limits(), taxonomy=""),
        workers=1,
        program_version="test",
        taxonomy_version="",
        index_generation=0,
        pieces=(),
        unread=(),
        containers=0,
        done=done,
    )


def test_a_batch_that_died_is_not_taken_for_done_when_its_number_is_taken(archive):
    state = archive.path / "state"
    died = Run(state, "died")
    died.begin(plan(archive.path, 5, (1, 2)))
    compacted(archive, update_state=lambda load: move_on(state, load))
    again = Run(state, "died")
    assert again.done == set()
    assert again.pending(6) == replace(plan(archive.path, 6, (1, 2)), index_generation=5)  # what is stored by then
    other = Run(state, "other")
    again.begin(plan(archive.path, 6, (1, 2)))
    other.begin(plan(archive.path, 6, (3,)))
    move_on(state, 6)
    assert (Run(state, "died").done, Run(state, "other").done) == (set(), {3})


def test_stopped_it_publishes_what_it_has_and_goes_on_another_time(archive):
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 2

    before = tables(archive.path)
    report = compacted(archive, stop=stop)
    assert (report.loads, report.stopped) == ([5], True)
    assert 0 < report.partitions < 8
    assert "Stopped before the end; run it again for the rest." in report.lines()
    assert tables(archive.path) == before
    assert compacted(archive).loads == [6]
    assert tables(archive.path) == before
    assert compacted(archive, stop=lambda: True).loads == []


def test_each_load_and_each_call_is_bounded(archive, monkeypatch):
    monkeypatch.setattr(pipeline.compact, "LOAD_BUNDLES", 3)
    before = tables(archive.path)
    report = compacted(archive, most=2)
    assert (report.loads, report.partitions, report.stopped) == ([5, 6], 6, True)
    monkeypatch.setattr(pipeline.compact, "LOAD_BYTES", 1)
    report = compacted(archive)
    assert report.partitions == len(report.loads) == 12 - 6
    assert tables(archive.path) == before


def test_large_files_are_left_alone_and_no_file_grows_beyond_the_bound(archive, monkeypatch):
    sizes = [path.stat().st_size for path in files(archive.path, "articles")]
    monkeypatch.setattr(pipeline.bundles, "SMALL_BYTES", max(sizes) + 1)
    monkeypatch.setattr(pipeline.bundles, "MERGED_BYTES", 2 * max(sizes) + 1)
    with open_output(archive.path, command="test") as output:
        bundles = [bundle for bundle in find_bundles(output.delta, date(2024, 3, 9)) if bundle.table == "articles"]
        assert sorted((bundle.day, len(bundle.paths)) for bundle in bundles) == [(day, 2) for day in DAYS for _ in "12"]
        assert all(bundle.size <= pipeline.bundles.MERGED_BYTES for bundle in bundles)
        monkeypatch.setattr(pipeline.bundles, "SMALL_BYTES", min(sizes))
        assert not [bundle for bundle in find_bundles(output.delta, date(2024, 3, 9)) if bundle.table == "articles"]


@pytest.mark.parametrize("harm", ["gone", "cut", "other columns"])
def test_a_file_that_cannot_be_read_is_named_and_left_alone(archive, harm):
    bad = archive.path / "articles" / "date=2024-03-01" / "0000000002-0000.parquet"
    content = bad.read_bytes()
    if harm == "gone":
        bad.unlink()
    elif harm == "cut":
        bad.write_bytes(content[:-20])
    else:
        pq.write_table(pq.read_table(bad, partitioning=None).drop_columns("text"), bad)
    report = compacted(archive)
    (line,) = report.skipped
    assert line.startswith(f"{bad}: {'its columns are not those of articles' if harm == 'other columns' else 'cannot'}")
    assert f"Left alone: {line}" in report.lines()
    assert len([path for path in live(archive.path, "articles") if "03-01" in path]) == 2
    assert len(live(archive.path, "sightings")) == 1
    bad.write_bytes(content)
    assert compacted(archive).skipped == []
    assert len([path for path in live(archive.path, "articles") if "03-01" in path]) == 1
    assert [row["article_id"] for row in tables(archive.path)["articles"]].count(IDS[2]) == 2


def test_a_full_disk_leaves_nothing_behind(archive, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    before = tables(archive.path)
    monkeypatch.setattr(pipeline.compact, "merge_files", fail)
    with open_output(archive.path, command="test") as output:
        with pytest.raises(OSError, match="No space left"):
            compact(output, now=LATER, stop=lambda: False, update_state=pytest.fail)
        assert not list(output.staging.iterdir())
    assert tables(archive.path) == before


ROWS = st.lists(
    st.lists(st.tuples(st.text("abcя", max_size=2), st.integers(0, 2)), min_size=1, max_size=8, unique=True),
    min_size=2,
    max_size=5,
)


@given(parts=ROWS, held=st.integers(1, 40_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_is_sorting_however_little_is_held(tmp_path, monkeypatch, parts, held):
    monkeypatch.setattr(pipeline.merging, "HELD_BYTES", held)
    spec, folder = TABLES["sightings"], tmp_path / "date=2024-03-01"
    folder.mkdir(exist_ok=True)
    rows, sources = [], []
    for load_id, keys in enumerate(parts, 1):
        some = [
            _archives.complete("sightings", {"article_id": key, "origin": str(number), "seen_at": NOON}, load_id)
            for key, number in keys
        ]
        sources.append(folder / f"{load_id}.parquet")
        write_parquet(to_table("sightings", some), sources[-1], load_id=load_id, program_version="test")
        rows += some
    target = folder / "merged.parquet"
    assert merge_files(spec, sources, target, load_id=9, program_version="test") == len(rows)
    merged = pq.read_table(target, partitioning=None).to_pylist()
    for row in rows:
        del row["date"]
    order = (*spec.key, "load_id")
    assert merged == sorted(rows, key=lambda row: tuple(row[column] for column in order))
    first = target.read_bytes()
    merge_files(spec, sources, target, load_id=9, program_version="test")
    assert target.read_bytes() == first


def test_what_is_held_while_merging_does_not_grow_with_the_files(tmp_path, monkeypatch):
    """Rows are read a stretch of keys at a time."""
    monkeypatch.setattr(pipeline.merging, "HELD_BYTES", 60_000)
    folder = tmp_path / "date=2024-03-01"
    folder.mkdir()
    sources = []
    for load_id in range(1, 5):
        some = [
            _archives.complete("sightings", {"article_id": f"{n:05}", "url": f"{n * load_id:0>100}"}, load_id)
            for n in range(600)
        ]
        sources.append(folder / f"{load_id}.parquet")
        write_parquet(to_table("sightings", some), sources[-1], load_id=load_id, program_version="test")
    target = folder / "merged.parquet"
    merge_files(TABLES["sightings"], sources, target, load_id=9, program_version="test")
    metadata = pq.read_metadata(target)
    assert metadata.num_rows == 2_400
    assert metadata.num_row_groups > 2
    ids = pq.read_table(target, columns=["article_id"], partitioning=None)["article_id"]
    assert pc.all(pc.equal(ids, ids.combine_chunks().sort())).as_py()


def test_a_source_of_another_table_is_refused(tmp_path):
    path = tmp_path / "0.parquet"
    write_parquet(to_table("recalls", [_archives.complete("recalls", {}, 1)]), path, load_id=1, program_version="test")
    with pytest.raises(Unmergeable, match=r"0.parquet: its columns are not those of loads"):
        merge_files(TABLES["loads"], [path], tmp_path / "1.parquet", load_id=2, program_version="test")
