"""Retagging gives stored rows the tags of other rules, all at once, and touches nothing else."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from deltalake import DeltaTable

import newsbeam
from pipeline.commands.retag import retag as command
from pipeline.compact import compact
from pipeline.deltalog import LOG
from pipeline.expire import Ages, expire
from pipeline.output import open_output
from pipeline.publish import Step, recover
from pipeline.retag import retag, survey_retag
from pipeline.retag_workers import GroupJob, RetagWorkers
from schemas.gazetteer import parse_gazetteer
from schemas.rules import Rules
from schemas.tables import TABLES
from schemas.taxonomy import parse_taxonomy
from transforms.core.tagging import Tagging
from transforms.isolation import WorkersFailed
from transforms.retag_rows import WRITTEN
from transforms.snapshot import Snapshot

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)

PROJECT = Path(__file__).parents[2]
NOON = _archives.NOON
LATER = datetime(2024, 3, 9, 12, tzinfo=UTC)
DAYS = (date(2024, 3, 1), date(2024, 3, 2))
TAGS = set(WRITTEN)


def taxonomy(version, **topics):
    """A taxonomy of English words by topic."""
    lines = [f'version: "{version}"', "topics:"]
    for name, words in topics.items():
        lines.append(f"  - {{id: {name}, kind: theme, labels: {{en: {name}}}, definition: Of {name}.,")
        lines.append(f"     expressions: {{en: [{', '.join(words)}]}}}}")
    return "\n".join(lines).encode()


OLD = taxonomy("old", harbour=["quay", "ferry"], bread=["flour"])
NEW = taxonomy("new", harbour=["quay"], market=["grain prices"], bread=["flour"])
FERRY = "The ferry reached the quay at noon. "
GRAIN = "Flour and grain prices rose in the town. "


#: No word of it stands in an article.
NOWHERE = b"name\tcountry\tkind\tlatitude\tlongitude\nNowhere\tNN\tcity\t0\t0\n"
HARBOUR = NOWHERE.replace(b"Nowhere", b"Harbour")


def tagging(content=NEW, places=NOWHERE):
    return Tagging(Rules(taxonomy=parse_taxonomy(content), gazetteer=parse_gazetteer(places)))


def row(name, text, version="v1", **more):
    """An article with the tags of the old taxonomy."""
    tags = tagging(OLD).tag(f"{name} title", text, "en")
    return {
        "article_id": name,
        "version": version,
        "title": f"{name} title",
        "text": text,
        "language": "en",
        "content_hash": f"{name}-{version}",
        "topic_ids": tags.topic_ids,
        "taxonomy_version": tags.taxonomy_version,
        "topics": [
            {
                "id": topic.id,
                "score": topic.score,
                "evidence": [
                    {key: getattr(each, key) for key in ("field", "start", "end", "surface", "language")}
                    for each in topic.evidence
                ],
            }
            for topic in tags.topics
        ],
        "authors": ("Ann Quill", "Bo Reed"),
        "dateline": {"place": "HARBOUR", "agency": "NN", "date": ""},
        **more,
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three loads on two days, in all three tables."""
    archive = _archives.Archive(tmp_path_factory.mktemp("made") / "out")
    archive.publish(
        articles=[row("a", FERRY, date=DAYS[0]), row("b", GRAIN, date=DAYS[1]), row("c", "Only words.", date=DAYS[0])],
        held=[row("h", f"{GRAIN}{FERRY}", date=DAYS[0], embargoed_until=NOON + timedelta(days=400))],
        sightings=[{"article_id": "a", "version": "v1", "origin": "x", "seen_at": NOON, "date": DAYS[0]}],
    )
    archive.publish(copies=[row("k", f"{FERRY}{GRAIN}", date=DAYS[1])], articles=[row("d", GRAIN, date=DAYS[0])])
    archive.publish(
        articles=[row("a", "The ferry left. ", "v2", date=DAYS[0], first_seen_at=NOON + timedelta(hours=9))]
    )
    return archive.path


@pytest.fixture
def out(made, tmp_path):
    """The three loads, to do with as one likes."""
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


def retagged(out, content=NEW, places=NOWHERE, **more):
    with open_output(out, command="test") as output:
        recover(output, update_state=lambda _: None)
        known = {"workers": 1, "now": LATER, "update_state": lambda _: None}
        return retag(output, tagging(content, places), **known | more)


def tables(out, *, tags=True):
    """All rows through the log, with or without what tagging writes."""
    found = {}
    with newsbeam.open(out) as opened:
        for name, spec in TABLES.items():
            rows = opened.table(name).to_table().to_pylist()
            if not tags:
                rows = [{key: value for key, value in each.items() if key not in TAGS} for each in rows]
            found[name] = sorted(rows, key=lambda each: tuple(each[column] for column in spec.key))
    return found


def topics(out):
    """By article and version: topics, and the version of the taxonomy before its hash."""
    return {
        (each["article_id"], each["version"]): (each["topic_ids"], each["taxonomy_version"].partition("+")[0])
        for name in ("articles", "copies", "held")
        for each in tables(out)[name]
    }


AFTER = {
    ("a", "v1"): (["harbour"], "new"),
    ("a", "v2"): ([], "new"),
    ("b", "v1"): (["bread", "market"], "new"),
    ("c", "v1"): ([], "new"),
    ("d", "v1"): (["bread", "market"], "new"),
    ("h", "v1"): (["bread", "harbour", "market"], "new"),
    ("k", "v1"): (["harbour", "bread", "market"], "new"),
}


def live(out, name):
    return sorted(pa.table(DeltaTable(out / name).get_add_actions())["path"].to_pylist())


def test_every_row_has_the_new_tags_and_all_else_is_as_it_was(out):
    before = tables(out, tags=False)
    assert {topics(out)[key][1] for key in AFTER} == {"old"}
    report = retagged(out)
    found = topics(out)
    assert {key: (sorted(ids), version) for key, (ids, version) in found.items()} == {
        key: (sorted(ids), version) for key, (ids, version) in AFTER.items()
    }
    after = tables(out, tags=False)
    assert after.pop("loads")[:-1] == before.pop("loads")
    assert after == before
    (article,) = [each for each in tables(out)["articles"] if each["article_id"] == "b"]
    (flour, *_), (prices, *_) = (topic["evidence"] for topic in sorted(article["topics"], key=lambda each: each["id"]))
    assert (article["text"][flour["start"] : flour["end"]], prices["surface"]) == ("Flour", "grain prices")
    assert (report.load, report.files, report.skipped) == (4, 6, [])


def test_the_summary_counts_the_articles_that_gained_and_lost_each_topic(out):
    report = retagged(out)
    changes = report.changes
    assert (changes.rows, changes.tagged, changes.changed) == (7, 7, 5)
    assert changes.gained == {"market": 4}
    assert changes.lost == {"harbour": 1}
    assert changes.kept == {"harbour": 3, "bread": 4}
    told = report.as_json()
    assert told["topics"] == {
        "bread": {"gained": 0, "lost": 0, "kept": 4},
        "harbour": {"gained": 0, "lost": 1, "kept": 3},
        "market": {"gained": 4, "lost": 0, "kept": 0},
    }
    assert told["articles"] == {"read": 7, "tagged": 7, "changed": 5}
    assert report.lines()[1:4] == [
        "5 gained or lost a topic or a place.",
        "  topic market: +4 -0",
        "  topic harbour: +0 -1",
    ]


def test_a_new_gazetteer_is_applied_too_and_reads_the_dateline(out):
    report = retagged(out, OLD, HARBOUR)
    place = {"name": "Harbour", "country": "NN", "latitude": 0.0, "longitude": 0.0, "role": "dateline", "count": 1}
    assert [each["places"] for each in tables(out)["articles"]] == [[place]] * 5
    assert (report.changes.places_gained, report.changes.gained, report.changes.changed) == ({"Harbour, NN": 7}, {}, 7)
    assert "  place Harbour, NN: +7 -0" in report.lines()
    assert retagged(out, OLD, NOWHERE).as_json()["places"] == {"Harbour, NN": {"gained": 0, "lost": 7}}


def ids_by_file(out):
    return {path: pq.read_table(out / "articles" / path)["article_id"].to_pylist() for path in live(out, "articles")}


def test_the_order_of_rows_and_the_shape_of_files_stay(out):
    before = ids_by_file(out)
    retagged(out)
    after = ids_by_file(out)
    assert sorted(after.values()) == sorted(before.values())
    assert not after.keys() & before.keys()
    for path in after:
        parquet = pq.ParquetFile(out / "articles" / path)
        assert parquet.schema_arrow.equals(TABLES["articles"].file_schema)
        assert parquet.schema_arrow.metadata[b"newsbeam.load_id"] == b"4"
        assert parquet.metadata.row_group(0).column(0).compression == "ZSTD"


def test_one_load_says_so_and_adds_no_rows(out):
    retagged(out)
    last = tables(out)["loads"][-1]
    assert (last["load_id"], last["command"], last["now"], last["delivered"]) == (4, "newsbeam retag", LATER, 0)
    assert last["taxonomy_version"] == tagging().version
    assert {each["name"]: (each["rows"], each["files"]) for each in last["tables"] if each["files"]} == {
        "articles": (0, 4),
        "copies": (0, 1),
        "held": (0, 1),
    }
    log = (out / "articles" / LOG / f"{DeltaTable(out / 'articles').version():020d}.json").read_text()
    assert log.count('"dataChange":true') == 8, "readers of the log alone must see that rows are others"
    assert '"dataChange":false' not in log


def test_a_second_time_does_nothing_unless_everything_is_asked_for(out):
    retagged(out)
    before = {name: live(out, name) for name in TABLES}
    report = retagged(out)
    assert (report.load, report.files, report.changes.tagged) == (0, 0, 0)
    assert report.lines() == [f"Nothing to tag: taxonomy {tagging().version} has tagged all."]
    assert {name: live(out, name) for name in TABLES} == before
    again = retagged(out, everything=True)
    assert (again.load, again.changes.tagged, again.changes.changed) == (5, 7, 0)
    assert tables(out)["loads"][-1]["command"] == "newsbeam retag --all"


def test_of_a_file_only_the_rows_of_other_rules_are_tagged(out):
    with open_output(out, command="test") as output:
        update = {"stop": lambda: False, "update_state": lambda _: None}
        compact(output, now=LATER, closed_before=date(2024, 4, 1), **update)
    retagged(out)
    tags = tagging().tag("n", GRAIN, "en")
    archive = _archives.Archive(out)
    archive.publish(
        articles=[row("n", GRAIN, date=DAYS[0], taxonomy_version=tags.taxonomy_version, topic_ids=("mine",))]
    )
    archive.publish(articles=[row("o", GRAIN, date=DAYS[0])])
    with open_output(out, command="test") as output:
        compact(output, now=LATER, closed_before=date(2024, 4, 1), **update)
    report = retagged(out)
    assert (report.files, report.changes.rows, report.changes.tagged) == (1, 6, 1)
    found = topics(out)
    assert (found["n", "v1"], sorted(found["o", "v1"][0])) == ((["mine"], "new"), ["bread", "market"])
    assert {key: sorted(found[key][0]) for key in AFTER} == {key: sorted(ids) for key, (ids, _) in AFTER.items()}


def test_two_processes_give_what_one_gives(out, tmp_path):
    shutil.copytree(out, tmp_path / "other")
    one, two = retagged(out), retagged(tmp_path / "other", workers=2)
    assert two.changes == one.changes
    assert [
        (path, (tmp_path / "other" / "articles" / path).read_bytes() == (out / "articles" / path).read_bytes())
        for path in live(tmp_path / "other", "articles")
    ] == [(path, True) for path in live(out, "articles")]


def test_a_process_that_is_killed_is_told_and_nothing_is_changed(out):
    before = tables(out)
    files = [out / "articles" / path for path in live(out, "articles")]
    with RetagWorkers(tagging(), everything=False, workers=2) as workers:
        answers = workers.run([GroupJob(path=path, group=0) for path in files * 3])
        next(answers)
        for child in psutil.Process().children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
        with pytest.raises(WorkersFailed, match="a process that tags was killed; nothing was changed"):
            list(answers)
    assert tables(out) == before


def test_a_file_that_cannot_be_read_stays_and_is_named(out):
    victim = out / "copies" / live(out, "copies")[0]
    data = bytearray(victim.read_bytes())
    data[100:140] = bytes(40)
    victim.write_bytes(data)
    report = retagged(out)
    assert [line.partition(": ")[0] for line in report.skipped] == [str(victim)]
    assert (report.load, report.files, report.changes.tagged) == (4, 5, 6)
    assert live(out, "copies") == [str(victim.relative_to(out / "copies"))]
    victim.write_bytes(b"no Parquet at all")
    assert [line.partition(": ")[0] for line in retagged(out).skipped] == [str(victim)]


def test_to_look_tags_all_and_writes_nothing(out):
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    report = survey_retag(out, tagging(), workers=1)
    assert (report.dry_run, report.load, report.files) == (True, 0, 6)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert report.changes == retagged(out).changes


def test_stopped_it_changes_nothing(out):
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 3

    before = tables(out)
    report = retagged(out, stop=stop)
    assert (report.stopped, report.load, report.lines()) == (True, 0, ["Stopped before the end; nothing was changed."])
    assert tables(out) == before
    assert not list((out / "staging").iterdir())
    assert survey_retag(out, tagging(), workers=1, stop=lambda: True).stopped


def test_a_full_disk_leaves_the_old_tags(out, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    before = tables(out)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        retagged(out)
    monkeypatch.undo()
    assert not list((out / "staging").iterdir())
    assert tables(out) == before


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def versions(out):
    """What readers through the logs see of the taxonomies of the rows of all tables."""
    snapshot, found = Snapshot.open(out), []
    for name in ("articles", "copies", "held"):
        found += snapshot.dataset(name).to_table(columns=["taxonomy_version"])["taxonomy_version"].to_pylist()
    return [version.partition("+")[0] for version in found]


#: Those that are tried in every run of the tests.
ALWAYS = {Step.STAGED_SYNCED, Step.INTENT_WRITTEN, Step.TABLE_COMMITTED, Step.LOADS_SYNCED}


@pytest.mark.parametrize(
    "step", [pytest.param(each, marks=() if each in ALWAYS else pytest.mark.slow) for each in Step]
)
def test_given_up_at_any_moment_readers_see_the_old_tags_or_the_new_ones(out, step):
    def at(now):
        assert versions(out) in (["old"] * 7, ["new"] * 7), "never some rows of one and some of the other"
        if now is step:
            raise Died

    with pytest.raises(Died):
        retagged(out, at=at)
    decided = list(Step).index(Step.INTENT_WRITTEN) <= list(Step).index(step)
    with open_output(out, command="test") as output:
        recovered = recover(output, update_state=lambda _: None)
        assert (recovered.quarantined, recovered.missing) == ((), ())
    assert versions(out) == ["new" if decided else "old"] * 7
    assert retagged(out).load == (0 if decided else 4)
    assert {key: sorted(ids) for key, (ids, _) in topics(out).items()} == {
        key: sorted(ids) for key, (ids, _) in AFTER.items()
    }
    assert not list((out / "staging").iterdir())


def test_killed_while_it_tags_it_leaves_no_process_and_the_next_command_begins_anew(out, tmp_path):
    (tmp_path / "new.yaml").write_bytes(NEW)
    program = (
        "import os, signal, sys\n"
        "import pipeline.retag as module\n"
        "from pipeline.cli import main\n"
        "write = module._Staging.write\n"
        "def die(self, file, answers):\n"
        "    write(self, file, answers)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "module._Staging.write = die\n"
        "if __name__ == '__main__':\n"
        "    main(sys.argv[1:])\n"
    )
    (tmp_path / "die.py").write_text(program)
    words = ["retag", "--out", str(out), "--topics", str(tmp_path / "new.yaml"), "--workers", "2"]
    before = tables(out)
    died = subprocess.Popen(
        [sys.executable, str(tmp_path / "die.py"), *words],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    died.communicate()  # ends when the last process that holds its standard error is gone
    assert died.returncode == -signal.SIGKILL
    assert tables(out) == before
    assert list((out / "staging").rglob("*.parquet"))
    assert retagged(out).load == 4
    assert {version for _, version in topics(out).values()} == {"new"}


def test_the_old_files_stay_for_open_readers_until_they_expire(out):
    left = {out / "articles" / path for path in live(out, "articles")}
    with newsbeam.open(out) as opened:
        retagged(out)
        rows = opened.sql("SELECT DISTINCT taxonomy_version FROM articles").fetchall()
        assert [version.partition("+")[0] for (version,) in rows] == ["old"]
    assert all(path.exists() for path in left)
    with open_output(out, command="test") as output:
        ages = Ages(grace=timedelta(0))
        late = datetime.now(UTC) + timedelta(days=1)
        report = expire(output, now=late, ages=ages, stop=lambda: False, update_state=lambda _: None)
    assert report.files == 6
    assert not any(path.exists() for path in left)
    assert {version for _, version in topics(out).values()} == {"new"}


def changed(out, since):
    with newsbeam.open(out) as opened:
        told = opened.changes(since).to_pylist()
    return [(each["load_id"], each["change"], each["article_id"], each["version"]) for each in told]


def test_changes_tell_what_was_retagged_and_where_it_lies_now(out):
    retagged(out)
    assert changed(out, 3) == [
        (4, "retagged", "a", "v2"),
        (4, "retagged", "b", "v1"),
        (4, "retagged", "c", "v1"),
        (4, "retagged", "d", "v1"),
        (4, "retagged", "k", "v1"),
    ], "and nothing of what is held"
    assert (4, "new_version", "a", "v2") in changed(out, 2)
    assert {change for _, change, *_ in changed(out, 0)} == {"new", "held"}
    assert changed(out, 4) == []
    with newsbeam.open(out) as opened:
        for each in opened.changes(3).to_pylist():
            (path,) = each["files"]
            rows = pq.read_table(out / path).to_pylist()
            named = each["article_id"], each["version"]
            (found,) = [one for one in rows if (one["article_id"], one["version"]) == named]
            assert found["taxonomy_version"] == tagging().version


def test_changes_tell_each_retagging_wherever_the_rows_lie(out):
    retagged(out)  # load 4
    retagged(out, OLD)  # load 5
    assert retagged(out, OLD).load == 0
    assert [each[:2] for each in changed(out, 4)] == [(5, "retagged")] * 5
    retagged(out, OLD, everything=True)  # load 6
    assert [each[:2] for each in changed(out, 5)] == [(6, "retagged")] * 5
    with open_output(out, command="test") as output:
        compact(output, now=LATER, closed_before=date(2024, 4, 1), stop=lambda: False, update_state=lambda _: None)
    assert [each[:2] for each in changed(out, 5)] == [(6, "retagged")] * 5, "whatever file the rows lie in now"
    assert changed(out, 6) == []


def test_the_command_prints_a_report_and_says_what_is_wrong(out, tmp_path):
    (tmp_path / "new.yaml").write_bytes(NEW)
    words = ["--out", str(out), "--topics", str(tmp_path / "new.yaml"), "--workers", "1", "--json"]
    looked = CliRunner().invoke(command, [*words, "--dry-run"])
    assert (looked.exit_code, json.loads(looked.stdout)["dry_run"]) == (0, True)
    with open_output(out, command="newsbeam watch"):
        busy = CliRunner().invoke(command, words)
        assert (busy.exit_code, "in use by 'newsbeam watch'" in busy.stderr) == (75, True)
    done = CliRunner().invoke(command, words)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["load"], told["topics"]["market"]) == (0, 4, {"gained": 4, "lost": 0, "kept": 0})
    (tmp_path / "new.yaml").write_text("version: 1\ntopics: {")
    bad = CliRunner().invoke(command, words)
    assert bad.exit_code == 2
    assert bad.stderr.count("\n") == 1
    assert "new.yaml: line" in bad.stderr
