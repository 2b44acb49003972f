"""The index answers what the tables hold, however it was filled and whatever happened to its file."""

import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import TABLES, by_date, to_table, write_parquet
from transforms import index_file, index_fill, index_keys
from transforms.core import furniture
from transforms.core.candidates import COMMON
from transforms.core.deliveries import Place, Recall, StoredVersion
from transforms.core.fingerprint import SCHEME
from transforms.index import Index, IndexDamagedError, StoredDoc
from transforms.snapshot import table_file

ANCHOR = 1 << 62
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = date(2024, 3, 1)


def fingerprint_row(article_id, version="v", anchors=(), **more):
    named = {"article_id": article_id, "version": version, "content_hash": f"{article_id}-{version}"}
    return named | {"anchors": sorted(anchors), "signature": b"\1" * 512} | more


def stored_doc(article_id, version, stored_in, day, words):
    return StoredDoc(
        article_id=article_id,
        version=version,
        stored_in=stored_in,
        date=day,
        content_hash=f"{article_id}-{version}",
        words=words,
    )


def sighting(article_id, version, origin, **more):
    return {"article_id": article_id, "version": version, "origin": origin} | more


def answers(index, *, ids=("a", "b", "c", "d"), origins=("x", "y"), anchors=range(20)):
    """Everything that can be asked."""
    return (
        index.generation,
        index.stored(ids),
        index.sharing([ANCHOR | anchor for anchor in anchors]),
        index.seen([(article_id, origin) for article_id in ids for origin in origins]),
        index.known_rejections(["r1", "r2", "r3"]),
        index.recalled(ids),
    )


@pytest.fixture
def archive(new_archive):
    """Three loads: two articles; a new version and a copy; a kill, a rejection and a version that moved."""
    archive = new_archive()
    archive.publish(
        fingerprints=[fingerprint_row("a", "v1", [1, 2, 3]), fingerprint_row("b", "w1", [9])],
        sightings=[sighting("a", "v1", "x", source_version=1), sighting("b", "w1", "y")],
        rejected=[{"delivery_id": "r1"}],
    )
    archive.publish(
        fingerprints=[
            fingerprint_row("a", "v2", [1, 2, 4], text_from="wire"),
            fingerprint_row("c", "u1", [1, 2], stored_in="copies", date=date(2024, 3, 2), words=70),
        ],
        sightings=[sighting("a", "v2", "x", source_version=2, updated_at=NOON), sighting("c", "u1", "x")],
    )
    archive.publish(
        fingerprints=[fingerprint_row("b", "w1", [9], stored_in="held")],
        sightings=[sighting("a", "v1", "x", source_version=3)],
        recalls=[
            {"notice_id": "n1", "article_id": "b", "kind": "kill"},
            {"notice_id": "n2", "article_id": "b", "kind": "withhold", "source_version": 4, "at": NOON},
        ],
        rejected=[{"delivery_id": "r2"}],
    )
    return archive


def index_path(archive):
    return archive.path / "state" / "index.sqlite"


def built(archive):
    """What an index answers that was built from the tables in one go."""
    with Index.open(archive.path / "state" / "other.sqlite", readonly=False) as index:
        index.rebuild(archive.path)
        return answers(index)


def test_it_answers_what_the_tables_hold(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        assert index.generation == 0
        assert index.catch_up(archive.path) == 3
        assert index.stored(["c", "a", "unknown"]) == {
            "a": (
                StoredVersion(
                    version="v1", stored_in="articles", date=DAY, text_from="page", source_version=3, updated_at=None
                ),
                StoredVersion(
                    version="v2", stored_in="articles", date=DAY, text_from="wire", source_version=2, updated_at=NOON
                ),
            ),
            "c": (
                StoredVersion(
                    version="u1",
                    stored_in="copies",
                    date=date(2024, 3, 2),
                    text_from="page",
                    source_version=None,
                    updated_at=None,
                ),
            ),
        }
        assert index.sharing([ANCHOR | 4, ANCHOR | 9, ANCHOR | 2, 77]) == [
            (ANCHOR | 2, stored_doc("a", "v1", "articles", DAY, 100)),
            (ANCHOR | 2, stored_doc("a", "v2", "articles", DAY, 100)),
            (ANCHOR | 2, stored_doc("c", "u1", "copies", date(2024, 3, 2), 70)),
            (ANCHOR | 4, stored_doc("a", "v2", "articles", DAY, 100)),
            (ANCHOR | 9, stored_doc("b", "w1", "held", DAY, 100)),
        ]
        assert index.seen([("a", "x"), ("a", "y"), ("b", "y")]) == {
            ("a", "x"): (
                Place(version="v1", source_version=1, updated_at=None),
                Place(version="v2", source_version=2, updated_at=NOON),
                Place(version="v1", source_version=3, updated_at=None),
            ),
            ("b", "y"): (Place(version="w1", source_version=None, updated_at=None),),
        }
        assert index.known_rejections(["r1", "r2", "r3"]) == {"r1", "r2"}
        assert index.recalled(["a", "b"]) == {
            "b": (
                Recall(notice_id="n1", kind="kill", source_version=None, at=None, seen_at=NOON + timedelta(hours=3)),
                Recall(notice_id="n2", kind="withhold", source_version=4, at=NOON, seen_at=NOON + timedelta(hours=3)),
            )
        }
        assert index.sharing([]) == []
        assert index.stored([]) == {}


def test_what_was_seen_at_a_place_is_told_in_the_order_in_which_it_was_seen(new_archive):
    archive = new_archive()
    archive.publish(sightings=[sighting("a", "late", "x", seen_at=NOON + timedelta(days=2))])
    archive.publish(sightings=[sighting("a", "early", "x", seen_at=NOON)])
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        places = index.seen([("a", "x")])["a", "x"]
        assert [(place.version, place.seen_at) for place in places] == [
            ("early", NOON),
            ("late", NOON + timedelta(days=2)),
        ]


def test_load_by_load_from_its_own_files_is_the_same_as_at_once(new_archive):
    archive = new_archive()
    archive.publish(fingerprints=[fingerprint_row("a", "v1", [1, 2])])
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        for load in range(2, 12):
            files = archive.publish(
                fingerprints=[fingerprint_row("a", f"v{load}", [1, load]), fingerprint_row("b", "v1", [load])],
                sightings=[sighting("a", f"v{load}", "x")],
                recalls=[{"notice_id": f"n{load}", "article_id": "c", "kind": "kill"}] if load == 7 else [],
            )
            assert index.apply_load(archive.path, load, files) == load
        assert index.apply_load(archive.path, 11, files) == 11
        assert answers(index) == built(archive)
        assert len(index.stored(["a"])["a"]) == 11


def test_a_load_that_does_not_follow_is_caught_up_with(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        assert index.apply_load(archive.path, 3, []) == 3
        assert answers(index) == built(archive)


def test_an_index_that_is_behind_catches_up(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
    archive.publish(fingerprints=[fingerprint_row("d", "v1", [1])], rejected=[{"delivery_id": "r3"}])
    archive.publish(sightings=[sighting("d", "v1", "y")])
    with Index.open(index_path(archive), readonly=False) as index:
        assert index.generation == 3
        assert index.catch_up(archive.path) == 5
        assert answers(index) == built(archive)
    assert not list(index_path(archive).parent.glob("index.sqlite.damaged*"))


def test_an_index_ahead_of_the_log_is_rebuilt(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        index_file.set_generation(index._db, 9, index_file.archive_id(index._db))
        assert index.catch_up(archive.path) == 3
        assert answers(index) == built(archive)


def test_an_index_of_another_folder_is_rebuilt(archive, new_archive):
    other = new_archive("other")
    other.publish(fingerprints=[fingerprint_row("z", "v1", [1])])
    with Index.open(index_path(other), readonly=False) as index:
        index.catch_up(other.path)
    shutil.copy(index_path(other), index_path(archive))
    with Index.open(index_path(archive), readonly=False) as index:
        assert index.catch_up(archive.path) == 3
        assert index.stored(["z"]) == {}
        assert answers(index) == built(archive)


def _truncate(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _overwrite_the_middle(path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4)
        file.write(b"\xa5" * (path.stat().st_size // 2))


def _change_layout(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def _change_scheme(path):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = 'another' WHERE name = 'scheme'")
    db.close()


def _drop_a_table(path):
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE meta")
    db.close()


FAULTS = {
    "deleted": Path.unlink,
    "emptied": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"not a database at all " * 500),
    "truncated": _truncate,
    "overwritten": _overwrite_the_middle,
    "layout": _change_layout,
    "scheme": _change_scheme,
    "table": _drop_a_table,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_noticed_and_rebuilt(archive, fault):
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        right = answers(index)
    FAULTS[fault](index_path(archive))
    if fault not in ("truncated", "overwritten"):  # which only a full check finds
        with pytest.raises(IndexDamagedError, match=r"index\.sqlite"):
            Index.open(index_path(archive), readonly=True)
    with Index.open(index_path(archive), readonly=False) as index:
        assert index.generation == 0
        index.catch_up(archive.path)
        assert answers(index) == right
    aside = list(index_path(archive).parent.glob("index.sqlite.damaged"))
    assert len(aside) == (0 if fault in ("deleted", "emptied") else 1)


def test_damage_found_while_catching_up_leads_to_a_rebuild(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        index._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        archive.publish(fingerprints=[fingerprint_row("d", "v1", [1])])
        index.close()
        db = index_file._connect(index_path(archive), "rw")
        _overwrite_the_middle(index_path(archive))
        index._db = db
        assert index.catch_up(archive.path) == 4
        assert answers(index) == built(archive)


def test_readers_see_whole_loads_while_one_is_applied(archive):
    with Index.open(index_path(archive), readonly=False) as writer:
        writer.catch_up(archive.path)
        with Index.open(index_path(archive), readonly=True) as reader:
            before = answers(reader)
            writer._db.execute("BEGIN IMMEDIATE")
            writer._db.execute("DELETE FROM docs")
            assert answers(reader) == before
            writer._db.execute("ROLLBACK")
            archive.publish(fingerprints=[fingerprint_row("d", "v1", [1])])
            writer.catch_up(archive.path)
            assert reader.generation == 4
            assert "d" in reader.stored(["d"])


def test_a_reader_cannot_write(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
    archive.publish(rejected=[{"delivery_id": "r3"}])
    with (
        Index.open(index_path(archive), readonly=True) as index,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        index.catch_up(archive.path)


def test_a_reader_sets_nothing_aside(archive):
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        index_file.set_generation(index._db, 9, index_file.archive_id(index._db))
    with Index.open(index_path(archive), readonly=True) as index, pytest.raises(IndexDamagedError, match="reading"):
        index.catch_up(archive.path)
    assert not list(index_path(archive).parent.glob("*.damaged"))


def test_an_archive_without_loads_gives_an_empty_index(tmp_path):
    with Index.open(tmp_path / "state" / "index.sqlite", readonly=False) as index:
        assert index.catch_up(tmp_path) == 0
        assert answers(index)[1:] == ({}, [], {}, set(), {})


def test_fingerprints_of_another_scheme_are_known_but_share_nothing(new_archive):
    archive = new_archive()
    archive.publish(fingerprints=[fingerprint_row("a", "v1", [1], scheme="older")])
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        assert [version.version for version in index.stored(["a"])["a"]] == ["v1"]
        assert index.sharing([ANCHOR | 1]) == []


def test_of_identical_texts_a_published_one_stands_for_all_and_another_for_its_own_article(new_archive):
    archive = new_archive()
    archive.publish(
        fingerprints=[
            fingerprint_row("a", "v", [4], content_hash="same", stored_in="copies"),
            fingerprint_row("b", "v", [4], content_hash="same", stored_in="articles"),
            fingerprint_row("c", "v", [4], content_hash="same", stored_in="held"),
            fingerprint_row("d", "v", [4]),
        ]
    )
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        assert [(key, doc.article_id) for key, doc in index.sharing([ANCHOR | 4])] == [
            (ANCHOR | 4, "a"),
            (ANCHOR | 4, "b"),
            (ANCHOR | 4, "d"),
        ]


def test_a_key_that_too_many_texts_share_finds_nothing(new_archive):
    archive = new_archive()
    archive.publish(fingerprints=[fingerprint_row(f"a{n:04d}", "v", [4, 100 + n]) for n in range(COMMON + 1)])
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        assert [doc.article_id for _, doc in index.sharing([ANCHOR | 4, ANCHOR | 107])] == ["a0007"]


def test_more_keys_and_articles_than_a_statement_may_name(new_archive):
    archive = new_archive()
    archive.publish(
        fingerprints=[fingerprint_row(f"a{n:04d}", "v", [n]) for n in range(1300)],
        sightings=[sighting(f"a{n:04d}", "v", "x") for n in range(1300)],
    )
    with Index.open(index_path(archive), readonly=False) as index:
        index.catch_up(archive.path)
        ids = [f"a{n:04d}" for n in range(1300)]
        assert list(index.stored(ids)) == ids
        assert len(index.seen([(article_id, "x") for article_id in ids])) == 1300
        assert [doc.article_id for _, doc in index.sharing([ANCHOR | n for n in range(1300)])] == ids


_LOADS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.sampled_from("abcd"),
                st.sampled_from(["v1", "v2"]),
                st.sampled_from(["articles", "copies", "held"]),
                st.sets(st.integers(0, 12), max_size=5),
            ),
            max_size=4,
            unique_by=lambda row: row[:2],
        ),
        st.lists(
            st.tuples(
                st.sampled_from("abcd"),
                st.sampled_from("xy"),
                st.integers(0, 3),
                st.sampled_from(["v1", "v2"]),
                st.none() | st.integers(0, 2),
            ),
            max_size=4,
            unique_by=lambda row: row[:3],
        ),
        st.sets(st.sampled_from(["r1", "r2", "r3"])),
        st.sets(st.sampled_from("abcd"), max_size=2),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(loads=_LOADS, order=st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_changes_no_answer(complete_row, tmp_path_factory, loads, order):
    folder = tmp_path_factory.mktemp("rows")
    files: dict[int, dict[str, list]] = {}
    for load_id, (prints, sightings, rejected, recalls) in enumerate(loads, 1):
        rows = {
            "fingerprints": [fingerprint_row(a, v, keys, stored_in=where) for a, v, where, keys in prints],
            "sightings": [
                sighting(a, v, origin, seen_at=NOON + timedelta(hours=hour), source_version=number)
                for a, origin, hour, v, number in sightings
            ],
            "rejected": [{"delivery_id": each} for each in rejected],
            "recalls": [{"notice_id": f"{load_id}{each}", "article_id": each, "kind": "kill"} for each in recalls],
        }
        for name, some in rows.items():
            if some:
                table = to_table(name, [complete_row(name, row, load_id) for row in some])
                for day, part in by_date(table) if TABLES[name].partition else [(None, table)]:
                    path = folder / name / (f"date={day}" if day else "") / f"{load_id}.parquet"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_parquet(part, path, load_id=load_id, program_version="test")
                    files.setdefault(load_id, {}).setdefault(name, []).append(table_file(path))
    everything = [(name, file) for tables in files.values() for name, some in tables.items() for file in some]
    order.shuffle(everything)
    one_by_one, at_once = sqlite_index(folder / "1.sqlite"), sqlite_index(folder / "2.sqlite")
    with one_by_one, at_once:
        for load_id in range(1, len(loads) + 1):
            own = files.get(load_id, {})
            index_fill.fill(one_by_one._db, lambda name, own=own: own.get(name, []), until=load_id, archive_id="it")
        index_fill.fill(
            at_once._db,
            lambda name: [file for other, file in everything if other == name],
            until=len(loads),
            archive_id="it",
        )
        assert answers(one_by_one) == answers(at_once)


def sqlite_index(path):
    return Index.open(path, readonly=False)


def key_store():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(index_keys.SCHEMA)
    return db


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=60), max_size=20),
    wanted=st.lists(st.integers(0, 70), max_size=30),
    chunk=st.integers(1, 9),
    at_a_time=st.integers(1, 4),
)
def test_runs_of_keys_find_what_a_set_of_pairs_would(batches, wanted, chunk, at_a_time):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_keys, "CHUNK", chunk)
        patch.setattr(index_keys, "_AT_A_TIME", at_a_time)
        patch.setattr(index_keys, "FAN_OUT", 4)
        db = key_store()
        for batch in batches:
            index_keys.add(
                db, np.array([key for key, _ in batch], np.uint64), np.array([number for _, number in batch], np.uint32)
            )
        keys, numbers = index_keys.find(db, np.array(wanted, np.uint64))
        found = list(zip(keys.tolist(), numbers.tolist(), strict=True))
        assert found == sorted({pair for batch in batches for pair in batch if pair[0] in wanted})
        (runs,) = db.execute("SELECT count(*) FROM runs").fetchone()
        assert runs <= 4 * 6
        db.close()


def test_keys_use_all_63_bits():
    db = key_store()
    keys = [0, 1, (1 << 62) - 1, 1 << 62, (1 << 63) - 1]
    index_keys.add(db, np.array(keys, np.uint64), np.array([1, 2, 3, 4, 5], np.uint32))
    assert index_keys.find(db, np.array(keys, np.uint64))[0].tolist() == keys
    db.close()


def test_a_full_chunk_of_keys_fits_a_page(tmp_path):
    with Index.open(tmp_path / "index.sqlite", readonly=False) as index:
        many = np.arange(index_keys.CHUNK * 50, dtype=np.uint64) << np.uint64(40)
        index_keys.add(index._db, many, np.ones(many.size, np.uint32))
        (pages,) = index._db.execute("PRAGMA page_count").fetchone()
    assert pages < 50 + 20


def test_the_scheme_is_part_of_the_file(tmp_path):
    with Index.open(tmp_path / "index.sqlite", readonly=False) as index:
        assert index_file._meta(index._db, "scheme") == f"{SCHEME} {furniture.SCHEME}"


def test_pages_that_merging_leaves_free_go_back_to_the_disk(tmp_path):
    path = tmp_path / "index.sqlite"
    with Index.open(path, readonly=False) as index:
        db = index._db
        for number in range(index_keys.FAN_OUT * 8):
            keys = np.random.default_rng(number).integers(1, 2**62, 20_000, dtype=np.uint64)
            db.execute("BEGIN IMMEDIATE")
            index_keys.add(db, keys, np.full(keys.size, number, np.uint32))
            db.execute("COMMIT")
        (before,), (free,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count"))
        assert free > before * 0.05, "merging leaves nothing to give back"
        index_file.give_back(db)
        after, left = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        assert left == 0
        assert after <= before - free  # of pages that map others some go as well
