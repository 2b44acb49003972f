"""Every file of the IPTC's examples is read or rejected with a reason."""

import json
import os
from pathlib import Path

import pytest

from pipeline.sources import cut, list_inputs
from transforms.core.pieces import Limits
from transforms.core.records import Item, Reason, Rejected
from transforms.read import read_piece

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).parents[3] / "shared" / "data"))
WIRES = DATA / "wires"
LIMITS = Limits()

pytestmark = pytest.mark.skipif(not WIRES.is_dir(), reason="the data of NEWSBEAM_DATA is not here")

#: What an example of a picture, a sound, a film or an event has no text for.
WITHOUT_TEXT = (
    "photo_only",
    "Photo",
    "image.json",
    "audio",
    "video",
    "EncodedRights",
    "LinkedRights",
    "event.json",
    "Event.json",
)


def read(path, spool):
    found = []
    for listed in list_inputs([str(path)]):
        for piece in cut(listed, LIMITS, spool):
            found += [piece] if isinstance(piece, Rejected) else read_piece(piece, LIMITS)
    return found


def test_every_file_gives_deliveries(tmp_path):
    for path in sorted(WIRES.rglob("*")):
        if path.is_file():
            found = read(path, tmp_path)
            assert found, path
            assert all(each.title and each.text if isinstance(each, Item) else each.detail for each in found), path


#: What the examples of NewsML-G2 are that hold no text, by their file names.
UNSUPPORTED = {
    "Abstract_Concept": "a concept item",
    "Person_Concept": "a concept item",
    "Event_sent_as": "a concept item",
    "Knowledge_Item": "a knowledge item",
    "Catalog_Item": "a catalog item",
    "Planning_Item": "a planning item",
    "Set_of_Events": "a composite item",
    "Video": "a video item",
    "ap_metadata": "a video item",
    "Photo": "a picture item",
    "photo": "a picture item",
    "Simple_NewsML-G2_Package": "a package of 2 references",
    "SportsML-G2_Package": "a package of 2 references",
    "complete_News_Package": "a package of 4 references",
    "complete_sample_SportsML": "a text item in application/sportsml+xml",
    "Group_Set": "XML <groupSet>",
    "LISTING_25": "XML <contentSet>",
    "LISTING_28": "XML <contentMeta>",
    ".xsd": "XML Schema (XSD)",
}
#: Examples of single features: text items that leave the text out.
WITHOUT_ANY_TEXT = ("LISTING_1_", "Hop_History", "facet-example.xml", "facet-example-2")


def test_examples_of_newsml_g2_are_items_or_say_what_they_are(tmp_path):
    items, examples = [], [path for path in sorted((WIRES / "newsml-g2" / "examples").iterdir()) if path.stat().st_size]
    for path in examples:
        found, *more = read(path, tmp_path)
        if told := next((told for part, told in UNSUPPORTED.items() if part in path.name), None):
            assert (found.reason, found.detail) == (Reason.UNSUPPORTED, told), path
        elif any(part in path.name for part in WITHOUT_ANY_TEXT):
            assert found.reason in (Reason.NO_TEXT, Reason.NO_TITLE), path
        else:
            assert isinstance(found, Item), path
            items.append(found)
        assert not more or "complete_News_Package" in path.name
    assert len(examples) >= 35
    assert len(items) == 5


def test_examples_of_newsml_g2_say_what_the_index_says(tmp_path):
    checked = 0
    for row in map(json.loads, (WIRES / "newsml-g2" / "index.jsonl").read_text("utf-8").splitlines()):
        (found, *_) = read(WIRES / row["path"], tmp_path)
        if isinstance(found, Item):
            checked += 1
            assert (found.item_id, found.source_version) == (row["guid"], int(row["version"]))
            assert found.title == " ".join((row["headline"] or "Content goes here").split())
            assert found.language_hint == row["lang"]
            assert found.subjects
            assert found.provider
    assert checked == 5


def test_examples_of_newsml_1_are_items(tmp_path):
    for path in sorted((WIRES / "ninjs" / "examples" / "NewsML").glob("*.xml")):
        (found,) = read(path, tmp_path)
        assert isinstance(found, Item), path
        number = path.stem.rpartition("-")[2]
        assert found.item_id.endswith(f":{number}")
        assert (found.provider, found.source_version, found.genre) == ("businesswire.com", 1, "Release")
        assert found.published.at.strftime("%Y%m") == number[:6]
        assert found.slugline
        assert found.dateline.place
        assert found.text.count("\n\n") >= 3
        assert found.title not in found.text
        other = next((WIRES / "ninjs" / "examples").glob(f"3.0/businesswire-newsml-{number}.json"), None)
        if other:
            record = json.loads(other.read_bytes())
            assert found.title == record["headlines"][0]["value"]
            assert found.language_hint == record["language"]


def test_ninjs_examples_are_items(tmp_path):
    for path in sorted((WIRES / "ninjs").rglob("*.json")):
        document = json.loads(path.read_bytes())
        if isinstance(document, list) or "$schema" in document or path.parent.name == "not-valid":
            continue
        (found,) = read(path, tmp_path)
        bodies = [document.get("body_text"), *[body["value"] for body in document.get("bodies", [])]]
        if any(body and any(map(str.isalpha, body)) for body in bodies):
            assert isinstance(found, Item), path
            assert found.item_id == document["uri"]
            assert found.text
        if path.name.endswith(WITHOUT_TEXT):
            assert found.reason is Reason.NO_TEXT, path


def test_ninjs_headlines_languages_and_dates_are_those_of_the_index(tmp_path):
    checked = 0
    for row in map(json.loads, (WIRES / "ninjs" / "index.jsonl").read_text("utf-8").splitlines()):
        (found, *more) = read(WIRES / row["path"], tmp_path)
        if more or not isinstance(found, Item) or not row["headline"]:
            continue
        checked += 1
        assert found.title == " ".join(row["headline"].split())
        assert found.language_hint == (row["lang"] or "")
        assert row["published"] is None or found.published.at.isoformat()[:10] in (row["published"][:10], None)
    assert checked >= 25
