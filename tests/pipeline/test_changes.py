"""What changed after a load: exact for a mirror, whatever happened in between."""

import importlib.util
import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import newsbeam
from pipeline.commands.changes import changes as command
from schemas.tables import TABLES, to_table

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)
new_archive = _archives.new_archive
NOON = _archives.NOON


def at(hour):
    return NOON + timedelta(hours=hour)


def row(article_id, version="v1", *, seen=0, **more):
    named = {"article_id": article_id, "version": version, "content_hash": f"{article_id}-{version}"}
    return named | {"first_seen_at": at(seen), "title": f"{article_id} {version}"} | more


def sighting(article_id, version="v1", *, seen=0, origin="x", **more):
    return {"article_id": article_id, "version": version, "origin": origin, "seen_at": at(seen)} | more


def link(a, b, version="v1"):
    keys = {"a_article_id": a, "a_version": version, "b_article_id": b, "b_version": version}
    return keys | {"a_content_hash": f"{a}-{version}", "b_content_hash": f"{b}-{version}"}


def recall(article_id, *, kind="kill", seen=0, notice="n1", **more):
    return {"notice_id": notice, "article_id": article_id, "kind": kind, "seen_at": at(seen)} | more


def changed(archive, since=0):
    with archive.open() as opened:
        return [
            (each["change"], each["article_id"], each["version"], each["previous_version"])
            for each in opened.changes(since).to_pylist()
        ]


class InMemory:
    """Loads of rows that were never written to a disk, as a snapshot is asked for them."""

    def __init__(self, out):
        self.out = out
        self.load_id = 0
        self._parts = {name: [spec.schema.empty_table()] for name, spec in TABLES.items()}

    def publish(self, *, now=NOON, load=(), **tables):
        self.load_id += 1
        for name, rows in {**tables, "loads": [{"now": now, **dict(load)}]}.items():
            whole = [_archives.complete(name, each, self.load_id) for each in rows]
            self._parts[name].append(to_table(name, whole))

    def dataset(self, name):
        return pa.concat_tables(self._parts[name])

    def open(self):
        return newsbeam.Archive(self, as_of=None, clock=NOON)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Table folders that may be looked into."""
    out = tmp_path_factory.mktemp("out")
    for name in TABLES:
        (out / name).mkdir()
    return out


@pytest.fixture
def archive(folder):
    return InMemory(folder)


@pytest.fixture
def on_disk(new_archive):
    return new_archive()


def test_each_change_says_where_the_rows_lie(on_disk):
    on_disk.publish(articles=[row("a", url="https://a.example/1")], copies=[row("b", date=date(2024, 3, 2))])
    on_disk.publish(articles=[row("a", "v2", seen=1)])
    on_disk.publish(articles=[row("a", "v3", seen=2)])
    with newsbeam.open(on_disk.path) as opened:
        found = opened.changes(0).to_pylist()
        since = opened.changes(1).to_pylist()
    day = "articles/date=2024-03-01"
    assert found == [
        {
            "load_id": 1,
            "change": "new",
            "article_id": "b",
            "version": "v1",
            "previous_version": "",
            "title": "b v1",
            "url": "",
            "date": date(2024, 3, 2),
            "files": ["copies/date=2024-03-02/0000000001-0000.parquet"],
        },
        {
            "load_id": 3,
            "change": "new",
            "article_id": "a",
            "version": "v3",
            "previous_version": "",
            "title": "a v3",
            "url": "",
            "date": date(2024, 3, 1),
            "files": [f"{day}/000000000{load}-0000.parquet" for load in (1, 2, 3)],
        },
    ]
    assert [(each["article_id"], each["files"]) for each in since] == [("a", found[1]["files"][1:])]
    assert all((on_disk.path / name).is_file() for each in found for name in each["files"])


def test_a_new_version_says_what_was_there_before_and_leaves_others_out(archive):
    archive.publish(articles=[row("a", url="https://a.example/1"), row("b")])
    archive.publish(articles=[row("a", "v2", seen=1)])
    archive.publish(articles=[row("a", "v3", seen=2)])
    assert changed(archive, 0) == [("new", "b", "v1", ""), ("new", "a", "v3", "")]
    assert changed(archive, 1) == [("new_version", "a", "v3", "v1")]
    assert changed(archive, 2) == [("new_version", "a", "v3", "v2")]
    assert changed(archive, 3) == []


def test_a_version_that_comes_late_is_told_though_another_stays_current(archive):
    archive.publish(articles=[row("a", "v2", updated_at=at(5))])
    archive.publish(articles=[row("a", "v1", updated_at=at(1))])
    assert changed(archive, 1) == [("new_version", "a", "v2", "v2")]


def test_going_back_to_an_earlier_version_is_a_move_and_so_is_another_date(archive):
    archive.publish(articles=[row("a")], sightings=[sighting("a")])
    archive.publish(articles=[row("a", "v2", seen=1)], sightings=[sighting("a", "v2", seen=1)])
    archive.publish(sightings=[sighting("a", "v1", seen=2)])
    assert changed(archive, 2) == [("moved", "a", "v1", "v2")]
    archive.publish(sightings=[sighting("a", "v1", seen=3, updated_at=at(3))])
    assert changed(archive, 3) == [("moved", "a", "v1", "v1")]
    archive.publish(sightings=[sighting("a", "v1", seen=2.5, origin="elsewhere")])
    assert changed(archive, 4) == []


def test_a_kill_takes_out_the_item_and_the_copies_that_credit_its_agency_and_names_no_title(archive):
    archive.publish(
        articles=[row("a", agency="AN"), row("own")],
        copies=[row("b", agency="AN"), row("c", agency="Another")],
        links=[link("a", "b"), link("a", "c")],
    )
    archive.publish(recalls=[recall("a", provider="an", seen=1)])
    with archive.open() as opened:
        found = opened.changes(1).to_pylist()
    assert [(each["change"], each["article_id"], each["previous_version"]) for each in found] == [
        ("recalled", "a", "v1"),
        ("recalled", "b", "v1"),
    ]
    assert all(
        (each["version"], each["title"], each["url"], each["files"], each["date"]) == ("", "", "", [], None)
        for each in found
    )
    archive.publish(recalls=[recall("a", provider="an", seen=2, notice="n2")])
    assert changed(archive, 2) == []


def test_a_copy_of_what_was_killed_before_is_never_told_as_new(archive):
    archive.publish(articles=[row("a", agency="AN")], recalls=[recall("a", provider="an")])
    archive.publish(copies=[row("b", agency="AN", seen=1)], links=[link("a", "b")])
    assert changed(archive, 1) == [("recalled", "b", "", "")]


def test_a_withhold_takes_out_and_a_later_version_brings_back(archive):
    archive.publish(articles=[row("a", source_version=1)])
    archive.publish(recalls=[recall("a", kind="withhold", source_version=1, seen=1)])
    assert changed(archive, 1) == [("recalled", "a", "", "v1")]
    archive.publish(articles=[row("a", "v2", source_version=2, seen=2)])
    assert changed(archive, 2) == [("released", "a", "v2", "")]
    assert changed(archive, 1) == [("new_version", "a", "v2", "v1")]
    archive.publish(recalls=[recall("a", kind="withhold", source_version=2, seen=3, notice="n2")])
    assert changed(archive, 3) == [("recalled", "a", "", "v2")]


def test_what_is_held_is_told_without_its_title_and_released_by_the_clock_of_a_load(archive):
    archive.publish(held=[row("a", embargoed_until=NOON)])
    archive.publish(held=[row("b", embargoed_until=at(9))])
    with archive.open() as opened:
        found = opened.changes(1).to_pylist()
    assert [(each["change"], each["article_id"], each["title"]) for each in found] == [("held", "b", "")]
    assert changed(archive, 0) == [("new", "a", "v1", ""), ("held", "b", "v1", "")]


def test_a_held_version_that_is_delivered_again_is_released(archive):
    archive.publish(held=[row("b", embargoed_until=at(9))])
    archive.publish(articles=[row("b", seen=1)])
    assert changed(archive, 1) == [("released", "b", "v1", "")]


def test_an_embargo_that_ends_between_two_loads_is_a_release(archive):
    archive.publish(held=[row("b", embargoed_until=at(2))])
    archive.publish(articles=[row("c")], now=at(1))
    assert changed(archive, 1) == [("new", "c", "v1", "")]
    archive.publish(now=at(3))
    assert changed(archive, 2) == [("released", "b", "v1", "")]
    archive.publish(now=at(1))
    assert changed(archive, 3) == []


def test_rewriting_files_is_no_change(on_disk):
    from deltalake import DeltaTable

    for number in range(3):
        on_disk.publish(articles=[row(f"a{number}")])
    table = DeltaTable(on_disk.path / "articles")
    table.optimize.compact()
    with newsbeam.open(on_disk.path) as before:
        assert len(before.changes(2)) == 1
    on_disk.publish(sightings=[sighting("a0")])
    with newsbeam.open(on_disk.path) as opened:
        assert opened.table("articles").count_rows() == 3
        assert len(opened.table("articles").files) == 1
        assert opened.changes(3).num_rows == 0
        found = opened.changes(2).to_pylist()
    assert [(each["article_id"], each["load_id"]) for each in found] == [("a2", 3)]
    assert (on_disk.path / found[0]["files"][0]).is_file()


def test_a_load_to_come_is_refused(archive):
    archive.publish(articles=[row("a")])
    with archive.open() as opened, pytest.raises(ValueError, match=r"load 2 has not happened yet.*is 1$"):
        opened.changes(2)


def test_before_the_first_load_there_is_nothing(on_disk):
    from pipeline.output import open_output

    open_output(on_disk.path, command="test").close()
    with newsbeam.open(on_disk.path) as opened:
        assert opened.changes(0).num_rows == 0
        with pytest.raises(ValueError, match="there is none yet"):
            opened.changes(1)


_hours = st.integers(0, 6)
_deliveries = st.one_of(
    st.tuples(st.just("articles"), st.sampled_from("ab"), st.sampled_from(["v1", "v2"]), _hours),
    st.tuples(st.just("copies"), st.sampled_from("bc"), st.sampled_from(["v1", "v2"]), _hours),
    st.tuples(st.just("held"), st.sampled_from("ac"), st.sampled_from(["v2", "v3"]), _hours),
    st.tuples(st.just("sightings"), st.sampled_from("abc"), st.sampled_from(["v1", "v2"]), _hours),
    st.tuples(st.just("recalls"), st.sampled_from("ab"), st.sampled_from(["kill", "withhold"]), _hours),
)


def _tables(deliveries, load):
    tables = {}
    for name, article_id, word, hour in deliveries:
        if name == "sightings":
            made = sighting(article_id, word, seen=hour, origin=f"o{hour}")
        elif name == "recalls":
            made = recall(article_id, kind=word, seen=hour, notice=f"{article_id}{word}{hour}{load}", provider="an")
        else:
            until = at(hour) if name == "held" else None
            made = row(article_id, word, seen=hour, embargoed_until=until, agency="AN", updated_at=at(hour))
        key = (article_id, hour) if name == "sightings" else (article_id, word, hour if name == "recalls" else 0)
        tables.setdefault(name, {})[key] = made
    links = [link("a", "b", version) for version in ("v1", "v2") if load == 2]
    return {name: list(rows.values()) for name, rows in tables.items()} | {"links": links}


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=25, deadline=None)
@given(loads=st.lists(st.lists(_deliveries, min_size=1, max_size=4), min_size=3, max_size=3), start=st.integers(0, 2))
def test_a_mirror_that_applies_changes_shows_what_the_archive_shows(folder, loads, start):
    archive, steady, late = InMemory(folder), {}, {}
    for load, deliveries in enumerate(loads, start=1):
        archive.publish(**_tables(deliveries, load))
        with archive.open() as opened:
            apply(opened.changes(load - 1), steady)
            assert steady == shown(opened)
            if load == start:
                late = dict(steady)
    with archive.open() as opened:
        apply(opened.changes(start), late)
        assert late == shown(opened)


def apply(changes, mirror):
    for each in changes.to_pylist():
        if each["change"] == "recalled":
            mirror.pop(each["article_id"], None)
        elif each["change"] != "held":
            mirror[each["article_id"]] = (each["version"], each["title"], each["date"])


def shown(opened):
    query = "SELECT article_id, version, title, date FROM articles_current"
    return {article_id: tuple(rest) for article_id, *rest in opened.sql(query).fetchall()}


def test_the_command_ends_with_the_number_to_pass_next(on_disk):
    on_disk.publish(articles=[row("a", title="Quiet \x1b[31mnews")])

    def lines(*words):
        asked = ["--out", str(on_disk.path), "--since", *words]
        return CliRunner().invoke(command, asked, catch_exceptions=False).stdout.splitlines()

    assert lines("0") == [
        "     1  new          a  Quiet \\x1b[31mnews",
        "Since load 0: 1 article changed. Next time: --since 1",
    ]
    first, last = map(json.loads, lines("0", "--format", "jsonl"))
    assert (first["article_id"], first["date"], last) == ("a", "2024-03-01", {"next": 1})
    (whole,) = lines("0", "--json")
    assert list(json.loads(whole)) == ["since", "changes", "next"]
    assert json.loads(whole)["changes"] == [first]
    assert lines("1") == ["Since load 1: nothing changed. Next time: --since 1"]


def test_the_command_refuses_a_load_to_come_in_one_line(on_disk):
    on_disk.publish(articles=[row("a")])
    done = CliRunner().invoke(command, ["--out", str(on_disk.path), "--since", "7"])
    assert done.exit_code == 2
    assert done.stderr == f"newsbeam: {on_disk.path}: load 7 has not happened yet; the last one is 1\n"


def test_retagged_is_what_was_there_unless_it_had_the_same_rules_from_the_last_retagging(archive):
    def retag(version, command="newsbeam retag"):
        archive.publish(load={"command": command, "taxonomy_version": version})

    archive.publish(articles=[row("a")], held=[row("h", embargoed_until=at(900))], load={"taxonomy_version": "1"})
    archive.publish(articles=[row("b")], copies=[row("k")], load={"taxonomy_version": "2"})
    retag("2")
    assert [each[:2] for each in changed(archive, 2)] == [("retagged", "a"), ("retagged", "b"), ("retagged", "k")]
    assert changed(archive, 3) == []
    retag("2", "newsbeam retag --all")
    assert [name for _, name, *_ in changed(archive, 3)] == ["a", "b", "k"]
    retag("3")
    retag("2")
    archive.publish(articles=[row("a", "v2", seen=5)], load={"taxonomy_version": "2"})
    assert changed(archive, 4) == [
        ("retagged", "b", "v1", "v1"),
        ("retagged", "k", "v1", "v1"),
        ("new_version", "a", "v2", "v1"),
    ]
    assert changed(archive, 6) == [("new_version", "a", "v2", "v1")]
    retag("2")
    assert changed(archive, 7) == [("retagged", "a", "v2", "v2")], "the others had these rules already"
    archive.publish(sightings=[sighting("b", seen=6, origin="elsewhere")])
    assert changed(archive, 8) == []
    assert [change for change, *_ in changed(archive, 0)] == ["held", "new", "new", "new"]
