"""Versions change their table when they are recalled, and when their embargo is over."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

import newsbeam
from pipeline.compact import compact
from pipeline.ingest import catch_up, ingest, pass_over
from pipeline.options import ReadOptions
from pipeline.output import open_output
from pipeline.publish import Step
from pipeline.purge import purge
from pipeline.purgefind import find_target
from transforms.core.pieces import Limits
from transforms.index import Index
from transforms.snapshot import Snapshot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "Gannet"  # a word of one item alone
OTHER = (
    "The ferry between the banks sails again from Monday after eleven days of flood, the harbour office said, and "
    "passengers pay half until the end of the month. Traders had waited with goods for the market in the old town."
)
TEXT = (
    f"The trawler {NAME} was towed into the harbour of Marrin with nineteen men on board on Sunday, the coast guard "
    "said, after its engine had failed in a storm far north of the islands. The owner had called twice.\n\n"
    "Her captain said that they had burned the furniture of the mess to keep warm and had eaten nothing but herring."
)


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


class Silent:
    def begin(self, total):
        pass

    def advance(self, size, deliveries):
        pass


def wire(item, text=TEXT, number=1, **more):
    said = {"uri": f"urn:npb:{item}", "provider": "NPB", "headline": item, "version": number, "body_text": text}
    return said | {"firstcreated": "2026-02-27T08:00:00Z"} | more


KILL = wire("trawler", "", 3, pubstatus="canceled")


@pytest.fixture
def load(tmp_path):
    """Publish a load of records into an output folder."""

    def load(*records, hours=0, out=tmp_path / "out", at=pass_over):
        path = tmp_path / "in" / f"{len(list(tmp_path.glob('in/*')))}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        now = NOON + timedelta(hours=hours)
        options = ReadOptions(out=out, command="a test", workers=2, batch_size=5_000, limits=Limits(), now=now)
        load.notes = ingest(options, (str(path),), progress=Silent(), stop=lambda: False, at=at).notes
        return out

    return load


def lies_in(out, item="trawler"):
    """By table: the versions of an item that lie there, through the log."""
    with newsbeam.open(out) as archive:
        return archive.sql(
            "SELECT stored_in, source_version FROM stored WHERE item_id = ? ORDER BY ALL", f"urn:npb:{item}"
        ).fetchall()


def known(out):
    """What the index says of every stored article, and one that is built anew."""
    with newsbeam.open(out) as archive:
        ids = sorted(row[0] for row in archive.sql("SELECT DISTINCT article_id FROM stored").fetchall())
    with closing(Index.open(out / "state" / "index.sqlite", readonly=True)) as index:
        kept = index.stored(ids)
    with closing(Index.open(out / "state" / "other.sqlite", readonly=False)) as other:
        other.rebuild(out)
        assert other.stored(ids) == kept
    return {article_id: [each.stored_in for each in versions] for article_id, versions in kept.items()}


def recover(out):
    """What the next command does first."""
    with (
        open_output(out, command="a test") as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        catch_up(output, index, pass_over)


def changes(out, since):
    with newsbeam.open(out) as archive:
        return [(row["change"], row["title"]) for row in archive.changes(since).to_pylist()]


def texts(out, *tables):
    """All text of all live files of some tables."""
    snapshot = Snapshot.open(out)
    return " ".join(
        text
        for name in tables
        for file in snapshot.files(name)
        for text in pq.read_table(file.path)["text"].to_pylist()
    )


def test_the_load_that_brings_a_kill_takes_every_version_out(load):
    out = load(wire("trawler"), wire("trawler", TEXT.replace("nineteen", "ninety"), 2), wire("ferry", OTHER))
    assert lies_in(out) == [("articles", 1), ("articles", 2)]
    load(KILL, hours=1)
    assert lies_in(out) == [("held", 1), ("held", 2)]
    assert lies_in(out, "ferry") == [("articles", 1)]
    assert NAME not in texts(out, "articles", "copies")
    assert NAME in texts(out, "held")
    assert sorted(known(out).values()) == [["articles"], ["held", "held"]]
    assert changes(out, 1) == [("recalled", "")]
    assert changes(out, 0) == [("new", "ferry"), ("recalled", "")]
    load(wire("trawler"), hours=2)
    assert lies_in(out) == [("held", 1), ("held", 2)]


def test_a_copy_that_credits_the_agency_stays_where_it_is_and_is_not_shown(load):
    copy = {"url": "https://post.example/1", "title": "Towed", "text": f"MARRIN, Italy (NPB) - {TEXT}"}
    out = load(wire("trawler"), copy)
    load(KILL, hours=1)
    with newsbeam.open(out) as archive:
        assert archive.sql("SELECT url FROM articles UNION ALL SELECT url FROM copies").fetchall() == [(copy["url"],)]
        assert archive.sql("FROM articles_current").fetchall() == []


def test_a_withhold_moves_what_it_covers_and_no_later_version(load):
    out = load(wire("trawler"), wire("trawler", TEXT.replace("nineteen", "ninety"), 5))
    load(wire("trawler", "", 3, pubstatus="withheld"), hours=1)
    assert lies_in(out) == [("articles", 5), ("held", 1)]


def test_what_only_a_later_sighting_shows_to_be_covered_moves_too(load):
    out = load(wire("trawler", number=None) | {"version": None})
    load(wire("trawler", "", 3, pubstatus="withheld"), hours=-1)
    assert [where for where, _ in lies_in(out)] == ["articles"]
    load(wire("trawler", number=2), hours=1)
    assert [where for where, _ in lies_in(out)] == ["held"]


def test_what_was_under_embargo_moves_with_the_first_load_after_it(load):
    embargo = {"embargoed": "2026-03-01T15:00:00Z"}
    out = load(wire("trawler", **embargo), wire("note", OTHER.replace("ferry", "barge"), embargoed="noon"))
    load(wire("ferry", OTHER), hours=2)
    assert lies_in(out) == [("held", 1)]
    load(wire("tram", OTHER.replace("ferry", "tram")), hours=4)
    assert lies_in(out) == [("articles", 1), ("held", 1)]
    assert lies_in(out, "note") == [("held", 1)]
    assert changes(out, 2) == [("new", "tram"), ("released", "trawler")]
    assert ["articles"] in known(out).values()
    load(wire("bus", OTHER.replace("ferry", "bus")), hours=5)
    assert lies_in(out) == [("articles", 1), ("held", 1)]
    load(KILL, hours=6)
    assert lies_in(out) == [("held", 1)]
    load(wire("train", OTHER.replace("ferry", "train")), hours=7)
    assert lies_in(out) == [("held", 1)]


def test_the_latest_clock_of_any_load_tells_whether_an_embargo_is_over(load):
    out = load(wire("ferry", OTHER), hours=4)
    load(wire("trawler", embargoed="2026-03-01T15:00:00Z"), hours=0)
    assert lies_in(out) == [("articles", 1)]
    assert sorted(known(out).values()) == [["articles"], ["articles"]]


def test_a_released_copy_lies_with_the_copies(load):
    out = load(
        wire("trawler"),
        {"url": "https://post.example/1", "title": "Towed", "text": TEXT, "embargoed": "2026-03-01T15:00:00Z"},
    )
    load(wire("ferry", OTHER), hours=4)
    with newsbeam.open(out) as archive:
        assert archive.sql("SELECT url FROM copies").fetchall() == [("https://post.example/1",)]


EDITED = TEXT.replace("called twice", "called three times")
EMBARGO = {"embargoed": "2026-03-01T15:00:00Z"}


def placed(out):
    """Where the texts of an item lie that are shown."""
    with newsbeam.open(out) as archive:
        return dict(
            archive.sql("SELECT split(item_id, ':')[3], stored_in FROM stored WHERE stored_in <> 'held'").fetchall()
        )


def test_of_copies_that_are_released_together_the_first_lies_with_the_articles(load):
    out = load(
        wire("later", provider="OPB", firstcreated="2026-02-27T09:00:00Z", **EMBARGO),
        wire("edited", EDITED, provider="QPB", firstcreated="2026-02-27T10:00:00Z", **EMBARGO),
        wire("first", **EMBARGO),
        wire("other", OTHER, provider="OPB", **EMBARGO),
    )
    load(hours=4)
    assert placed(out) == {"first": "articles", "later": "copies", "edited": "copies", "other": "articles"}


@pytest.mark.parametrize("text", [TEXT, EDITED])
def test_who_is_identical_to_a_copy_is_one_too(load, text):
    later = {"firstcreated": "2026-02-27T09:00:00Z"}
    out = load(
        wire("shown"),
        wire("one", EDITED, provider="OPB", **later),
        wire("same", text, provider="QPB", **later, **EMBARGO),
    )
    load(hours=4)
    assert placed(out) == {"shown": "articles", "one": "copies", "same": "copies"}


def test_what_comes_with_the_load_that_releases_it_is_looked_at_too(load):
    out = load(wire("held", provider="OPB", **EMBARGO))
    load(wire("new", EDITED), hours=4)
    assert placed(out) == {"new": "articles", "held": "copies"}


def test_a_copy_of_what_is_recalled_with_the_load_that_releases_it_is_shown(load):
    out = load(wire("trawler"), wire("held", EDITED, provider="OPB", **EMBARGO))
    load(KILL, hours=4)
    assert placed(out) == {"held": "articles"}


def test_versions_that_are_released_together_stay_together(load):
    two = {"provider": "OPB"} | EMBARGO
    out = load(wire("shown"), wire("two", OTHER, 2, **two), wire("two", EDITED, 3, **two))
    load(hours=4)
    with newsbeam.open(out) as archive:
        assert archive.sql("SELECT source_version FROM articles WHERE item_id LIKE '%two' ORDER BY ALL").fetchall() == [
            (2,),
            (3,),
        ]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1 no more")])
def test_a_file_of_links_that_cannot_be_read_stops_nothing(load, damage):
    held = [wire("one", provider="OPB", **EMBARGO), wire("two", EDITED, provider="QPB", **EMBARGO)]
    out = load(*held)
    for path in out.glob("links/*/*.parquet"):
        damage(path)
    load(*held, hours=1)
    load(hours=4)
    assert sorted(placed(out).values()) == ["articles", "copies"]


def test_a_version_joins_its_article_whatever_it_is_a_copy_of(load):
    out = load(wire("shown"), wire("ferry", OTHER, provider="OPB"))
    load(wire("ferry", EDITED, 2, provider="OPB", **EMBARGO))
    load(hours=4)
    assert placed(out) == {"shown": "articles", "ferry": "articles"}


@pytest.mark.parametrize(
    "step",
    [
        Step.INTENT_WRITTEN,
        *(
            pytest.param(step, marks=pytest.mark.slow)
            for step in (Step.STAGED_SYNCED, Step.FILE_PLACED, Step.TABLE_COMMITTED, Step.LOADS_SYNCED)
        ),
    ],
)
def test_killed_at_a_step_the_move_is_finished_or_done_again(load, step):
    def die(at):
        if at is step:
            raise Died

    out = load(wire("trawler"), wire("ferry", OTHER))
    with pytest.raises(Died):
        load(KILL, hours=1, at=die)
    with (
        open_output(out, command="a test") as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        catch_up(output, index, pass_over)
    decided = step is not Step.STAGED_SYNCED
    assert lies_in(out) == [("held" if decided else "articles", 1)]
    load(KILL, hours=1)
    assert lies_in(out) == [("held", 1)]
    assert sorted(known(out).values()) == [["articles"], ["held"]]
    assert not list((out / "quarantine").rglob("*.parquet"))


def test_compaction_after_moves_changes_no_answer(load):
    out = load(wire("trawler"), wire("ferry", OTHER))
    load(KILL, wire("tram", OTHER.replace("ferry", "tram")), hours=1)
    before = lies_in(out), known(out), changes(out, 0)
    with open_output(out, command="a test") as output:
        compact(output, now=NOON + timedelta(days=9), stop=lambda: False, update_state=lambda _: None)
    with (
        open_output(out, command="a test") as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        catch_up(output, index, pass_over)
    assert (lies_in(out), known(out), changes(out, 0)) == before


def test_a_file_that_cannot_be_read_is_told_and_stops_nothing(load):
    out = load(wire("trawler"), wire("note", OTHER, embargoed="noon"))
    next((out / "held").rglob("0*.parquet")).write_bytes(b"PAR1 and no more")
    load(KILL, hours=1)
    assert [note.startswith(f"Cannot look for what is recalled or released in {out}/held/") for note in load.notes] == [
        True
    ]
    assert NAME not in texts(out, "articles")


def test_what_is_held_and_delivered_again_is_linked_once(load):
    again = wire("harbour", provider="OPB")
    out = load(wire("trawler"), again)
    linked = _links(out)
    assert len(linked) == 1

    load(KILL, hours=1)
    load(wire("trawler"), again, hours=2)
    load(wire("trawler"), hours=3)
    assert _links(out) == linked
    load(wire("pier", provider="QPB"), hours=4)
    assert len(_links(out)) > 1, "whoever is new is linked to what is held, too"


def test_whose_day_became_another_ones_is_still_linked_once(load):
    held = [wire("trawler", **EMBARGO), wire("harbour", provider="OPB", **EMBARGO)]
    out = load(*held)
    linked = _links(out)
    assert len(linked) == 1

    earlier = {"firstcreated": "2026-02-20T08:00:00Z"} | EMBARGO
    load(wire("trawler", OTHER, 0, **earlier), wire("harbour", OTHER[::-1], 0, provider="OPB", **earlier))
    linked = _links(out)
    load(*held, hours=1)
    assert _links(out) == linked


def test_what_is_held_and_was_linked_through_what_was_purged_is_linked_again(load):
    later = {"firstcreated": "2026-02-27T09:00:00Z"} | EMBARGO
    held = [wire("same", provider="OPB", **later), wire("edited", EDITED, provider="QPB", **later)]
    out = load(wire("first"), *held)
    with (
        open_output(out, command="a test") as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        catch_up(output, index, pass_over)
        with newsbeam.open(out) as archive:
            target = find_target(archive, "urn:npb:first", copies=False)
        purge(output, target, now=NOON, update_state=lambda _: None)
    assert _links(out) == []

    load(*held, hours=1)
    assert len(_links(out)) == 1
    load(hours=4)
    assert sorted(placed(out).values()) == ["articles", "copies"]


def _links(out):
    with newsbeam.open(out) as archive:
        return archive.sql("SELECT * FROM links ORDER BY ALL").fetchall()
