"""The command line as a new user meets it: what it says, where it says it, and with which exit code."""

import json
import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli import main

PROJECT = Path(__file__).resolve().parents[2]
NEWSBEAM = [sys.executable, "-P", "-m", "pipeline"]
BODY = "The council of the harbour town said on Tuesday that the ferry would sail again from the first of the month."
HEAVY = (
    "apache_beam",
    "pyarrow",
    "duckdb",
    "deltalake",
    "trafilatura",
    "rich",
    "numpy",
    "lxml",
    "feedparser",
    "langdetect",
)


def environment(**given):
    kept = {name: value for name, value in os.environ.items() if given.get(name, "") is not None}
    return kept | {"PYTHONPATH": str(PROJECT)} | {name: value for name, value in given.items() if value is not None}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with an input of one text, an empty folder, and things that are no output folder."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/wire.txt").write_text(f"Ferry sails again\n\n{BODY}\n")
    Path("empty").mkdir()
    Path("foreign").mkdir()
    Path("foreign/letter.txt").write_text("dear")
    Path("file").write_text("file")
    return tmp_path


@pytest.fixture
def said(here, capsys):  # noqa: ARG001  # it runs there
    """Run a command in this process: its exit code and its lines on standard output and error."""

    def said(*words):
        with pytest.raises(SystemExit) as left:
            main(list(map(str, words)))
        out, err = capsys.readouterr()
        return left.value.code, out.splitlines(), err.splitlines()

    yield said
    os.environ.pop("PYTHONSAFEPATH", None)


def program(*words, **options):
    """Run it as a process of its own."""
    given = {"capture_output": True, "text": True, "env": environment(), "stdin": subprocess.DEVNULL} | options
    return subprocess.run([*NEWSBEAM, *map(str, words)], **given)


WRONG = {
    "no arguments": ([], "what to do is missing; for example: newsbeam ingest wires/ --out archive"),
    "a command misspelt": (["inget"], "no such command 'inget'; did you mean 'ingest'? (newsbeam --help tells more)"),
    "a command misspelt badly": (["ingets"], "did you mean 'changes' or 'ingest'? (newsbeam --help tells more)"),
    "no such command": (["frobnicate"], "no such command 'frobnicate' (newsbeam --help tells more)"),
    "no paths and no folder": (["ingest"], "PATH… is missing; for example: newsbeam ingest wires/ --out archive"),
    "no paths": (["ingest", "--out", "o"], "PATH… is missing; for example: newsbeam ingest wires/ --out archive"),
    "no folder": (["ingest", "in"], "--out DIR is missing; for example: newsbeam ingest wires/ --out archive"),
    "an option misspelt": (["ingest", "in", "--ouy", "o"], "no such option --ouy; did you mean --now or --out?"),
    "an option of Beam": (["ingest", "in", "--out", "o", "--runner", "FlinkRunner"], "options of Beam go after `--`"),
    "an option without its value": (["ingest", "in", "--out"], "option '--out' requires an argument"),
    "an empty folder name": (["ingest", "in", "--out", ""], "the path is empty"),
    "an empty path": (["ingest", "", "--out", "o"], "an empty path was named"),
    "a path that is not there": (["ingest", "nope", "--out", "o"], "nope: no such file or folder"),
    "a glob that matches nothing": (["ingest", "n*pe", "--out", "o"], "n*pe: matches no file"),
    "a second path that is not there": (["ingest", "in", "nope", "--out", "o"], "nope: no such file or folder"),
    "a file as output": (["ingest", "in", "--out", "file"], "file: not a folder"),
    "somebody's folder": (["ingest", "in", "--out", "foreign"], "foreign: not an output folder of newsbeam"),
    "a folder below a file": (["ingest", "in", "--out", "file/o"], "file/o: not a folder"),
    "a folder that cannot be made": (["ingest", "in", "--out", "/proc/o"], "/proc/o: cannot be written to"),
    "input and output in one": (["ingest", "in", "--out", "in"], "in: both input and output folder"),
    "an empty input as output": (["ingest", "empty/", "--out", "./empty"], "empty/: both input and output folder"),
    "a batch of none": (
        ["ingest", "in", "--out", "o", "--batch-size", "0"],
        "'0' is not a whole number from 1 to 100,000",
    ),
    "no number": (["ingest", "in", "--out", "o", "--batch-size", "abc"], "'abc' is not a whole number from 1 to"),
    "not a number": (["ingest", "in", "--out", "o", "--max-item-seconds", "nan"], "'nan' is not a number from 0.1 to"),
    "no time": (["ingest", "in", "--out", "o", "--now", "soon"], "'soon' is not a time such as 2026-01-31T12:00:00Z"),
    "a time out of reach": (
        ["ingest", "in", "--out", "o", "--now", "0001-01-01T00:00:00+14:00"],
        "is not a time such as",
    ),
    "no taxonomy": (["ingest", "in", "--out", "o", "--topics", "t.yaml"], "t.yaml: cannot be read: No such file"),
    "a faulty taxonomy": (
        ["ingest", "in", "--out", "o", "--topics", "file"],
        "file: line 1: document: 'file' is not of",
    ),
    "a folder as taxonomy": (["ingest", "in", "--out", "o", "--topics", "in"], "in: cannot be read: Is a directory"),
    "no such runner": (["ingest", "in", "--out", "o", "--", "--runner=Nope"], "Unexpected pipeline runner: Nope"),
    "a runner that loses rows": (
        ["ingest", "in", "--out", "o", "--", "--runner=DaskRunner"],
        "the DaskRunner loses rows",
    ),
    "a runner without a name": (["ingest", "in", "--out", "o", "--", "--runner"], "--runner: expected one argument"),
    "no option of Beam": (["ingest", "in", "--out", "o", "--", "--nope=3"], "Beam has no option '--nope=3'"),
    "a wrong value for Beam": (
        ["ingest", "in", "--out", "o", "--", "--direct_num_workers=x"],
        "invalid int value: 'x'",
    ),
    "a dry run into somebody's folder": (
        ["ingest", "in", "--out", "foreign", "--dry-run"],
        "foreign: not an output folder",
    ),
    "a dry run of nothing": (["ingest", "nope", "--out", "o", "--dry-run"], "nope: no such file or folder"),
    "a dry run below a file": (["ingest", "in", "--out", "file/o", "--dry-run"], "file/o: cannot be written to"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_one_helpful_line(case, said, here):
    words, expected = WRONG[case]
    before = sorted(here.rglob("*"))
    code, out, err = said(*words)
    assert (code, out, len(err)) == (2, [], 1), err
    assert err[0].startswith("newsbeam: ")
    assert expected in err[0]
    assert sorted(here.rglob("*")) == before, "nothing is touched"


def test_help_is_short_and_shows_an_example(said):
    code, out, err = said("--help")
    assert (code, err) == (0, [])
    assert len(out) < 36
    assert any("newsbeam ingest wires/ --out archive" in line for line in out)
    code, out, err = said("ingest", "--help")
    assert (code, err) == (0, [])
    assert all(len(line) <= 100 for line in out)
    assert any("--dry-run" in line for line in out)


@pytest.mark.parametrize("words", [["--help"], ["ingest", "--help"], ["--version"], ["ingets"], []])
def test_answers_without_work_import_nothing_heavy(words):
    code = (
        "import sys\nfrom pipeline.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, env=environment())
    assert done.stderr.splitlines()[-1] == "[]"


def test_version(said):
    code, out, _ = said("--version")
    assert code == 0
    assert re.fullmatch(r"newsbeam \d+\.\d+\.\d+", out[0])


def test_an_empty_folder_is_said_to_be_empty(said):
    assert said("ingest", "empty", "--out", "o") == (0, ["There was nothing to read."], [])


def test_a_report_tells_one_from_many(said):
    code, out, err = said("ingest", "in/", "--out", "o/")
    assert (code, err) == (0, ["newsbeam: 1 delivery published, 100 % of all bytes read"])
    assert re.fullmatch(r"Read 1 file: 1 delivery in [\d.]+ s\.", out[0])
    assert out[1:] == [
        "  1 new · 0 new versions · 0 copies · 0 rejected",
        "",
        "Stored, by source:",
        "  1  (not named)",
        "",
        "Stored, by language:",
        "  1  en",
        "",
        f"Published as load 1 in {Path('o').absolute()}",
    ]
    assert said("ingest", "o", "--out", "p") == (2, [], ["newsbeam: o: an output folder of newsbeam, not an input"])


def test_an_output_folder_inside_the_input_is_not_read(said):
    assert said("ingest", "in", "--out", "in/out")[0] == 0
    code, out, _ = said("ingest", ".", "--out", "in/out", "--json")
    report = json.loads(out[0])
    assert (code, report["delivered"], report["outcomes"]["unchanged"]) == (0, 3, 1)
    assert report["notes"] == ["./in/out: passed over, it is an output folder of newsbeam"]


def test_home_is_understood_where_the_shell_leaves_it(said, here, monkeypatch):
    monkeypatch.setenv("HOME", str(here))
    code, _, err = said("ingest", "~/in", "--out", "~/out")
    assert (code, len(err)) == (0, 1)
    assert Path("out/newsbeam.json").exists()
    assert not Path("~").exists()


def test_a_dry_run_tells_what_it_would_read_and_writes_nothing(said, here):
    Path("in/wires.jsonl").write_text('{"title": "a"}\n' * 9)
    Path("in/empty.txt").touch()
    before = sorted(here.rglob("*"))
    code, out, err = said("ingest", "in", "--out", "o", "--dry-run")
    size = sum(path.stat().st_size for path in Path("in").iterdir())
    assert (code, err) == (0, [])
    assert out == [
        f"Would read 3 files, {size} bytes. Nothing was written.",
        "",
        "By form:",
        "  1  json lines",
        "  1  text",
        "",
        "Would be rejected at once:",
        "  1  empty",
    ]
    code, out, err = said("ingest", "in", "--out", "o", "--dry-run", "--json")
    assert json.loads(out[0])["forms"] == {"json lines": 1, "text": 1}
    assert sorted(here.rglob("*")) == before


def test_empty_standard_input(said, monkeypatch):
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        code, out, err = said("ingest", "-", "--out", "o", "--json")
    assert (code, err) == (0, [])
    assert json.loads(out[0])["rejected"] == {"empty": 1}


def test_a_name_that_is_no_utf8(said):
    name = os.fsdecode(b"caf\xe9.txt")
    Path(name).write_text(f"Ferry sails again\n\n{BODY}\n")
    code, out, err = said("ingest", name, "--out", "o", "--json")
    assert (code, err) == (0, [])
    assert json.loads(out[0])["outcomes"]["new"] == 1
    code, out, err = said("ingest", "in", "--out", os.fsdecode(b"o\xe9"))
    assert (code, out, len(err)) == (2, [], 1)


@pytest.mark.usefixtures("here")
class TestStreams:
    """Standard input, output and error, whatever they are."""

    def test_standard_input(self):
        line = json.dumps({"id": "urn:x:1", "title": "Ferry sails again", "text": BODY})
        done = program("ingest", "-", "--out", "o", "--json", input=line, stdin=None)
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["outcomes"]["new"] == 1

    def test_a_terminal_as_standard_input(self):
        ours, theirs = pty.openpty()
        done = program("ingest", "-", "--out", "o", stdin=theirs)
        os.close(ours)
        os.close(theirs)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "standard input is a terminal" in done.stderr

    def test_no_standard_input(self):
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" <&-', "sh", *NEWSBEAM, "ingest", "-", "--out", "o"],
            capture_output=True,
            text=True,
            env=environment(),
        )
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "standard input is closed" in done.stderr

    def test_a_reader_that_leaves_early(self):
        read, write = os.pipe()
        os.close(read)
        done = program("ingest", "in", "--out", "o", capture_output=False, stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        assert done.returncode == 0
        assert done.stderr == "newsbeam: 1 delivery published, 100 % of all bytes read\n"

    def test_a_world_without_utf8_home_or_temporary_folder(self, here):
        poor = environment(LC_ALL="C", PYTHONIOENCODING="ascii", HOME=None, TMPDIR=str(here / "none"), LANG=None)
        done = program("ingest", "in", "--out", "ö", env=poor)
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()
        assert "1 new" in done.stdout


def many(number=120):
    """Texts that have nothing in common."""
    drawn = random.Random(1)
    texts = (" ".join("".join(drawn.choices("aeionrstlm", k=6)) for _ in range(40)) for _ in range(number))
    lines = (
        json.dumps({"id": f"urn:x:{n}", "title": f"Ferry {n} sails", "text": text}) for n, text in enumerate(texts)
    )
    Path("many.jsonl").write_text("\n".join(lines) + "\n")


def until(process, condition):
    deadline = time.monotonic() + 90
    while not condition():
        assert process.poll() is None, "ended before it was stopped"
        assert time.monotonic() < deadline
        select.select([], [], [], 0.02)


@pytest.mark.usefixtures("here")
class TestStopping:
    """SIGINT and SIGTERM, and who holds the folder meanwhile."""

    words = ("ingest", "many.jsonl", "--out", "o")
    slowly = ("--batch-size", "15", "--workers", "1")

    def _begun(self):
        many()
        process = subprocess.Popen(
            [*NEWSBEAM, *self.words, *self.slowly, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        until(process, lambda: list(Path("o").glob("staging/*/drafts")))
        return process

    def test_once_publishes_the_batch_in_hand_and_the_same_command_goes_on(self):
        process = self._begun()
        busy = program("ingest", "in", "--out", "o")
        assert (busy.returncode, busy.stdout, busy.stderr.count("\n")) == (75, "", 1)
        assert f"in use by 'newsbeam ingest many.jsonl', process {process.pid} on " in busy.stderr
        assert re.search(r", since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$", busy.stderr.strip())
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
        report = json.loads(out)
        assert process.returncode == 0
        assert "finishing the batch in hand" in err
        assert (report["stopped"], report["delivered"] % 15) == (True, 0)
        assert 0 < report["delivered"] < 120
        rest = json.loads(program(*self.words, "--json").stdout)
        assert (rest["resumed"], rest["stopped"]) == (True, False)
        assert rest["outcomes"]["new"] + report["outcomes"]["new"] == 120, "in larger batches, nothing is left out"

    @pytest.mark.slow
    def test_twice_ends_at_once_and_damages_nothing(self):
        process = self._begun()
        process.send_signal(signal.SIGINT)
        until(process, lambda: select.select([process.stderr], [], [], 0)[0])
        process.send_signal(signal.SIGINT)
        assert process.wait() == 128 + signal.SIGINT
        process.communicate()
        rest = json.loads(program(*self.words, *self.slowly, "--json").stdout)
        assert (rest["resumed"], rest["delivered"] % 15, rest["rejected"]) == (True, 0, {})
        assert json.loads(program(*self.words, "--json").stdout)["outcomes"]["unchanged"] == 120

    def test_a_terminal_gets_a_bar_and_no_log_lines(self):
        many(40)
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*NEWSBEAM, *self.words], stdout=subprocess.PIPE, stderr=theirs, env=environment(TERM="xterm")
        )
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 4_096)
            except OSError:  # the terminal is gone with the process
                break
        out, _ = process.communicate()
        os.close(ours)
        assert process.returncode == 0
        assert b"40 published" in shown
        assert b"\x1b[?25h" in shown, "the cursor is shown again"
        assert b"WARNING" not in shown
        assert b"newsbeam:" not in shown
        assert out.decode().startswith("Read 1 file: 40 deliveries")
