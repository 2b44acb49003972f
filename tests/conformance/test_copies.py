"""Syndicated wires as they were printed: every near pair is found, and those that tell the same report are copies."""

import json
import os
from pathlib import Path

import pytest

from transforms.core.fingerprint import enough, fingerprint, keys
from transforms.core.verify import Text, verify

DATA = Path(os.environ.get("NEWSBEAM_DATA", "../shared/data"))
WIRES = DATA / "topics/fa_kes.jsonl"
NEAR = DATA / "dedup/fa_kes_near_pairs.jsonl"
LABELS = Path(__file__).parents[2] / "benchmarks/data/wire_pairs.jsonl"

pytestmark = pytest.mark.skipif(not (WIRES.is_file() and NEAR.is_file()), reason="the real data is not here")

#: Pairs beside the list that are verified, each after reading both: the same agency report with a later toll and lead.
LATER_REPORTS = {
    frozenset(("1923102891", "1924058095")),  # the raid on the school in Hass: 26 dead, then 35
    frozenset(
        ("1923848289", "1924058195")
    ),  # the wedding in Hassakeh: 30 dead, then 32, with the witness word for word
}


@pytest.fixture(scope="module")
def wires():
    with WIRES.open(encoding="utf-8") as lines:
        return {record["id"]: record for record in map(json.loads, lines)}


@pytest.fixture(scope="module")
def near():
    with NEAR.open(encoding="utf-8") as lines:
        return {frozenset((record["id1"], record["id2"])) for record in map(json.loads, lines)}


@pytest.fixture(scope="module")
def candidates(wires):
    made = {name: fingerprint(wire["text"]) for name, wire in wires.items()}
    found = {name: set(keys(each)) for name, each in made.items()}
    return {
        frozenset((a, b))
        for a in wires
        for b in wires
        if a < b and enough(found[a] & found[b], made[a].words, made[b].words)
    }


def test_all_near_pairs_are_candidates_and_few_others_are(near, candidates):
    assert len(near) == 33
    assert near <= candidates
    assert len(candidates - near) < 120


def test_the_near_pairs_and_later_reports_of_the_same_are_copies_and_nothing_else_is(wires, near, candidates):
    def text(name):
        return Text(title=wires[name]["title"], text=wires[name]["text"])

    verified = {pair for pair in candidates if verify(*map(text, sorted(pair))) is not None}
    assert near - verified == set()
    assert verified - near == LATER_REPORTS


def test_of_all_pairs_labelled_by_reading_at_most_one_in_twenty_is_missed_and_none_is_merged(wires, candidates):
    with LABELS.open(encoding="utf-8") as lines:
        labels = {frozenset((label["a"], label["b"])): label["same"] for label in map(json.loads, lines)}
    assert (len(labels), sum(labels.values())) == (237, 36)

    def text(name):
        return Text(title=wires[name]["title"], text=wires[name]["text"])

    found = {pair for pair in labels if pair in candidates and verify(*map(text, sorted(pair))) is not None}
    same = {pair for pair, is_same in labels.items() if is_same}
    assert found - same == set()
    assert len(same - found) <= 1
