"""The README's tables and output are what the program says; `python tests/test_readme.py` writes them anew."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas
import polars
import pytest
from deltalake import DeltaTable

PROJECT = Path(__file__).resolve().parent.parent
sys.path.append(str(PROJECT))

import newsbeam  # noqa: E402 the line above finds it when this file is run by itself
from schemas.tables import TABLES, markdown  # noqa: E402 the same
from transforms.core.records import Reason  # noqa: E402 the same

README = PROJECT / "README.md"
REGENERATE = "python tests/test_readme.py"
SEEDS = ["seeds/wires", "seeds/story", "seeds/pages", "seeds/feeds", "seeds/archives", "seeds/broken"]


def _table_list() -> str:
    rows = [f"| `{spec.name}/` | {spec.description} | {', '.join(spec.key)} |" for spec in TABLES.values()]
    return "\n".join(["| table | one row is | key |", "|---|---|---|", *rows])


def _columns() -> str:
    """The table of the columns without its heading."""
    return markdown(("articles",)).partition("\n\n")[2].partition("\n\n")[2].strip()


def _reasons() -> str:
    source = (PROJECT / "transforms" / "core" / "records.py").read_text()
    rows = []
    for reason in Reason:
        comment = re.search(rf'^ +{reason.name} = "[a-z_]+" *#: *(.+)$', source, re.MULTILINE)
        rows.append(f"| `{reason}` | {comment.group(1) if comment else reason.replace('_', ' ')} |")
    return "\n".join(["| reason | meaning |", "|---|---|", *rows])


def _newsbeam(*words: str) -> str:
    program = [sys.executable, "-m", "pipeline", *words]
    done = subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"})
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def _options() -> str:
    return f"```\n{_newsbeam('ingest', '--help')}\n```"


def _report() -> str:
    with tempfile.TemporaryDirectory() as folder:
        printed = _newsbeam("ingest", *SEEDS, "--out", f"{folder}/out")
    printed = printed.replace(f"{folder}/out", "out")
    return f"```\n{printed}\n```"


def _story() -> str:
    """What is told of a story, and what is left to tell when it is killed."""
    item = "urn:lws:2026:salqin-dam"
    copies = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "seeds" / "story").glob("*.html"))
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/story"
        said = []
        for given, now, names in (
            (["seeds/story/wire.jsonl", *copies], "2026-02-22T06:00:00Z", "seeds/story/wire.jsonl seeds/story/*.html"),
            (["seeds/story/kill.jsonl"], "2026-02-22T07:00:00Z", "seeds/story/kill.jsonl"),
        ):
            _newsbeam("ingest", *given, "--out", out, "--now", now)
            told = _newsbeam("explain", item, "--out", out)
            said.append(
                f"$ newsbeam ingest {names} --out story --now {now}\n$ newsbeam explain {item} --out story\n{told}"
            )
    return "```\n" + "\n\n".join(said) + "\n```"


def _topics() -> str:
    """What the example of a taxonomy gives."""
    (example,) = re.findall(r"```yaml\n(version.*?)```", README.read_text(), re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/my.yaml"
        Path(path).write_text(example)
        told = []
        for words in (
            ["topics", "check", path],
            ["topics", "try", "Two freighters loaded 40,000 tonnes of wheat at Odesa.", "--topics", path],
            ["topics", "try", "Odessa limanından buğday sevkiyatları durdu", "--topics", path],
        ):
            said = shlex.join(["newsbeam", *words]).replace(path, "my.yaml")
            told.append(f"$ {said}\n{_newsbeam(*words)}".replace(path, "my.yaml"))
    return "```\n" + "\n\n".join(told) + "\n```"


PARTS: dict[str, Callable[[], str]] = {
    "report": _report,
    "story": _story,
    "topics": _topics,
    "tables": _table_list,
    "columns": _columns,
    "reasons": _reasons,
    "options": _options,
}


def _stated(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- end -->)", re.DOTALL)


def _timeless(text: str) -> str:
    """Seconds differ from run to run."""
    return re.sub(r"\d+(\.\d+)? s\b", "N s", text)


@pytest.mark.parametrize("name", PARTS)
def test_readme_states_what_is(name):
    match = _stated(name).search(README.read_text())
    assert match, f"README.md has no part {name!r}"
    assert _timeless(match.group(2).strip()) == _timeless(PARTS[name]().strip()), f"stale; run: {REGENERATE}"


@pytest.fixture(scope="module")
def beside_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a small `out` lies."""
    folder = tmp_path_factory.mktemp("readme")
    _newsbeam("ingest", "seeds/wires/markets-monday.txt", "seeds/wires/markets-tuesday.txt", "--out", f"{folder}/out")
    return folder


def test_the_python_example_runs(beside_out):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=beside_out,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\ben\b.*\b2\b", done.stdout)


@pytest.mark.parametrize("reader", ["DuckDB", "pandas", "Polars"])
def test_each_reader_told_reads_every_row(reader, beside_out, monkeypatch):
    monkeypatch.chdir(beside_out)
    names = {"duckdb": duckdb, "pd": pandas, "pl": polars, "DeltaTable": DeltaTable, "newsbeam": newsbeam}
    (row,) = re.findall(rf"^\| {reader} \|(.+)\|$", README.read_text(), re.MULTILINE)
    for told in re.findall(r"`([^`]+)`", row):
        if told.startswith("select"):
            assert len(duckdb.sql(told).fetchall()) == 2
            continue
        read = eval(told, names)  # noqa: S307  # our own README
        if isinstance(read, newsbeam.Archive):
            with read:
                assert len(read.sql("select * from articles").fetchall()) == 2
            continue
        read = read.collect() if isinstance(read, polars.LazyFrame) else read
        assert len(read) == 2
        assert {str(day) for day in read["date"]}


def test_every_relative_link_leads_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text()):
        assert (PROJECT / target).exists(), target


def test_every_word_of_run_local_is_told():
    words = re.findall(
        r"^#   \./run_local\.sh (--feeds|[a-z][a-z-]*)", (PROJECT / "run_local.sh").read_text(), re.MULTILINE
    )
    readme = README.read_text()
    assert [word for word in words if f"./run_local.sh {word}" not in readme and word != "help"] == []
    assert sorted(set(words)) == ["--feeds", "check", "help", "test", "test-all", "test-slow"]


def main() -> None:
    """Write every part anew."""
    text = README.read_text()
    for name, make in PARTS.items():
        part = make()
        text, changed = _stated(name).subn(lambda match, part=part: f"{match.group(1)}{part}\n{match.group(3)}", text)
        assert changed == 1, name
    README.write_text(text)


if __name__ == "__main__":
    main()
