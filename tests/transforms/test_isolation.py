import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms import isolation
from transforms.core.pieces import Limits, Piece
from transforms.core.records import Reason
from transforms.drafts import read_drafts
from transforms.isolation import Pool
from transforms.worker import Settings

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FAULTY = Path(__file__).parents[1] / "data" / "faulty"
BODY = "The council of the harbour town said on Tuesday that the ferry would sail again from the first of the month."


@pytest.fixture
def pool(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    monkeypatch.setenv("FAULTY_MARKS", str(tmp_path))
    monkeypatch.setattr(isolation, "NURSERY", "faulty_worker")
    (tmp_path / "drafts").mkdir()
    pool = Pool(Settings(limits=Limits(max_item_s=2, max_item_mb=300), taxonomy=""), 2)
    yield pool
    pool.close()


def _lines(tmp_path, titles):
    path = tmp_path / "wires.jsonl"
    path.write_text("".join(json.dumps({"id": f"urn:x:{t}", "title": t, "text": BODY}) + "\n" for t in titles))
    return Piece(origin=str(path), path=str(path), form="lines")


def _run(pool, tmp_path, pieces):
    found = list(pool.run(pieces, now=NOW, drafts=tmp_path / "drafts"))
    drafts = read_drafts(f.head.ref for f in found if f.head)
    stored = sorted(drafts[f.head.ref].article.title for f in found if f.head)
    return stored, {(f.rejected.origin.rsplit("/")[-1], f.rejected.reason) for f in found if f.rejected}, found


def test_each_killer_costs_itself_and_nothing_else(pool, tmp_path):
    titles = ["one", "HANG", "two", "EAT", "three", "KILL", "four", "RAISE", "five"]
    stored, refused, _ = _run(pool, tmp_path, [_lines(tmp_path, titles)])
    assert stored == ["five", "four", "one", "three", "two"]
    assert refused == {
        ("wires.jsonl#2", Reason.TIMED_OUT),
        ("wires.jsonl#4", Reason.OUT_OF_MEMORY),
        ("wires.jsonl#6", Reason.CRASHED),
        ("wires.jsonl#8", Reason.CRASHED),
    }


def test_a_crash_tells_the_exception(pool, tmp_path):
    _, _, found = _run(pool, tmp_path, [_lines(tmp_path, ["RAISE"])])
    assert [f.rejected.detail for f in found] == ["ended its reader (exit code 1) ZeroDivisionError: a fault of ours"]


def test_a_worker_killed_from_outside_changes_nothing(pool, tmp_path):
    stored, refused, _ = _run(pool, tmp_path, [_lines(tmp_path, ["one", "ONCE", "two"])])
    assert (stored, refused) == (["ONCE", "one", "two"], set())


def test_many_pieces_are_read_whole_and_deliveries_of_a_piece_keep_their_order(pool, tmp_path):
    paths = []
    for number in range(40):
        path = tmp_path / f"{number:02}.txt"
        path.write_text(f"Headline {number}\n\n{BODY} No. {number}.\n")
        paths.append(Piece(origin=str(path), path=str(path)))
    stored, refused, found = _run(pool, tmp_path, [*paths, _lines(tmp_path, ["x", "y", "z"])])
    assert (len(stored), refused) == (43, set())
    drafts = read_drafts(f.head.ref for f in found if f.head)
    ordered = [drafts[f.head.ref].article.title for f in found if "wires" in f.head.origin]
    assert ordered == ["x", "y", "z"]


def test_a_nursery_that_is_killed_is_started_again(pool, tmp_path):
    first, _, _ = _run(pool, tmp_path, [_lines(tmp_path, ["one"])])
    pool._nursery.kill()
    second, refused, _ = _run(pool, tmp_path, [_lines(tmp_path, ["two", "HANG"])])
    assert (first, second, refused) == (["one"], ["two"], {("wires.jsonl#2", Reason.TIMED_OUT)})


def test_settings_that_no_worker_can_start_with_are_one_clear_error(tmp_path):
    pool = Pool(Settings(limits=Limits(), taxonomy=str(tmp_path / "none.yaml")), 1)
    with pytest.raises(isolation.WorkersFailed, match=r"none\.yaml"):
        list(pool.run([_lines(tmp_path, ["one"])], now=NOW, drafts=tmp_path))
