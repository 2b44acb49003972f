"""The text of real pages, against the truth and the engine alone. All of them: `python -m benchmarks.quality`."""

from statistics import mean

import pytest

from benchmarks.quality.__main__ import measure, read_index
from benchmarks.quality.engines import load

pytestmark = pytest.mark.slow


def test_text_is_nearer_to_the_truth_than_the_engines_own(data_dir):
    pages = read_index(data_dir / "extraction/wcxb/index.jsonl")[::10]

    results = measure(pages, {name: load(name) for name in ("newsbeam", "trafilatura")})

    f1 = {name: mean(each.agreement.f1 for each in those) for name, those in results.items()}
    assert f1["newsbeam"] > 0.95
    assert f1["newsbeam"] > f1["trafilatura"] + 0.005  # .02 over all pages; few of them scatter
