import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import opml
from pipeline.feedkeys import address_fault, feed_key
from pipeline.opml import OpmlError, line_of_title, read_opml, write_opml
from transforms.core.polling import FeedSettings


def subscriptions(body, head=""):
    head = f'<?xml version="1.0"?>\n{head}<opml version="1.1"><head><title>Mine</title></head>'
    return f"{head}<body>{body}</body></opml>".encode()


def outline(url, title="Gazette", more=""):
    return f'<outline text="{title}" type="rss" xmlUrl="{url}"{more}/>'


def read(body):
    return [(feed.url, feed.source) for feed in read_opml(subscriptions(body)).feeds]


def test_feeds_are_found_at_whatever_depth_each_once():
    body = (
        '<outline text="World"><outline text="Europe">'
        + outline("https://a.example/feed", "A")
        + '</outline></outline><outline title="Sport">'
        + outline("https://b.example/feed?x=1&amp;y=2", "B &amp; C")
        + outline("http://www.a.example/feed/", "A again")
        + outline("https://a.example/feed", "A")
        + "</outline>"
    )
    assert read(body) == [("https://a.example/feed", "A"), ("https://b.example/feed?x=1&y=2", "B & C")]


def test_bare_ampersands_are_part_of_the_address():
    assert read(outline("https://a.example/?id=1&copy=2&lang=en", "R&D")) == [
        ("https://a.example/?id=1&copy=2&lang=en", "R&D")
    ]


def test_names_in_any_case_and_unclosed_tags_are_read():
    body = "<OUTLINE TITLE='One' XMLURL='https://a.example/1'><outline text=Two xmlUrl=https://a.example/2>"
    assert read(body) == [("https://a.example/1", "One"), ("https://a.example/2", "Two")]


def test_letters_of_every_script_survive_whatever_the_encoding():
    body = outline("https://a.example/1", "Газета №1 – ö 😀")
    assert read(body) == [("https://a.example/1", "Газета №1 – ö 😀")]
    text = '<?xml version="1.0" encoding="windows-1251"?><opml><body>' + outline("https://a.example/1", "Газета")
    assert read_opml(text.encode("windows-1251")).feeds[0].source == "Газета"


def test_readers_own_scheme_stands_for_another():
    assert read(outline("feed://a.example/1") + outline("feed:http://a.example/2")) == [
        ("https://a.example/1", "Gazette"),
        ("http://a.example/2", "Gazette"),
    ]


def test_what_cannot_be_asked_is_told_and_the_rest_taken():
    body = outline("file:///etc/passwd") + outline("https://u:secret@a.example/") + outline("https://a.example/ok")
    found = read_opml(subscriptions(body))
    assert [feed.url for feed in found.feeds] == ["https://a.example/ok"]
    assert len(found.refused) == 2
    assert "file:///etc/passwd" in found.refused[0]
    assert "secret" not in found.refused[1]


def test_lists_that_a_list_names_are_told_and_not_read():
    body = '<outline text="More" type="include" url="https://a.example/more.opml"/>' + outline("https://a.example/1")
    found = read_opml(subscriptions(body))
    assert found.lists == ("https://a.example/more.opml",)
    assert len(found.feeds) == 1


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE opml [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE opml [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd">%b;]>',
    ],
)
def test_entities_are_refused(doctype):
    with pytest.raises(OpmlError, match=r"defines the entity [ab]"):
        read_opml(subscriptions(outline("https://a.example/1", "&b;"), doctype))


def test_a_plain_document_type_is_harmless():
    data = subscriptions(outline("https://a.example/1"), '<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/opml.dtd">')
    assert [feed.url for feed in read_opml(data).feeds] == ["https://a.example/1"]


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"http://127.0.0.1:9/list.opml", b"<html><p>Not found", b"\0\1\2", b"{}"]
)
def test_what_is_no_list_is_said_to_be_none(data):
    with pytest.raises(OpmlError):
        read_opml(data)


def test_a_list_may_be_empty():
    assert read_opml(subscriptions("")).feeds == ()


def test_a_huge_document_is_not_read(monkeypatch):
    monkeypatch.setattr(opml, "MAX_BYTES", 10)
    with pytest.raises(OpmlError, match="larger than 10 bytes"):
        read_opml(subscriptions(""))


def test_deep_nesting_is_harmless():
    data = subscriptions('<outline text="x">' * 5_000 + outline("https://a.example/1"))
    assert len(read_opml(data).feeds) <= 1


def test_what_is_written_is_opml_2_with_what_programs_look_for():
    from lxml import etree

    data = write_opml([FeedSettings(url="https://a.example/?a=1&b=<2>", source='R&D "x"')], title="Feeds")
    root = etree.fromstring(data)
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Feeds")
    [found] = root.iterfind("body/outline")
    assert dict(found.attrib) == {
        "type": "rss",
        "text": 'R&D "x"',
        "title": 'R&D "x"',
        "xmlUrl": "https://a.example/?a=1&b=<2>",
    }


addresses = st.builds(
    "{}://{}.example/{}".format,
    st.sampled_from(["http", "https"]),
    st.text("abcdefgh", min_size=1, max_size=5),
    st.text(
        st.characters(min_codepoint=33, max_codepoint=0x1FFFF, exclude_categories=["Cs", "Cc", "Cn", "Z"]), max_size=20
    ),
).filter(lambda url: not address_fault(url))
feeds = st.lists(
    st.builds(FeedSettings, url=addresses, source=st.text(max_size=30).map(line_of_title)),
    max_size=8,
    unique_by=lambda feed: feed_key(feed.url),
)


@settings(deadline=None)
@given(feeds)
def test_feeds_come_back_from_what_is_written(feeds):
    wanted = [(feed.url, "" if feed.source == feed.url else feed.source) for feed in feeds]
    assert [(feed.url, feed.source) for feed in read_opml(write_opml(feeds)).feeds] == wanted
