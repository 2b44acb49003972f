"""`newsbeam explain`: the whole story of an article, and no word of what may not be shown."""

import importlib.util
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.explained import State
from transforms.core.identity import content_hash
from transforms.core.verify import Text, verify

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)
new_archive = _archives.new_archive

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
FIRST = """At least 12 people were killed when the lower gate of the dam gave way on Saturday, the civil defence said.

Some 3,400 families were moved to schools on higher ground before dusk, and most of the winter wheat was lost.

"We heard it before we saw it," said Nadia Qasr, who has kept the sluice book for nineteen years."""
ADDED = "The ministry of water had closed the road to the dam in the spring, residents of the valley told this paper."
SECOND = FIRST.replace("12 people", "21 people")
#: Words of each text above that none of the frames of a report has.
SECRETS = ("sluice", "wheat", "12 people", "21 people", "3,400", "Nadia", "gate gives way")


def at(hour):
    return NOON + timedelta(hours=hour)


def article(name, version="v1", text=FIRST, *, hour=0, **more):
    named = {"article_id": name, "version": version, "text": text, "content_hash": content_hash(text)}
    plain = {"title": "Dam gate gives way", "first_seen_at": at(hour), "language": "en", "word_count": 60}
    return named | plain | more


def link(one, other):
    """As a load stores it: verified, the smaller key first."""
    a, b = sorted((one, other), key=lambda row: (row["article_id"], row["version"]))
    match = verify(Text(title=a["title"], text=a["text"]), Text(title=b["title"], text=b["text"]))
    assert match
    said = {
        f"{side}_{key}": row[key]
        for side, row in (("a", a), ("b", b))
        for key in ("article_id", "version", "content_hash")
    }
    shares = {key: getattr(match, key) for key in ("jaccard", "containment_a", "containment_b", "changes")}
    return said | shares


WIRE = {"source": "LWS", "agency": "LWS", "item_id": "urn:lws:dam", "source_kind": "wire"}
V1 = article("a1aa11", "v1", source_version=1, updated_at=at(0), **WIRE)
V2 = article("a1aa11", "v2", SECOND, hour=2, source_version=3, updated_at=at(2), ednote="CORRECTED: 21, not 12", **WIRE)
POST = article(
    "a1bb22",
    text=FIRST.rpartition("\n\n")[0],
    hour=1,
    title="Flood comes",
    source="The Post",
    agency="LWS",
    url="https://post.example.com/flood",
    url_original="http://www.post.example.com/flood?utm_source=x",
)
HERALD = article(
    "a1cc33", text=f"{SECOND}\n\n{ADDED}", hour=3, title="Herald", source="Herald", url="https://herald.example.com/dam"
)
KILL = {
    "notice_id": "n1",
    "article_id": "a1aa11",
    "kind": "kill",
    "provider": "LWS",
    "item_id": "urn:lws:dam",
    "at": at(5),
    "notice": "The letter is forged.",
}


@pytest.fixture
def archive(new_archive):
    archive = new_archive()
    topics = [{"id": "dams", "score": 0.5, "evidence": [proof("gate", 4), proof("dam", 0), proof("dam", 9)]}]
    archive.publish(
        articles=[V1, V2 | {"topics": topics}],
        copies=[POST, HERALD],
        links=[link(V1, POST), link(V2, HERALD)],
        sightings=[
            {"article_id": "a1aa11", "version": "v1", "origin": "wire#1", "source": "LWS", "seen_at": at(0)},
            {"article_id": "a1aa11", "version": "v2", "origin": "wire#2", "source": "LWS", "seen_at": at(2)},
        ],
    )
    return archive


def proof(surface, start):
    return {"field": "title", "start": start, "end": start + len(surface), "surface": surface, "language": "en"}


@pytest.fixture
def said(archive, capsys):
    """Run the command: exit code, standard output, standard error."""

    def said(named, *options):
        with pytest.raises(SystemExit) as left:
            main(["explain", named, "--out", str(archive.path), *options])
        return left.value.code, *capsys.readouterr()

    yield said
    os.environ.pop("PYTHONSAFEPATH", None)


def told(said, named):
    code, out, err = said(named, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_the_screen_tells_the_whole_story(said):
    code, out, err = said("a1aa11")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Dam gate gives way",
        "  a1aa11 · LWS · urn:lws:dam · en",
        "",
        "Origin: LWS (its own item; credited by 1 of 2 others)",
        "",
        "Versions",
        "   1  2024-03-01 12:00  Dam gate gives way",
        "   2  2024-03-01 14:00  12 → 21 people",
        "                        note: CORRECTED: 21, not 12",
        "",
        "Copies, each with the share of it that is copied",
        "  100%  The Post, has 68% of version 1 of LWS · https://post.example.com/flood",
        "        title; 1 paragraph removed",
        "        “Flood comes”",
        '        - "We heard it before we saw it," said Nadia Qasr, who has kept the sluice book for nineteen year…',
        "   74%  Herald, has 100% of version 2 of LWS · https://herald.example.com/dam",
        "        title; 1 paragraph added",
        "        “Herald”",
        "        + The ministry of water had closed the road to the dam in the spring, residents of the valley tol…",
        "",
        "Seen",
        "  2024-03-01 12:00  version 1   LWS · wire#1",
        "  2024-03-01 14:00  version 2   LWS · wire#2",
        "",
        "Topics",
        "  0.50  dams: dam, gate",
    ]


def test_a_machine_is_told_all_of_it(said):
    story = told(said, "a1aa11")
    assert story["origin"]["reason"] == "its own item; credited by 1 of 2 others"
    assert [(each["number"], each["version"], each["said"]) for each in story["versions"]] == [
        (1, "v1", ""),
        (2, "v2", "12 → 21 people"),
    ]
    assert story["versions"][1]["difference"]["figures"][0]["before"]["text"] == "12"
    assert story["versions"][1]["at"] == "2024-03-01T14:00:00+00:00"
    assert [(each["outlet"]["article_id"], each["copied_number"]) for each in story["copies"]] == [
        ("a1bb22", 1),
        ("a1cc33", 2),
    ]
    assert story["topics"] == [{"topic": "dams", "score": 0.5, "words": ["dam", "gate"]}]
    assert [each["number"] for each in story["places"]] == [1, 2]


def test_a_copy_says_what_it_is_a_copy_of(said):
    _, out, _ = said("a1bb22")
    assert "Origin: LWS (its own item; credited by 1 of 2 others); this article is a copy of a1aa11" in out
    assert "  100%  The Post (this article), has 68% of version 1 of LWS" in out


@pytest.mark.parametrize(
    "named",
    [
        "a1bb22",
        "a1b",
        "https://post.example.com/flood",
        "http://www.post.example.com/flood?utm_source=x",
        "https://post.example.com/flood?utm_campaign=y#top",
    ],
)
def test_an_article_goes_by_its_id_how_that_begins_and_its_address(said, named):
    assert told(said, named)["article_id"] == "a1bb22"


def test_an_item_goes_by_its_providers_id(said):
    assert told(said, "urn:lws:dam")["article_id"] == "a1aa11"


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ("a1", "newsbeam: 'a1' is 3 articles; say which: a1aa11, a1bb22, a1cc33\n"),
        (
            "a2",
            "newsbeam: nothing is known by 'a2'; name an article_id, how one begins, an item's id or an address\n",
        ),
        ("", "newsbeam: nothing is known by ''; name an article_id, how one begins, an item's id or an address\n"),
        ("'; DROP TABLE x", 'newsbeam: nothing is known by "\'; DROP TABLE x"; name an article_id, '),
        ("\x1b[2J\u202e%", "newsbeam: nothing is known by '\\x1b[2J\\u202e%'; name an article_id, "),
        ("https://[", "newsbeam: nothing is known by 'https://['; name an article_id, "),
        ("x" * 100_000, "newsbeam: nothing is known by 'xxx"),
    ],
)
def test_what_names_no_article_or_several_is_one_line(said, named, line):
    code, out, err = said(named)
    assert (code, out, err.count("\n"), len(err) < 1_000) == (2, "", 1, True)
    assert err.startswith(line)


def test_of_a_killed_article_no_word_is_told(archive, said):
    archive.publish(recalls=[KILL])
    code, out, _ = said("a1aa11")
    assert code == 0
    assert out.splitlines() == [
        "(killed: its words are not shown)",
        "  a1aa11 · LWS · urn:lws:dam",
        "",
        "Versions",
        "   -  2024-03-01 12:00  killed: its words are not shown",
        "   -  2024-03-01 14:00  killed: its words are not shown",
        "",
        "Copies, each with the share of it that is copied",
        "  100%  The Post, has 68% of a version of LWS · https://post.example.com/flood",
        "        recalled: it credits the agency that killed what it is a copy of",
        "   74%  Herald, has 100% of a version of LWS · https://herald.example.com/dam",
        "        still shown: extended, title",
        "",
        "Recalls",
        "  2024-03-01 17:00  kill by LWS: The letter is forged.",
        "",
        "Seen",
        "  2024-03-01 12:00  not shown   LWS · wire#1",
        "  2024-03-01 14:00  not shown   LWS · wire#2",
    ]
    machine = json.dumps(told(said, "a1aa11"), ensure_ascii=False)
    assert [word for word in SECRETS if word in out or word in machine] == []


def test_of_a_recalled_copy_no_word_is_told_but_why(archive, said):
    archive.publish(recalls=[KILL])
    story = told(said, "a1bb22")
    assert (story["state"], story["title"], story["origin"]) == (State.RECALLED, "", None)
    assert [each["notice"] for each in story["recalls"]] == ["The letter is forged."]
    assert [word for word in ("wheat", "gate", "12 people") if word in json.dumps(story)] == []


def test_who_did_not_credit_the_agency_is_told_beside_what_was_killed(archive, said):
    archive.publish(recalls=[KILL])
    story = told(said, "a1cc33")
    assert (story["state"], story["title"]) == (State.SHOWN, "Herald")
    assert [
        (each["outlet"]["article_id"], each["state"], each["title"], each["outlet"]["difference"])
        for each in story["copies"]
    ] == [
        ("a1aa11", State.KILLED, "", None),
    ]


def test_a_notice_that_quotes_the_headline_is_not_repeated(archive, said):
    archive.publish(recalls=[KILL | {"notice": "KILL: DAM GATE GIVES WAY"}])
    assert told(said, "a1aa11")["recalls"][0]["notice"] == ""


@pytest.mark.parametrize(
    ("held", "recalls", "state", "line"),
    [
        (
            {"embargoed_until": datetime(2999, 1, 1, tzinfo=UTC)},
            [],
            "embargoed",
            "under embargo until 2999-01-01 00:00",
        ),
        ({}, [], "held", "held: for editors only, or under an embargo that tells no time"),
        ({}, [{"kind": "withhold"}], "withheld", "withheld: its words are not shown"),
    ],
)
def test_what_is_held_says_why_and_no_word_of_it(archive, said, held, recalls, state, line):
    archive.publish(
        held=[article("h1", **held)],
        recalls=[{"notice_id": "w", "article_id": "h1", "provider": "LWS"} | recall for recall in recalls],
    )
    story = told(said, "h1")
    assert (story["state"], story["versions"][0]["state"]) == (state, state)
    _, out, _ = said("h1")
    assert line in out
    assert [word for word in SECRETS if word in out or word in json.dumps(story)] == []


def test_a_version_that_is_held_is_compared_with_nothing(archive, said):
    later = article("a1aa11", "v3", FIRST.replace("12", "33"), hour=4, source_version=4, updated_at=at(4), **WIRE)
    archive.publish(held=[later | {"embargoed_until": datetime(2999, 1, 1, tzinfo=UTC)}])
    story = told(said, "a1aa11")
    assert [(each["number"], each["state"]) for each in story["versions"]] == [
        (1, "shown"),
        (2, "shown"),
        (None, "embargoed"),
    ]
    assert "33" not in json.dumps(story["versions"])


def test_what_was_purged_or_only_recalled_is_told_as_that(archive, said):
    archive.publish(
        recalls=[
            {"notice_id": "p", "article_id": "p1", "kind": "purge"},
            {"notice_id": "k", "article_id": "k1", "kind": "kill", "provider": "LWS", "item_id": "urn:lws:later"},
        ]
    )
    assert said("p1")[1].startswith("(purged for the law: nothing of it is kept)\n")
    assert said("urn:lws:later")[1].startswith("(killed: its words are not shown)\n  k1 · urn:lws:later\n")


def test_a_poorer_text_is_left_out(archive, said):
    archive.publish(articles=[article("a1bb22", "v9", "Flood comes.", text_from="summary", source="The Post")])
    assert [each["state"] for each in told(said, "a1bb22")["versions"]] == ["shown", "left_out"]


def test_nothing_that_is_told_steers_a_terminal(archive, said):
    evil = "\x1b]0;owned\x07 \u202egnp.exe \u2066 \x9b31m \u200b \ud83d\ude00".encode("utf-16", "surrogatepass").decode(
        "utf-16"
    )
    rows = article(
        "e1", title=f"Title {evil}", source=f"S {evil}", url=f"http://e/{evil}", item_id=f"i {evil}", ednote=evil
    )
    more = article("e1", "v2", f"{FIRST}\n\n{evil}", hour=1, title=f"Other {evil}", ednote=evil, source=f"S {evil}")
    seen = {"article_id": "e1", "version": "v1", "origin": evil, "source": evil, "url": evil}
    recall = {
        "notice_id": "e",
        "article_id": "e1",
        "kind": "withhold",
        "provider": evil,
        "notice": evil,
        "source_version": 1,
    }
    archive.publish(articles=[rows, more | {"source_version": 2}], sightings=[seen], recalls=[recall])
    code, out, _ = said("e1")
    assert code == 0
    assert [char for line in out.splitlines() for char in line if not char.isprintable()] == []
    assert "\\u202e" in out
    assert "\\x1b]0;owned" in out


def test_a_story_of_many_outlets_fits_on_the_screen(archive, said):
    copies = [article(f"c{number:03}", hour=5, source=f"Outlet {number}", agency="LWS") for number in range(60)]
    archive.publish(copies=copies, links=[link(V1, copies[0]), link(copies[0], copies[1])])
    code, out, _ = said("a1aa11")
    assert (code, len(out.splitlines()) < 70) == (0, True)
    assert "  … 50 more; --json tells all" in out
    assert len(told(said, "a1aa11")["copies"]) == 62


def test_of_many_versions_the_first_and_the_newest_are_printed(archive, said):
    many = [
        article("m1", f"v{number}", FIRST.replace("12", f"{number}"), hour=number, source_version=number)
        for number in range(1, 31)
    ]
    archive.publish(articles=many)
    _, out, _ = said("m1")
    numbers = [line.split()[0] for line in out.splitlines() if "  2024-03-0" in line]
    assert numbers == ["1", *map(str, range(20, 31))]
    assert "  … 18 more; --json tells all" in out


def test_an_article_alone_has_no_origin_to_tell(archive, said):
    archive.publish(articles=[article("z1", text="A word.", title="")])
    assert said("z1")[1].splitlines()[:5] == [
        "(no title)",
        "  z1 · en",
        "",
        "Versions",
        "   1  2024-03-01 12:00  (no title)",
    ]


def test_tables_that_cannot_be_read_are_one_line(archive, said):
    next((archive.path / "links").rglob("0*.parquet")).write_bytes(b"PAR1 and no more")
    code, out, err = said("a1aa11")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "the tables cannot be searched" in err
