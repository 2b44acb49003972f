"""Bad input costs itself and nothing else: every case through the command line, with the rows of all tables."""

import gzip
import io
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

import newsbeam
from pipeline import ingest, load
from schemas.tables import TABLES
from transforms import isolation
from transforms.core.pieces import Limits

PROJECT = Path(__file__).resolve().parents[2]
FAULTY = PROJECT / "tests" / "data" / "faulty"
WORDS = (
    "harbour council ferry bridge winter market school river engine village doctor garden letter silver window "
    "station captain mountain paper island forest summer kitchen painter morning valley corner bottle candle doorway "
    "railway orchard library tunnel baker sailor miner teacher farmer weaver cotton timber copper granite barley"
).split()


def headline(number):
    return f"Story {number} of the {' '.join(random.Random(number).sample(WORDS, 4))}"


def body(number, sentences=6):
    """Prose of its own for each number, so that nothing is a copy of anything."""
    drawn = random.Random(f"body {number}")
    return " ".join(f"The {' '.join(drawn.sample(WORDS, 9))} said on day {number}." for _ in range(sentences))


def text(number):
    return f"{headline(number)}\n\n{body(number)}\n".encode()


def line(number):
    return json.dumps({"id": f"urn:x:{number}", "title": headline(number), "text": body(number)}).encode() + b"\n"


def page(number):
    said = f"<p>{body(number)}</p><p>{body(number + 100_000)}</p>"
    return f"<html><head><title>{headline(number)}</title></head><body><article>{said}</article></body></html>".encode()


def feed(number):
    item = f"<item><title>{headline(number)}</title><link>https://s.example/{number}</link>"
    said = f"<description>{body(number)}</description></item>"
    return f"<rss version='2.0'><channel><title>S</title>{item}{said}</channel></rss>".encode()


def record(number):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(number)
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://s.example/{number}\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def zipped(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


TORN = zipped(**{"a.txt": text(8), "b.txt": text(9)})
TORN = TORN[:30] + TORN[30:].replace(b"PK\x03\x04", b"PK\x03\x05")
#: By file: its bytes, the numbers of the stories that are stored of it, and what is rejected: (part, stage, reason).
PLAIN = {
    "good.txt": (text(1), [1], []),
    "empty.txt": (b"", [], [("", "open", "empty")]),
    "blank.txt": (b" \r\n\t\n" * 50, [], [("", "open", "empty")]),
    "binary.txt": (struct.pack("<200I", *range(7, 207)), [], [("", "open", "binary")]),
    "picture.html": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, [], [("", "open", "binary")]),
    "cut.txt.gz": (gzip.compress(text(2), mtime=0)[:-20], [], [("", "open", "truncated")]),
    "cut.jsonl": (line(3) + line(4)[:-30], [3], [("#2", "parse", "not_json")]),
    "cut.zip": (zipped(**{"a.txt": text(5)})[:-30], [], [("", "open", "truncated")]),
    "cut.warc": (record(6) + record(7)[:-200], [6], [("#2", "open", "truncated")]),
    "torn.zip": (TORN, [8], [("!b.txt", "open", "corrupt")]),
    "large.txt": (b"x " * 600_000, [], [("", "open", "too_large")]),
    "large.txt.gz": (gzip.compress(os.urandom(600_000).hex().encode()), [], [("", "open", "too_large")]),
    "large-line.jsonl": (
        line(10) + b'{"title": "' + b"x" * 1_100_000 + b'"}\n' + line(11),
        [10, 11],
        [("#2", "open", "too_large")],
    ),
    "page.txt": (page(12), [12], []),
    "page.jpg": (page(13), [13], []),
    "lines.html": (line(14) + line(15), [14, 15], []),
    "feed.txt": (feed(16), [16], []),
    "packed.txt": (gzip.compress(text(17), mtime=0), [17], []),
    "text.gz": (text(18), [18], []),
    "archive.warc": (zipped(**{"b.txt": text(19)}), [19], []),
    "no-extension": (text(20), [20], []),
    "bomb.gz": (gzip.compress(bytes(30_000_000), mtime=0), [], [("", "open", "too_large")]),
    "bomb.jsonl.gz": (gzip.compress(b'{"a":"' + b" " * 30_000_000, mtime=0), [], [("", "open", "bomb")]),
    "bomb.zip": (zipped(**{"a.txt": b" " * 30_000_000}), [], [("!a.txt", "open", "bomb")]),
    "one-bad-line.jsonl": (
        b"".join(map(line, range(1_000, 1_150))) + b'{"title": "no end\n' + b"".join(map(line, range(1_150, 1_300))),
        list(range(1_000, 1_300)),
        [("#151", "parse", "not_json")],
    ),
    "quotes \"and\" 'others'.txt": (text(21), [21], []),
    "line\nbreak and \x1b[31mcolour\x07.txt": (text(22), [22], []),
    "x" * 251 + ".txt": (text(23), [23], []),
    "ملف عربي طويل " * 9 + ".txt": (text(24), [24], []),
    "#1!a.txt": (text(25), [25], []),
    "star*[a-z]?.txt": (text(26), [26], []),
    " leading and trailing ": (text(27), [27], []),
    "/".join(["deep-folder-of-a-long-name-below-another"] * 70) + "/end.txt": (text(28), [28], []),
    "-- out": (text(29), [29], []),
}
#: What cannot be written as bytes: see `_odd_ones`.
ODD = {
    b"pipe": ("open", "unreadable"),
    b"socket-link": ("open", "unreadable"),
    b"nowhere": ("open", "missing"),
    b"myself": ("open", "symlink_loop"),
    b"loop/back": ("open", "symlink_loop"),
}
NOT_UTF8 = b"caf\xe9.txt"


def _odd_ones(folder):
    os.mkfifo(folder / "pipe")
    (folder / "socket-link").symlink_to("/dev/null")
    (folder / "nowhere").symlink_to(folder / "not-there")
    (folder / "myself").symlink_to(folder / "myself")
    (folder / "loop").mkdir()
    (folder / "loop" / "back").symlink_to(folder)
    Path(os.fsdecode(os.fsencode(folder) + b"/" + NOT_UTF8)).write_bytes(text(30))


def tables(out):
    with newsbeam.open(out) as archive:
        return {name: archive.table(name).to_table().to_pylist() for name in TABLES}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One run over all cases: its folder, what it printed, and the rows of all tables."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (data, _, _) in PLAIN.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    _odd_ones(folder / "in")
    words = ["ingest", "in", "--out", "out", "--max-item-mb", "1", "--now", "2026-03-01T12:00:00Z", "--json"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pipeline", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder, json.loads(done.stdout), tables(folder / "out")


def _of(rows, name):
    """The rows of a file or a part of it, as (part, row)."""
    start = f"in/{name}"
    parts = [(row["origin"].removeprefix(start), row) for row in rows if row["origin"].startswith(start)]
    return [(part, row) for part, row in parts if part[:1] in ("", "#", "!")]


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_becomes_what_it_should_and_nothing_else(ran, name):
    _, numbers, refused = PLAIN[name]
    _, _, rows = ran
    assert Counter(row["title"] for _, row in _of(rows["articles"], name)) == Counter(map(headline, numbers))
    texts = {headline(number): body(number) for number in numbers}
    assert [row for _, row in _of(rows["articles"], name) if not row["text"].startswith(texts[row["title"]])] == []
    assert len(_of(rows["sightings"], name)) == len(numbers)
    found = [(part, row["stage"], row["reason"]) for part, row in _of(rows["rejected"], name)]
    assert found == refused


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_file_is_rejected_with_its_reason(ran, name):
    found = _of(ran[2]["rejected"], name.decode())
    assert [(row["stage"], row["reason"]) for _, row in found] == [ODD[name]]


def test_a_name_that_is_no_utf8_is_escaped(ran):
    assert [row["origin"] for row in ran[2]["articles"] if row["title"] == headline(30)] == ["in/caf\\xe9.txt"]


def test_nothing_else_came_of_it(ran):
    _, report, rows = ran
    stored = sum(len(numbers) for _, numbers, _ in PLAIN.values()) + 1
    refused = sum(len(parts) for _, _, parts in PLAIN.values()) + len(ODD)
    expected = dict.fromkeys(TABLES, 0) | {
        "articles": stored,
        "sightings": stored,
        "fingerprints": stored,
        "rejected": refused,
        "profiles": 1,  # the one page that has an address
        "loads": 1,
    }
    assert {name: len(rows[name]) for name in TABLES} == expected
    assert report["delivered"] == stored + refused
    assert {name: n for name, n in report["outcomes"].items() if n} == {"new": stored, "rejected": refused}
    assert {row["text"] == "" for row in rows["articles"]} == {False}


def test_every_rejection_tells_enough_to_find_it(ran):
    for row in ran[2]["rejected"]:
        assert row["detail"], row
        assert row["origin"].startswith("in/"), row
        assert row["raw_address"], row


class TestWhileItIsRead:
    """Files that change under the reader's eyes."""

    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "in"
        folder.mkdir()
        for number in range(5):
            (folder / f"{number}.txt").write_bytes(text(number))
        return folder

    def _then(self, monkeypatch, name, action):
        """Do something just before one of the steps of a run is taken for the first time."""
        module = {"cut": ingest, "run_graph": load}[name]
        step, done = getattr(module, name), []

        def first(*args, **kwargs):
            if not done:
                done.append(action())
            return step(*args, **kwargs)

        monkeypatch.setattr(module, name, first)

    @pytest.mark.parametrize("step", ["cut", "run_graph"])
    def test_gone_since_it_was_listed(self, folder, run, rows, monkeypatch, step):
        self._then(monkeypatch, step, (folder / "3.txt").unlink)
        report = run("in")
        out = report.out
        found = rows(out, "select origin, stage, reason from rejected")
        assert found == [{"origin": "in/3.txt", "stage": "open", "reason": "disappeared"}]
        assert [row["title"] for row in rows(out, "select title from articles order by origin")] == [
            headline(number) for number in (0, 1, 2, 4)
        ]

    def test_cut_short_since_it_was_listed(self, folder, run, rows, monkeypatch):
        lines = folder / "9.jsonl"
        lines.write_bytes(b"".join(map(line, range(100, 110))))
        self._then(monkeypatch, "run_graph", lambda: os.truncate(lines, len(b"".join(map(line, range(100, 104))))))
        out = run("in").out
        assert [row["reason"] for row in rows(out, "select reason from rejected")] == ["disappeared"]
        kept = [row["title"] for row in rows(out, "select title from articles where origin like 'in/9%'")]
        assert sorted(kept) == sorted(map(headline, range(100, 104)))
        assert rows(out, "select count(*) as n from articles") == [{"n": 9}]

    def test_another_file_since_it_was_listed(self, folder, run, rows, monkeypatch):
        self._then(monkeypatch, "run_graph", lambda: (folder / "3.txt").write_bytes(text(77)[:-1]))
        out = run("in").out
        titles = {row["title"] for row in rows(out, "select title from articles")}
        assert titles == {headline(number) for number in (0, 1, 2, 77, 4)}

    def test_a_pipe_since_it_was_listed(self, folder, run, rows, monkeypatch):
        def swap():
            (folder / "3.txt").unlink()
            os.mkfifo(folder / "3.txt")

        self._then(monkeypatch, "run_graph", swap)
        out = run("in").out
        assert [row["reason"] for row in rows(out, "select reason from rejected")] == ["unreadable"]
        assert rows(out, "select count(*) as n from articles") == [{"n": 4}]

    @pytest.mark.usefixtures("folder")
    def test_no_permission(self, run, rows, monkeypatch):
        from pipeline import cutting

        opened = cutting.open_regular

        def refuse(path):
            if path.endswith("3.txt"):
                raise PermissionError(13, "Permission denied", path)
            return opened(path)

        monkeypatch.setattr(cutting, "open_regular", refuse)
        out = run("in").out
        found = rows(out, "select origin, reason, detail from rejected")
        assert found == [{"origin": "in/3.txt", "reason": "unreadable", "detail": "permission denied"}]
        assert rows(out, "select count(*) as n from articles") == [{"n": 4}]


@pytest.fixture
def own_pools():
    """Readers of its own, ended with the test, whatever limits it sets."""
    before = dict(isolation._pools)
    yield
    for key in set(isolation._pools) - set(before):
        isolation._pools.pop(key).close()


KILLERS = {"HANG": "timed_out", "EAT": "out_of_memory", "SWALLOW": "out_of_memory", "KILL": "crashed"}


@pytest.mark.parametrize("good", [30, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.usefixtures("own_pools")
def test_among_good_pages_each_killer_costs_itself(tmp_path, run, rows, monkeypatch, good):
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    monkeypatch.setattr(isolation, "NURSERY", "faulty_worker")
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number in range(good):
        Path("in", f"{number:03}.html").write_bytes(page(number))
    for place, word in enumerate(KILLERS):
        killer = page(500 + place).replace(b"<title>Story", f"<title>{word} Story".encode())
        Path("in", f"{good * place // 4 + 7:03}-{word}.html").write_bytes(killer)
    out = run("in", limits=Limits(max_item_mb=200)).out
    assert {row["title"] for row in rows(out, "select title from articles")} == set(map(headline, range(good)))
    refused = rows(out, "select origin, stage, reason from rejected")
    assert {row["origin"].rpartition("-")[2][:-5]: (row["stage"], row["reason"]) for row in refused} == {
        word: ("extract", reason) for word, reason in KILLERS.items()
    }
    assert len(refused) == len(KILLERS)
    found = tables(out)
    assert {name: len(found[name]) for name in ("copies", "links", "held", "recalls", "sightings")} == {
        "copies": 0,
        "links": 0,
        "held": 0,
        "recalls": 0,
        "sightings": good,
    }


#: No trick: a page of links and a few words that takes half a minute, and one whose tree takes 300 MB.
TOO_MUCH = {
    "timed_out": (
        b"<html><body><div>" + b"<a href=x>word</a> " * 150_000 + b"</div><p>Few.</p>" * 10,
        Limits(max_item_s=3),
    ),
    "out_of_memory": (page(20).replace(b"<article>", b"<br>" * 2_500_000 + b"<article>"), Limits(max_item_mb=64)),
}


@pytest.mark.slow
@pytest.mark.parametrize("reason", TOO_MUCH)
@pytest.mark.usefixtures("own_pools")
def test_a_page_that_is_too_much_for_the_extractor(tmp_path, run, rows, monkeypatch, reason):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number in range(10):
        Path("in", f"{number}.html").write_bytes(page(number))
    much, limits = TOO_MUCH[reason]
    Path("in", "much.html").write_bytes(much)
    out = run("in", limits=limits).out
    refused = rows(out, "select origin, stage, reason from rejected")
    assert refused == [{"origin": "in/much.html", "stage": "extract", "reason": reason}]
    assert {row["title"] for row in rows(out, "select title from articles")} == set(map(headline, range(10)))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_bad_line_among_very_many(tmp_path, run, rows, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = list(map(line, range(20_000)))
    lines[13_579] = lines[13_579][:-9] + b"\n"
    Path("wires.jsonl").write_bytes(b"".join(lines))
    out = run("wires.jsonl").out
    assert rows(out, "select origin, reason from rejected") == [{"origin": "wires.jsonl#13580", "reason": "not_json"}]
    found = tables(out)
    titles = {row["title"] for row in found["articles"] + found["copies"]}
    assert titles == {headline(number) for number in range(20_000) if number != 13_579}
    assert len(found["articles"]) + len(found["copies"]) == 19_999
