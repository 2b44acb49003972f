"""feedparser's and miniflux's test feeds: each is read, or rejected with a reason."""

from collections import Counter

import pytest

from transforms.core.documents import read_document
from transforms.core.feed import read_feed
from transforms.core.records import Item, Reason, Rejected


def feeds_of(data_dir):
    folders = (data_dir / "feeds" / "feedparser" / "tests", data_dir / "feeds" / "miniflux")
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".xml", ".json"}]


@pytest.mark.parametrize("reader", [read_document, read_feed])
def test_every_file_is_read_or_rejected_with_a_reason(data_dir, reader):
    paths = feeds_of(data_dir)
    outcomes = Counter()
    for path in paths:
        for answer in reader(path.read_bytes(), origin=path.name):
            assert isinstance(answer, Item | Rejected)
            assert answer.origin.startswith(path.name)
            if isinstance(answer, Item):
                assert answer.title
                assert answer.text
            else:
                assert answer.detail
            outcomes[getattr(answer, "reason", "item")] += 1

    assert len(paths) >= 2_107
    assert outcomes["item"] >= 600
    assert set(outcomes) <= {"item", *Reason}


def test_mis_declared_encodings_of_miniflux_are_read(data_dir):
    folder = data_dir / "feeds" / "miniflux"
    texts = {
        path.name: "".join(answer.title for answer in read_feed(path.read_bytes(), origin="x"))
        for path in folder.rglob("*.xml")
    }

    assert "\ufffd" not in "".join(texts.values())
    assert any("а" <= letter <= "я" for letter in texts["encoding_WINDOWS-1251.xml"])
