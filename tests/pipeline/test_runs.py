"""What a run remembers."""

from dataclasses import replace

from pipeline.runs import input_key
from transforms.core.pieces import Piece

PIECE = Piece(origin="in/a.jsonl", path="/in/a.jsonl", form="lines", start=0, length=500, first=1)


def test_a_stretch_is_known_by_its_file_and_by_both_its_ends():
    """Cut into larger stretches, the first of them begins where a smaller one did, and is not that one."""
    key = input_key("10:20:/in/a.jsonl", PIECE)
    others = [
        input_key("10:21:/in/a.jsonl", PIECE),
        input_key("10:20:/in/a.jsonl", replace(PIECE, length=5_000)),
        input_key("10:20:/in/a.jsonl", replace(PIECE, start=500, first=1)),
        input_key("10:20:/in/a.jsonl", replace(PIECE, first=2)),
        input_key("10:20:/in/a.jsonl", replace(PIECE, origin="in/b.jsonl")),
    ]
    assert key == input_key("10:20:/in/a.jsonl", replace(PIECE))
    assert len({key, *others}) == 6
