"""Wires that people located name the place, or a town near it, and the gazetteer finds it."""

import json
import os
import runpy
from pathlib import Path

import pytest

from schemas.gazetteer import load_gazetteer
from transforms.core.places import PlaceFinder

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWSBEAM_DATA", PROJECT / "../shared/data"))
TOWNS = runpy.run_path(str(PROJECT / "benchmarks" / "places.py"))["TOWNS"]
FINDER = PlaceFinder(load_gazetteer())


@pytest.mark.parametrize("where", ["aleppo", "damascus", "idlib", "homs", "raqqa", "deir ezzor", "hasakeh", "hama"])
def test_located_wires_have_their_place(where):
    corpus = DATA / "topics" / "fa_kes.jsonl"
    if not corpus.is_file():
        pytest.skip("no located wires")
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    here = [row for row in rows if row["location"] == where]
    assert len(here) >= 10
    names = [{place.name for place in FINDER.find(row["title"], row["text"], "en")} for row in here]
    assert sum(not told.isdisjoint(TOWNS[where].split("; ")) for told in names) / len(here) >= 0.93
