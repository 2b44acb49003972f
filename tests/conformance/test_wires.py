"""Every file of the IPTC's examples is read or rejected with a reason."""

import json
import os
from collections import Counter
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


def test_agency_xml_is_told_by_its_format(tmp_path):
    found = Counter()
    for path in sorted(WIRES.rglob("*.x[ms][ld]")):
        (refused,) = read(path, tmp_path)
        assert isinstance(refused, Rejected)
        assert refused.reason is (Reason.UNSUPPORTED if path.stat().st_size else Reason.EMPTY), path
        found[refused.detail.split()[0]] += 1
    assert found["NewsML-G2"] >= 30
    assert found["NewsML"] == 4


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
