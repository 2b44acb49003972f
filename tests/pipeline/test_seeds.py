"""What becomes of every file of seeds/, in every table.

`python tests/pipeline/test_seeds.py` writes tests/data/seeds.expected.json anew; read its diff before it is committed.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
EXPECTED = PROJECT / "tests" / "data" / "seeds.expected.json"
FOLDERS = ("wires", "story", "pages", "feeds", "archives", "broken")
NOW = "2026-03-01T12:00:00Z"
#: By table: what is compared of a row. Ids, versions and hashes are compared through what they distinguish.
SHOWN = {
    "articles": (
        "title",
        "language",
        "published_at",
        "dateline",
        "authors",
        "byline",
        "source",
        "url",
        "text_from",
        "topic_ids",
        "places",
    ),
    "copies": ("title", "language", "dateline", "source", "topic_ids"),
    "held": ("title", "language", "embargoed_until", "source"),
    "recalls": ("item_id", "provider", "kind", "notice"),
    "rejected": ("stage", "reason", "title"),
}


def _files() -> list[str]:
    paths = (path for folder in FOLDERS for path in (PROJECT / "seeds" / folder).rglob("*") if path.is_file())
    return sorted(path.relative_to(PROJECT / "seeds").as_posix() for path in paths)


def _ingest(out: Path, *options: str) -> dict[str, Any]:
    words = ["ingest", *(f"seeds/{folder}" for folder in FOLDERS), "--out", str(out), "--now", NOW, "--json", *options]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *words], cwd=PROJECT, capture_output=True, text=True, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _rows(out: Path) -> dict[str, list[dict[str, Any]]]:
    import newsbeam
    from schemas.tables import TABLES

    with newsbeam.open(out) as archive:
        return {name: archive.table(name).to_table().to_pylist() for name in TABLES}


def _file_of(origin: str) -> str:
    """`seeds/broken/x.jsonl#2` and `seeds/archives/desk.zip!desk/radio.txt` name the files below seeds/."""
    path = origin.replace(f"{PROJECT}/", "").removeprefix("seeds/")
    return path.partition("#")[0].partition("!")[0]


def _part_of(origin: str) -> str:
    path = origin.replace(f"{PROJECT}/", "").removeprefix("seeds/")
    return path.removeprefix(_file_of(origin))


def _plain(value: Any) -> Any:
    if isinstance(value, list) and value and "latitude" in value[0]:
        return [f"{place['role']}: {place['name']}, {place['country']} x {place['count']}" for place in value]
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def _became(rows: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By file and table: its rows, as far as they are compared, in the order of their parts, without empty values."""
    became: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in _files()}
    for table, shown in SHOWN.items():
        for row in sorted(rows[table], key=lambda row: (row["origin"], row.get("title", ""))):
            compared = {"part": _part_of(row["origin"])} | {name: _plain(row[name]) for name in shown}
            if "text" in row:
                compared |= {"begins": row["text"][:40], "ends": row["text"][-40:], "words": row["word_count"]}
            kept = {name: value for name, value in compared.items() if value not in ("", [], None)}
            became[_file_of(row["origin"])].setdefault(table, []).append(kept)
    return became


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seeds") / "out"


@pytest.fixture(scope="module")
def report(out: Path) -> dict[str, Any]:
    return _ingest(out)


@pytest.fixture(scope="module")
def rows(out: Path, report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    assert report["outcomes"]["new"] > 0
    return _rows(out)


@pytest.fixture(scope="module")
def by_file(rows):
    return _became(rows)


@pytest.mark.parametrize("name", _files())
def test_file_becomes_what_is_expected(name, by_file):
    assert by_file[name] == json.loads(EXPECTED.read_text())[name]


def test_every_file_is_expected():
    assert sorted(json.loads(EXPECTED.read_text())) == _files()


def test_every_file_is_explained():
    readme = (PROJECT / "seeds" / "README.md").read_text()
    sections = {part.partition(":")[0].partition("\n")[0].strip(): part for part in readme.split("\n## ")[1:]}
    for name in _files():
        folder, _, rest = name.partition("/")
        assert f"`{rest}`" in sections[folder], f"seeds/README.md does not say what {name} shows"
    for folder, section in sections.items():
        told = {
            word
            for line in section.splitlines()
            if line.startswith("| `")
            for word in line.split("|")[1].split("`")[1::2]
        }
        assert told == {name.partition("/")[2] for name in _files() if name.startswith(f"{folder}/")}


def test_numbers_add_up(report, rows):
    outcomes = report["outcomes"]
    assert report["delivered"] == sum(outcomes.values())
    assert outcomes["rejected"] == len(rows["rejected"])
    assert outcomes["copy"] == len(rows["copies"])
    assert outcomes["recall"] == len([row for row in rows["recalls"] if row["kind"] == "kill"])
    assert outcomes["new"] + outcomes["new_version"] == len(rows["articles"])
    assert outcomes["held"] == len(rows["held"])


def test_evidence_is_exact(rows):
    stored = rows["articles"] + rows["copies"]
    proofs = [(row, proof) for row in stored for topic in row["topics"] for proof in topic["evidence"]]
    assert len(proofs) > 50
    for row, proof in proofs:
        assert row[proof["field"]][proof["start"] : proof["end"]] == proof["surface"]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("wires/en-idlib-ceasefire-original.txt", "wires/en-idlib-ceasefire-repeated.txt"),
        ("wires/ru-idlib-peregovory.txt", "wires/undeclared-encodings/ru-windows-1251.txt"),
        ("wires/ru-idlib-peregovory.txt", "wires/undeclared-encodings/ru-koi8-r.txt"),
        ("wires/ru-idlib-peregovory.txt", "wires/undeclared-encodings/ru-utf-16-le-without-bom.txt"),
        ("wires/ru-idlib-peregovory.txt", "wires/undeclared-encodings/ru-utf-16-be-without-bom.txt"),
        ("wires/tr-idlib-yardim.txt", "wires/undeclared-encodings/tr-windows-1254.txt"),
        ("wires/ar-idlib-shelling.txt", "wires/undeclared-encodings/ar-windows-1256.txt"),
        ("wires/ar-idlib-shelling.txt", "wires/undeclared-encodings/ar-utf-16-le.txt"),
        ("wires/de-idlib-klinik.txt", "wires/undeclared-encodings/de-windows-1252.txt"),
        ("wires/fr-alep-ecole.txt", "wires/undeclared-encodings/fr-utf-8-with-bom.txt"),
        ("wires/es-refugiados-beirut.txt", "wires/undeclared-encodings/es-utf-16-be.txt"),
        ("archives/responses.warc", "archives/responses.warc.gz"),
    ],
)
def test_the_same_text_is_the_same_article(first, again, rows):
    """Whatever the encoding or the packing: the places it was seen at belong to one article in one version."""
    seen = defaultdict(set)
    for row in rows["sightings"]:
        seen[_file_of(row["origin"])].add((row["article_id"], row["version"]))
    assert seen[first]
    assert seen[first] == seen[again]


def test_copies_are_linked_to_the_story_they_copy(rows):
    by_id = {row["article_id"]: row["title"] for row in rows["articles"] + rows["copies"] + rows["held"]}
    linked = {frozenset((by_id[row["a_article_id"]], by_id[row["b_article_id"]])) for row in rows["links"]}
    original = "Buses return to Idlib road as ceasefire opens two corridors"
    for copy in (
        "Syrians ride home on reopened road while truce holds",
        "Buses leave Idlib for first time in eleven weeks",
    ):
        assert frozenset((original, copy)) in linked
    assert not [pair for pair in linked if any(title.startswith("Stocks end") for title in pair)]


def test_what_may_not_be_shown_is_held_only(out, rows):
    secret = (
        "The monitoring mission will publish",
        "The name of the mediator",
        "A minister has resigned over",
        "The culture desk plans",
        "Maarat al-Numan",
        "Two reporters",
    )
    for table in ("articles", "copies"):
        assert not [row["title"] for row in rows[table] if row["text"].startswith(secret)]
    held = sorted(row["text"].partition(" ")[0] for row in rows["held"])
    assert held == ["A", "At", "At", "At", "Maarat", "The", "The", "The", "Two"]
    assert (out / "held").stat().st_mode & 0o777 == 0o700


def test_a_second_run_stores_nothing(out, rows):
    stored = {
        path: path.stat().st_mtime_ns for table in ("articles", "copies") for path in (out / table).rglob("*.parquet")
    }
    again = _ingest(out)
    assert {name: again["outcomes"][name] for name in ("new", "new_version", "copy", "held")} == dict.fromkeys(
        ("new", "new_version", "copy", "held"), 0
    )
    assert stored == {
        path: path.stat().st_mtime_ns for table in ("articles", "copies") for path in (out / table).rglob("*.parquet")
    }
    after = _rows(out)
    assert after["articles"] == rows["articles"]
    assert len(after["rejected"]) == len(rows["rejected"]), "a rejection repeated is a count, not a row"


def main() -> None:
    """Write what becomes of the seeds now."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        _ingest(Path(folder) / "out")
        became = _became(_rows(Path(folder) / "out"))
    EXPECTED.write_text(json.dumps(became, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    main()
