import json
import os
from pathlib import Path

import pytest

from schemas.taxonomy import load_taxonomy
from transforms.core.topics import Tagger

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).resolve().parents[2] / "../shared/data"))
TAGGER = Tagger(load_taxonomy())


def test_seed_article():
    seeds = sorted((DATA / "seed").glob("*")) if DATA.is_dir() else []
    if not seeds:
        pytest.skip("no seed article")
    title, _, text = seeds[0].read_text(encoding="utf-8").partition("\n\n")
    topics = {topic.id: topic for topic in TAGGER.tag(title, text, "en")}
    assert {"idlib", "ceasefire", "humanitarian-corridors", "displacement"} <= set(topics)
    assert topics["idlib"].score >= 0.5
    for topic in topics.values():
        for proof in topic.evidence:
            assert {"title": title, "text": text}[proof.field][proof.start : proof.end] == proof.surface


@pytest.mark.parametrize(
    ("place", "share"),
    [("idlib", 0.97), ("aleppo", 0.93), ("damascus", 0.93), ("hama", 0.93), ("homs", 0.93), ("raqqa", 0.93)],
)
def test_located_wires_have_their_place(place, share):
    corpus = DATA / "topics" / "fa_kes.jsonl"
    if not corpus.is_file():
        pytest.skip("no located wires")
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    here = [row for row in rows if row["location"] == place]
    assert len(here) >= 10
    hits = sum(place in {topic.id for topic in TAGGER.tag(row["title"], row["text"], "en")} for row in here)
    assert hits / len(here) >= share
