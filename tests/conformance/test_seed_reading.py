"""The article that the project began with: its headline stands twice in the file, and once in the result."""

import os
from pathlib import Path

import pytest

from pipeline.sources import cut, list_inputs
from transforms.core.pieces import Limits
from transforms.read import read_piece

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).parents[3] / "shared" / "data"))
SEED = DATA / "seed"

pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason="the data of NEWSBEAM_DATA is not here")


def test_the_seed_is_one_article(tmp_path):
    (item,) = [
        found
        for listed in list_inputs([str(SEED)])
        for piece in cut(listed, Limits(), tmp_path)
        for found in read_piece(piece, Limits())
    ]
    (path,) = SEED.iterdir()
    lines = path.read_text("utf-8").splitlines()
    assert item.title == lines[0]
    assert item.text.startswith("The Syrian army, backed by allies")
    assert item.title not in item.text
    assert item.text.split("\n\n") == [line for line in lines[3:] if line]
