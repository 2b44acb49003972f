"""What a reader sees: through newsbeam.open, and with tools that know nothing of this project."""

import importlib.util
import json
import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

import newsbeam
from transforms.core.deliveries import RICHNESS

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parent / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)
new_archive = _archives.new_archive

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY, NEXT_DAY = date(2024, 3, 1), date(2024, 3, 2)


def at(hour):
    return NOON + timedelta(hours=hour)


def row(article_id, version="v1", *, seen=0, **more):
    named = {"article_id": article_id, "version": version, "content_hash": f"{article_id}-{version}"}
    return named | {"first_seen_at": at(seen)} | more


def sighting(article_id, version="v1", *, seen=0, origin="x", **more):
    return {"article_id": article_id, "version": version, "origin": origin, "seen_at": at(seen)} | more


def link(a, b, a_version="v1", b_version="v1"):
    keys = {"a_article_id": a, "a_version": a_version, "b_article_id": b, "b_version": b_version}
    return keys | {"a_content_hash": f"{a}-{a_version}", "b_content_hash": f"{b}-{b_version}"}


def current(archive, query="SELECT article_id, version, version_number FROM articles_current ORDER BY ALL", *params):
    with newsbeam.open(archive.path) as opened:
        return opened.sql(query, *params).fetchall()


def stories(archive):
    return current(archive, "SELECT story_id, outlets, copies, article_ids, versions FROM stories ORDER BY ALL")


@pytest.fixture
def archive(new_archive):
    return new_archive()


def test_every_reader_sees_the_same_rows(archive):
    archive.publish(
        articles=[row("a", title="Ätna"), row("b", date=NEXT_DAY, topic_ids=["idlib"])],
        copies=[row("c", date=NEXT_DAY)],
    )
    archive.publish(articles=[row("a", "v2", title="Ätna, updated")])
    expected = [("a", "v1", "Ätna", DAY), ("a", "v2", "Ätna, updated", DAY), ("b", "v1", "A title", NEXT_DAY)]
    columns = ["article_id", "version", "title", "date"]
    pattern = f"{archive.path}/articles/date=*/*.parquet"

    plain = duckdb.sql(
        f"FROM read_parquet('{pattern}', hive_partitioning = true) SELECT {', '.join(columns)} ORDER BY ALL"
    )
    assert plain.fetchall() == expected
    globbed = pl.scan_parquet(pattern, hive_partitioning=True).select(columns).sort(columns).collect()
    assert globbed.rows() == expected
    pandas = pd.read_parquet(archive.path / "articles").sort_values(["article_id", "version"])
    assert [(*some, date.fromisoformat(str(day))) for *some, day in pandas[columns].itertuples(index=False)] == expected
    logged = pl.scan_delta(str(archive.path / "articles")).select(columns).sort(columns).collect()
    assert logged.rows() == expected
    with newsbeam.open(archive.path) as opened:
        assert opened.sql(f"FROM articles SELECT {', '.join(columns)} ORDER BY ALL").fetchall() == expected
        dataset = opened.table("articles").to_table(columns=columns)
        assert sorted(tuple(each.values()) for each in dataset.to_pylist()) == expected
        assert opened.table("copies").count_rows() == 1
        assert opened.sql("SELECT topic_ids FROM articles WHERE date = ?", NEXT_DAY).fetchall() == [(["idlib"],)]


def test_importing_it_is_light():
    heavy = "{'apache_beam', 'pyarrow', 'numpy', 'deltalake', 'duckdb'}"
    code = f"import sys, newsbeam; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(newsbeam.__file__).parent
    )
    assert done.stdout == "[]\n", done.stderr


def test_opening_does_not_load_the_engine(archive):
    archive.publish(articles=[row("a")])
    code = f"import sys, newsbeam; newsbeam.open({str(archive.path)!r}).close(); print('apache_beam' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(newsbeam.__file__).parent
    )
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir, Path.touch], ids=["absent", "empty", "a file"])
def test_what_is_not_an_output_folder_is_refused_in_one_line(tmp_path, make):
    make(tmp_path / "x")
    with pytest.raises(ValueError, match=r"x: (no such folder|not a folder|not an output folder of newsbeam.*)$"):
        newsbeam.open(tmp_path / "x")


def test_a_folder_of_a_newer_version_is_refused(archive):
    archive.publish(articles=[row("a")])
    marker = archive.path / "newsbeam.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"schema_version": 99}))
    with pytest.raises(ValueError, match="written by a newer newsbeam"):
        newsbeam.open(archive.path)


def test_who_may_not_look_into_held_sees_the_rest(archive, monkeypatch):
    archive.publish(articles=[row("a")], held=[row("b", embargoed_until=at(1))])
    assert [each[0] for each in current(archive)] == ["a", "b"]
    monkeypatch.setattr(newsbeam.os, "access", lambda path, _: path.name != "held")
    assert [each[0] for each in current(archive)] == ["a"]


def test_an_unknown_table_is_named_with_those_there_are(archive):
    archive.publish(articles=[row("a")])
    with newsbeam.open(archive.path) as opened, pytest.raises(KeyError, match=r"no table 'artcles'.*articles_current"):
        opened.table("artcles")


def test_an_open_archive_stays_at_its_load_while_a_writer_publishes(archive):
    archive.publish(articles=[row("a")], sightings=[sighting("a")])
    with newsbeam.open(str(archive.path)) as before:
        archive.publish(articles=[row("b")], copies=[row("c")], sightings=[sighting("b"), sighting("c")])
        with newsbeam.open(archive.path) as after:
            for opened, load_id, ids in ((before, 1, ["a"]), (after, 2, ["a", "b", "c"])):
                assert opened.load_id == load_id
                assert opened.sql("SELECT article_id FROM articles_current ORDER BY 1").fetchall() == [
                    (i,) for i in ids
                ]
                assert opened.table("loads").count_rows() == load_id
                assert opened.table("stories").num_rows == len(ids)


def test_tables_that_got_no_rows_are_empty_and_have_their_columns(archive):
    archive.publish(rejected=[{"delivery_id": "d"}])
    with newsbeam.open(archive.path) as opened:
        assert opened.sql("SELECT title, date FROM articles").fetchall() == []
        assert opened.sql("FROM stories").fetchall() == []
        assert opened.sql("SELECT delivery_id FROM rejected").fetchall() == [("d",)]


def test_versions_are_ordered_by_source_version_then_update_then_sight(archive):
    archive.publish(
        articles=[row("a", "v3"), row("a", "v1"), row("b", "w9"), row("b", "w1"), row("c", "u1"), row("c", "u2")],
        sightings=[
            sighting("a", "v3", origin="1", source_version=2, seen=9),
            sighting("a", "v1", origin="2", source_version=3, seen=1),
            sighting("b", "w9", origin="1", updated_at=at(1), seen=9),
            sighting("b", "w1", origin="2", updated_at=at(2), seen=1),
            sighting("c", "u1", origin="1", seen=5),
            sighting("c", "u2", origin="2", seen=4),
        ],
    )
    assert current(archive) == [("a", "v1", 2), ("b", "w1", 2), ("c", "u1", 2)]
    assert current(
        archive, "SELECT article_id, source_version, updated_at, seen_at FROM articles_current ORDER BY ALL"
    ) == [("a", 3, None, at(1)), ("b", None, at(2), at(1)), ("c", None, None, at(5))]


def test_a_text_that_went_back_to_what_it_was_is_current_again(archive):
    archive.publish(articles=[row("a", "v1")], sightings=[sighting("a", "v1", seen=1)])
    archive.publish(articles=[row("a", "v2", seen=2)], sightings=[sighting("a", "v2", seen=2)])
    assert current(archive) == [("a", "v2", 2)]
    archive.publish(sightings=[sighting("a", "v1", seen=3)])
    assert current(archive) == [("a", "v1", 2)]


def test_poorer_evidence_never_stands_before_richer(archive):
    archive.publish(
        articles=[row("a", "s1", text_from="summary", seen=1), row("a", "p1", text_from="page", seen=2)],
        sightings=[sighting("a", "s1", seen=9, source_version=9), sighting("a", "p1", seen=2)],
    )
    assert current(archive) == [("a", "p1", 1)]


def test_the_views_rank_evidence_as_the_program_does(archive):
    archive.publish(articles=[row("a")])
    with newsbeam.open(archive.path) as opened:
        for text_from, rank in RICHNESS.items():
            assert opened.sql("SELECT richness(?)", text_from).fetchall() == [(rank,)]


def test_an_embargoed_text_appears_when_its_time_has_come(archive):
    archive.publish(
        held=[
            row("past", embargoed_until=at(10)),
            row("future", embargoed_until=datetime.now(UTC) + timedelta(days=1)),
            row("for ever"),
        ]
    )
    assert current(archive) == [("past", "v1", 1)]
    with newsbeam.open(archive.path) as opened:
        for hour, ids in ((9, []), (10, [("past",)])):
            with opened.as_of(at(hour)) as then:
                assert then.sql("SELECT article_id FROM articles_current").fetchall() == ids


def test_a_kill_takes_out_every_version_and_the_copies_that_credit_the_agency(archive):
    archive.publish(
        articles=[row("wire", agency="AP"), row("wire", "v2", agency="AP"), row("own", agency="dpa")],
        copies=[row("copy", agency="ap"), row("uncredited")],
        links=[link("copy", "wire"), link("own", "wire"), link("uncredited", "wire")],
        sightings=[sighting(each) for each in ("wire", "own", "copy", "uncredited")],
    )
    assert len(current(archive)) == 4
    archive.publish(
        recalls=[{"notice_id": "n", "article_id": "wire", "provider": "AP", "kind": "kill", "seen_at": at(90)}]
    )
    assert current(archive) == [("own", "v1", 1), ("uncredited", "v1", 1)]
    with newsbeam.open(archive.path) as opened, opened.as_of(at(5)) as then:
        assert then.sql("SELECT article_id FROM articles_current ORDER BY 1").fetchall() == [("own",), ("uncredited",)]


@pytest.mark.parametrize(
    ("notice", "usable", "shown"),
    [
        ({"at": at(5)}, {"updated_at": at(6), "seen": 6}, True),
        ({"at": at(5)}, {"updated_at": at(5), "seen": 6}, False),
        ({"at": at(5)}, {"updated_at": at(4), "seen": 6}, False),
        ({"seen_at": at(5)}, {"seen": 6}, True),
        ({"seen_at": at(5)}, {"seen": 5}, False),
        ({"source_version": 2, "at": at(5)}, {"source_version": 3, "updated_at": at(4), "seen": 4}, True),
        ({"source_version": 2, "at": at(5)}, {"source_version": 1, "updated_at": at(6), "seen": 6}, False),
        ({"source_version": 2, "at": at(5)}, {"source_version": 2, "updated_at": at(6), "seen": 6}, True),
        ({"source_version": 2}, {"seen": 6}, True),
    ],
)
def test_a_later_usable_version_lifts_a_withhold(archive, notice, usable, shown):
    seen = usable["seen"]
    archive.publish(
        articles=[row("a", "v1", seen=1), row("a", "v2", seen=seen)],
        sightings=[sighting("a", "v1", seen=1, updated_at=at(1)), sighting("a", "v2", **usable)],
        recalls=[{"notice_id": "n", "article_id": "a", "kind": "withhold", "seen_at": at(5)} | notice],
    )
    assert current(archive) == ([("a", "v2", 1)] if shown else [])


def test_a_poorer_text_does_not_take_the_place_of_one_that_is_withheld(archive):
    notice = {"notice_id": "n", "article_id": "a", "kind": "withhold", "seen_at": at(2)}
    archive.publish(held=[row("a", seen=1)], recalls=[notice])
    archive.publish(articles=[row("a", "v2", seen=3, text_from="summary")])
    assert current(archive) == []
    archive.publish(articles=[row("a", "v3", seen=4)])
    assert current(archive) == [("a", "v3", 1)]


def test_a_notice_that_is_told_again_counts_from_the_first_time(archive):
    notice = {"notice_id": "n", "article_id": "a", "kind": "withhold"}
    archive.publish(articles=[row("a", seen=5)], recalls=[notice | {"seen_at": at(9)}])
    assert current(archive) == []
    archive.publish(recalls=[notice | {"seen_at": at(3)}])
    assert current(archive) == [("a", "v1", 1)]


def test_a_version_is_as_rich_as_the_richest_that_was_seen_of_it_and_as_old_as_the_oldest(archive):
    archive.publish(
        articles=[row("a", "v1", text_from="summary"), row("a", "v2", seen=1, text_from="content")],
        sightings=[sighting("a", "v1", origin="y", text_from="page", published_at=at(-9))],
    )
    assert current(archive) == [("a", "v1", 1)]
    assert current(archive, "SELECT evidence_at FROM versions") == [(at(-9),)]


def test_a_kill_reaches_a_copy_that_credits_the_agency_anywhere(archive):
    archive.publish(
        articles=[row("wire")],
        copies=[row("copy", agency="")],
        links=[link("copy", "wire")],
        sightings=[sighting("copy", origin="y", agency="AP")],
        recalls=[{"notice_id": "n", "article_id": "wire", "provider": "ap", "kind": "kill"}],
    )
    assert current(archive) == []


def test_a_kill_does_not_reach_an_article_by_a_poorer_text_that_is_no_longer_shown(archive):
    archive.publish(
        articles=[row("wire"), row("copy", agency="AP")],
        held=[row("copy", "v0", agency="AP", text_from="summary")],
        links=[link("copy", "wire", "v0")],
        recalls=[{"notice_id": "n", "article_id": "wire", "provider": "ap", "kind": "kill"}],
    )
    assert current(archive) == [("copy", "v1", 1)]


def test_what_was_verified_of_a_text_that_is_not_stored_holds_for_others_that_have_it(archive):
    same = {"content_hash": "gone-v1"}
    archive.publish(articles=[row("a", **same), row("b")], links=[link("b", "gone")])
    assert [(story, copies) for story, _, copies, _, _ in stories(archive)] == [("a", 1)]


def test_a_later_usable_version_does_not_lift_a_kill(archive):
    archive.publish(
        articles=[row("a", "v2", seen=9)],
        sightings=[sighting("a", "v2", seen=9, updated_at=at(9))],
        recalls=[{"notice_id": "n", "article_id": "a", "kind": "kill", "at": at(5)}],
    )
    assert current(archive) == []


def test_stories_gather_copies_round_a_representative(archive):
    archive.publish(
        articles=[row("first", source="Agency", published_at=at(1)), row("alone", source="Elsewhere")],
        copies=[
            row("second", source="Daily", published_at=at(2)),
            row("third", source="Evening", published_at=at(3)),
            row("fourth", source="Far", published_at=at(4)),
        ],
        links=[link("first", "second"), link("first", "third"), link("fourth", "third")],
        sightings=[
            sighting("first", source="Agency"),
            sighting("first", source="Portal", origin="y"),
            sighting("second", source="Daily"),
            sighting("third", source="Evening"),
            sighting("fourth", source="Far"),
        ],
    )
    assert stories(archive) == [
        ("alone", ["Elsewhere"], 0, ["alone"], 1),
        ("first", ["Agency", "Daily", "Evening", "Portal"], 2, ["first", "second", "third"], 1),
        ("fourth", ["Far"], 0, ["fourth"], 1),
    ]
    with newsbeam.open(archive.path) as opened:
        table = opened.table("stories")
        assert sorted(zip(table["article_id"].to_pylist(), table["title"].to_pylist(), strict=True)) == [
            ("alone", "A title"),
            ("first", "A title"),
            ("fourth", "A title"),
        ]


def test_a_killed_representative_leaves_its_story_to_the_next(archive):
    archive.publish(
        articles=[row("first", published_at=at(1))],
        copies=[row("second", published_at=at(2)), row("third", published_at=at(3))],
        links=[link("first", "second"), link("first", "third"), link("second", "third")],
    )
    assert [story[3] for story in stories(archive)] == [["first", "second", "third"]]
    archive.publish(recalls=[{"notice_id": "n", "article_id": "first", "kind": "kill"}])
    assert [story[3] for story in stories(archive)] == [["second", "third"]]


def test_as_of_shows_what_had_been_seen_by_then(archive):
    archive.publish(articles=[row("a", "v1", seen=1)], sightings=[sighting("a", "v1", seen=1)])
    archive.publish(
        articles=[row("a", "v2", seen=2)],
        copies=[row("b", seen=2, source="Daily")],
        links=[link("a", "b")],
        sightings=[sighting("a", "v2", seen=2), sighting("b", seen=2, source="Daily")],
    )
    with newsbeam.open(archive.path) as opened:
        seen = {}
        for hour in (0, 1, 2):
            with opened.as_of(at(hour)) as then:
                seen[hour] = then.sql("SELECT article_id, version, outlets, copies FROM stories").fetchall()
        assert seen == {0: [], 1: [("a", "v1", [], 0)], 2: [("a", "v2", ["Daily"], 1)]}
        with pytest.raises(ValueError, match="without its zone"):
            opened.as_of(datetime(2024, 3, 1))  # noqa: DTZ001 - that is the point


ASIDE = "origin, raw_address, first_seen_at, date, load_id, stored_in"


def test_the_views_do_not_depend_on_order_or_batching(new_archive):
    """The same rows and sightings in other loads and tables: the same views, less what is aside."""
    versions = [
        ("a", "v1", {"published_at": at(1), "source": "Agency", "text_from": "wire"}, 1),
        ("a", "v2", {"published_at": at(1), "source": "Agency", "text_from": "wire"}, 2),
        ("b", "v1", {"published_at": at(2), "source": "Daily"}, 1),
        ("c", "v1", {"published_at": at(2), "source": "Evening"}, 1),
        ("d", "v1", {"published_at": at(3), "source": "Far", "agency": "AP"}, 3),
        ("k", "v1", {"agency": "AP"}, 1),
    ]
    notices = [{"notice_id": "n", "article_id": "k", "provider": "AP", "kind": "kill"}]
    links = [link("a", "b", "v2"), link("b", "c"), link("a", "c"), link("d", "k")]

    def views(shuffler):
        archive = new_archive(f"out{shuffler}")
        order = random.Random(shuffler)
        offered = [("articles", "copies"), *[(name,) for name in ("links", "recalls", "sightings")]]
        pool = [
            *((order.choice(offered[0]), row(a, v, seen=hour, **more)) for a, v, more, hour in versions),
            *(("links", each) for each in links),
            *(("recalls", each) for each in notices),
            *(
                ("sightings", sighting(a, v, seen=hour, origin=o, source=more.get("source", "")))
                for a, v, more, hour in versions
                for o in "xy"
            ),
        ]
        order.shuffle(pool)
        while pool:
            batch, pool = pool[: (size := order.randint(4, 12))], pool[size:]
            archive.publish(
                **{name: [each for other, each in batch if other == name] for name in {n for n, _ in batch}}
            )
        return [
            current(archive, f"FROM {view} SELECT * EXCLUDE ({ASIDE}) ORDER BY ALL")
            for view in ("articles_current", "stories")
        ]

    first = views("fixed")
    assert [each[0] for each in first[0]] == ["a", "b", "c"]
    assert len(first[1]) == 1
    for seed in range(3):
        assert views(seed) == first
