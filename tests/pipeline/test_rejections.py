"""What could not be used: told in a table, and read again where it can be."""

import gzip
import importlib.util
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import newsbeam
from pipeline.commands.rejected import rejected as command
from pipeline.options import ReadOptions
from pipeline.progress import Silent
from pipeline.rejections import Filters, Refusal, list_refusals, open_refusals
from pipeline.retry import retry
from pipeline.retrying import GONE, NOT_KEPT, NOT_RECEIVED, inputs_of, plan_attempt
from pipeline.runs import Run
from transforms.core.pieces import Limits
from transforms.core.records import Reason, Stage

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)
new_archive = _archives.new_archive

LATER = datetime(2100, 1, 1, tzinfo=UTC)  # when the refusals of files written today were recorded
GOOD = {"headline": "A bridge opens again", "body_text": "Engineers opened the bridge over the river on Tuesday. " * 6}


def refusal(origin, raw_address, **more):
    plain = {"seen_at": LATER, "stage": "parse", "reason": "not_json", "detail": "", "source": "", "title": ""}
    return Refusal(**plain | {"url": "", "origin": origin, "raw_address": str(raw_address), "load_id": 1} | more)


@pytest.fixture
def pieces(tmp_path):
    """What is read again of some refusals, and what is lost."""

    def pieces(*refusals, out=tmp_path / "out"):
        attempt = plan_attempt(refusals, out)
        run = Run(tmp_path / "state", "retry")
        options = ReadOptions(out=out, command="retry", workers=1, batch_size=500, limits=Limits())
        return [each.given for each in inputs_of(attempt, out, run, options)], dict(attempt.lost)

    return pieces


def test_of_a_file_of_lines_only_the_refused_ones_are_read_again(tmp_path, pieces):
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(f'{{"n": {number}}}\n' for number in range(5)))
    found, lost = pieces(refusal("in/wire.jsonl#2", f"{path}@9+9"), refusal("in/wire.jsonl#4", f"{path}@27+9"))
    assert [(each.form, each.start, each.length, each.first, each.origin) for each in found] == [
        ("lines", 9, 9, 2, "in/wire.jsonl"),
        ("lines", 27, 9, 4, "in/wire.jsonl"),
    ]
    assert {each.path for each in found} == {str(path)}
    assert lost == {}


def test_a_file_that_changed_since_is_read_whole(tmp_path, pieces):
    path = tmp_path / "wire.jsonl"
    path.write_text('{"n": 1}\n{"n": 2}\n')
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    found, _ = pieces(refusal(f"{path}#2", f"{path}@9+9", seen_at=long_ago))
    assert [(each.start, each.length, each.first) for each in found] == [(0, 18, 1)]


def test_a_file_is_read_once_however_much_of_it_was_refused(tmp_path, pieces):
    path = tmp_path / "a#1.xml"
    path.write_text("<rss><channel><title>t</title></channel></rss>")
    found, _ = pieces(refusal(f"{path}#1", path), refusal(f"{path}#2", path))
    assert [(each.form, each.origin, each.path) for each in found] == [("document", str(path), str(path))]


def test_of_an_archive_only_the_refused_members_are_read_again(tmp_path, pieces):
    path = tmp_path / "desk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.txt", "A headline\n\nWords of a body.")
        archive.writestr("bad.txt", "One line")
        archive.writestr("lines.jsonl", '{"n": 1}\n{"n": 2}\n')
    found, _ = pieces(refusal("desk.zip!bad.txt", f"{path}!bad.txt"))
    assert [(each.member, each.origin) for each in found] == [("bad.txt", "desk.zip!bad.txt")]
    found, _ = pieces(refusal(f"{path}!lines.jsonl#2", f"{path}!lines.jsonl#2"))
    assert [(each.form, each.origin, each.spooled) for each in found] == [("lines", f"{path}!lines.jsonl", True)]


def test_what_was_unpacked_is_unpacked_again(tmp_path, pieces):
    path = tmp_path / "wire.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"n": 1}\n{"n": 2}\n'))
    found, lost = pieces(refusal(f"{path}#2", f"{path}#2"))
    assert [(each.form, each.spooled, each.origin) for each in found] == [("lines", True, str(path))]
    assert lost == {}


def test_what_cannot_be_read_again_is_counted_by_reason(tmp_path, pieces):
    found, lost = pieces(
        refusal("in/gone.txt", tmp_path / "gone.txt"),
        refusal("in/gone.zip!x", f"{tmp_path}/gone.zip!x"),
        refusal("stdin-0123456789abcdef#3", f"{tmp_path}/state/runs/x/spool/stdin-0123456789abcdef@1+2"),
        refusal("https://a.example/feed", "", stage="retrieve", reason="unreachable"),
        refusal("https://a.example/feed", "raw/0000000001/responses.warc.gz@0+9", reason="not_a_feed"),
    )
    assert found == []
    assert lost == {GONE: 2, NOT_KEPT: 1, NOT_RECEIVED: 1, "its answer is no longer kept": 1}


def test_an_exchange_is_read_again_where_the_output_lies_now(tmp_path, pieces, make_round):
    out = tmp_path / "moved"
    kept = make_round(out / "raw", {"https://a.example/feed": b"<html>", "https://b.example/feed": b"<html>"})
    found, lost = pieces(refusal("https://b.example/feed", kept["https://b.example/feed"].raw_address), out=out)
    assert [(each.form, each.origin) for each in found] == [("raw", "https://b.example/feed")]
    assert found[0].raw_address == kept["https://b.example/feed"].raw_address
    assert found[0].path.startswith(str(out))
    assert lost == {}


def refused(name, **more):
    return {"delivery_id": name, "origin": name, "stage": "open", "reason": "empty", "detail": "no bytes"} | more


def test_a_list_names_the_newest_first_and_what_is_left_out(new_archive):
    archive = new_archive()
    archive.publish(rejected=[refused("in/a.txt"), refused("in/b.txt", reason="binary", source="Desk")])
    archive.publish(rejected=[refused("in/c\x1b.txt", detail="no bytes at all")])
    report = list_refusals(archive.path, Filters(), limit=2)
    assert report.lines() == [
        "2024-03-01 14:00  empty  in/c\\x1b.txt  no bytes at all",
        "2024-03-01 13:00  empty  in/a.txt  no bytes",
        "… and 1 older one.",
        "3 deliveries rejected.",
    ]
    with newsbeam.open(archive.path) as opened:

        def named(**filters):
            return [each.origin for each in open_refusals(opened, Filters(**filters))]

        assert named(reason="binary") == ["in/b.txt"]
        assert named(source="Desk") == ["in/b.txt"]
        assert named(stage="parse") == []
        assert named(after_load=1) == ["in/c\x1b.txt"]
        assert named(since=_archives.NOON + timedelta(hours=2)) == ["in/c\x1b.txt"]


def test_what_was_read_well_at_its_place_since_is_left_out(new_archive):
    archive = new_archive()
    feed, page = "https://a.example/feed", "https://a.example/1"
    archive.publish(
        rejected=[
            refused("in/a.jsonl#1", url=page),
            refused("in/a.jsonl#2"),
            refused(feed, url=feed, reason="not_a_feed"),
            {**refused(feed, url="https://a.example/2", reason="no_text"), "delivery_id": "of an entry"},
        ],
        sightings=[{"article_id": "x", "version": "v", "origin": "in/a.jsonl#2"}],
    )
    assert list_refusals(archive.path, Filters(), limit=9).total == 4
    archive.publish(
        sightings=[
            {"article_id": "a", "version": "v", "origin": "in/a.jsonl#1"},
            {"article_id": "b", "version": "v", "origin": feed},
        ]
    )
    shown = list_refusals(archive.path, Filters(), limit=9).shown
    assert [(each.origin, each.url) for each in shown] == [(feed, "https://a.example/2"), ("in/a.jsonl#2", "")]


def test_the_command_lists_and_refuses_what_is_no_reason(new_archive):
    archive = new_archive()
    archive.publish(rejected=[refused("in/a.txt")])
    asked = ["list", "--out", str(archive.path)]
    done = CliRunner().invoke(command, [*asked, "--json", "--since", "0"], catch_exceptions=False)
    (only,) = json.loads(done.stdout)["rejected"]
    assert (only["origin"], only["reason"], only["seen_at"]) == ("in/a.txt", "empty", "2024-03-01T13:00:00+00:00")
    done = CliRunner().invoke(command, [*asked, "--since", "2024-03-02"], catch_exceptions=False)
    assert done.stdout == "Nothing is rejected.\n"
    done = CliRunner().invoke(command, [*asked, "--reason", "emtpy"])
    assert done.exit_code == 2
    assert f"'emtpy' is none of {', '.join(Reason)}" in done.stderr
    assert CliRunner().invoke(command, [*asked, "--stage", Stage.OPEN]).exit_code == 0


def test_trying_again_stores_what_is_good_now_and_counts_the_rest(tmp_path, run, rows):
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps(GOOD), json.dumps({"uri": 7}), "not json"]
    (folder / "wire.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "gone.txt").write_text("")
    run(folder)
    (folder / "gone.txt").unlink()
    lines[1] = json.dumps({"headline": "Second", "body_text": "The mill by the canal grinds flour again. " * 6})
    (folder / "wire.jsonl").write_text("\n".join(lines) + "\n")
    options = ReadOptions(
        out=tmp_path / "out",
        command="test",
        workers=2,
        batch_size=100,
        limits=Limits(),
        now=LATER,
    )
    report = retry(options, Filters(), progress=Silent(), stop=lambda: False).as_json()
    assert report["refusals"] == 3
    assert report["not_retried"] == {GONE: 1}
    assert {name: count for name, count in report["outcomes"].items() if count} == {
        "new": 1,
        "unchanged": 1,
        "rejected": 1,
    }
    stored = rows(tmp_path / "out", "SELECT title, load_id FROM articles ORDER BY load_id")
    assert [(each["title"], each["load_id"]) for each in stored] == [("A bridge opens again", 1), ("Second", 2)]
    assert rows(tmp_path / "out", "SELECT count(*) AS n FROM rejected") == [{"n": 3}]
    left = {Path(each.origin).name for each in list_refusals(tmp_path / "out", Filters(), limit=9).shown}
    assert left == {"wire.jsonl#3", "gone.txt"}
