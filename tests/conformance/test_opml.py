"""A real subscription list, as stored (malformed) and as it should be, and the addresses of real feeds."""

import pytest

from pipeline.opml import read_opml, write_opml
from transforms.core.polling import FeedSettings


@pytest.fixture(scope="module")
def folder(data_dir):
    return data_dir / "feeds" / "opml"


def test_the_malformed_list_gives_the_same_feeds_as_the_one_that_is_right(folder):
    stored = read_opml((folder / "awesome-rss-feeds_News.as-stored.opml").read_bytes())
    right = read_opml((folder / "awesome-rss-feeds_News.escaped.opml").read_bytes())
    assert len(stored.feeds) == (folder / "awesome-rss-feeds_News.as-stored.opml").read_bytes().count(b"xmlUrl=")
    assert stored == right
    assert all(feed.source for feed in stored.feeds)
    assert stored.refused == ()


def test_every_address_of_the_publishers_comes_back_from_a_list_of_them(folder):
    addresses = (folder / "fundus_publisher_feed_urls.txt").read_text(encoding="utf-8").split()
    assert len(addresses) == len(set(addresses)) == 189
    read = read_opml(write_opml(FeedSettings(url=address) for address in addresses))
    assert [feed.url for feed in read.feeds] == addresses
    assert read.refused == ()
