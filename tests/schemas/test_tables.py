import dataclasses
import hashlib
import itertools
import random
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.tables import SCHEMA_VERSION, TABLES, BadRowError, by_date, markdown, to_table, write_parquet
from transforms.core.records import Article, Dateline, Evidence, Fingerprint, NamedPlace, Rejected, Subject, Topic

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NULLABLE = {"source_version", "published_at", "updated_at", "dateline", "urgency", "expires_at", "embargoed_until"}


def filled(kind):
    """A value of an Arrow type, none of it empty."""
    if pa.types.is_struct(kind):
        return {kind.field(n).name: filled(kind.field(n).type) for n in range(kind.num_fields)}
    if pa.types.is_list(kind):
        return [filled(kind.value_type)] * 2
    return {
        "string": "сводка",
        "binary": b"\x00\xff",
        "int32": 3,
        "int64": 2**40,
        "double": 0.5,
        "date32[day]": DAY,
        "timestamp[us, tz=UTC]": NOON,
    }[str(kind)]


def row(name, **changes):
    return {field.name: filled(field.type) for field in TABLES[name].schema} | changes


def changed(name, where, value):
    """A good row with one value replaced: `changed("links", "jaccard", None)`."""
    return row(name) | {where: value}


@pytest.mark.parametrize("name", ["articles", "copies", "held"])
def test_an_article_and_its_row_have_the_same_fields_in_the_same_order(name):
    fields = [field.name for field in dataclasses.fields(Article)]
    assert TABLES[name].schema.names == [*fields, "load_id", "date"]


def test_columns_are_nullable_where_the_record_says_none():
    says_none = {field.name for field in dataclasses.fields(Article) if "None" in str(field.type)}
    assert says_none == NULLABLE
    assert {field.name for field in TABLES["articles"].schema if field.nullable} == NULLABLE


@pytest.mark.parametrize(
    ("record", "column"),
    [
        (Topic, "topics"),
        (Evidence, "topics.evidence"),
        (Subject, "subjects"),
        (NamedPlace, "places"),
        (Dateline, "dateline"),
    ],
)
def test_nested_records_and_their_structs_have_the_same_fields(record, column):
    first, *rest = column.split(".")
    kind = TABLES["articles"].schema.field(first).type
    for name in rest:
        kind = kind.value_type.field(name).type
    struct = kind.value_type if pa.types.is_list(kind) else kind
    assert [struct.field(n).name for n in range(struct.num_fields)] == [f.name for f in dataclasses.fields(record)]


@pytest.mark.parametrize(("record", "table"), [(Rejected, "rejected"), (Fingerprint, "fingerprints")])
def test_other_records_have_a_column_for_each_field(record, table):
    assert {field.name for field in dataclasses.fields(record)} <= set(TABLES[table].schema.names)


@pytest.mark.parametrize("spec", TABLES.values(), ids=list(TABLES))
def test_each_table_says_what_its_columns_mean(spec):
    for field in spec.schema:
        assert field.metadata[b"description"].strip()
        assert b"unit" in field.metadata
        if pa.types.is_timestamp(field.type):
            assert field.type == pa.timestamp("us", tz="UTC")
    assert set(spec.key) <= set(spec.schema.names)
    assert not any(spec.schema.field(name).nullable for name in spec.key)
    assert "load_id" in spec.schema.names
    assert (spec.partition == "date") == ("date" in spec.schema.names)
    assert "date" not in spec.file_schema.names


def test_loads_and_recalls_alone_are_not_partitioned_and_loads_is_last():
    assert [name for name, spec in TABLES.items() if spec.partition is None] == ["recalls", "loads"]
    assert list(TABLES)[-1] == "loads"


@pytest.mark.parametrize("name", TABLES)
def test_a_row_comes_back_as_it_went_in(name):
    given = row(name)
    assert to_table(name, [given]).to_pylist() == [given]


@pytest.mark.parametrize("name", TABLES)
def test_no_rows_are_a_table_of_the_same_columns(name):
    assert to_table(name, []).schema.equals(TABLES[name].schema, check_metadata=True)


def test_tuples_are_lists_and_times_become_utc():
    table = to_table(
        "articles", [row("articles", authors=("A", "B"), updated_at=NOON.astimezone(timezone(timedelta(hours=3))))]
    )
    assert table["authors"].to_pylist() == [["A", "B"]]
    assert table["updated_at"].to_pylist() == [NOON]


@pytest.mark.parametrize("name", TABLES)
def test_an_unknown_column_is_refused(name):
    with pytest.raises(BadRowError, match=rf"^{name}\[1\]: unknown \['nonsense'\], missing \[\]"):
        to_table(name, [row(name), row(name, nonsense=1)])


@pytest.mark.parametrize(("name", "column"), [(n, f.name) for n, s in TABLES.items() for f in s.schema])
def test_a_missing_column_is_refused_and_null_only_where_it_may_not_be(name, column):
    bare = row(name)
    del bare[column]
    with pytest.raises(BadRowError, match=rf"^{name}\[0\]: unknown \[\], missing \['{column}'\]"):
        to_table(name, [bare])
    if TABLES[name].schema.field(column).nullable:
        assert to_table(name, [changed(name, column, None)])[column].to_pylist() == [None]
    else:
        with pytest.raises(BadRowError, match=rf"^{name}\[0\].{column}: null"):
            to_table(name, [changed(name, column, None)])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("title", b"bytes", r"articles\[0\].title: .* is not a string"),
        ("word_count", True, r"word_count: 'True' is not a whole number"),
        ("word_count", 1.0, r"word_count: '1.0' is not a whole number"),
        ("word_count", 2**31, "too large|out of bounds|not in range"),
        ("language_confidence", float("nan"), "language_confidence: 'nan' is not a finite number"),
        ("language_confidence", "0.5", "is not a finite number"),
        ("published_at", datetime(2026, 3, 1), "published_at: .* is not a time with its zone"),  # noqa: DTZ001 naive is the point
        ("published_at", DAY, "is not a time with its zone"),
        ("date", NOON, "date: .* is not a day"),
        ("authors", "one string", r"authors: a str, not a list"),
        ("authors", ["A", None], r"authors\[\]: null"),
        ("topics", [{"id": "x", "score": 1.0}], r"topics\[\]: unknown \[\], missing \['evidence'\]"),
        ("topics", [{"id": "x", "score": 1.0, "evidence": [{"field": "text"}]}], r"topics\[\].evidence\[\]: unknown"),
        ("dateline", {"place": "X", "agency": "", "date": "", "time": ""}, r"dateline: unknown \['time'\]"),
        ("dateline", "BERLIN", "dateline: a str, not a mapping"),
        ("text", "half a character \ud800", "surrogates not allowed"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(column, value, message):
    with pytest.raises(BadRowError, match=message):
        to_table("articles", [changed("articles", column, value)])


def test_two_rows_of_one_key_are_refused():
    with pytest.raises(BadRowError, match=r"articles: two rows of the key \('a', '1'\)"):
        to_table("articles", [row("articles", article_id="a", version="1", title=title) for title in "xy"])


def test_the_order_given_does_not_matter():
    rows = [row("links", a_article_id=a, b_version=b) for a, b in itertools.product("bca", "21")]
    expected = to_table("links", rows)
    assert [(r["a_article_id"], r["b_version"]) for r in expected.to_pylist()] == [(a, b) for a in "abc" for b in "12"]
    for seed in range(5):
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert to_table("links", shuffled).equals(expected)


def test_rows_are_parted_by_day():
    rows = [row("rejected", delivery_id=str(n), date=DAY + timedelta(days=n % 2)) for n in range(4)]
    parts = [(day, part["delivery_id"].to_pylist()) for day, part in by_date(to_table("rejected", rows))]
    assert parts == [(DAY, ["0", "2"]), (DAY + timedelta(days=1), ["1", "3"])]


def written(folder, rows, *, name="articles"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "0000000007-0000.parquet"
    write_parquet(to_table(name, rows), path, load_id=7, program_version="0.1.0")
    return path


def test_a_file_holds_the_rows_without_the_day_and_says_what_wrote_it(tmp_path):
    given = [row("articles", article_id=f"{n:05}") for n in range(4_500)]
    path = written(tmp_path / "date=2026-03-01", given)
    file = pq.ParquetFile(path)
    assert file.schema_arrow.equals(TABLES["articles"].file_schema)
    for field in TABLES["articles"].file_schema:
        assert file.schema_arrow.field(field.name).metadata[b"description"] == field.metadata[b"description"]
    assert file.read().to_pylist() == [{k: v for k, v in r.items() if k != "date"} for r in given]
    assert [file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups)] == [2_000, 2_000, 500]
    assert {file.metadata.row_group(0).column(n).compression for n in range(file.metadata.num_columns)} == {"ZSTD"}
    assert {k: v for k, v in file.metadata.metadata.items() if k.startswith(b"newsbeam.")} == {
        b"newsbeam.table": b"articles",
        b"newsbeam.schema_version": str(SCHEMA_VERSION).encode(),
        b"newsbeam.program_version": b"0.1.0",
        b"newsbeam.load_id": b"7",
    }


def test_the_same_rows_give_the_same_bytes(tmp_path):
    rows = [row("articles", article_id=f"{n:05}") for n in range(50)]
    one = written(tmp_path / "one" / "date=2026-03-01", rows)
    two = written(tmp_path / "two" / "date=2026-03-01", rows[::-1])
    assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(two.read_bytes()).digest()


def test_an_unpartitioned_table_goes_into_any_folder(tmp_path):
    path = written(tmp_path, [row("recalls")], name="recalls")
    assert pq.read_table(path).to_pylist() == [row("recalls")]


@pytest.mark.parametrize(
    ("rows", "folder", "message"),
    [
        ([row("articles")], "date=2026-03-02", "holds the days 2026-03-01"),
        ([row("articles")], "elsewhere", "holds the days 2026-03-01"),
        (
            [row("articles", article_id="x", date=date(2026, 3, 2)), row("articles")],
            "date=2026-03-01",
            "2026-03-01, 2026-03-02|2026-03-02, 2026-03-01",
        ),
        ([], "date=2026-03-01", "without rows"),
    ],
)
def test_rows_of_another_day_or_none_are_not_written(tmp_path, rows, folder, message):
    with pytest.raises(BadRowError, match=message):
        written(tmp_path / folder, rows)
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_table_that_is_not_ours_is_not_written(tmp_path):
    with pytest.raises(BadRowError, match="not a table made by to_table"):
        write_parquet(pa.table({"x": [1]}), tmp_path / "x.parquet", load_id=1, program_version="0")


def test_markdown_lists_every_column_with_its_meaning():
    text = markdown(["articles"])
    assert "| `published_at` | timestamp (UTC) | yes | UTC, microseconds | when it was published |" in text
    assert "| `subjects` | list of {code, scheme, name} |  |  | subjects as the provider codes them |" in text
    assert text.count("\n| `") == len(TABLES["articles"].schema)
    assert [line.split("`")[1] for line in markdown().splitlines() if line.startswith("### ")] == list(TABLES)
