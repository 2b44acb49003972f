"""Stored texts are found by key, through the log, a row group at a time."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from transforms import stored_texts
from transforms.core.verify import Text
from transforms.stored_texts import StoredKey, read_texts

DAY = date(2024, 3, 1)
NEXT_DAY = date(2024, 3, 2)


def key(article_id, version="v1", *, stored_in="articles", day=DAY):
    return StoredKey(stored_in=stored_in, date=day, article_id=article_id, version=version)


@pytest.fixture
def archive(new_archive):
    archive = new_archive()
    archive.publish(
        articles=[
            {"article_id": "a", "version": "v1", "title": "One", "text": "Первый текст."},
            {"article_id": "b", "version": "v1", "title": "Two", "text": "Second text."},
            {"article_id": "d", "version": "v1", "title": "Four", "text": "Fourth text.", "date": NEXT_DAY},
        ],
        copies=[{"article_id": "c", "version": "v1", "title": "Three", "text": "Third text."}],
    )
    archive.publish(articles=[{"article_id": "a", "version": "v2", "title": "One, updated", "text": "First again."}])
    return archive


WANTED = (
    key("d", day=NEXT_DAY),
    key("a", "v2"),
    key("c", stored_in="copies"),
    key("a", "v1"),
    key("b"),
)
TEXTS = {
    ("a", "v1"): Text(title="One", text="Первый текст."),
    ("a", "v2"): Text(title="One, updated", text="First again."),
    ("b", "v1"): Text(title="Two", text="Second text."),
    ("c", "v1"): Text(title="Three", text="Third text."),
    ("d", "v1"): Text(title="Four", text="Fourth text."),
}


def test_texts_are_found_in_every_table_day_and_load(archive):
    found = read_texts(archive.path, WANTED)
    assert found == TEXTS
    assert list(found) == sorted(TEXTS)


def test_what_is_not_where_it_is_said_to_be_is_left_out(archive):
    elsewhere = [
        key("a", "v3"),
        key("a", day=NEXT_DAY),
        key("a", stored_in="held"),
        key("unknown"),
        key("b", day=date(1999, 1, 1)),
    ]
    assert read_texts(archive.path, elsewhere) == {}
    assert read_texts(archive.path, [*elsewhere, key("b")]) == {("b", "v1"): TEXTS["b", "v1"]}
    assert read_texts(archive.path, []) == {}


def test_a_folder_without_tables_holds_no_texts(tmp_path):
    assert read_texts(tmp_path, [key("a")]) == {}


def test_what_was_published_since_is_found(archive):
    assert ("e", "v1") not in read_texts(archive.path, [key("e")])
    archive.publish(articles=[{"article_id": "e", "version": "v1", "title": "Five", "text": "Fifth."}])
    assert read_texts(archive.path, [key("e")]) == {("e", "v1"): Text(title="Five", text="Fifth.")}


def test_texts_are_found_after_compaction_and_vacuum(archive):
    before = read_texts(archive.path, WANTED)
    table = DeltaTable(archive.path / "articles")
    assert table.optimize.compact()["numFilesRemoved"] == 2
    assert read_texts(archive.path, WANTED) == before
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert read_texts(archive.path, WANTED) == before


def test_a_file_that_the_log_does_not_know_is_not_read(archive):
    (known,) = (archive.path / "articles" / f"date={NEXT_DAY}").glob("*.parquet")
    stray = known.with_name("stray.parquet")
    pq.write_table(pq.read_table(known).set_column(0, "article_id", [["stray"]]), stray)
    assert read_texts(archive.path, [key("stray", day=NEXT_DAY)]) == {}


def test_only_row_groups_that_may_hold_an_article_are_read(new_archive, monkeypatch):
    archive = new_archive()
    archive.publish(
        articles=[{"article_id": f"{n:05d}", "version": "v1", "text": f"Body {n}."} for n in range(0, 10_000, 2)]
    )
    read = []

    class Watched(pq.ParquetFile):
        def iter_batches(self, size, groups, columns):
            read.extend(groups)
            return super().iter_batches(size, groups, columns)

    monkeypatch.setattr(stored_texts.pq, "ParquetFile", Watched)
    assert read_texts(archive.path, [key("04002")]) == {("04002", "v1"): Text(title="A title", text="Body 4002.")}
    assert read == [1]
    assert read_texts(archive.path, [key("10001")]) == {}
    assert read == [1]
    assert len(read_texts(archive.path, [key("00000"), key("09998")])) == 2
    assert read == [1, 0, 2]


def test_awkward_names_of_folders_do_not_matter(new_archive):
    archive = new_archive("wires [2024] * ünï")
    archive.publish(articles=[{"article_id": "a", "version": "v1"}])
    assert list(read_texts(Path(archive.path), [key("a")])) == [("a", "v1")]
