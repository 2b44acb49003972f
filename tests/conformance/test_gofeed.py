"""gofeed's own test feeds: the items it expects are deliveries here, one by one."""

import json

import pytest

from transforms.core.documents import read_document
from transforms.core.entries import line_of

#: Files whose items are not delivered as gofeed expects, and why.
KNOWN = {
    "parser/rss/rss_channel_item_uri_at_protocol.xml": "feedparser takes link's attribute uri before its text",
}


@pytest.fixture(scope="module")
def cases(data_dir):
    """Each feed with the items that gofeed expects of it: (name, data, items)."""
    folder = data_dir / "feeds" / "gofeed" / "testdata"
    found = []
    for path in sorted(folder.rglob("*.xml")) + sorted(folder.rglob("*.json")):
        expected = path.with_suffix(".json") if path.suffix == ".xml" else path.with_name(f"{path.stem}_expected.json")
        if expected.exists():
            document = json.loads(expected.read_text(encoding="utf-8"))
            items = document.get("items") or document.get("entries")
            if items:
                found.append((path.relative_to(folder).as_posix(), path.read_bytes(), items))
    return found


def link_of(item):
    """The address gofeed expects: of the item itself, else its first alternate link."""
    links = [
        link
        for link in item.get("links") or []
        if isinstance(link, dict) and link.get("rel", "alternate") in {"", "alternate"}
    ]
    return item.get("link") or item.get("url") or next((link["href"] for link in links if link.get("href")), "")


def is_delivered(data, items):
    answers = list(read_document(data, origin="feed"))
    if [answer.origin for answer in answers] != [f"feed#{number}" for number in range(1, len(items) + 1)]:
        return False
    return all(
        (not item.get("title") or line_of(item["title"]) == answer.title)
        and (not link_of(item) or link_of(item) == answer.url)
        for item, answer in zip(items, answers, strict=True)
    )


def test_items_are_delivered_with_count_title_and_link(cases):
    assert len(cases) > 200
    missed = {name for name, data, items in cases if not is_delivered(data, items)}

    assert missed == set(KNOWN)
    assert len(missed) <= 0.03 * len(cases)
